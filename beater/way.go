// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/publish"
)

// way is an input's line and where it ends.
type way struct {
	line *line
	open func(index string) (*publish.Input, error)

	mu  sync.Mutex
	ins map[string]*publish.Input // by index; "" is the input's own
}

// to is the end of the way that leads to an index.
func (w *way) to(index string) (*publish.Input, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if in := w.ins[index]; in != nil {
		return in, nil
	}
	in, err := w.open(index)
	if err == nil {
		w.ins[index] = in
	}
	return in, err
}

// drain waits for the acknowledgement of all that was published, after the line has ended; the ledger has what is missing.
func (w *way) drain(ctx context.Context) error {
	for _, in := range w.ins {
		if err := in.Drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *way) stop() {
	for _, in := range w.ins {
		in.Stop()
	}
}

func (w *way) wait() {
	for _, in := range w.ins {
		in.Wait()
	}
}

func (e *Beater) open(pub *publish.Publisher, j job) (*way, error) {
	in, cfg, opts := j.Input, e.cfg, e.opts
	if j.stream != nil {
		cfg, opts.patient = *j.stream.Config, true
	}
	l, err := newLine(cfg, in, opts)
	if err != nil {
		return nil, err
	}
	if in.Index == "" && in.Format != e.cfg.Format { // the output's own index is for the Beat's format
		in.Index = indexOf(in.Format, &e.cfg).Name
	}
	l.in.Index = in.Index
	w := &way{line: l, ins: map[string]*publish.Input{}}
	w.open = func(index string) (*publish.Input, error) {
		if index == "" {
			index = in.Index
		}
		o := publish.InputOptions{
			ID:   in.ID,
			Way:  publish.Way{Index: index, Pipeline: in.Pipeline, Tags: in.Tags, Fields: in.Fields, Processors: in.Processors},
			Lost: l.losses.read, Acknowledged: acknowledged, Bare: in.Format != config.FormatECS,
			NewEncoder: func() publish.Encoder { return &encoder{format: in.Format} }, NewFlowEncoder: flowEncoders(l),
		}
		if j.stream != nil {
			o.Dataset = document.Dataset
			if to := j.stream.Flows; to != nil {
				flows := wayTo(to, document.FlowDataset)
				o.Flows = &flows
			}
			if to := j.stream.Ledger; to != nil {
				ledger := wayTo(to, "") // gap documents have a dataset of their own elsewhere
				o.Notices = &ledger
			}
		}
		return pub.Open(o)
	}
	if _, err := w.to(""); err != nil {
		l.close()
		return nil, err
	}
	l.flows, l.files, l.marks, l.say, l.fill = e.flows, e.read, e.marks, e.say, pub.Fill
	l.tell(j.health)
	if in.Format == config.FormatECS && (j.stream == nil || j.stream.Ledger != nil) { // else there is no place for it
		l.notice = func(ctx context.Context, d *document.Document) error { return w.ins[""].Notice(ctx, d) }
	}
	pool := &sync.Pool{New: func() any { return new(batch) }}
	l.feed = func(opt document.Options, from *resume) (feed, error) {
		opt.Shipped = true
		f := &pipelineFeed{opt: opt, pool: pool, from: from}
		index := ""
		if from != nil && !from.done {
			index = e.resume(f, l.in)
		}
		in, err := w.to(index)
		f.in = in
		return f, err
	}
	l.fail = func(err error) {
		if errors.Is(err, context.Canceled) {
			return // a stop, which the ledger shows
		}
		j.health.fail(err)
		e.fail(err)
	}
	return w, nil
}

// wayTo is the way of documents that a stream of Elastic Agent says where to send.
func wayTo(d *config.Documents, dataset string) publish.Way {
	return publish.Way{Index: d.Index, Pipeline: d.Pipeline, Tags: d.Tags, Fields: d.Fields, Processors: d.Processors, Dataset: dataset}
}

// resume prepares a feed to go on where an earlier run was interrupted, and returns the index if it is not the input's own.
func (e *Beater) resume(f *pipelineFeed, in config.Input) string {
	own := in.Index
	switch {
	case own == "":
		own = e.index
	case strings.Contains(own, "%{"): // a packet has one index of those by day, in which its id is unique
		own = ""
	}
	target := f.from.begin(own)
	if e.looker != nil && target != "" {
		f.known = &known{looker: e.looker, target: target, capture: f.opt.CaptureID, flows: document.FlowCaptureID(f.opt.CaptureID), say: e.say, enough: lookedForNew}
		if f.from.again {
			f.known.enough = lookedFor
		}
	}
	if target == own {
		return ""
	}
	return target
}
