// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"fmt"
	"time"

	"github.com/espbeat/espbeat/document"
)

// gapEvery is the least time between two documents of lost packets of an interface; there is one more at the end.
const gapEvery = 10 * time.Second

// gaps tells what an interface has lost since it was last told.
type gaps struct {
	sources []*source // of the interface: one a socket
	opt     document.Options
	name    string
	netns   string
	kernel  uint64
	pool    uint64
	since   time.Time
	told    uint64
}

// gapsOf begins with the sources of an interface. The documents have a capture id of their own, so that they count from 1 as packets do.
func (l *line) gapsOf(sources []*source, now time.Time) *gaps {
	g := &gaps{sources: sources, opt: l.documents(sources[0]), name: sources[0].name, since: now}
	g.opt.CaptureID, g.opt.Shipped = randomID(), true
	if in := sources[0].Interfaces(); len(in) > 0 && in[0].Name != "" {
		g.name, g.netns = in[0].Name, in[0].NetNS
	}
	return g
}

// next is the document of what was lost since the last call, nil when nothing was, and what the matter is.
func (g *gaps) next(now time.Time) (*document.Document, error) {
	var kernel, pool uint64
	for _, s := range g.sources {
		st := s.Stats()
		kernel, pool = kernel+st.KernelDropped, pool+st.PoolDropped
	}
	since := g.since
	g.since = now
	if kernel == g.kernel && pool == g.pool {
		return nil, nil
	}
	g.told++
	gap := document.Gap{Number: g.told, Start: since.UnixNano(), End: now.UnixNano(), Kernel: kernel - g.kernel, Pool: pool - g.pool, Interface: g.name, NetNS: g.netns}
	g.kernel, g.pool = kernel, pool
	return document.NewGap(g.opt, gap), fmt.Errorf("interface %s: %d packets were dropped by the kernel and %d for want of memory in %s: "+
		"raise buffer_size, narrow the filter, or sample", g.name, gap.Kernel, gap.Pool, now.Sub(since).Round(time.Second))
}

// watchGaps publishes documents of what the sources of an interface lose, until they have ended. handing bounds how long one may wait to be
// taken; while the output takes none, what is lost adds up for the next. It looks as often where nobody takes any, since the kernel's
// counters have 32 bits.
func (l *line) watchGaps(handing context.Context, sources []*source, ended <-chan struct{}) {
	tick := time.NewTicker(gapEvery)
	defer tick.Stop()
	g := l.gapsOf(sources, time.Now())
	about := "drops " + g.name
	defer l.health.set(about, nil)
	for last := false; !last; {
		select {
		case <-ended:
			last = true
		case <-tick.C:
		}
		d, lost := g.next(time.Now())
		l.health.set(about, lost)
		if d == nil || l.notice == nil {
			continue
		}
		if err := l.notice(handing, d); err != nil {
			l.fail(err)
			return
		}
	}
}
