// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/progress"
	marks "github.com/espbeat/espbeat/publish/progress"
	"github.com/espbeat/espbeat/tshark"
)

// feed takes the records of one source, to the pipeline or to standard output.
type feed interface {
	// batch is an empty one to fill.
	batch() *batch
	// take takes a filled batch over.
	take(ctx context.Context, b *batch) error
	// skip counts packets that the filter left out.
	skip(n uint64)
	// resumed counts packets that an earlier run has published.
	resumed(n uint64)
	// unknown counts packets of a link layer that nobody dissects.
	unknown(n uint64)
	// shed counts packets that sampling left out, copies, and packets whose copies were no longer known.
	shed(sampled, deduplicated, evicted uint64)
	// flush hands on what take may have kept; last: nothing is taken any more.
	flush(last bool) error
	// drop counts the packets of a batch as read and given up.
	drop(b *batch)
}

// protocols is the registry that all inputs share. Making one interns names, which is for start-up only.
var protocols = all.Registry()

// line is the way of one input's packets: capture, engine, feed.
type line struct {
	cfg     config.Config
	in      config.Input
	release string
	live    *live // opened already; for type live
	losses  losses
	flows   *flows             // nil counts nothing
	files   *progress.Counters // nil counts nothing
	// marks remember how far files are acknowledged; nil forgets.
	marks *marks.Store
	// say tells people what is no failure.
	say    func(string)
	filter *capture.FilterSet
	// tshark dissects packets, too; nil does not. asks is the display filter of those packets, where there is one.
	tshark *tshark.Program
	asks   *filter.Filter
	// display leaves packets without documents; nil none.
	display *filter.Filter
	// feed begins a source.
	feed func(document.Options, *resume) (feed, error)
	// notice publishes a document of lost packets; nil publishes none.
	notice func(context.Context, *document.Document) error
	// fill is how full what is behind feed is, 0 to 1; nil where that keeps nothing.
	fill func() float64
	// fail reports what went wrong where reading goes on with something else.
	fail func(error)
	// health is told how the input does; nil tells nobody.
	health *health
}

