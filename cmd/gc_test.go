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
		1: 1, 10: 10, 16: 48, 20: 60, 40: 120, 48: 144, 100: 144, 1000: 1000,
	} {
		got := live * gcPercent(live<<20) / 100
		if got > want || got+live/100+1 < want { // a percentage is whole
			t.Errorf("%d MiB in use: %d MiB of garbage, want %d", live, got, want)
		}
	}
	if got := gcPercent(0); got != 100 {
		t.Errorf("nothing in use: %d", got)
	}
}

// TestCollectorIsKeptToIt after each collection, not once.
func TestCollectorIsKeptToIt(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	tuneGC()
	var held []byte
	for _, mib := range []uint64{64, 80, 256} { // and a few more of the tests themselves
		held = make([]byte, mib<<20)
		least, most := gcPercent((mib+20)<<20), gcPercent(mib<<20)
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
