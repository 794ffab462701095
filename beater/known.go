// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/publish/lookup"
)

// looker finds out which ids a data stream or index has; publish/lookup is one.
type looker interface {
	Stored(ctx context.Context, target string, ids []string) (map[string]bool, error)
}

// So many packets in a row must be missing before the rest is taken for new: what was stored without an acknowledgement lies among what
// was in the queue, in the order of the file. Of a capture that no run has recorded, something may be stored by one that ended at once.
const (
	lookedFor    = 100_000
	lookedForNew = 16_000
)

// known finds the packets that an earlier run stored and did not see acknowledged, so that they are not stored again in another backing
// index, where their ids are free.
type known struct {
	looker  looker
	target  string
	capture captureID // of the packets
	flows   captureID // of the flow documents
	say     func(string)
	missing int // in a row
	enough  int
	ids     []string
}

// leaveOut takes them out of a batch, and returns their number.
func (k *known) leaveOut(ctx context.Context, b *engine.Batch) (uint64, error) {
	has, err := k.look(ctx, k.capture, len(b.Records), func(i int) uint64 { return b.Records[i].Number })
	if has == nil {
		return 0, err
	}
	had := len(b.Records)
	b.Records = slices.DeleteFunc(b.Records, func(engine.Record) bool { return has() })
	return uint64(had - len(b.Records)), nil //nolint:gosec // fewer than before
}

// leaveOutFlows is leaveOut for the documents of flows.
func (k *known) leaveOutFlows(ctx context.Context, e *ended) error {
	has, err := k.look(ctx, k.flows, len(e.flows), func(i int) uint64 { return e.flows[i].Number })
	if has == nil {
		return err
	}
	e.flows = slices.DeleteFunc(e.flows, func(*engine.Flow) bool { return has() })
	return nil
}

// look asks for n documents of a capture id, the i-th with a number. It returns what tells of one after the other whether it is stored; nil
// when all are taken for new.
func (k *known) look(ctx context.Context, capture captureID, n int, number func(i int) uint64) (has func() bool, err error) {
	if k.missing >= k.enough || n == 0 {
		return nil, nil
	}
	k.ids = k.ids[:0]
	for i := range n {
		k.ids = append(k.ids, string(document.AppendID(nil, capture, number(i))))
	}
	stored, err := k.looker.Stored(ctx, k.target, k.ids)
	if errors.Is(err, lookup.ErrForbidden) {
		k.missing = k.enough
		k.say(fmt.Sprintf("%v; without them, packets that a run stored just before it was killed are stored twice if the data stream has rolled over since", err))
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up what an earlier run has stored: %w", err)
	}
	i := -1
	return func() bool {
		i++
		if stored[k.ids[i]] {
			k.missing = 0
			return true
		}
		k.missing++
		return false
	}, nil
}
