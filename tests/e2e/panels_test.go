// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"cmp"
	bin "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	documents "github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tests/internal/panels"
	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// notInDemo are the panels, by dashboard, that the demo has no packets for: they are checked where there is a corpus.
// Those of controls are called by their fields.
var notInDemo = map[string][]string{
	"tcp":       {"zero-windows", "windows"},
	"web":       {"server-errors"},
	"tls":       {"resumed", "quic"},
	"protocols": {"tunnelled", "malformed-packets", "tunnels-over-time", "tunnels", "broken", "malformed", "tunnel.type", "tunnel.id"},
}

// TestPanelsShowData asks a real Elasticsearch what every panel asks: each has an answer. Where Chromium is, the dashboards are drawn with these answers,
// into build/kibana.
func TestPanelsShowData(t *testing.T) {
	s := server(t)
	index, corpus, shown := fillDashboards(t, s)
	pages := map[string]page{}
	for _, d := range dashboards.All() {
		answers := map[string]panels.Answer{}
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				a := ask(t, s, index, p, shown)
				answers[p.ID] = a
				if a.Empty(p) && (corpus || !slices.Contains(notInDemo[d.ID], p.ID)) {
					t.Errorf("%s/%s shows no data", d.ID, p.ID)
				}
			}
		}
		for _, c := range d.Controls {
			p := dashboards.Panel{ID: c.Field, Chart: dashboards.Ranking, Of: dashboards.Packet, Columns: []dashboards.Column{dashboards.Top(c.Title, c.Field, 10), dashboards.Count("n")}}
			if ask(t, s, index, p, shown).Empty(p) && (corpus || !slices.Contains(notInDemo[d.ID], c.Field)) {
				t.Errorf("%s: the control of %s offers nothing", d.ID, c.Field)
			}
		}
		html, height := panels.Page(d, answers, shown)
		pages[d.ID] = page{html, height}
	}
	t.Run("pictures", func(t *testing.T) { draw(t, pages) })
}

// TestPanelsShowDataOfTheFleetPackage asks for packets in the mapping that Fleet makes of the package.
func TestPanelsShowDataOfTheFleetPackage(t *testing.T) {
	s := server(t)
	index := installed(t, s, string(dashboards.Packet), custom(t)[0])
	ship(t, s, index)
	s.Refresh(index)
	shown := timeOf(s, index)
	whole := []string{"truncated", "incomplete"} // the demo has all of its packets' bytes
	for _, d := range dashboards.All() {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				if p.Of == dashboards.Packet && ask(t, s, index, p, shown).Empty(p) && !slices.Contains(slices.Concat(notInDemo[d.ID], whole), p.ID) {
					t.Errorf("%s/%s shows no data", d.ID, p.ID)
				}
			}
		}
	}
}

// page is a dashboard as HTML, and its height in pixels.
type page struct {
	html   string
	height int
}

// ask is the answer to a panel.
func ask(t *testing.T, s *es.Server, index string, p dashboards.Panel, shown panels.Range) panels.Answer {
	t.Helper()
	if p.Chart != dashboards.List {
		found := s.Search(index, panels.Body(p, shown))
		a, err := panels.Read(p, found.Aggregations, found.Total)
		if err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		return a
	}
	of := dashboards.Searches()[slices.IndexFunc(dashboards.Searches(), func(s dashboards.Search) bool { return s.ID == p.ID })]
	var hits []map[string]any
	for _, h := range s.Search(index, panels.ListBody(of, shown)).Hits {
		hits = append(hits, h.Fields)
	}
	return panels.ReadList(of, hits)
}

