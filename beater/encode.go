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
	"github.com/espbeat/espbeat/tshark"
)

// batch is an engine's batch on its way to the pipeline.
type batch struct {
	engine.Batch
	opt  *document.Options // of its source
	pool *sync.Pool
	// asked is what tshark is asked about; empty where it is not.
	asked tshark.Batch
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
	b.asked.Reset()
	b.Reset()
	b.pool.Put(b)
}

// pipelineFeed publishes the records of one source.
type pipelineFeed struct {
	in   *publish.Input
	opt  document.Options
	pool *sync.Pool
	from *resume
	// known leaves out what an earlier run stored and did not see acknowledged; nil when there was none.
	known *known
}

func (f *pipelineFeed) batch() *batch {
	b := f.pool.Get().(*batch)
	b.opt, b.pool = &f.opt, f.pool
	return b
}

func (f *pipelineFeed) take(ctx context.Context, b *batch) error {
	if err := f.takeFlows(ctx, b.Flows); err != nil {
		b.Release()
		return err
	}
	if f.from != nil && len(b.Records) > 0 {
		last := &b.Records[len(b.Records)-1]
		b.from, b.token = f.from, f.from.sent(last.Number, last.Offset)
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
func (f *pipelineFeed) flush(bool) error { return nil }
func (f *pipelineFeed) drop(b *batch)    { f.in.Drop(uint64(len(b.Records))) }

// encoder makes the documents of batches, whichever source they come from.
type encoder struct {
	format string
	opt    *document.Options
	ecs    *document.Encoder
	lite   *document.Lite
	ek     *document.Tshark
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
		case e.ecs != nil:
			d = e.ecs.Encode(&m.Memory, &b.Batch, r)
		case e.ek != nil:
			d = e.ek.Encode(&m.Memory, &b.Batch, r)
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
	switch e.format {
	case config.FormatLite:
		e.lite = document.NewLite(opt.CaptureID)
	case config.FormatEK:
		e.ek = document.NewTshark(opt.CaptureID)
	default:
		e.ecs = document.NewEncoder(*opt)
	}
}

var (
	_ publish.Encoder = (*encoder)(nil)
	_ publish.Batch   = (*batch)(nil)
)
