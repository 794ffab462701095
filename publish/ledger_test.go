// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"strings"
	"testing"

	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/progress"
)

func TestMetricsOfWhatIsLeftOutAndRead(t *testing.T) {
	stats := monitoring.NewRegistry()
	l := NewLedger(stats)
	in, err := New(newPipeline(), l, Options{Encoders: 1, MaxBytes: 1}).Open(InputOptions{ID: "a", NewEncoder: func() Encoder { return fakeEncoder{} }})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	in.Sampled(9)
	in.Deduplicated(4, 1)
	read := &progress.Counters{}
	l.WithProgress(read)
	read.Expect(100).Update(7, 30, 100)
	m := monitoring.CollectFlatSnapshot(stats, monitoring.Full, false).Ints
	for name, want := range map[string]int64{"seen": 13, "sampled": 9, "deduplicated": 4, "dedup_evicted": 1, "notices": 0, "in_flight": 0,
		"progress.packets": 7, "progress.bytes": 30, "progress.total_bytes": 100} {
		if got, ok := m["espbeat."+name]; got != want || !ok {
			t.Errorf("espbeat.%s is %d, want %d", name, got, want)
		}
	}
	if s := l.String(); !strings.Contains(s, "left out, sampling") || !strings.Contains(s, "left out, copies") {
		t.Errorf("block:\n%s", s)
	}
}

// TestLossesOfAnInputThatStartsAgainAddUp: its sources are others then, and count from 0.
func TestLossesOfAnInputThatStartsAgainAddUp(t *testing.T) {
	l := NewLedger(monitoring.NewRegistry())
	l.input("a", func() Lost { return Lost{Kernel: 3, Pool: 2, Own: 1} })
	l.Retire("a")
	l.Retire("a") // is retired already
	l.Retire("b") // never was there
	want := Lost{Kernel: 3, Pool: 2, Own: 1}
	if c := l.Totals(); c.Lost != want || c.Seen != 6 {
		t.Errorf("%+v after the end", c)
	}
	l.input("a", func() Lost { return Lost{Kernel: 10} })
	want.Kernel += 10
	if c := l.Totals(); c.Lost != want || c.Seen != 16 {
		t.Errorf("%+v after another start", c)
	}
}