// fillDashboards makes a data stream with packets of two sensors, of a corpus of real captures where there is one, with flows, losses and the ledger. It
// returns the time that they are of.
func fillDashboards(t *testing.T, s *es.Server) (index string, corpus bool, shown panels.Range) {
	t.Helper()
	index = stream(t, s)
	source, packets := demo(), 10*demoPackets
	if dir := filepath.Join(cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join(root(), "..", "shared", "corpus")), "dev"); exists(dir) {
		source, packets, corpus = dir, 50_000, true
	}
	for _, sensor := range []struct {
		host, iface, source string
		packets             int
	}{{"sensor-a", "eth0", source, packets}, {"sensor-b", "eth1", demo(), 20 * demoPackets}} {
		file := filepath.Join(t.TempDir(), "some.pcap")
		if err := gen.Write(file, gen.Mixed, sensor.source, sensor.packets); err != nil {
			t.Fatal(err)
		}
		cutSome(t, file)
		add := func(i int, target, name string) []string {
			return []string{"-E", fmt.Sprintf("processors.%d.add_fields.target=%s", i, target), "-E", fmt.Sprintf("processors.%d.add_fields.fields.name=%s", i, name)}
		}
		run(t, slices.Concat([]string{"--file", file, "--node", s.URL, "--index", index, "-E", summaries}, add(0, "host", sensor.host),
			add(1, "observer.ingress.interface", sensor.iface))...).exits(0)
	}
	s.Refresh(index)
	shown = timeOf(s, index)
	var docs []any
	for i := range int64(8) {
		when := shown.From.Add(time.Duration(i+1) * shown.To.Sub(shown.From) / 10).UnixNano()
		gap := documents.NewGap(documents.Options{}, documents.Gap{Number: uint64(i + 1), Start: when - 1e9, End: when, Kernel: uint64(900 - 100*i), Pool: uint64(i * i), Interface: "eth0"})
		seen := uint64(1000 * (i + 1))
		input := documents.NewLedger(documents.Options{}, documents.Ledger{Number: 1, Time: when, Input: "lan", Seen: seen, Acknowledged: seen - 40, InFlight: 30, Kernel: 10})
		process := documents.NewLedger(documents.Options{}, documents.Ledger{Number: 2, Time: when, Seen: seen, Stored: seen - 40, FlowsOpen: uint64(100 + 30*i)})
		docs = append(docs, notice(t, gap.JSON()), notice(t, input.JSON()), notice(t, process.JSON()))
	}
	s.Bulk(index, docs...)
	s.Refresh(index)
	return index, corpus, shown
}

// timeOf is the time that packets of an index are of.
func timeOf(s *es.Server, index string) panels.Range {
	bounds := s.Search(index, map[string]any{"size": 0, "query": es.Query("event.dataset: espbeat.packet"), "aggs": map[string]any{
		"from": map[string]any{"min": map[string]any{"field": "@timestamp"}}, "to": map[string]any{"max": map[string]any{"field": "@timestamp"}}}}).Aggregations
	at := func(name string) time.Time {
		return time.UnixMilli(int64(bounds[name].(map[string]any)["value"].(float64))).UTC()
	}
	return panels.Range{From: at("from"), To: at("to").Add(time.Second)}
}

// cutSome cuts some long packets of a pcap file short, as a capture with a snapshot length does.
func cutSome(t *testing.T, path string) {
	t.Helper()
	const fileHeader, header, kept, every = 24, 16, 60, 50
	in := read(t, path)
	out := append([]byte(nil), in[:fileHeader]...)
	for i, rest := 0, in[fileHeader:]; len(rest) >= header; i++ {
		captured := bin.LittleEndian.Uint32(rest[8:])
		record := append([]byte(nil), rest[:header+captured]...)
		if i%every == 0 && captured > kept {
			bin.LittleEndian.PutUint32(record[8:], kept)
			record = record[:header+kept]
		}
		out = append(out, record...)
		rest = rest[header+captured:]
	}
	if err := os.WriteFile(path, out, 0o644); err != nil {
		t.Fatal(err)
	}
}

// notice is a document that stands for no packet, with the host that libbeat adds.
func notice(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	doc["host"] = map[string]any{"name": "sensor-a"}
	return doc
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// draw draws pages with Chromium into build/kibana.
func draw(t *testing.T, pages map[string]page) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no pictures of the dashboards: Chromium is missing (`apt-get install chromium`)")
	}
	dir := filepath.Join(root(), "build", "kibana")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	profile := t.TempDir()
	for name, p := range pages {
		from, to := write(t, t.TempDir(), name+".html", p.html), filepath.Join(dir, name+".png")
		out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+profile,
			"--screenshot="+to, fmt.Sprintf("--window-size=%d,%d", panels.Width, p.height), (&url.URL{Scheme: "file", Path: from}).String()).CombinedOutput()
		if err != nil || !exists(to) {
			t.Errorf("draw %s: %v\n%s", name, err, tail(string(out), 2000))
		}
	}
}
