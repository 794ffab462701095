// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"sync/atomic"

	"github.com/elastic/beats/v7/libbeat/beat"
)

// worker is one encoder goroutine with its pipeline client.
type worker struct {
	in     *Input
	way    *way
	work   chan Batch
	tally  *passage
	enc    Encoder
	client beat.Client
	queue  queue
	// closed: the client is, or dropped an event because the pipeline is. From then on acknowledgements prove nothing: a pipeline
	// that is closed acknowledges what it drops.
	closed atomic.Bool
}

func (w *worker) run() {
	defer w.in.running.Done()
	for b := range w.work {
		w.publish(b)
	}
}

func (w *worker) publish(b Batch) {
	f := w.in.pub.flights.Get().(*flight)
	f.load(b, w.in.weight(b), &w.way.metadata)
	f.docs = w.enc.Encode(f.docs, &f.memory, b)
	n := len(f.docs)
	w.tally.filtered.Add(uint64(b.Len() - n))
	if n == 0 {
		w.landed(f)
		return
	}
	f.reserve()
	w.queue.push(f, n)
	for i, docs := 0, f.docs; i < n; i++ {
		fields, meta := f.event(i, docs[i])
		w.client.Publish(beat.Event{Timestamp: docs[i].Timestamp(), Fields: fields, Meta: meta})
	}
}

// acknowledged is called by libbeat: acked by the output, total with those filtered between them.
func (w *worker) acknowledged(acked, total int) {
	if !w.closed.Load() {
		w.tally.acknowledged.Add(uint64(acked))
	}
	w.queue.done(total, w.landed)
}

// landed releases a batch of which nothing is on its way any more.
func (w *worker) landed(f *flight) {
	b, weight := f.batch, f.weight
	clear(f.docs)
	f.batch = nil
	w.in.pub.flights.Put(f)
	if w.in.told != nil && !w.closed.Load() {
		w.in.told(b)
	}
	w.in.settle(b, weight)
}

// listener counts what becomes of a client's events.
type listener struct{ w *worker }

func (listener) Closing()  {}
func (listener) Closed()   {}
func (listener) NewEvent() {}

func (l listener) Filtered()  { l.w.tally.filtered.Add(1) }
func (l listener) Published() { l.w.tally.published.Add(1) }

func (l listener) DroppedOnPublish(beat.Event) {
	l.w.closed.Store(true) // libbeat may have counted it as one that is to be acknowledged
	l.w.tally.shutdown.Add(1)
}

var _ beat.ClientListener = listener{}
