// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/elastic/beats/v7/libbeat/management/status"
)

// health is how an input does, for who manages the Beat: starting, running, degraded by causes that may pass, or failed. A nil health tells nobody.
type health struct {
	mu     sync.Mutex
	to     status.StatusReporter
	began  bool
	causes map[string]string // what is wrong, by what it is about
	failed string
	state  status.Status // as it was last told
	told   string
}

func newHealth(to status.StatusReporter) *health {
	if to == nil {
		return nil
	}
	h := &health{to: to, causes: map[string]string{}}
	h.to.UpdateStatus(status.Starting, "")
	return h
}

// begin says that the input runs.
func (h *health) begin() { h.change(func() { h.began = true }) }

// set says what is wrong with something; nil is nothing.
func (h *health) set(about string, err error) {
	h.change(func() {
		if delete(h.causes, about); err != nil {
			h.causes[about] = err.Error()
		}
	})
}

// fail says that the input, or a part of it, has ended with an error.
func (h *health) fail(err error) { h.change(func() { h.failed = err.Error() }) }

// end says that the input has been stopped.
func (h *health) end() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.state = status.Stopped
	h.to.UpdateStatus(status.Stopped, "")
}

func (h *health) change(f func()) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if f(); h.state == status.Stopped || !h.began && h.failed == "" {
		return
	}
	state, why := status.Running, ""
	switch {
	case h.failed != "":
		state, why = status.Failed, h.failed
	case len(h.causes) > 0:
		causes := slices.Sorted(maps.Values(h.causes))
		state, why = status.Degraded, strings.Join(slices.Compact(causes), "; ")
	}
	if state == h.state && why == h.told {
		return
	}
	if state == h.state { // the Agent takes no other message of the same state
		h.to.UpdateStatus(status.Running, "")
	}
	h.state, h.told = state, why
	h.to.UpdateStatus(state, why)
}
