// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestGarbageThatIsAllowed(t *testing.T) {
	for live, want := range map[uint64]uint64{ // MiB
		0: 48, 1: 48, 10: 48, 16: 48, 20: 60, 40: 120, 48: 144, 100: 144, 1000: 144,
	} {
		got := max(live, 1) * gcPercent(live<<20) / 100
		if got > want || got+live/100+1 < want { // a percentage is whole
			t.Errorf("%d MiB in use: %d MiB of garbage, want %d", live, got, want)
		}
	}
}

// TestCollectorIsKeptToIt after each collection, not once.
func TestCollectorIsKeptToIt(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	tuneGC()
	var held []byte
	for _, mib := range []int{0, 256, 1024} {
		held = make([]byte, mib<<20)
		least, most := gcPercent(uint64(mib+200)<<20), gcPercent(uint64(mib)<<20) //nolint:gosec // positive
		for end := time.Now().Add(time.Minute); ; {
			runtime.GC()
			_, got := collecting()
			if got >= least && got <= most {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d MiB in use: GOGC is %d, want %d to %d", mib, got, least, most)
			}
		}
		runtime.KeepAlive(held)
	}
}

func TestCollectorIsLeftToWhoeverSetsIt(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	tuneGC()
	debug.SetGCPercent(77)
	for range 5 {
		runtime.GC()
	}
	if _, got := collecting(); got != 77 {
		t.Errorf("GOGC is %d, want 77", got)
	}
}
