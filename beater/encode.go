// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"sync"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/publish"
	marks "github.com/espbeat/espbeat/publish/progress"
)

// batch is an engine's batch on its way to the pipeline.
type batch struct {
	engine.Batch
	opt  *document.Options // of its source
	pool *sync.Pool
	// from has the token of the batch; nil when nobody comes back to the source.
	from  *resume
	token marks.Token
}

// Len implements publish.Batch.
func (b *batch) Len() int { return len(b.Records) }

// acknowledged is told when all of a batch is.
func acknowledged(b publish.Batch) {
	switch b := b.(type) {
	case *batch:
		if b.from != nil {
			b.from.acknowledged(b.token)
		}
	case *ended:
		if b.from != nil {
			b.from.flowsAcknowledged(b.token)
		}
	}
}

// Release implements publish.Batch.
func (b *batch) Release() {
	b.from = nil
	b.Reset()
	b.pool.Put(b)
}

// pipelineFeed publishes the records of one source.
type pipelineFeed struct {
	in   *publish.Input
	opt  document.Options
	pool *sync.Pool
	next *batch
	from *resume
	// known leaves out what an earlier run stored and did not see acknowledged; nil when there was none.
	known *known
}

func (f *pipelineFeed) batch() *engine.Batch {
	if f.next == nil {
		f.next = f.pool.Get().(*batch)
		f.next.opt, f.next.pool = &f.opt, f.pool
	}
	return &f.next.Batch
}

func (f *pipelineFeed) take(ctx context.Context, _ *engine.Batch) error {
	b := f.next
	f.next = nil
	if err := f.takeFlows(ctx, b.Flows); err != nil {
		b.Release()
		return err
	}
	if f.from != nil && len(b.Records) > 0 {
		b.from, b.token = f.from, f.from.sent(b.Records[len(b.Records)-1].Number)
	}
	if f.known != nil {
		n, err := f.known.leaveOut(ctx, &b.Batch)
		if err != nil {
			b.Release()
			return err
		}
		f.in.Known(n)
	}
	return f.in.Publish(ctx, b)
}

func (f *pipelineFeed) skip(n uint64)    { f.in.Skip(n) }
func (f *pipelineFeed) resumed(n uint64) { f.in.Resumed(n) }
func (f *pipelineFeed) unknown(n uint64) { f.in.UnknownLink(n) }
func (f *pipelineFeed) shed(sampled, deduplicated, evicted uint64) {
	f.in.Sampled(sampled)
	f.in.Deduplicated(deduplicated, evicted)
}
func (f *pipelineFeed) flush() error { return nil }

// encoder makes the documents of batches, whichever source they come from.
type encoder struct {
	format string
	opt    *document.Options
	ecs    *document.Encoder
	lite   *document.Lite
}

// memory is what the documents of a batch lie in until it is released.
type memory struct {
	document.Memory
	docs []document.Document
}

// Encode implements publish.Encoder.
func (e *encoder) Encode(docs []publish.Document, mem *publish.Memory, pb publish.Batch) []publish.Document {
	b := pb.(*batch)
	m := memoryOf(mem, len(b.Records))
	e.turnTo(b.opt)
	for i := range b.Records {
		r := &b.Records[i]
		var d document.Document
		switch {
		case e.lite == nil:
			d = e.ecs.Encode(&m.Memory, &b.Batch, r)
		case e.lite.Has(r):
			d = e.lite.Encode(&m.Memory, &b.Batch, r)
		default:
			continue
		}
		m.docs = append(m.docs, d)
		docs = append(docs, &m.docs[len(m.docs)-1])
	}
	return docs
}

// turnTo makes the encoder that of a source.
func (e *encoder) turnTo(opt *document.Options) {
	if e.opt == opt {
		return
	}
	e.opt = opt
	if e.format == config.FormatLite {
		e.lite = document.NewLite(opt.CaptureID)
		return
	}
	e.ecs = document.NewEncoder(*opt)
}

var (
	_ publish.Encoder = (*encoder)(nil)
	_ publish.Batch   = (*batch)(nil)
)
