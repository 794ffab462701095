// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// text takes a piece of a message that a line of a dot ends.
func (s *state) text(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if p.Options.Wireshark && !p.Truncated && len(data) < common.MaxLine && bytes.IndexByte(data, '\n') < 0 {
		return 0 // tshark waits for the end of the line
	}
	n, ended := s.message.Text(p, Protocol, data)
	if n > 0 {
		p.Out.Uint(fData, uint64(n))
	}
	if ended {
		s.finish(p)
		s.opened = common.Request(p, c, 0)
	}
	return n
}

// octets takes a piece of a chunk.
func (s *state) octets(p *dissect.Packet, data []byte) int {
	n := int(min(s.chunk, int64(len(data))))
	ended := int64(n) == s.chunk
	if !s.message.Chunk(p, Protocol, data[:n], ended) {
		return 0
	}
	p.Out.Uint(fData, uint64(n))
	if s.chunk -= int64(n); ended {
		s.client = inCommands
		if s.last {
			s.finish(p)
		}
	}
	return n
}

// finish ends a message.
func (s *state) finish(p *dissect.Packet) {
	p.Message(Protocol)
	p.Out.Uint(fMessage, s.message.End(p))
	p.Out.Bool(fMessageEnd, true)
	s.client = inCommands
}

// hide takes the commands out that were written from the n-th entry on.
func (s *state) hide(p *dissect.Packet, n int) {
	kept := slices.DeleteFunc(p.Out.Entries[n:], func(e field.Entry) bool { return e.ID == fCommand || e.ID == fParameter })
	p.Out.Truncate(n + len(kept))
}
