// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"context"
	"fmt"
)

// PublishFlows is Publish for a batch of flows that have ended, whose documents stand for no packet. They are counted as Flows, beside the equation of
// packets. They are published by one goroutine, and acknowledged in the order of the batches.
func (in *Input) PublishFlows(ctx context.Context, b Batch) error {
	n := b.Len()
	if err := in.publish(ctx, b, in.flows.work, in.flows.tally); err != nil {
		return fmt.Errorf("publish %d flows: %w", n, err)
	}
	return nil
}

// employ makes a worker that takes batches from a channel and counts what becomes of them.
func (in *Input) employ(o *InputOptions, way *way, work chan Batch, tally *passage, enc Encoder) (*worker, error) {
	w := &worker{in: in, way: way, work: work, tally: tally, enc: enc}
	var err error
	if w.client, err = way.connect(in, o.ID, o.Bare, w.acknowledged, listener{w}); err != nil {
		return nil, err
	}
	in.workers = append(in.workers, w)
	return w, nil
}
