// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/flow"
)

// Flow is a flow that has ended.
type Flow = flow.Ended

// noteFlow counts the packet that was dissected in its flow; entries are what was written of it.
func (e *Engine) noteFlow(c *capture.Packet, entries []field.Entry, arena []byte) {
	begun := e.state.Note(&e.packet, c.Time)
	if begun == nil {
		return
	}
	begun.Interface = c.Interface
	for _, x := range entries {
		switch x.ID {
		case field.TunnelType:
			begun.TunnelTypes = append(begun.TunnelTypes, text(x, arena))
		case field.TunnelID:
			begun.TunnelIDs = append(begun.TunnelIDs, text(x, arena))
		}
	}
}

// text is the text of an entry.
func text(x field.Entry, arena []byte) string {
	b, s, constant := field.TextOf(x, arena)
	if constant {
		return s
	}
	return string(b)
}
