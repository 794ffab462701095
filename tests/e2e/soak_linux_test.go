// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// TestMemoryStaysAsItIs sends traffic with ever new flows for as long as ESPBEAT_SOAK says (such as 2h): once what is remembered has
// reached its bounds, memory does not grow.
func TestMemoryStaysAsItIs(t *testing.T) {
	long := 2 * time.Minute
	if v := os.Getenv("ESPBEAT_SOAK"); v != "" {
		var err error
		if long, err = time.ParseDuration(v); err != nil {
			t.Fatalf("ESPBEAT_SOAK: %v", err)
		}
	}
	t.Parallel() // it waits, mostly
	w := newWire(t)
	s := es.NewSink(t, es.SinkOptions{Forget: true})
	p := cmdline{args: []string{"--nic", wireIn, "--node", s.URL, "-E", "espbeat.flow.max_flows=4096", "-E", "espbeat.flow.idle=5s"}}.start(t)
	w.captured()
	// A fifth of the time to warm up, and four windows to compare: a collected heap breathes, so that one window may be above the one before; what
	// leaks is above it in each.
	var peaks [4]int
	var all int // its resident memory, of which growth is a part
	sent, begun := 0, time.Now()
	next := time.NewTicker(10 * time.Millisecond)
	defer next.Stop()
	for time.Since(begun) < long {
		<-next.C
		for range 5 {
			w.send(frame(rand.Uint32(), uint16(sent), rand.IntN(1000))) //nolint:gosec // any flow
			sent++
		}
		fifth := int(5 * time.Since(begun) / long)
		if fifth > 0 && fifth < 5 && sent%100 == 0 {
			peaks[fifth-1] = max(peaks[fifth-1], memory(t, p.cmd.Process.Pid, "RssAnon"))
			all = memory(t, p.cmd.Process.Pid, "VmRSS")
		}
	}
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	t.Logf("%d packets in %v; peaks of memory, bytes: %d", sent, long, peaks)
	if l := r.ledger(); l["acknowledged"]+l["dropped by kernel"]+l["dropped, no memory"] != sent || l["acknowledged"] == 0 {
		t.Errorf("%d packets were sent; ledger %v", sent, l)
	}
	if slices.Contains(peaks[:], 0) {
		t.Error("a window has no measurement")
	}
	if first, last := peaks[0], peaks[3]; min(peaks[1]-first, peaks[2]-peaks[1], last-peaks[2]) > all/60 { // 5 % in three steps
		t.Errorf("memory grew all the time, and by more than 5 %% of %d bytes: from %d to %d", all, first, last)
	}
}
