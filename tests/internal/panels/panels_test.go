// SPDX-License-Identifier: Apache-2.0

package panels

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

var shown = Range{time.UnixMilli(0), time.UnixMilli(600_000)}

// talkers splits twice and makes a number of each kind.
var talkers = dashboards.Panel{
	ID: "talkers", Title: "<Talkers>", Width: dashboards.Columns, Chart: dashboards.Table, Of: dashboards.Packet, Where: dashboards.Has("source.ip"),
	Columns: []dashboards.Column{
		dashboards.Top("Source", "source.ip", 2), dashboards.Each("Port", "source.port", 3), dashboards.Last("Name", "host.name"),
		dashboards.Median("Median", "flow.delta", dashboards.Nanoseconds), dashboards.Count("Resets").Of(dashboards.Is("tcp.flags.names", "rst")), dashboards.Count("Packets"),
	},
}

func TestInterval(t *testing.T) {
	for of, want := range map[time.Duration]time.Duration{
		time.Millisecond: time.Millisecond, time.Minute: time.Second, 10 * time.Minute: 10 * time.Second, 24 * time.Hour: 50 * time.Minute, 1000 * time.Hour: 24 * time.Hour,
	} {
		if got := (Range{time.Unix(0, 0), time.Unix(0, int64(of))}).Interval(); got != want {
			t.Errorf("bars of %v are %v long, want %v", of, got, want)
		}
	}
}

func TestBody(t *testing.T) {
	text, err := json.Marshal(Body(talkers, shown))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"terms":{"event.dataset":["espbeat.packet"]}`, `"exists":{"field":"source.ip"}`, `"order":{"c3.50":"desc"},"size":2`, `"order":{"_key":"asc"},"size":3`,
		`"percentiles":{"field":"flow.delta","percents":[50]}`, `"filter":{"bool":{"filter":[{"terms":{"tcp.flags.names":["rst"]}}],"must_not":[]}}`,
	} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
}

func TestListBody(t *testing.T) {
	text, err := json.Marshal(ListBody(dashboards.Search{Of: dashboards.Packet, Ascending: true, Fields: []string{"source.ip"}}, shown))
	if err != nil || !strings.Contains(string(text), `"sort":[{"@timestamp":"asc"},{"packet.number":"asc"}]`) || !strings.Contains(string(text), `"source.ip"`) {
		t.Errorf("%s, %v", text, err)
	}
}

const answered = `{"c0": {"buckets": [{"key": "192.0.2.1", "doc_count": 9, "c1": {"buckets": [
	{"key": 80, "doc_count": 5, "c2": {"doc_count": 5, "of": {"hits": {"hits": [{"fields": {"host.name": ["a"]}}]}}}, "c3": {"values": {"50.0": 1500000}}, "c4": {"doc_count": 2}},
	{"key": 81, "doc_count": 4, "c2": {"doc_count": 0, "of": {"hits": {"hits": []}}}, "c3": {"values": {"50.0": null}}, "c4": {"doc_count": 0}}]}}]}}`

func TestRead(t *testing.T) {
	var aggs map[string]any
	if err := json.Unmarshal([]byte(answered), &aggs); err != nil {
		t.Fatal(err)
	}
	a, err := Read(talkers, aggs, 9)
	want := [][]any{{"192.0.2.1", 80.0, "a", 1.5e6, 2.0, 5.0}, {"192.0.2.1", 81.0, nil, nil, 0.0, 4.0}}
	if err != nil || !reflect.DeepEqual(a.Rows, want) || a.Empty(talkers) {
		t.Errorf("%v, %v, want %v", a.Rows, err, want)
	}
	html, height := Page(dashboards.Dashboard{Title: "x", Rows: []dashboards.Row{{Height: 10, Panels: []dashboards.Panel{talkers}}}}, map[string]Answer{"talkers": a}, shown)
	for _, part := range []string{"&lt;Talkers&gt;", ">192.0.2.1<", ">80<", ">1.50 ms<", ">–<"} {
		if !strings.Contains(html, part) {
			t.Errorf("no %s in %s", part, html)
		}
	}
	if height < 10*unitY {
		t.Errorf("%d pixels high", height)
	}
	if _, err := Read(talkers, map[string]any{"c0": map[string]any{}}, 0); err == nil {
		t.Error("an answer without buckets is read")
	}
}

func TestEmpty(t *testing.T) {
	count := dashboards.Panel{Chart: dashboards.Number, Columns: []dashboards.Column{dashboards.Count("n"), dashboards.Sum("m", "network.bytes", dashboards.Bytes)}}
	for _, c := range []struct {
		rows  [][]any
		empty bool
	}{{nil, true}, {[][]any{{0.0, nil}}, true}, {[][]any{{0.0, 1.0}}, false}, {[][]any{{3.0, 0.0}}, false}} {
		if got := (Answer{c.rows}).Empty(count); got != c.empty {
			t.Errorf("%v is empty: %v", c.rows, got)
		}
	}
	// What splits documents is nothing to see without a number.
	if !(Answer{[][]any{{"a", 80.0, nil, nil, 0.0, 0.0}}}).Empty(talkers) {
		t.Error("a row without a number is not empty")
	}
}

func TestNumbersAsShown(t *testing.T) {
	for _, c := range []struct {
		value  any
		format dashboards.Format
		want   string
	}{
		{1234567.0, dashboards.Plain, "1,234,567"}, {999.0, dashboards.Plain, "999"}, {8080.0, "", "8080"}, {1536.0, dashboards.Bytes, "1.5 KB"}, {12.0, dashboards.Bytes, "12 B"},
		{2.5e6, dashboards.Nanoseconds, "2.50 ms"}, {nil, dashboards.Plain, "–"}, {"text", "", "text"},
	} {
		if got := show(c.value, dashboards.Column{Format: c.format}); got != c.want {
			t.Errorf("%v as %q is %q, want %q", c.value, c.format, got, c.want)
		}
	}
}
