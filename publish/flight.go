// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"sync"

	"github.com/elastic/elastic-agent-libs/mapstr"
)

// flight is a batch on its way: published and not yet acknowledged. Its memory is
// used again for a later batch.
type flight struct {
	batch  Batch
	weight int64     // of the bytes in flight
	meta   *metadata // of its way
	left   int       // events not acknowledged yet, guarded by queue.mu
	docs   []Document
	memory Memory
	wholes []whole
	fields []mapstr.M
	metas  []mapstr.M
}

// load starts the way of a batch.
func (f *flight) load(b Batch, weight int64, m *metadata) {
	f.batch, f.weight, f.meta, f.left = b, weight, m, 0
	f.docs = f.docs[:0]
}

// event fills the i-th pair of maps with what stands for a document.
func (f *flight) event(i int, doc Document) (fields, meta mapstr.M) {
	fields, meta = f.fields[i], f.metas[i]
	clear(fields)
	clear(meta)
	f.wholes[i].object = doc
	fields[doc.Key(0)] = &f.wholes[i]
	meta["_id"] = doc.ID()
	meta["op_type"] = "create"
	f.meta.put(meta, doc.Timestamp())
	return fields, meta
}

// reserve makes room for the events of all documents, so that nothing that events point to moves.
func (f *flight) reserve() {
	for len(f.fields) < len(f.docs) {
		f.fields = append(f.fields, make(mapstr.M, 4))
		f.metas = append(f.metas, make(mapstr.M, 3))
	}
	if len(f.wholes) < len(f.docs) {
		f.wholes = make([]whole, len(f.docs))
	}
}

// queue is one client's flights in the order of publication: libbeat acknowledges
// the events of a client in that order, as counts.
type queue struct {
	mu      sync.Mutex
	flights []*flight
	head    int
}

// push adds a flight of n events, before the first of them is published.
func (q *queue) push(f *flight, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f.left = n
	if q.head > 0 && len(q.flights) == cap(q.flights) {
		q.flights = append(q.flights[:0], q.flights[q.head:]...)
		q.head = 0
	}
	q.flights = append(q.flights, f)
}

// done takes n acknowledged events off and calls landed for every flight that has none left.
func (q *queue) done(n int, landed func(*flight)) {
	for n > 0 {
		q.mu.Lock()
		if q.head == len(q.flights) {
			q.mu.Unlock()
			return // more acknowledged than published: libbeat's count is not ours to repair
		}
		f := q.flights[q.head]
		k := min(n, f.left)
		f.left -= k
		n -= k
		finished := f.left == 0
		if finished {
			q.flights[q.head] = nil
			if q.head++; q.head == len(q.flights) {
				q.flights, q.head = q.flights[:0], 0
			}
		}
		q.mu.Unlock()
		if finished {
			landed(f)
		}
	}
}
