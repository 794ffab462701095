// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
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

// drain waits for the acknowledgement of all that was published; the ledger has what is missing.
func (w *way) drain(ctx context.Context) {
	for _, in := range w.ins {
		_ = in.Drain(ctx)
	}
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

func (e *Beater) open(pub *publish.Publisher, in config.Input) (*way, error) {
	l, err := newLine(e.cfg, in, e.opts)
	if err != nil {
		return nil, err
	}
	w := &way{line: l, ins: map[string]*publish.Input{}}
	w.open = func(index string) (*publish.Input, error) {
		if index == "" {
			index = in.Index
		}
		return pub.Open(publish.InputOptions{
			ID: in.ID, Tags: in.Tags, Fields: in.Fields, Index: index, Pipeline: in.Pipeline, Lost: l.losses.read, Acknowledged: acknowledged,
			NewEncoder: func() publish.Encoder { return &encoder{format: e.cfg.Format} }, NewFlowEncoder: flowEncoders(&e.cfg),
		})
	}
	if _, err := w.to(""); err != nil {
		l.close()
		return nil, err
	}
	l.flows, l.files, l.marks, l.say, l.fill = e.flows, e.read, e.marks, e.say, pub.Fill
	if e.cfg.Format != config.FormatLite { // which has no fields for it
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
		e.fail(err)
	}
	return w, nil
}

// resume prepares a feed to go on where an earlier run was interrupted, and returns the index if it is not the input's own.
func (e *Beater) resume(f *pipelineFeed, in config.Input) string {
	own := in.Index
	if own == "" {
		own = e.index
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
