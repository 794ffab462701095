// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Most of what a packet allocates is libbeat's event, dead as soon as it is sent. Where garbage may grow to three times what is in use, a
// third of the collections cost 9 % less CPU a packet than with Go's 100 %. The bounds, in bytes, keep the peak from growing with what is
// in use at the time: little use is collected no more often than it must, much use takes no more than this on top.
const (
	garbagePercent = 300
	garbageMin     = 48 << 20
	garbageMax     = 144 << 20
)

// gcPercent is the value of GOGC that allows for the right amount of garbage beside live bytes in use.
func gcPercent(live uint64) uint64 {
	live = max(live, 1<<20)
	garbage := min(max(live*garbagePercent/100, garbageMin), garbageMax)
	return garbage * 100 / live
}

// tuneGC keeps the collector to that, unless the environment or the configuration (gc_percent) says otherwise.
func tuneGC() {
	if os.Getenv("GOGC") == "" {
		_, percent := collecting()
		(&collector{percent: percent}).adapt()
	}
}

// collector is garbage that tells of a collection: its finalizer runs after each. Having a pointer, it shares its memory with no other.
type collector struct {
	_       *collector
	percent uint64 // of GOGC, as it was last set
}

func (c *collector) adapt() {
	live, percent := collecting()
	if percent != c.percent {
		return // somebody else has set it
	}
	c.percent = gcPercent(live)
	debug.SetGCPercent(int(c.percent)) //nolint:gosec // small
	runtime.SetFinalizer(c, (*collector).adapt)
}

// collecting returns what the last collection found in use, bytes, and GOGC.
func collecting() (live, percent uint64) {
	is := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(is)
	return is[0].Value.Uint64(), is[1].Value.Uint64()
}
