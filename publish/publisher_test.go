// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/monitoring"
)

// pipeline keeps what is published and acknowledges on demand, as libbeat does: by
// counts, in the order of each client.
type pipeline struct {
	mu      sync.Mutex
	clients []*client
	arrived chan struct{}
	refuse  error
	// drops tells which events of a client, counted from 1, the queue does not take; nil is none.
	drops func(nth int) bool
}

// nobody listens to a client's events.
type nobody struct{ beat.ClientListener }

func (nobody) Published()                  {}
func (nobody) Filtered()                   {}
func (nobody) DroppedOnPublish(beat.Event) {}

type client struct {
	p      *pipeline
	cfg    beat.ClientConfig
	open   bool
	events []beat.Event
	next   int // of events, to acknowledge
	given  int
}

func (p *pipeline) Connect() (beat.Client, error) { return p.ConnectWith(beat.ClientConfig{}) }

func (p *pipeline) ConnectWith(cfg beat.ClientConfig) (beat.Client, error) {
	if p.refuse != nil {
		return nil, p.refuse
	}
	if cfg.ClientListener == nil {
		cfg.ClientListener = nobody{}
	}
	c := &client{p: p, cfg: cfg, open: true}
	p.clients = append(p.clients, c)
	return c, nil
}

func (c *client) PublishAll(es []beat.Event) {
	for _, e := range es {
		c.Publish(e)
	}
}

func (c *client) Publish(e beat.Event) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if !c.open {
		c.cfg.ClientListener.DroppedOnPublish(e)
		return
	}
	if c.given++; c.p.drops != nil && c.p.drops(c.given) {
		c.cfg.EventListener.AddEvent(e, true) // before libbeat knows that the queue takes no more
		c.cfg.ClientListener.DroppedOnPublish(e)
		return
	}
	filtered := strings.HasSuffix(e.Meta["_id"].(string), "5") // a processor that drops some
	c.cfg.EventListener.AddEvent(e, !filtered)
	if filtered {
		c.cfg.ClientListener.Filtered()
	} else {
		c.events = append(c.events, e)
		c.cfg.ClientListener.Published()
	}
	select {
	case c.p.arrived <- struct{}{}:
	default:
	}
}

func (c *client) Close() error {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	c.open = false
	return nil
}

// acknowledge everything that came so far.
func (p *pipeline) acknowledge() {
	p.mu.Lock()
	type ack struct {
		c *client
		n int
	}
	var acks []ack
	for _, c := range p.clients {
		if n := len(c.events) - c.next; n > 0 {
			c.next += n
			acks = append(acks, ack{c, n})
		}
	}
	p.mu.Unlock()
	for _, a := range acks {
		a.c.cfg.EventListener.ACKEvents(a.n)
	}
}

func (p *pipeline) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.arrived:
			p.acknowledge()
		}
	}
}

func newPipeline() *pipeline { return &pipeline{arrived: make(chan struct{}, 1)} }

func open(t *testing.T, p *pipeline, o Options, none int) (*Input, *Ledger) {
	t.Helper()
	l := NewLedger(monitoring.NewRegistry())
	var seen int
	var mu sync.Mutex
	in, err := New(p, l, o).Open(InputOptions{ID: "a", NewEncoder: func() Encoder { return fakeEncoder{&mu, &seen, none} },
		Lost: func() Lost { return Lost{Kernel: 3, Pool: 2, Own: 1} }})
	if err != nil {
		t.Fatal(err)
	}
	return in, l
}

func TestAllIsReleasedAndCounted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := newPipeline()
	go p.run(ctx)
	in, l := open(t, p, Options{Encoders: 3, MaxBytes: 1000}, 7)
	var released atomic.Int64
	const batches, each = 200, 13
	for range batches {
		if err := in.Publish(ctx, &fakeBatch{n: each, bytes: 400, released: func() { released.Add(1) }}); err != nil {
			t.Fatal(err)
		}
	}
	if err := in.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	in.Close()
	if n := released.Load(); n != batches {
		t.Errorf("%d of %d batches released", n, batches)
	}
	if f := in.pub.Fill(); f != 0 {
		t.Errorf("the bound is used to %v by nothing", f)
	}
	c := l.Totals()
	if c.Seen != batches*each+6 || c.InFlight != 0 || c.Acknowledged+c.Filtered+6 != c.Seen || c.Filtered < batches*each/7 {
		t.Errorf("ledger %+v", c)
	}
	for _, cl := range p.clients {
		if cl.cfg.PublishMode != beat.GuaranteedSend || *cl.cfg.Processing.EventNormalization {
			t.Error("a client in a mode that loses events, or that normalizes them")
		}
	}
}

