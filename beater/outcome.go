// SPDX-License-Identifier: Apache-2.0

package beater

import "sync"

// Outcome is how a run ended: the command turns it into the exit status.
type Outcome struct {
	mu      sync.Mutex
	err     error
	reason  string
	aborted chan struct{}
}

// NewOutcome is that of a run that is well so far.
func NewOutcome() *Outcome { return &Outcome{aborted: make(chan struct{})} }

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
	}
}

// Reason is the first one of Rejected.
func (o *Outcome) Reason() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.reason
}
