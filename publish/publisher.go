// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/logp"
)

// Options of a Publisher.
type Options struct {
	// Encoders is the number of goroutines an input; 0 is the number of cores less one, at least 1.
	Encoders int
	// MaxBytes bounds the records in flight, of all inputs together.
	MaxBytes int64
	// Log is told what libbeat's processors have to say; nil tells nobody.
	Log *logp.Logger
}

// Publisher hands the batches of inputs to the libbeat pipeline.
type Publisher struct {
	pipeline beat.PipelineConnector
	ledger   *Ledger
	opts     Options
	bytes    *semaphore.Weighted
	held     atomic.Int64 // of bytes
	flights  sync.Pool
}

// New makes a publisher over a pipeline.
func New(pipeline beat.PipelineConnector, ledger *Ledger, opts Options) *Publisher {
	if opts.Encoders <= 0 {
		opts.Encoders = max(1, runtime.GOMAXPROCS(0)-1)
	}
	if opts.Log == nil {
		opts.Log = logp.NewNopLogger()
	}
	return &Publisher{
		pipeline: pipeline, ledger: ledger, opts: opts,
		bytes:   semaphore.NewWeighted(opts.MaxBytes),
		flights: sync.Pool{New: func() any { return new(flight) }},
	}
}

// Fill is how much of the bound of the records in flight is used, 0 to 1; near 1 Publish waits.
func (p *Publisher) Fill() float64 { return float64(p.held.Load()) / float64(p.opts.MaxBytes) }

// InputOptions are what the documents of one input have in common.
type InputOptions struct {
	ID string
	// Way is that of the packets.
	Way
	// Flows and Notices are the ways of the documents of flows and of those that stand for no packet; nil is that of the packets.
	Flows, Notices *Way
	// Bare leaves out the fields of agent, host and ecs, which every document gets otherwise.
	Bare bool
	// Lost reads what the input's source lost; it may be nil.
	Lost func() Lost
	// Acknowledged, which may be nil, is told of a batch before its Release: all of its events were acknowledged by the output, or
	// left out on the way there. It is not told of a batch that was given up, and of none after Stop. With a queue on disk libbeat
	// acknowledges what that has written. Several goroutines call it, in any order of batches; it must not block.
	Acknowledged func(Batch)
	// NewEncoder makes the encoder of one goroutine; nil without packets to publish.
	NewEncoder func() Encoder
	// NewFlowEncoder makes that of PublishFlows; nil without flows to publish.
	NewFlowEncoder func() Encoder
}

// Input is the way of one input's batches to the pipeline.
type Input struct {
	pub     *Publisher
	tally   *tally
	told    func(Batch) // of acknowledged batches; may be nil
	work    chan Batch
	workers []*worker
	flows   *worker // also one of workers; nil without flows to publish
	notices notices
	ways    []*way // all of them
	running sync.WaitGroup

	mu      sync.Mutex
	pending int           // batches published and not released, and notices not acknowledged
	idle    chan struct{} // closed when pending is 0; nil when nobody waits
}

// Open connects an input to the pipeline and starts its encoders.
func (p *Publisher) Open(o InputOptions) (*Input, error) {
	in := &Input{pub: p, tally: p.ledger.input(o.ID, o.Lost), told: o.Acknowledged, work: make(chan Batch, p.opts.Encoders)}
	if err := in.open(&o); err != nil {
		in.disconnect()
		in.Wait()
		return nil, err
	}
	in.running.Add(1)
	go in.notices.run()
	for _, w := range in.workers {
		in.running.Add(1)
		go w.run()
	}
	return in, nil
}

func (in *Input) open(o *InputOptions) error {
	packets, err := in.way(&o.Way, nil)
	if err != nil {
		return err
	}
	flows, err := in.way(o.Flows, packets)
	if err != nil {
		return err
	}
	told, err := in.way(o.Notices, packets)
	if err != nil {
		return err
	}
	if o.NewEncoder != nil {
		for range in.pub.opts.Encoders {
			if _, err := in.employ(o, packets, in.work, &in.tally.passage, o.NewEncoder()); err != nil {
				return err
			}
		}
	}
	in.notices = notices{in: in, way: told, queue: make(chan Document)}
	if in.notices.client, err = told.connect(in, o.ID, o.Bare, in.notices.acknowledged, nil); err != nil {
		return err
	}
	if o.NewFlowEncoder != nil {
		in.flows, err = in.employ(o, flows, make(chan Batch), &in.tally.flows, o.NewFlowEncoder())
	}
	return err
}

// way makes one; of nil it is like.
func (in *Input) way(w *Way, like *way) (*way, error) {
	if w == nil {
		return like, nil
	}
	made, err := newWay(*w, in.pub.opts.Log)
	if err == nil {
		in.ways = append(in.ways, made)
	}
	return made, err
}

