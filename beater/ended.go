// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"slices"
	"sync"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/publish"
	marks "github.com/espbeat/espbeat/publish/progress"
)

// maxEnded bounds the flows whose documents are made at a time: a packet after a long silence ends all flows, and so does the end of the input.
const maxEnded = 1024

// ended are flows that have ended, on the way of their documents to the pipeline.
type ended struct {
	flows []*engine.Flow
	opt   *document.Options // of their source
	from  *resume           // nil when nobody comes back to the source
	token marks.Token
}

var endedPool = sync.Pool{New: func() any { return new(ended) }}

// takeFlows publishes the documents of flows that have ended with the packets that take publishes next.
func (f *pipelineFeed) takeFlows(ctx context.Context, flows []*engine.Flow) error {
	for some := range slices.Chunk(flows, maxEnded) {
		e := endedPool.Get().(*ended)
		e.flows, e.opt = append(e.flows, some...), &f.opt
		if f.from != nil {
			e.from, e.token = f.from, f.from.sentFlows()
		}
		if f.known != nil {
			if err := f.known.leaveOutFlows(ctx, e); err != nil {
				e.Release()
				return err
			}
		}
		if err := f.in.PublishFlows(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// Len implements publish.Batch.
func (e *ended) Len() int { return len(e.flows) }

// Bytes implements publish.Batch.
func (e *ended) Bytes() int {
	const flowSize = 500 // with its texts
	return len(e.flows) * flowSize
}

// Release implements publish.Batch.
func (e *ended) Release() {
	clear(e.flows)
	e.flows, e.from = e.flows[:0], nil
	endedPool.Put(e)
}

// flowEncoder makes the documents of flows.
type flowEncoder struct{ encoder }

// Encode implements publish.Encoder.
func (e *flowEncoder) Encode(docs []publish.Document, mem *publish.Memory, pb publish.Batch) []publish.Document {
	b := pb.(*ended)
	m := memoryOf(mem, len(b.flows))
	e.turnTo(b.opt)
	for i := range b.flows {
		m.docs = append(m.docs, e.ecs.EncodeFlow(&m.Memory, b.flows[i]))
		docs = append(docs, &m.docs[i])
	}
	return docs
}

// flowEncoders makes the encoders of flow documents; nil when there are to be none.
func flowEncoders(c *config.Config) func() publish.Encoder {
	if !c.Flow.Summary {
		return nil
	}
	return func() publish.Encoder { return &flowEncoder{} }
}

// memoryOf makes room for n documents, which are handed out by address: the slice must not move.
func memoryOf(mem *publish.Memory, n int) *memory {
	m, ok := mem.Encoder.(*memory)
	if !ok {
		m = &memory{}
		mem.Encoder = m
	}
	m.Reset()
	m.docs = slices.Grow(m.docs[:0], n)
	return m
}

var (
	_ publish.Encoder = (*flowEncoder)(nil)
	_ publish.Batch   = (*ended)(nil)
)
