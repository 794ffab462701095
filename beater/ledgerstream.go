// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"os"
	"time"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/publish"
)

// ledgerStream publishes what became of the packets of some inputs, again and again: a document an input, and one of the whole process.
type ledgerStream struct {
	config.Stream
	of     *inputs
	health *health
	out    *publish.Input
	opt    document.Options
	told   uint64
	stop   context.CancelFunc
	ended  chan struct{}
}

func newLedgerStream(of *inputs, s config.Stream, h *health) (*ledgerStream, error) {
	out, err := of.pub.Open(publish.InputOptions{ID: s.ID, Way: wayTo(&s.Documents, document.LedgerDataset)})
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	return &ledgerStream{
		Stream: s, of: of, health: h, out: out, ended: make(chan struct{}),
		opt: document.Options{CaptureID: randomID(), Hostname: host, Version: of.beater.opts.Release, Shipped: true},
	}, nil
}

// String is part of cfgfile.Runner.
func (l *ledgerStream) String() string { return "documents of the ledger " + l.ID }

// Start is part of cfgfile.Runner.
func (l *ledgerStream) Start() {
	var ctx context.Context
	ctx, l.stop = context.WithCancel(l.of.reading)
	l.of.running.Go(func() {
		defer close(l.ended)
		defer l.out.Close()
		l.health.begin()
		l.run(ctx)
	})
}

func (l *ledgerStream) run(ctx context.Context) {
	tick := time.NewTicker(l.Period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for _, id := range append(l.Of, "") {
				if l.out.Notice(ctx, l.document(id, now)) != nil {
					return // stopped while the output took none
				}
			}
		}
	}
}

// document is the ledger of an input now, of the whole process without id.
func (l *ledgerStream) document(id string, now time.Time) *document.Document {
	l.told++
	d := document.Ledger{Number: l.told, Time: now.UnixNano(), Input: id}
	var c publish.Counts
	if id != "" {
		c = l.of.ledger.Input(id)
	} else {
		c = l.of.ledger.Totals()
		out, f := l.of.ledger.Stored(), l.of.beater.flows.read()
		d.Stored, d.Duplicate, d.Rejected, d.DeadLetter = out.Stored, out.Duplicate, out.Rejected, out.DeadLetter
		d.FlowsOpen, d.FlowsEvicted = uint64(max(0, f.Open)), f.Evicted //nolint:gosec // not negative
	}
	d.Seen, d.Acknowledged, d.Filtered, d.Sampled, d.Deduplicated = c.Seen, c.Acknowledged, c.Filtered, c.Sampled, c.Deduplicated
	d.Own, d.Resumed, d.Known, d.InFlight = c.Own, c.Resumed, c.Known, c.InFlight
	d.Kernel, d.Pool, d.Shutdown, d.Notices, d.Flows = c.Kernel, c.Pool, c.Shutdown, c.Notices, c.Flows
	return document.NewLedger(l.opt, d)
}

// Stop is part of cfgfile.Runner.
func (l *ledgerStream) Stop() {
	l.stop()
	<-l.ended
	l.health.end()
}