// Publish takes a batch over and releases it when all of it is acknowledged. It
// blocks while the bytes in flight are at their bound. Several goroutines may call it.
func (in *Input) Publish(ctx context.Context, b Batch) error {
	n := b.Len()
	if err := in.publish(ctx, b, in.work, &in.tally.passage); err != nil {
		return fmt.Errorf("publish %d packets: %w", n, err)
	}
	return nil
}

func (in *Input) publish(ctx context.Context, b Batch, work chan<- Batch, tally *passage) error {
	n := uint64(b.Len()) //nolint:gosec // a length
	tally.handed.Add(n)
	if err := in.pub.bytes.Acquire(ctx, in.weight(b)); err != nil {
		tally.shutdown.Add(n)
		b.Release()
		return err
	}
	in.pub.held.Add(in.weight(b))
	in.mu.Lock()
	in.pending++
	in.mu.Unlock()
	select {
	case work <- b:
		return nil
	case <-ctx.Done(): // the encoders wait for the queue
		tally.shutdown.Add(n)
		in.settle(b, in.weight(b))
		return ctx.Err()
	}
}

// Skip counts packets that the input saw and that its filter left out.
func (in *Input) Skip(n uint64) {
	in.tally.filtered.Add(n)
	in.tally.handed.Add(n)
}

// Sampled counts packets that were dissected and left out by sampling.
func (in *Input) Sampled(n uint64) {
	in.tally.sampled.Add(n)
	in.tally.handed.Add(n)
}

// Deduplicated counts packets that were left out as copies, and evicted those whose copies were no longer known for want of room.
func (in *Input) Deduplicated(n, evicted uint64) {
	in.tally.deduplicated.Add(n)
	in.tally.handed.Add(n)
	in.tally.dedupEvicted.Add(evicted)
}

// Drop counts packets that the input saw and gave up before it published them.
func (in *Input) Drop(n uint64) {
	in.tally.handed.Add(n)
	in.tally.shutdown.Add(n)
}

// Resumed counts packets that the input saw again and passed over, because an earlier run had them acknowledged.
func (in *Input) Resumed(n uint64) {
	in.tally.handed.Add(n)
	in.tally.resumed.Add(n)
}

// Known counts packets that the input saw and did not publish, because a lookup found them stored already.
func (in *Input) Known(n uint64) {
	in.tally.handed.Add(n)
	in.tally.known.Add(n)
}

// UnknownLink counts packets whose link layer nobody dissects; they are published as any other.
func (in *Input) UnknownLink(n uint64) { in.tally.unknown.Add(n) }

// weight is what b takes of the bytes in flight; a batch over the bound goes alone.
func (in *Input) weight(b Batch) int64 {
	return min(int64(b.Bytes()), in.pub.opts.MaxBytes)
}

// Drain waits until all that was published is acknowledged, or ctx ends.
func (in *Input) Drain(ctx context.Context) error {
	in.mu.Lock()
	if in.pending == 0 {
		in.mu.Unlock()
		return nil
	}
	if in.idle == nil {
		in.idle = make(chan struct{})
	}
	idle := in.idle
	in.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return errors.New("stopped before everything was acknowledged")
	}
}

// Close ends the input; call it after the last Publish and Notice have returned, and after Drain.
// What is not acknowledged by then stays so in the ledger, whatever libbeat says later.
func (in *Input) Close() {
	in.Stop()
	in.Wait()
}

// Stop is Close that does not wait. A Publish that a full queue has already taken up
// returns only when there is room, or when the pipeline is closed.
func (in *Input) Stop() {
	for _, w := range in.workers {
		w.closed.Store(true)
	}
	in.disconnect()
	close(in.work)
	if in.flows != nil {
		close(in.flows.work)
	}
	close(in.notices.queue)
}

// disconnect closes the clients.
func (in *Input) disconnect() {
	for _, w := range in.workers {
		_ = w.client.Close()
	}
	if in.notices.client != nil {
		_ = in.notices.client.Close()
	}
}

// Wait waits for the end of an input after Stop.
func (in *Input) Wait() {
	in.running.Wait()
	for _, w := range in.ways {
		w.close()
	}
}

// Counts are the input's part of the ledger.
func (in *Input) Counts() Counts { return in.tally.counts() }

// settle gives back what a batch held.
func (in *Input) settle(b Batch, weight int64) {
	b.Release()
	in.pub.held.Add(-weight)
	in.pub.bytes.Release(weight)
	in.done(1)
}

// done takes n off what Drain waits for.
func (in *Input) done(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.pending -= n; in.pending == 0 && in.idle != nil {
		close(in.idle)
		in.idle = nil
	}
}
