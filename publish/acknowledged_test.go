// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/outputs"
	lbpublisher "github.com/elastic/beats/v7/libbeat/publisher"
	lbpipeline "github.com/elastic/beats/v7/libbeat/publisher/pipeline"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/monitoring"
)

// fates are what became of batches, in order.
type fates struct {
	mu      sync.Mutex
	of      map[Batch][]string
	changed *sync.Cond
}

func newFates() *fates {
	f := &fates{of: map[Batch][]string{}}
	f.changed = sync.NewCond(&f.mu)
	return f
}

func (f *fates) add(b Batch, fate string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of[b] = append(f.of[b], fate)
	f.changed.Broadcast()
}

// until waits until ok is true of them.
func (f *fates) until(ok func() bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !ok() {
		f.changed.Wait()
	}
}

func (f *fates) batch(n int) *fakeBatch {
	b := &fakeBatch{n: n, bytes: 1}
	b.released = func() { f.add(b, "released") }
	return b
}

// expect compares; what has no fate yet is not there.
func (f *fates) expect(t *testing.T, want map[Batch][]string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !maps.EqualFunc(f.of, want, slices.Equal[[]string]) {
		t.Errorf("got  %v\nwant %v", f.of, want)
	}
}

func (f *fates) open(t *testing.T, p beat.PipelineConnector, o Options, none int) (*Input, *Ledger) {
	t.Helper()
	l := NewLedger(monitoring.NewRegistry())
	var seen int
	var mu sync.Mutex
	o.MaxBytes = 1 << 20
	in, err := New(p, l, o).Open(InputOptions{
		ID: "a", NewEncoder: func() Encoder { return fakeEncoder{&mu, &seen, none} },
		Acknowledged: func(b Batch) { f.add(b, "acknowledged") },
	})
	if err != nil {
		t.Fatal(err)
	}
	return in, l
}

func publishAll(t *testing.T, in *Input, batches ...Batch) {
	t.Helper()
	for _, b := range batches {
		if err := in.Publish(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

var told = []string{"acknowledged", "released"}

func TestEveryAcknowledgedBatchIsToldOnce(t *testing.T) {
	for name, none := range map[string]int{"some packets without document": 7, "no packet with one": 1} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p, f, want := newPipeline(), newFates(), map[Batch][]string{}
			go p.run(ctx)
			in, l := f.open(t, p, Options{Encoders: 3}, none)
			for n := range 200 {
				b := f.batch(n % 5) // also none at all, and such that a processor filters
				want[b] = told
				publishAll(t, in, b)
			}
			if err := in.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			f.expect(t, want)
			in.Close()
			if c := l.Totals(); c.InFlight != 0 || c.Shutdown != 0 || c.Filtered == 0 {
				t.Errorf("ledger %+v", c)
			}
		})
	}
}

// arrive waits until the pipeline has n events.
func arrive(p *pipeline, l *Ledger, n uint64) {
	for l.Totals().Published < n {
		<-p.arrived
	}
}

func TestBatchIsToldWhenItsLastEventIs(t *testing.T) {
	p, f := newPipeline(), newFates()
	in, l := f.open(t, p, Options{Encoders: 1}, 0)
	b := f.batch(4)
	publishAll(t, in, b)
	arrive(p, l, 4)
	ack := p.clients[0].cfg.EventListener.ACKEvents
	ack(3)
	f.expect(t, map[Batch][]string{})
	ack(1)
	f.expect(t, map[Batch][]string{b: told})
	in.Close()
}

func TestStopEndsWhatIsTold(t *testing.T) {
	p, f := newPipeline(), newFates()
	in, l := f.open(t, p, Options{Encoders: 1}, 0)
	first, second := f.batch(4), f.batch(3)
	publishAll(t, in, first)
	arrive(p, l, 4)
	p.acknowledge()
	publishAll(t, in, second)
	arrive(p, l, 6) // one is filtered
	in.Close()
	before := l.Totals()
	p.acknowledge() // as a pipeline does that is closed
	f.expect(t, map[Batch][]string{first: told, second: {"released"}})
	if c := l.Totals(); c != before || c.InFlight != 2 {
		t.Errorf("ledger %+v, before %+v", c, before)
	}
}

func TestDroppedEventIsNoAcknowledgement(t *testing.T) {
	p, f := newPipeline(), newFates()
	p.drops = func(nth int) bool { return nth > 6 } // closed
	in, l := f.open(t, p, Options{Encoders: 1}, 0)
	whole, part, none := f.batch(4), f.batch(4), f.batch(4)
	publishAll(t, in, whole)
	arrive(p, l, 4)
	p.acknowledge()
	publishAll(t, in, part, none)
	in.Close()
	p.acknowledge()
	f.expect(t, map[Batch][]string{whole: told})
	if c := l.Totals(); c.Seen != 12 || c.Acknowledged+c.Filtered+c.Shutdown+c.InFlight != 12 || c.Shutdown < 4 {
		t.Errorf("ledger %+v", c)
	}
}

func TestAcknowledgementsAfterADroppedEventProveNothing(t *testing.T) {
	p, f := newPipeline(), newFates()
	p.drops = func(nth int) bool { return nth == 3 } // as the queue on disk does with one that it cannot write
	in, l := f.open(t, p, Options{Encoders: 1}, 0)
	b := f.batch(4)
	publishAll(t, in, b, f.batch(4))
	arrive(p, l, 6)
	p.clients[0].cfg.EventListener.ACKEvents(4) // one of the second batch, in libbeat's count of the first
	f.expect(t, map[Batch][]string{b: {"released"}})
	in.Close()
}

func TestBatchThatFoundNoRoomIsNotTold(t *testing.T) {
	p, f := newPipeline(), newFates()
	in, _ := f.open(t, p, Options{Encoders: 1}, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := &fakeBatch{n: 1, bytes: 1 << 21}
	b.released = func() { f.add(b, "released") }
	held := f.batch(1)
	held.bytes = 1 << 21
	publishAll(t, in, held)
	if err := in.Publish(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	f.expect(t, map[Batch][]string{b: {"released"}})
	in.Close()
}

// stuck is an output that sends nothing until it is stopped, and then gives back what it has.
type stuck struct{ has chan struct{} }

func (stuck) String() string                { return "stuck" }
func (stuck) Connect(context.Context) error { return nil }
func (stuck) Close() error                  { return nil }
func (s stuck) Publish(ctx context.Context, b lbpublisher.Batch) error {
	s.has <- struct{}{}
	<-ctx.Done()
	b.Retry()
	return ctx.Err()
}

// TestClosedPipelineAcknowledgesWhatItDrops shows that of libbeat, and that no batch is told of for it.
func TestClosedPipelineAcknowledgesWhatItDrops(t *testing.T) {
	out := stuck{make(chan struct{}, 1)}
	p, err := lbpipeline.New(beat.Info{Logger: nopLog()}, lbpipeline.Monitors{Logger: nopLog()}, config.Namespace{},
		outputs.Group{Clients: []outputs.Client{out}, BatchSize: 3}, lbpipeline.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	f := newFates()
	in, l := f.open(t, p, Options{Encoders: 1}, 0)
	b := f.batch(3)
	publishAll(t, in, b)
	<-out.has
	in.Stop()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	in.Wait()
	f.until(func() bool { return f.of[b] != nil }) // libbeat's acknowledgement
	f.expect(t, map[Batch][]string{b: {"released"}})
	if c := l.Totals(); c.Acknowledged != 0 || c.InFlight != 3 {
		t.Errorf("ledger %+v", c)
	}
}
