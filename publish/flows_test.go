// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/elastic/elastic-agent-libs/monitoring"
)

// openFlows is an input that also publishes flows; told gets what is acknowledged.
func openFlows(t *testing.T, p *pipeline, told func(Batch)) (*Input, *Ledger) {
	t.Helper()
	l := NewLedger(monitoring.NewRegistry())
	encoder := func() Encoder { return fakeEncoder{new(sync.Mutex), new(int), 0} }
	in, err := New(p, l, Options{Encoders: 2, MaxBytes: 100}).Open(InputOptions{ID: "a", NewEncoder: encoder, NewFlowEncoder: encoder, Acknowledged: told})
	if err != nil {
		t.Fatal(err)
	}
	return in, l
}

// Flows are published, waited for and counted, beside the equation of packets.
func TestPublishFlows(t *testing.T) {
	p := newPipeline()
	var told []Batch
	in, l := openFlows(t, p, func(b Batch) { told = append(told, b) })
	released := 0
	flows := &fakeBatch{n: 6, bytes: 10, released: func() { released++ }} // a processor leaves the fifth out
	if err := in.PublishFlows(t.Context(), flows); err != nil {
		t.Fatal(err)
	}
	if c := l.Totals(); c.Flows != 0 || c.FlowsPending < 5 || c.Seen != 0 || c.InFlight != 0 {
		t.Errorf("before the acknowledgement: %+v", c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go p.run(ctx)
	if err := in.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.Close()
	c := l.Totals()
	if c.Flows != 5 || c.FlowsPending != 0 || c.Seen != 0 || c.Acknowledged != 0 || c.Filtered != 0 || c.Published != 0 || c.Notices != 0 {
		t.Errorf("ledger %+v", c)
	}
	if released != 1 || len(told) != 1 || told[0] != Batch(flows) {
		t.Errorf("released %d times, told %v", released, told)
	}
}

func TestFlowsThatAreNotAcknowledged(t *testing.T) {
	p := newPipeline()
	in, l := openFlows(t, p, func(Batch) { t.Error("told of an acknowledgement") })
	if err := in.PublishFlows(t.Context(), &fakeBatch{n: 2, bytes: 90}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := in.PublishFlows(ctx, &fakeBatch{n: 1, bytes: 90}); !errors.Is(err, context.Canceled) || err.Error() != "publish 1 flows: context canceled" {
		t.Errorf("error %v", err)
	}
	in.Close()
	if c := l.Totals(); c.Flows != 0 || c.FlowsPending != 3 || c.InFlight != 0 || c.Shutdown != 0 {
		t.Errorf("ledger %+v", c)
	}
}
