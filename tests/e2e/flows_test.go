// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tools/bench/gen"
)

const summaries = "espbeat.flow.summary=true"

// sentFlows are the flow documents that a sink has, by flow.id, and the number of its other documents.
func sentFlows(t *testing.T, s *es.Sink) (flows map[string]document, packets int) {
	t.Helper()
	flows = map[string]document{}
	for _, doc := range shippedDocs(t, s) {
		if !hasText("event.dataset", "espbeat.flow")(doc) {
			packets++
			continue
		}
		id := fmt.Sprint(doc.at("flow.id")...)
		if _, twice := flows[id]; twice {
			t.Errorf("flow %s has two documents", id)
		}
		flows[id] = doc
	}
	return flows, packets
}

// TestFlowDocuments reads the demo twice into one index: every flow has one document, which agrees with those of its packets.
func TestFlowDocuments(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	counts := map[string]int{} // of packets, by flow
	for _, d := range printed(t, demo()) {
		if id := d.at("flow.id"); len(id) > 0 {
			counts[fmt.Sprint(id...)]++
		}
	}
	l := run(t, "--file", demo(), "--node", s.URL, "-E", summaries).exits(0).ledger()
	if l["packets seen"] != demoPackets || l["acknowledged"] != demoPackets || l["of flows"] != len(counts) || l.outcomes() != demoPackets+len(counts) {
		t.Errorf("ledger %v", l)
	}
	flows, packets := sentFlows(t, s)
	if packets != demoPackets || len(flows) != len(counts) {
		t.Errorf("%d packets and %d flows, want %d and %d", packets, len(flows), demoPackets, len(counts))
	}
	for id, d := range flows {
		if n := d.at("network.packets"); len(n) != 1 || n[0] != float64(counts[id]) {
			t.Errorf("flow %s has %v packets, %d name it", id, n, counts[id])
		}
	}
	run(t, "--file", demo(), "--node", s.URL, "-E", summaries).exits(0).accounts(ledger{
		"packets seen": demoPackets, "acknowledged": demoPackets, "of flows": len(counts), "already there": demoPackets + len(counts), "documents stored": 0})
	again, packets := sentFlows(t, s)
	if packets != demoPackets || len(again) != len(counts) {
		t.Errorf("after a second run %d packets and %d flows", packets, len(again))
	}
}

// TestFlowsOfAKilledImport kills an import in its middle: the run after it stores what is missing, and nothing twice.
func TestFlowsOfAKilledImport(t *testing.T) {
	t.Parallel()
	const total = 20_000
	dir := t.TempDir()
	file := filepath.Join(dir, "import.pcap")
	if err := gen.Write(file, gen.Mixed, gen.DefaultSource(), total); err != nil {
		t.Fatal(err)
	}
	args := []string{"-E", summaries, "-E", "espbeat.flow.max_flows=50", "--chunk", "100", "--file", file}
	whole, killed := es.NewSink(t, es.SinkOptions{}), es.NewSink(t, es.SinkOptions{})
	run(t, append(args, "--node", whole.URL)...).exits(0)
	want, _ := sentFlows(t, whole)

	line := stays(dir, killed, args...)
	for _, docs := range []int{3000, 9000} {
		p := line.start(t)
		taken(t, killed, "a part of the import", func(st es.Stats) bool { return st.Docs >= docs })
		p.signal(syscall.SIGKILL)
		<-p.done
	}
	line.run(t).exits(0)
	got, packets := sentFlows(t, killed)
	if packets != total || len(got) != len(want) {
		t.Errorf("%d packets and %d flows, want %d and %d", packets, len(got), total, len(want))
	}
	for id, d := range want {
		for _, field := range []string{"network.packets", "network.bytes", "event.start", "event.end", "flow.end_reason", "source.port"} {
			if fmt.Sprint(got[id].at(field)) != fmt.Sprint(d.at(field)) {
				t.Errorf("flow %s: %s is %v, want %v", id, field, got[id].at(field), d.at(field))
			}
		}
	}
	line.run(t).exits(0).complains("not read again")
}

func TestFlowsOfFormatLite(t *testing.T) {
	t.Parallel()
	run(t, "--file", demo(), "--format", "lite", "-E", summaries).exits(2).complains("espbeat.flow.summary", "format lite has no documents of flows")
}

// TestFlowsAfterARollover imports the demo again where its documents lie in another backing index, whose ids do not refuse them: they are looked
// up. A search finds flows by what they are.
func TestFlowsAfterARollover(t *testing.T) {
	s := server(t)
	index := stream(t, s)
	imports := func() ledger {
		return cmdline{args: []string{"--node", s.URL, "--index", index, "--file", demo(), "-E", summaries, "-E", "path.data=" + t.TempDir()}}.run(t).exits(0).ledger()
	}
	flows := imports()["of flows"]
	if status, m := s.Do("POST", "/"+index+"/_rollover", nil); status != 200 || m["rolled_over"] != true {
		t.Fatalf("rollover: status %d: %v", status, m)
	}
	if l := imports(); l["duplicates skipped"] != demoPackets || l["documents stored"] != 0 || l["of flows"] != 0 {
		t.Errorf("ledger of the second import: %v", l)
	}
	s.Refresh(index)
	if n := s.Count(index, "event.dataset: espbeat.flow"); flows == 0 || n != flows {
		t.Errorf("%d flows are stored, want %d", n, flows)
	}
	for query, want := range map[string]int{
		"flow.end_reason: closed AND network.transport: tcp AND source.ip: \"192.0.2.10\" AND network.packets: >29": 1,
		"event.action: network_flow AND flow.final: true AND source.bytes: >0 AND event.start: [* TO now]":          flows,
	} {
		if n := s.Count(index, query); n != want {
			t.Errorf("%s: %d flows, want %d", query, n, want)
		}
	}
}
