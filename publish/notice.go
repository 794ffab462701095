// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"fmt"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// notices is the way of an input's documents that stand for no packet. They have a client of their own, since the acknowledgements of
// another are counts of packets.
type notices struct {
	in     *Input
	way    *way
	queue  chan Document
	client beat.Client
}

// Notice publishes a document that stands for no packet, such as one of lost packets. It is counted as Notices, beside the equation of
// packets, and Drain waits for it. It blocks while the one before waits for the output.
func (in *Input) Notice(ctx context.Context, d Document) error {
	in.mu.Lock()
	in.pending++
	in.mu.Unlock()
	select {
	case in.notices.queue <- d:
		return nil
	case <-ctx.Done():
		in.done(1)
		return fmt.Errorf("publish %s: %w", d.ID(), ctx.Err())
	}
}

// run publishes what is queued, until the queue is closed.
func (n *notices) run() {
	defer n.in.running.Done()
	for d := range n.queue {
		meta := mapstr.M{"_id": d.ID(), "op_type": "create"}
		n.way.put(meta, d.Timestamp())
		n.client.Publish(beat.Event{Timestamp: d.Timestamp(), Fields: mapstr.M{d.Key(0): &whole{d}}, Meta: meta})
	}
}

// acknowledged is called by libbeat: acked by the output, total with those that processors left out.
func (n *notices) acknowledged(acked, total int) {
	n.in.tally.notices.Add(uint64(acked))
	n.in.done(total)
}
