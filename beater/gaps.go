// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
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
	kernel  uint64
	pool    uint64
	since   time.Time
	told    uint64
}

// gapsOf makes one of each interface. Their documents have capture ids of their own, so that they count from 1 as packets do.
func (l *line) gapsOf(now time.Time) []*gaps {
	var all []*gaps
	byName := map[string]*gaps{}
	for _, s := range l.live {
		g := byName[s.name]
		if g == nil {
			g = &gaps{opt: l.documents(s), name: s.name, since: now}
			g.opt.CaptureID, g.opt.Shipped = randomID(), true
			if in := s.Interfaces(); len(in) > 0 && in[0].Name != "" {
				g.name = in[0].Name // default_route is what it was resolved to
			}
			byName[s.name] = g
			all = append(all, g)
		}
		g.sources = append(g.sources, s)
	}
	return all
}

// next is the document of what was lost since the last call, nil when nothing was.
func (g *gaps) next(now time.Time) *document.Document {
	var kernel, pool uint64
	for _, s := range g.sources {
		st := s.Stats()
		kernel, pool = kernel+st.KernelDropped, pool+st.PoolDropped
	}
	since := g.since
	g.since = now
	if kernel == g.kernel && pool == g.pool {
		return nil
	}
	g.told++
	gap := document.Gap{Number: g.told, Start: since.UnixNano(), End: now.UnixNano(), Kernel: kernel - g.kernel, Pool: pool - g.pool, Interface: g.name}
	g.kernel, g.pool = kernel, pool
	return document.NewGap(g.opt, gap)
}

// watchGaps publishes documents of what live sources lose, until they have ended. handing bounds how long one may wait to be taken; while
// the output takes none, what is lost adds up for the next.
func (l *line) watchGaps(handing context.Context, ended <-chan struct{}) {
	tick := time.NewTicker(gapEvery)
	defer tick.Stop()
	all := l.gapsOf(time.Now())
	for last := false; !last; {
		select {
		case <-ended:
			last = true
		case <-tick.C:
		}
		for _, g := range all {
			if d := g.next(time.Now()); d != nil {
				if err := l.notice(handing, d); err != nil {
					l.fail(err)
					return
				}
			}
		}
	}
}
