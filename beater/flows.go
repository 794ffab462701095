// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"sync"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/flow"
	"github.com/espbeat/espbeat/publish"
)

// flowOptions are the bounds of a source's flows.
func flowOptions(c *config.Flow, s *source) flow.Options {
	opt := flow.Options{
		Flows: c.MaxFlows, Idle: c.Idle, IdleTCP: c.IdleTCP, FragmentBytes: int(c.MaxFragmentBytes), StreamBytes: int(c.MaxStreamBytes),
		StreamsBytes: int(c.MaxStreamsBytes), LastWins: c.Overlap == config.OverlapLast, InputID: string(s.id[:]),
	}
	if opt.Idle == 0 {
		opt.Idle = -1
	}
	if opt.IdleTCP == 0 {
		opt.IdleTCP = -1
	}
	return opt
}

// flows sums what the engines of all inputs say about their flows.
type flows struct {
	mu  sync.Mutex
	sum publish.Flows
}

func (f *flows) read() publish.Flows {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sum
}

// share is one engine's part of the sum.
type share struct {
	of  *flows
	was flow.Stats
}

// begin starts an engine's part; of a nil f it counts nothing.
func (f *flows) begin() *share { return &share{of: f} }

// update replaces what the part said before.
func (s *share) update(is flow.Stats) {
	if s.of == nil || is == s.was {
		return
	}
	was := s.was
	s.was = is
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	sum := &s.of.sum
	sum.Open += int64(is.Flows - was.Flows)
	sum.StreamBytes += int64(is.StreamBytes - was.StreamBytes)
	sum.FragmentBytes += int64(is.FragmentBytes - was.FragmentBytes)
	sum.Seen += is.FlowsSeen - was.FlowsSeen
	sum.Evicted += is.FlowsEvicted - was.FlowsEvicted
	sum.FragmentsEvicted += is.FragmentsEvicted - was.FragmentsEvicted
	sum.Overlaps += is.Overlaps - was.Overlaps
	sum.Gaps += is.StreamGaps - was.StreamGaps
	sum.ExpectedEvicted += is.ExpectedEvicted - was.ExpectedEvicted
}

// end is update for the last time: what the engine held is free, its counts stay.
func (s *share) end(is flow.Stats) {
	is.Flows, is.StreamBytes, is.FragmentBytes = 0, 0, 0
	s.update(is)
}
