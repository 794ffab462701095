// SPDX-License-Identifier: Apache-2.0

package imf

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
)

// Message is a message on its way through a stream. Its bytes are counted and its head is dissected in the packet that completes it; with
// Options.Wireshark in the one that ends the message, as tshark does.
type Message struct {
	// Begun is set when bytes of it were seen.
	Begun bool
	// Endless is set when no line of a dot ends it (Options.Wireshark).
	Endless bool
	// Strict is set when the line feed behind the dot does not do alone (Options.Wireshark, of SMTP).
	Strict bool

	headed bool // the head was dissected
	size   uint64
	line   lineState
	// held is its beginning, for a head that is dissected at the end.
	held []byte
}

// lineState is where in a line the next byte of a message stands.
type lineState uint8

const (
	atStart lineState = iota
	inLine
	afterDot
	afterDotCR
)

// scan looks for the line of a single dot that ends a message (RFC 5321, 4.1.1.4; RFC 1939, 3). It returns how many bytes of data are the
// message's, that line included, the state behind them, and the length of that line, 0 when it is yet to come.
func (m *Message) scan(data []byte) (n int, next lineState, end uint64) {
	next = m.line
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case next == inLine:
			if n = bytes.IndexByte(data[i:], '\n'); n < 0 {
				return len(data), inLine, 0
			}
			i, next = i+n, atStart
		case b == '\n' && next == afterDot && !m.Endless && !m.Strict:
			return i + 1, atStart, 2
		case b == '\n' && next == afterDotCR && !m.Endless:
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

// Text takes the message's bytes off the front of data, up to the line of a single dot, for which ended is set. It returns how many it took: 0 when it
// waits for the rest of the head. What it takes is of the layer carrier.
func (m *Message) Text(p *dissect.Packet, carrier *dissect.Protocol, data []byte) (n int, ended bool) {
	n, next, end := m.scan(data)
	if !m.Chunk(p, carrier, data[:n], end > 0) {
		return 0, false
	}
	if p.Options.Wireshark {
		m.held = append(m.held, data[:max(0, min(n-int(end), MaxHead-len(m.held)))]...) //nolint:gosec // end is at most 3
	}
	m.line = next
	m.size -= end
	return n, end > 0
}

// Chunk takes a piece of the message whole, unless it waits for the rest of the head: then it returns false. A head that is not whole when ended is set
// is dissected as it is.
func (m *Message) Chunk(p *dissect.Packet, carrier *dissect.Protocol, piece []byte, ended bool) bool {
	head := 0
	if !m.headed && !p.Options.Wireshark {
		if head = HeadEnd(piece); head < 0 {
			if !ended && len(piece) < MaxHead && !p.Truncated {
				return false
			}
			head = len(piece)
		}
		m.headed = true
	}
	if !Layer(p, carrier) {
		return true
	}
	m.Begun = true
	m.size += uint64(len(piece))
	p.Call(Protocol, piece[:head], head)
	return true
}

// End ends the message and returns its length in bytes.
func (m *Message) End(p *dissect.Packet) uint64 {
	p.Call(Protocol, m.held, len(m.held))
	size := m.size
	*m = Message{}
	return size
}

// Drop forgets the head that was to be dissected at the end.
func (m *Message) Drop() { m.held = nil }

// Layer adds the layer of a protocol that carries messages, once for all that a packet has of it.
func Layer(p *dissect.Packet, carrier *dissect.Protocol) bool {
	return p.Top() == carrier || p.Top() == Protocol || p.Push(carrier)
}
