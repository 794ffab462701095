// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/elastic/elastic-agent-libs/monitoring"
)

// A notice is published, waited for and counted, beside the equation of packets.
func TestNotice(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := newPipeline()
	in, l := open(t, p, Options{Encoders: 2, MaxBytes: 1 << 20}, 0)
	before := l.Totals()
	if err := in.Notice(ctx, packet(1)); err != nil {
		t.Fatal(err)
	}
	done, give := context.WithCancel(ctx)
	give()
	if err := in.Drain(done); err == nil {
		t.Error("drained without the notice's acknowledgement")
	}
	if c := l.Totals(); c.Notices != 0 {
		t.Errorf("acknowledged by nobody: %+v", c)
	}
	go p.run(ctx)
	if err := in.Publish(ctx, &fakeBatch{n: 3, bytes: 1}); err != nil {
		t.Fatal(err)
	}
	if err := in.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	in.Close()
	c := l.Totals()
	if c.Notices != 1 || c.Acknowledged != 3 || c.Seen != before.Seen+3 || c.InFlight != 0 {
		t.Errorf("ledger %+v", c)
	}
	e := p.clients[2].events
	if len(e) != 1 || e[0].Meta["_id"] != "id-1" || e[0].Meta["op_type"] != "create" || !e[0].Timestamp.Equal(packet(1).time) || len(e[0].Fields) != 1 {
		t.Errorf("events %v", e)
	}
}

// A processor may leave a notice out: then nobody waits for it.
func TestNoticeThatIsFiltered(t *testing.T) {
	p := newPipeline()
	in, l := open(t, p, Options{Encoders: 1, MaxBytes: 1 << 20}, 0)
	if err := in.Notice(t.Context(), packet(5)); err != nil {
		t.Fatal(err)
	}
	if err := in.Drain(t.Context()); err != nil || l.Totals().Notices != 0 {
		t.Errorf("%v, %+v", err, l.Totals())
	}
	in.Close()
}

func TestNoticeDoesNotWaitForEver(t *testing.T) {
	p := newPipeline()
	in, _ := open(t, p, Options{Encoders: 1, MaxBytes: 1 << 20}, 0)
	p.mu.Lock() // the pipeline takes nothing
	if err := in.Notice(t.Context(), packet(1)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// The goroutine holds the first, and so nobody takes the second.
	if err := in.Notice(ctx, packet(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	p.mu.Unlock()
	in.Close()
}

func TestShedPacketsAreInTheEquation(t *testing.T) {
	in, l := open(t, newPipeline(), Options{Encoders: 1, MaxBytes: 1 << 20}, 0)
	before := l.Totals()
	in.Sampled(4)
	in.Deduplicated(3, 2)
	c := l.Totals()
	if c.Sampled != 4 || c.Deduplicated != 3 || c.DedupEvicted != 2 || c.Seen != before.Seen+7 || c.InFlight != 0 {
		t.Errorf("ledger %+v", c)
	}
	in.Close()
}

// Documents of flows and notices may go another way than the packets.
func TestOtherWays(t *testing.T) {
	p := newPipeline()
	l := NewLedger(monitoring.NewRegistry())
	encoder := func() Encoder { return fakeEncoder{&sync.Mutex{}, new(int), 0} }
	in, err := New(p, l, Options{Encoders: 1, MaxBytes: 1 << 20}).Open(InputOptions{
		ID: "a", Way: Way{Index: "packets"}, Flows: &Way{Index: "flows"}, Notices: &Way{Index: "ledger", Pipeline: "p"}, NewEncoder: encoder, NewFlowEncoder: encoder,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.run(ctx)
	for i, c := range []struct {
		index   string
		publish func() error
	}{ // in the order of their clients
		{"packets", func() error { return in.Publish(ctx, &fakeBatch{n: 1}) }},
		{"ledger", func() error { return in.Notice(ctx, packet(1)) }},
		{"flows", func() error { return in.PublishFlows(ctx, &fakeBatch{n: 1}) }},
	} {
		if err := errors.Join(c.publish(), in.Drain(ctx)); err != nil {
			t.Fatal(err)
		}
		if meta := p.clients[i].events[0].Meta; meta["raw_index"] != c.index || (meta["pipeline"] != nil) != (c.index == "ledger") {
			t.Errorf("to %s: %v", c.index, meta)
		}
	}
	in.Close()
}
