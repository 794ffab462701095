// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"sync"
	"time"
)

// Outcome is how a run ended: the command turns it into the exit status.
type Outcome struct {
	mu      sync.Mutex
	err     error
	reason  string
	known   chan struct{} // closed with the first reason
	aborted chan struct{}
}

// NewOutcome is that of a run that is well so far.
func NewOutcome() *Outcome { return &Outcome{known: make(chan struct{}), aborted: make(chan struct{})} }

// Fail makes the run fail; the first error stays.
func (o *Outcome) Fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
}

// Abort makes the run fail and ends it, without waiting for what is on its way.
func (o *Outcome) Abort(err error) {
	o.Fail(err)
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.aborted:
	default:
		close(o.aborted)
	}
}

// Aborted is closed by Abort.
func (o *Outcome) Aborted() <-chan struct{} { return o.aborted }

// Err is the first error, nil when all went well.
func (o *Outcome) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// Rejected notes why the output rejected a document; the first reason stays.
func (o *Outcome) Rejected(reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reason == "" {
		o.reason = reason
		close(o.known)
	}
}

// Reason is the first one of Rejected. It comes from libbeat's log, which may be behind: wait bounds how long to wait for it.
func (o *Outcome) Reason(wait time.Duration) string {
	select {
	case <-o.known:
	case <-time.After(wait):
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.reason
}
