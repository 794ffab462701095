// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"testing"
	"time"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/flow"
	"github.com/espbeat/espbeat/publish"
)

// What engines hold adds up and goes with them; what they counted stays.
func TestFlows(t *testing.T) {
	f := &flows{}
	a, b := f.begin(), f.begin()
	a.update(flow.Stats{Flows: 3, FlowsSeen: 5, FlowsEvicted: 2, StreamBytes: 10})
	b.update(flow.Stats{Flows: 1, FlowsSeen: 1, FragmentsEvicted: 4, FragmentBytes: 7, Overlaps: 1})
	a.update(flow.Stats{Flows: 2, FlowsSeen: 6, FlowsEvicted: 4, StreamBytes: 4, StreamGaps: 1, ExpectedEvicted: 2})
	if got, want := f.read(), (publish.Flows{Open: 3, Seen: 7, Evicted: 4, StreamBytes: 4, FragmentBytes: 7, FragmentsEvicted: 4, Overlaps: 1, Gaps: 1, ExpectedEvicted: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	a.end(flow.Stats{Flows: 2, FlowsSeen: 6, FlowsEvicted: 4, StreamBytes: 4, StreamGaps: 1, ExpectedEvicted: 2})
	b.end(flow.Stats{Flows: 1, FlowsSeen: 2, FragmentsEvicted: 5, FragmentBytes: 7, Overlaps: 1})
	if got, want := f.read(), (publish.Flows{Seen: 8, Evicted: 4, FragmentsEvicted: 5, Overlaps: 1, Gaps: 1, ExpectedEvicted: 2}); got != want {
		t.Errorf("at the end %+v, want %+v", got, want)
	}
	var none *flows
	none.begin().update(flow.Stats{Flows: 1})
}

func TestFlowOptions(t *testing.T) {
	c := config.Default().Flow
	c.MaxFlows, c.Idle, c.IdleTCP, c.Overlap = 7, 0, time.Hour, config.OverlapLast
	got := flowOptions(&c, &source{id: captureID{'x'}})
	if got.Flows != 7 || got.Idle >= 0 || got.IdleTCP != time.Hour || !got.LastWins || got.FragmentBytes != 8<<20 || got.StreamBytes != 1<<20 || got.StreamsBytes != 64<<20 || got.InputID[0] != 'x' {
		t.Errorf("%+v", got)
	}
}
