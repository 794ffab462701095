// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/imf"
	"github.com/espbeat/espbeat/field"
)

// message is the message that the client is sending.
type message struct {
	begun  bool // bytes of it were seen
	headed bool // its head was dissected
	size   uint64
	line   lineState
	// held is its beginning, when the head is dissected at the end (Options.Wireshark).
	held []byte
	// endless is set when its end cannot be found (Options.Wireshark).
	endless bool
}

// lineState is where in a line the next byte of a message stands.
type lineState uint8

const (
	atStart lineState = iota
	inLine
	afterDot
	afterDotCR
)

// scan looks for the line of a single dot that ends a message (RFC 5321, 4.1.1.4). It returns how many bytes of data are the message's, that
// line included, the state behind them, and the length of that line, 0 when it is yet to come.
func (m *message) scan(data []byte) (n int, next lineState, end uint64) {
	next = m.line
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case next == inLine:
			if n = bytes.IndexByte(data[i:], '\n'); n < 0 {
				return len(data), inLine, 0
			}
			i, next = i+n, atStart
		case b == '\n' && next == afterDot && !m.endless:
			return i + 1, atStart, 2
		case b == '\n' && next == afterDotCR && !m.endless:
			return i + 1, atStart, 3
		case b == '\n':
			next = atStart
		case b == '.' && next == atStart:
			next = afterDot
		case b == '\r' && next == afterDot:
			next = afterDotCR
		default:
			next = inLine
		}
	}
	return len(data), next, 0
}

// text takes a piece of a message that a line of a dot ends.
func (s *state) text(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	m := &s.message
	n, next, end := m.scan(data)
	if !s.take(p, data[:n], end > 0) {
		return 0
	}
	m.line = next
	if end > 0 {
		m.size -= end
		s.finish(p)
		s.opened = common.Request(p, c, 0)
	}
	return n
}

// octets takes a piece of a chunk.
func (s *state) octets(p *dissect.Packet, data []byte) int {
	n := int(min(s.chunk, int64(len(data))))
	ended := int64(n) == s.chunk
	if !s.take(p, data[:n], ended) {
		return 0
	}
	if s.chunk -= int64(n); ended {
		s.client = inCommands
		if s.last {
			s.finish(p)
		}
	}
	return n
}

// take counts a piece of a message, and dissects the head when it is whole or ended says that no more comes. It reports false when it
// waits for the rest of the head.
func (s *state) take(p *dissect.Packet, piece []byte, ended bool) bool {
	m := &s.message
	head := 0
	if !m.headed && !p.Options.Wireshark {
		if head = imf.HeadEnd(piece); head < 0 {
			if !ended && len(piece) < imf.MaxHead && !p.Truncated {
				return false
			}
			head = len(piece)
		}
		m.headed = true
	}
	if !push(p) {
		return true
	}
	m.begun = true
	m.size += uint64(len(piece))
	if len(piece) > 0 {
		p.Out.Uint(fData, uint64(len(piece)))
	}
	p.Call(imf.Protocol, piece[:head], head)
	if p.Options.Wireshark && s.client == inMessage {
		m.held = append(m.held, piece[:min(len(piece), imf.MaxHead-len(m.held))]...)
	}
	return true
}

// finish ends a message.
func (s *state) finish(p *dissect.Packet) {
	m := &s.message
	p.Message(Protocol)
	p.Out.Uint(fMessage, m.size)
	p.Out.Bool(fMessageEnd, true)
	p.Call(imf.Protocol, m.held, len(m.held))
	s.client, s.message = inCommands, message{}
}

// hide takes the commands out that were written from the n-th entry on.
func (s *state) hide(p *dissect.Packet, n int) {
	kept := slices.DeleteFunc(p.Out.Entries[n:], func(e field.Entry) bool { return e.ID == fCommand || e.ID == fParameter })
	p.Out.Truncate(n + len(kept))
}
