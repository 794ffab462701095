// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"

	"github.com/espbeat/espbeat/engine"
)

// shedding is that of the input: packets are lost when the memory of their source is full, and that fills when the records in flight are
// at their bound.
func (l *line) shedding(s *source) engine.Shedding {
	if !l.in.Shedding.Enabled || s.fill == nil {
		return engine.Shedding{}
	}
	return engine.Shedding{Pressure: func() float64 {
		fill := s.fill()
		if l.fill != nil {
			fill = max(fill, l.fill())
		}
		return fill
	}}
}

// sayLevel says that an engine has changed its level.
func (l *line) sayLevel(s *source, was, is engine.Level) {
	if was == is {
		return
	}
	what := "documents are full again"
	switch is {
	case engine.Headers:
		what = "documents have headers only, no application layer"
	case engine.Sampled:
		what = "documents are of some flows only, and have headers only"
	}
	l.say(fmt.Sprintf("input %s, interface %s: %s (shedding, by how full the queue is)", l.in.ID, s.name, what))
}