// newLine opens what has to be there from the start: filter and interfaces.
func newLine(cfg config.Config, in config.Input, opts Options) (*line, error) {
	l := &line{cfg: cfg, in: in, release: opts.Release}
	var err error
	if l.display, err = displayFilter(in); err != nil {
		return nil, err
	}
	if cfg.Dissector.Tshark.Asked(&in) {
		if l.asks, err = tsharkFilter(&cfg); err != nil {
			return nil, err
		}
		if l.tshark, err = opts.second.find(); err != nil {
			return nil, err
		}
	}
	if in.Type == config.TypeLive {
		l.live, err = openLive(in, opts)
		return l, err
	}
	if in.Filter != "" {
		if l.filter, err = capture.NewFilterSet(in.Filter); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// close gives back what newLine opened, for a line that does not run.
func (l *line) close() {
	if l.live != nil {
		l.live.close()
	}
}

// tell lets the line tell how it does.
func (l *line) tell(h *health) {
	l.health = h
	if l.live != nil {
		l.live.health = h
	}
}

// run reads the input to its end, or until reading is cancelled. handing bounds how
// long a batch may wait to be taken.
func (l *line) run(reading, handing context.Context) {
	if l.in.Type == config.TypeLive {
		l.readLive(reading, handing)
		return
	}
	l.readFiles(reading, handing)
}

// read takes one source through the engine, on from where an earlier run was interrupted, and returns the number of records.
func (l *line) read(reading, handing context.Context, s *source, from *resume, count uint64) (uint64, error) {
	defer s.end()
	defer context.AfterFunc(reading, func() { _ = s.Close() })()
	docs := l.documents(s)
	docs.Partial = from != nil && from.before > 0
	feed, err := l.feed(docs, from)
	if err != nil {
		return 0, err
	}
	if l.tshark != nil {
		a := l.ask(handing, s, feed)
		defer a.close()
		feed = a
	}
	if from != nil && from.done {
		l.say(fmt.Sprintf("%s: not read again, its %s; set reimport (--reimport TAG) to read it again", s.name, from))
		feed.resumed(from.entry.Number)
		return 0, nil
	}
	var filterErr error
	opt := engine.Options{
		Dissect: dissect.Options{Wireshark: l.cfg.Dissect.Wireshark(), Checksums: l.cfg.Dissect.Checksums || l.cfg.Dissect.Wireshark()},
		Flow:    flowOptions(&l.cfg.Flow, s),
		Count:   count,
		Payload: l.in.Payload.Bytes, Raw: l.raw(),
		Reveal: !l.cfg.Redact, Flows: l.flowDocuments(),
		Dedup: engine.Dedup{Window: l.in.Dedup.Window, IgnoreTTL: l.in.Dedup.TTL}, Sampling: l.sampling(), Keep: matching(l.display, docs), Frames: l.frames(docs),
		Shedding: l.shedding(s),
	}
	if l.filter != nil {
		opt.Filter = func(p *capture.Packet) bool {
			ok, err := l.filter.Match(p.LinkType, p.Data, p.Length)
			if err != nil {
				filterErr = err
			}
			return ok
		}
	}
	if from != nil {
		opt.From, opt.Before = from.entry.Number, from.before
	}
	e := engine.New(s, protocols, opt)
	counted := l.flows.begin()
	defer func() { counted.end(e.FlowStats()) }()
	var was engine.Stats // as of the last batch
	var b *batch
	for {
		if b == nil {
			b = feed.batch()
		}
		level := e.Shedding().Level
		err := e.Next(&b.Batch)
		l.sayLevel(s, level, e.Shedding().Level)
		counted.update(e.FlowStats())
		// A later run may read on in a file that is left before its end: then its flows have not ended.
		whole := reading.Err() == nil && (errors.Is(err, io.EOF) || errors.As(err, new(*capture.BreakError))) && (count == 0 || e.Stats().Yielded < count)
		if err != nil && (whole || !s.identified) {
			e.End(&b.Batch)
		}
		if len(b.Records)+len(b.Flows) > 0 {
			if err := feed.take(handing, b); err != nil {
				return e.Stats().Yielded, err
			}
			b = nil
		}
		is := e.Stats()
		feed.resumed(is.Rebuilt - was.Rebuilt)
		feed.skip(is.Filtered - was.Filtered)
		feed.shed(is.Sampled-was.Sampled, is.Deduplicated-was.Deduplicated, is.DedupEvicted-was.DedupEvicted)
		feed.unknown(is.UnknownLink - was.UnknownLink)
		was = is
		s.advance(is.Seen)
		if err == nil && filterErr != nil {
			err = fmt.Errorf("filter %s: %w", s.name, filterErr)
		}
		if err != nil || s.prompt {
			if ferr := feed.flush(err != nil); ferr != nil {
				return e.Stats().Yielded, ferr
			}
		}
		if from != nil && whole {
			number, offset := e.Last()
			from.end(number, offset, s.read())
		}
		if errors.Is(err, io.EOF) {
			return e.Stats().Yielded, nil
		}
		if err != nil {
			return e.Stats().Yielded, err
		}
	}
}

// documents are the options for the documents of a source.
func (l *line) documents(s *source) document.Options {
	internal, _ := l.cfg.Internal() // validated
	host, _ := os.Hostname()
	at := s.place
	if s.tap != nil {
		at.store = s.tap.StoreID()
	}
	return document.Options{
		CaptureID: s.id, StoreID: at.store, File: at.file, Mark: at.mark, Profile: profileOf(&l.cfg), Internal: internal, Hostname: host, Version: l.release,
		Interfaces: s.Interfaces, AllAddresses: l.cfg.Dissect.Wireshark(), Sampling: l.sampling(),
	}
}

// flowDocuments tells whether flows that have ended have documents; only format ecs has them.
func (l *line) flowDocuments() bool { return l.cfg.Flow.Summary && l.in.Format == config.FormatECS }

// raw is how many bytes of a packet its document can hold.
func (l *line) raw() int {
	if l.in.Payload.Raw {
		return document.MaxRaw
	}
	return 0
}

// sampling is that of the input.
func (l *line) sampling() engine.Sampling {
	return engine.Sampling{Every: uint64(l.in.Sampling.Every), ByFlow: l.in.Sampling.By == config.ByFlow} //nolint:gosec // validated
}
