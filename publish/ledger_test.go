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