func TestBytesInFlightAreBounded(t *testing.T) {
	p := newPipeline()
	in, l := open(t, p, Options{Encoders: 1, MaxBytes: 1000}, 0)
	ctx, cancel := context.WithCancel(context.Background())
	if err := in.Publish(ctx, &fakeBatch{n: 2, bytes: 5000}); err != nil { // over the bound: alone
		t.Fatal(err)
	}
	if f := in.pub.Fill(); f != 1 {
		t.Errorf("the bound is used to %v", f)
	}
	done := make(chan error)
	go func() { done <- in.Publish(ctx, &fakeBatch{n: 4, bytes: 1}) }()
	select {
	case err := <-done:
		t.Fatalf("no bound: %v", err)
	default:
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if c := l.Totals(); c.Shutdown != 4 || c.InFlight != 2 {
		t.Errorf("ledger %+v", c)
	}
	if err := in.Drain(ctx); err == nil {
		t.Error("drained without acknowledgements")
	}
	in.Close()
}

func TestStopCountsWhatIsLeft(t *testing.T) {
	p := newPipeline()
	in, l := open(t, p, Options{Encoders: 1, MaxBytes: 1 << 20}, 0)
	for _, c := range p.clients {
		_ = c.Close()
	}
	if err := in.Publish(context.Background(), &fakeBatch{n: 9, bytes: 1}); err != nil {
		t.Fatal(err)
	}
	in.Close()
	if c := l.Totals(); c.Shutdown != 9 || c.InFlight != 0 || c.Seen != 15 {
		t.Errorf("ledger %+v", c)
	}
}

func TestOpenSaysWhichInput(t *testing.T) {
	p := newPipeline()
	p.refuse = errors.New("shutting down")
	_, err := New(p, NewLedger(monitoring.NewRegistry()), Options{MaxBytes: 1}).Open(InputOptions{ID: "eth0", NewEncoder: func() Encoder { return nil }})
	if err == nil || !strings.Contains(err.Error(), "connect input eth0 to the pipeline: shutting down") {
		t.Errorf("error %v", err)
	}
}

func TestEventsOfABatchAreIndependent(t *testing.T) {
	var f flight
	for round := range 3 {
		f.load(&fakeBatch{n: 4}, 1, &metadata{})
		for i := range 4 {
			f.docs = append(f.docs, packet(10*round+i))
		}
		f.reserve()
		for i, d := range f.docs {
			fields, meta := f.event(i, d)
			fields["agent"] = "libbeat adds to it"
			if meta["_id"] != d.ID() || meta["op_type"] != "create" {
				t.Errorf("metadata %v", meta)
			}
		}
		for i, d := range f.docs {
			if v := f.fields[i][d.Key(0)].(*whole); v.object != d || len(f.fields[i]) != 2 {
				t.Errorf("round %d, event %d: %v", round, i, f.fields[i])
			}
		}
	}
}

func TestLedgerReadsTheOutput(t *testing.T) {
	stats := monitoring.NewRegistry()
	l := NewLedger(stats)
	out := stats.GetOrCreateRegistry("libbeat").GetOrCreateRegistry("output")
	for name, n := range map[string]uint64{"events.acked": 7, "events.duplicates": 3, "events.dropped": 2, "events.dead_letter": 1, "events.failed": 99} {
		monitoring.NewUint(out, name).Set(n)
	}
	if s := l.Stored(); s != (Stored{Stored: 7, Duplicate: 3, Rejected: 2, DeadLetter: 1}) {
		t.Errorf("stored %+v", s)
	}
	m := monitoring.CollectFlatSnapshot(stats, monitoring.Full, false).Ints
	if m["espbeat.output.stored"] != 7 || m["espbeat.seen"] != 0 {
		t.Errorf("metrics %v", m)
	}
	if s := l.String(); !strings.Contains(s, "documents stored                 7\n") || !strings.Contains(s, "rejected") {
		t.Errorf("block:\n%s", s)
	}
}

func TestUnknownLinkIsCountedOnTheSide(t *testing.T) {
	in, l := open(t, newPipeline(), Options{Encoders: 1, MaxBytes: 1 << 20}, 0)
	before := l.Totals()
	in.UnknownLink(3)
	c := l.Totals()
	if c.UnknownLink != 3 || c.Seen != before.Seen || c.InFlight != before.InFlight || !strings.Contains(l.String(), "of unknown link type") {
		t.Errorf("ledger %+v\n%s", c, l)
	}
	in.Close()
}

func TestLedgerClosesWithWhatWasThereBefore(t *testing.T) {
	p := newPipeline()
	stats := monitoring.NewRegistry()
	l := NewLedger(stats)
	var seen int
	var mu sync.Mutex
	in, err := New(p, l, Options{Encoders: 1, MaxBytes: 1 << 20}).Open(InputOptions{ID: "a", NewEncoder: func() Encoder { return fakeEncoder{&mu, &seen, 0} }})
	if err != nil {
		t.Fatal(err)
	}
	in.Resumed(100)
	in.Known(20)
	in.Skip(3)
	if err := in.Publish(t.Context(), &fakeBatch{n: 4}); err != nil {
		t.Fatal(err)
	}
	arrive(p, l, 4)
	want := Counts{Seen: 127, Resumed: 100, Known: 20, Filtered: 3, Published: 4, InFlight: 4}
	if c := l.Totals(); c != want {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	m := monitoring.CollectFlatSnapshot(stats, monitoring.Full, false).Ints
	if m["espbeat.resumed"] != 100 || m["espbeat.duplicate_skipped"] != 20 || m["espbeat.in_flight"] != 4 {
		t.Errorf("metrics %v", m)
	}
	for _, line := range []string{"acknowledged before          100\n", "duplicates skipped            20\n"} {
		if !strings.Contains(l.String(), line) {
			t.Errorf("no %q in\n%s", line, l)
		}
	}
	p.acknowledge()
	in.Close()
}
