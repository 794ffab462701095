// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// stored counts packets that were written, and says that an outage is over.
func (r *Ring) stored(n int) {
	r.mu.Lock()
	r.stats.Packets += uint64(n) //nolint:gosec // not negative
	// Of several sources, one may write what another cannot.
	over, missed := r.outage && time.Since(r.erred) >= r.opt.retry, r.missed
	if over {
		r.outage, r.missed = false, 0
	}
	r.mu.Unlock()
	if over {
		r.opt.Say(fmt.Sprintf("capture store %s: packets are stored again; %d were not", r.opt.Path, missed))
	}
}

// notStored counts packets that were not written.
func (r *Ring) notStored(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.NotStored += uint64(n) //nolint:gosec // not negative
	if r.outage {
		r.missed += uint64(n) //nolint:gosec // not negative
	}
}

// failed counts an error, and says it if it is the first of an outage.
func (r *Ring) failed(err error) {
	r.mu.Lock()
	r.stats.Errors++
	again := r.outage
	r.outage, r.erred = true, time.Now()
	r.mu.Unlock()
	if again {
		return
	}
	remedy := "see to the disk"
	switch {
	case errors.Is(err, syscall.ENOSPC):
		remedy = "make room there, or espbeat.store.max_size smaller"
	case errors.Is(err, fs.ErrPermission):
		remedy = "let this user write there"
	}
	r.opt.Say(fmt.Sprintf("capture store %s: %v; packets are published all the same, and storing is tried again every %s; %s", r.opt.Path, err, r.opt.retry, remedy))
}
