// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/elastic"
	"github.com/espbeat/espbeat/tools/searchbench/searches"
	"github.com/espbeat/espbeat/tools/ship"
)

func TestJudge(t *testing.T) {
	stored := figure{gen.Mixed, "standard", ship.Stored.Name}
	peer := figure{gen.Mixed, espcap, ""}
	for name, c := range map[string]struct {
		measured map[figure]float64
		rows     int
		missed   bool
	}{
		"nothing measured":           {nil, 0, false},
		"another workload":           {map[figure]float64{{gen.DNS, "standard", ship.Stored.Name}: 9999}, 0, false},
		"reached exactly":            {map[figure]float64{stored: 170}, 1, false},
		"missed":                     {map[figure]float64{stored: 170.1}, 1, true},
		"the peer alone":             {map[figure]float64{peer: 1}, 0, false},
		"a fifth of the peer":        {map[figure]float64{stored: 100, peer: 500}, 2, false},
		"more than a fifth of it":    {map[figure]float64{stored: 100, peer: 499}, 2, true},
		"one missed, another is not": {map[figure]float64{stored: 180, {gen.Mixed, "minimal", ship.Stored.Name}: 20}, 2, true},
	} {
		table, missed := judge(c.measured)
		if rows := strings.Count(table, "| mixed,"); rows != c.rows || missed != c.missed || strings.Contains(table, "missed") != c.missed {
			t.Errorf("%s: missed %v\n%s", name, missed, table)
		}
	}
}

func TestReport(t *testing.T) {
	w := &workloadSizes{kind: gen.Mixed, packets: 1000, few: 100, capture: 500_000, zipped: 70_000, refused: 2, reason: "a number", perPacket: map[figure]float64{
		{gen.Mixed, "standard", ship.Plain.Name}:  200,
		{gen.Mixed, "standard", ship.Stored.Name}: 180.04,
		{gen.Mixed, espcap, ""}:                   1500,
	}}
	text, missed := report(elastic.Info{Version: "9.9.9", Heap: 2 << 30, CPUs: 4}, []string{"standard"}, []ship.Store{ship.Plain, ship.Stored}, []*workloadSizes{w})
	if !missed {
		t.Error("180 bytes are no more than 170")
	}
	for _, want := range []string{
		"Elasticsearch 9.9.9, heap 2 GiB, 4 CPUs", "### mixed, 1000 packets", "| | plain | logsdb, source stored |\n|---|---|---|\n",
		"| profile `standard` | 200.0 | 180.0 |\n", "| Espcap's index, 100 packets | 1500.0 | – |\n", "| the capture, gzip level 6 | 70.0 | – |\n",
		"| the capture | 500.0 | – |\n", "refuses 2 of Espcap's 100 documents, the first of them because: a number.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestCompare(t *testing.T) {
	was := func(bytes float64) figures {
		f := figures{Packets: 10, CaptureBytes: 100, BytesAPacket: map[string]float64{}}
		for _, v := range gated {
			f.BytesAPacket[v.String()] = bytes
		}
		return f
	}
	other := was(100)
	other.CaptureBytes++
	for name, c := range map[string]struct {
		old, now figures
		fails    string
		says     string
	}{
		"as it was":        {was(100), was(100), "", "+0.0 %"},
		"within 5 %":       {was(100), was(105), "", "+5.0 %"},
		"grown":            {was(100), was(105.1), renewHint, "+5.1 %"},
		"shrunk":           {was(100), was(90), "", "keep it by " + renewHint},
		"another workload": {other, was(100), "another workload", ""},
		"a new figure":     {figures{Packets: 10, CaptureBytes: 100}, was(100), "has no figure", ""},
	} {
		var out bytes.Buffer
		err := compare(&out, "file", c.old, c.now)
		if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
}

func TestWriteCosts(t *testing.T) {
	all := []cost{
		{name: "all fields", total: 600}, {name: "a", total: 300, docValues: 300}, {name: "b", total: 200, points: 200}, {name: "c", total: 60, inverted: 60}, {name: "d", total: 40, source: 40},
	}
	for most, want := range map[int]string{
		2: "| b | 20.00 | 0.00 | 0.00 | 20.00 | 0.00 | 0.00 |\n| 2 more fields | 10.00 | 0.00 | 6.00 | 0.00 | 4.00 | 0.00 |\n",
		4: "| d | 4.00 | 0.00 | 0.00 | 0.00 | 4.00 | 0.00 |\n",
		9: "| d | 4.00 | 0.00 | 0.00 | 0.00 | 4.00 | 0.00 |\n",
	} {
		var out bytes.Buffer
		writeCosts(&out, all, 10, most)
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("%d fields:\n%s\nwant at the end\n%s", most, out.String(), want)
		}
	}
}

func TestSortTable(t *testing.T) {
	one := sorted{ship.Size{Documents: 1000, Bytes: 170_000, Took: 2 * time.Second}, []searches.Result{{Name: "by name", Took: []time.Duration{3 * time.Millisecond}}}}
	got := sortTable([][]string{{"host.name", "@timestamp"}}, []sorted{one})
	const want = "| sorted by | `host.name, @timestamp` |\n|---|---|\n| bytes a packet | 170.0 |\n| packets indexed a second | 500 |\n| by name | 3.0 |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// tshark names some fields twice in one object, which Elasticsearch refuses.
func TestAgainKeepsTheLastOfTwoKeys(t *testing.T) {
	got, err := again([]byte(`{"a":1,"n":12345678901234567890,"a":2}`))
	if err != nil || string(got) != `{"a":2,"n":12345678901234567890}` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := again([]byte("Running as root")); err == nil {
		t.Error("what is no JSON passes")
	}
}

func TestParse(t *testing.T) {
	d, err := parse([]string{"-packets", "2k", "-workload", "dns", "-store", "synthetic,plain", "-profile", "full"})
	if err != nil || d.count(gen.Mixed) != 2000 || d.count(gen.DNS) != d.others || len(d.stores) != 2 || d.stores[0] != ship.Synthetic {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := parse([]string{"-store", "columns"}); err == nil || !strings.Contains(err.Error(), "plain, stored, synthetic") {
		t.Errorf("unknown store: %v", err)
	}
}

func TestFiguresAreRead(t *testing.T) {
	b, err := json.Marshal(figures{Note: note, Packets: 7, CaptureBytes: 8, BytesAPacket: map[string]float64{"x": 9.5}})
	if err != nil {
		t.Fatal(err)
	}
	var f figures
	if err := json.Unmarshal(b, &f); err != nil || f.Packets != 7 || f.CaptureBytes != 8 || f.BytesAPacket["x"] != 9.5 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestCounter(t *testing.T) {
	var c counter
	if _, err := io.WriteString(&c, "four"); err != nil || c != 4 {
		t.Errorf("%d, %v", c, err)
	}
}
