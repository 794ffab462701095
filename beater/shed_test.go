// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"hash/maphash"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
)

// What an input leaves out is counted by the ledger, and how far its files were read by the counters.
func TestShedPacketsAreCounted(t *testing.T) {
	dir := t.TempDir()
	a := filepath.Join(dir, "a.pcap")
	writeCapture(t, a, 1, 20)
	h := &hashes{docs: map[string]uint64{}, seed: maphash.MakeSeed(), arrived: make(chan ack, 100)}
	go func() {
		for a := range h.arrived {
			a.listener.ACKEvents(a.n)
		}
	}()
	defer close(h.arrived)
	for _, c := range []struct {
		name, set             string
		sampled, deduplicated uint64
	}{
		{"sampling", "sampling: {every: 5}", 16, 0},
		{"neither", "tags: []", 0, 0},
		{"copies of no packet", "dedup: {window: 1s}", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := parsed(t, "inputs: [{type: file, paths: ['"+a+"', '"+dir+"/none.pcap'], "+c.set+"}]")
			l, err := newLine(cfg, cfg.Enabled()[0], Options{})
			if err != nil {
				t.Fatal(err)
			}
			ledger := publish.NewLedger(monitoring.NewRegistry())
			pub := publish.New(h, ledger, publish.Options{Encoders: 1, MaxBytes: 16 << 20})
			in, err := pub.Open(publish.InputOptions{ID: c.name, NewEncoder: func() publish.Encoder { return &encoder{} }})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			pool := &sync.Pool{New: func() any { return new(batch) }}
			l.feed = func(opt document.Options, _ *resume) (feed, error) {
				return &pipelineFeed{in: in, opt: opt, pool: pool}, nil
			}
			l.fail = func(error) {} // one file is not there
			l.files = &progress.Counters{}
			l.run(t.Context(), t.Context())
			if err := in.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			got := ledger.Totals()
			if got.Seen != 20 || got.Sampled != c.sampled || got.Deduplicated != c.deduplicated || got.Acknowledged != 20-c.sampled-c.deduplicated || got.InFlight != 0 {
				t.Errorf("ledger %+v", got)
			}
			if s := l.files.Snapshot(); s.Packets != 20 || s.Read != 24+20*(16+42) {
				t.Errorf("progress %+v", s)
			}
		})
	}
}

func TestSamplingAndCopiesWhenPrinting(t *testing.T) {
	a := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, a, 1, 20)
	out, _, err := runPrint(t, parsed(t, "inputs: [{type: file, paths: ["+a+"], sampling: {every: 10}}]"), "ecs")
	if err != nil || strings.Count(out, "\n") != 2 || strings.Count(out, `"sampling":{"rate":10,"by":"packet"}`) != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	b := filepath.Join(t.TempDir(), "b.pcap")
	writePackets(t, b, 1, 3, func(int) byte { return 9 })
	out, _, err = runPrint(t, parsed(t, "inputs: [{type: file, paths: ["+b+"], dedup: {window: 50ms}}]"), "summary")
	if err != nil || strings.Count(out, "\n") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
}

// What is fuller, the memory for packets or that for records, is the pressure; a file has none, and one that is not asked for neither.
func TestPressure(t *testing.T) {
	pool, flight := 0.0, 0.0
	l := &line{fill: func() float64 { return flight }}
	live := &source{fill: func() float64 { return pool }}
	if l.shedding(live).Pressure != nil {
		t.Error("shedding is on by default")
	}
	l.in.Shedding.Enabled = true
	if l.shedding(&source{}).Pressure != nil {
		t.Error("a file is shed")
	}
	p := l.shedding(live).Pressure
	for _, c := range []struct{ pool, flight, want float64 }{{0, 0, 0}, {0.3, 0.6, 0.6}, {0.9, 0.6, 0.9}} {
		if pool, flight = c.pool, c.flight; p() != c.want {
			t.Errorf("%+v: %v", c, p())
		}
	}
	l.fill = nil // standard output
	if pool = 0.7; p() != 0.7 {
		t.Errorf("without records in flight: %v", p())
	}
}
