// SPDX-License-Identifier: Apache-2.0

package progress

import "sync"

// Tracker knows the batches of one capture that are on their way, in capture order. Several workers publish them, so they are
// acknowledged in any order; the tracker tells up to where all of them are. It keeps a slot for each batch that is not
// acknowledged: one that is hands its end to the batch before it and is forgotten.
type Tracker struct {
	mu sync.Mutex
	// slots is a ring of batches by index. Slot 0 is none: its end is the mark, the first batch follows it, and the last one is
	// before it.
	slots []slot
	// free are the indices of slots that nobody uses.
	free []Token
}

// slot is a batch on its way.
type slot struct {
	end        Mark
	prev, next Token
}

// Token is a batch to its Tracker.
type Token int

// NewTracker tracks a capture that is read from a mark on.
func NewTracker(from Mark) *Tracker {
	return &Tracker{slots: []slot{{end: from}}}
}

// Add adds the batch that ends at a mark, after all that were added before. Call it before the batch is published.
func (t *Tracker) Add(end Mark) Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	var at Token
	if n := len(t.free); n > 0 {
		at, t.free = t.free[n-1], t.free[:n-1]
	} else {
		at = Token(len(t.slots))
		t.slots = append(t.slots, slot{})
	}
	last := t.slots[0].prev
	t.slots[at] = slot{end: end, prev: last}
	t.slots[last].next = at
	t.slots[0].prev = at
	return at
}

// Done says that a batch is acknowledged, once for each token. It returns the mark up to which all are, and whether that moved.
// Any goroutine may call it; of two that do, the one that returns later may have the earlier mark.
func (t *Tracker) Done(batch Token) (mark Mark, moved bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.slots[batch]
	t.slots[s.prev].end = s.end
	t.slots[s.prev].next = s.next
	t.slots[s.next].prev = s.prev
	t.free = append(t.free, batch)
	return t.slots[0].end, s.prev == 0
}

// Mark is the place before which all batches are acknowledged.
func (t *Tracker) Mark() Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.slots[0].end
}
