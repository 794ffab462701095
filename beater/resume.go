// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	marks "github.com/espbeat/espbeat/publish/progress"
)

// resume is how far earlier runs have come with a capture file, and how far this one comes.
type resume struct {
	store   *marks.Store
	key     string
	entry   marks.Entry
	tracker *marks.Tracker
	// again: an earlier run began it; done: that read it to its end, and it has not grown since.
	again, done bool
	// finished is called when all of the capture is acknowledged.
	finished func()
	last     marks.Mark // where the last batch ended that was sent

	mu sync.Mutex
	// flows is how many batches of flow documents wait for their acknowledgement; ending is what end has to do after them, nil for nothing.
	flows  int
	ending func()
}

// resumeAt finds out where to go on with a source, nil for one that no run can come back to: a stream has no identity, and without
// a store nothing is remembered.
func resumeAt(store *marks.Store, s *source, release string) *resume {
	if store == nil || !s.identified {
		return nil
	}
	r := &resume{store: store, key: hex.EncodeToString(s.id[:])}
	r.entry, r.again = store.Get(r.key)
	if path, err := filepath.Abs(s.name); err == nil {
		r.entry.Path = path
	}
	if r.done = r.entry.Done && s.size <= r.entry.Size; r.done {
		return r
	}
	r.entry.Size, r.entry.Done = s.size, false
	if r.entry.Release == "" {
		r.entry.Release = release
	}
	r.tracker, r.last = marks.NewTracker(r.entry.Mark), r.entry.Mark
	return r
}

// begin is called before anything is published, with where it would go. It returns where it goes: what was begun goes on where it began.
func (r *resume) begin(target string) string {
	if r.entry.Destination == "" {
		r.entry.Destination = target
	}
	r.store.Put(r.key, r.entry)
	return r.entry.Destination
}

// String says what is known from earlier runs.
func (r *resume) String() string {
	return fmt.Sprintf("%d packets were stored by espbeat %s until %s", r.entry.Number, r.entry.Release, r.entry.Updated.UTC().Format(time.RFC3339))
}

// sent notes a batch that ends with packet number, before it is published.
func (r *resume) sent(number uint64) marks.Token {
	r.last = marks.Mark{Number: number}
	return r.tracker.Add(r.last)
}

// sentFlows notes the documents of flows that ended with the packets that are going to be sent next, so that the mark passes those packets
// only when the documents are acknowledged, too.
func (r *resume) sentFlows() marks.Token {
	r.mu.Lock()
	r.flows++
	r.mu.Unlock()
	return r.tracker.Add(r.last)
}

// flowsAcknowledged notes that the documents of flows are.
func (r *resume) flowsAcknowledged(t marks.Token) {
	r.acknowledged(t)
	r.mu.Lock()
	r.flows--
	ending := r.ending
	if r.flows > 0 {
		ending = nil
	}
	r.mu.Unlock()
	if ending != nil {
		ending()
	}
}

// acknowledged notes that a batch is.
func (r *resume) acknowledged(t marks.Token) {
	if mark, moved := r.tracker.Done(t); moved {
		if r.store.Advance(r.key, mark) {
			r.finished()
		}
	}
}

// end notes that the capture has no packet after that of a number; the last ones may have been filtered.
// size is that of the file as far as it was read, bytes.
func (r *resume) end(number uint64, size int64) {
	ending := func() {
		r.acknowledged(r.sent(number))
		if r.store.End(r.key, number, size) {
			r.finished()
		}
	}
	r.mu.Lock()
	if r.flows > 0 { // those that the end of the capture ended, too: without them it is not done
		r.ending = ending
		r.mu.Unlock()
		return
	}
	r.mu.Unlock()
	ending()
}
