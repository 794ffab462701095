// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/print"
)

// PrintOptions say how packets are printed.
type PrintOptions struct {
	// Format is summary, ecs, lite or ek.
	Format string
	Color  bool
	Out    io.Writer
	// Report tells people what went wrong where reading goes on, and the ledger.
	Report func(string)
}

// Print writes the packets of all inputs to standard output, without libbeat, until
// they end or ctx is cancelled. The error is the first thing that went wrong.
func Print(ctx context.Context, cfg config.Config, release string, o PrintOptions) error {
	if cfg.Store.Enabled {
		o.Report("espbeat.store.enabled: packets that are printed are not stored, give an output")
	}
	outcome := NewOutcome()
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &locked{w: o.Out}
	second := &second{cfg: &cfg, say: o.Report}
	defer second.close()
	var lines []*line
	closeLines := func() {
		for _, l := range lines {
			l.close()
		}
	}
	for _, in := range cfg.Enabled() {
		l, err := newLine(cfg, in, Options{Release: release, second: second})
		if err != nil {
			closeLines()
			return err
		}
		lines = append(lines, l)
	}
	if err := dropPrivileges(&cfg); err != nil {
		closeLines()
		return err
	}
	var wg sync.WaitGroup
	var seen, filtered, shed, unknown atomic.Uint64
	for _, l := range lines {
		l.say = o.Report
		l.cfg.Flow.Summary = cfg.Flow.Summary && o.Format == string(print.ECS) // lines and lite have none
		l.fail = func(err error) {
			outcome.Fail(err)
			if errors.Is(err, errOut) {
				cancel()
				return
			}
			o.Report(err.Error())
		}
		l.feed = func(opt document.Options, _ *resume) (feed, error) {
			p, err := print.New(out, print.Options{Format: print.Format(o.Format), Color: o.Color, Document: opt})
			return &printFeed{printer: p, seen: &seen, filtered: &filtered, left: &shed, unknownLink: &unknown}, err
		}
		wg.Go(func() { l.run(reading, ctx) })
	}
	wg.Wait()
	if !cfg.Finite() {
		o.Report(printed(lines, seen.Load(), filtered.Load(), shed.Load()))
	}
	if n := unknown.Load(); n > 0 {
		o.Report(fmt.Sprintf("%d packets of a link layer that is not dissected: packet.unknown_link_type names it", n))
	}
	return outcome.Err()
}

// printed is the ledger of a live capture that was printed.
func printed(lines []*line, seen, filtered, shed uint64) string {
	var kernel, pool, own uint64
	for _, l := range lines {
		lost := l.losses.read()
		kernel, pool, own = kernel+lost.Kernel, pool+lost.Pool, own+lost.Own
	}
	left := ""
	if shed > 0 {
		left = fmt.Sprintf(" %d left out by sampling or as copies,", shed)
	}
	return fmt.Sprintf("%d packets seen: %d printed, %d filtered,%s %d dropped by the kernel, %d dropped because standard output was too slow",
		seen+filtered+shed+kernel+pool+own, seen, filtered, left, kernel, pool)
}

// errOut marks an error of standard output, after which nothing can be printed.
var errOut = errors.New("standard output")

// printFeed prints the records of one source.
type printFeed struct {
	printer                           *print.Printer
	pool                              sync.Pool
	seen, filtered, left, unknownLink *atomic.Uint64
}

func (f *printFeed) batch() *batch {
	b, ok := f.pool.Get().(*batch)
	if !ok {
		b = &batch{pool: &f.pool}
	}
	return b
}

func (f *printFeed) take(_ context.Context, b *batch) error {
	defer b.Release()
	f.seen.Add(uint64(len(b.Records)))
	return out(f.printer.Print(&b.Batch))
}

func (f *printFeed) skip(n uint64)    { f.filtered.Add(n) }
func (f *printFeed) resumed(uint64)   {} // what is printed is printed again
func (f *printFeed) unknown(n uint64) { f.unknownLink.Add(n) }
func (f *printFeed) flush(bool) error { return out(f.printer.Flush()) }
func (f *printFeed) drop(*batch)      {} // as if it had not been read

func (f *printFeed) shed(sampled, deduplicated, _ uint64) { f.left.Add(sampled + deduplicated) }

func out(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", errOut, err)
	}
	return nil
}

// locked lets several sources write: each write is whole lines.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
