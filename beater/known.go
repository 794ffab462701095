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
	capture captureID
	say     func(string)
	missing int // in a row
	enough  int
	ids     []string
}

// leaveOut takes them out of a batch, and returns their number.
func (k *known) leaveOut(ctx context.Context, b *engine.Batch) (uint64, error) {
	if k.missing >= k.enough {
		return 0, nil
	}
	k.ids = k.ids[:0]
	for i := range b.Records {
		k.ids = append(k.ids, string(document.AppendID(nil, k.capture, b.Records[i].Number)))
	}
	stored, err := k.looker.Stored(ctx, k.target, k.ids)
	if errors.Is(err, lookup.ErrForbidden) {
		k.missing = k.enough
		k.say(fmt.Sprintf("%v; without them, packets that a run stored just before it was killed are stored twice if the data stream has rolled over since", err))
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up what an earlier run has stored: %w", err)
	}
	had, i := len(b.Records), -1
	b.Records = slices.DeleteFunc(b.Records, func(engine.Record) bool {
		i++
		if stored[k.ids[i]] {
			k.missing = 0
			return true
		}
		k.missing++
		return false
	})
	return uint64(had - len(b.Records)), nil //nolint:gosec // fewer than before
}
