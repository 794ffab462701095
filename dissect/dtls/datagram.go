// SPDX-License-Identifier: Apache-2.0

package dtls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/tls"
)

const fragmentLen = 12

// connection is what is known of a conversation.
type connection struct {
	tls.Session
	dir [2]assembly
}

// assembly is the message of one direction that is put together.
type assembly struct {
	seq    uint16
	kind   uint8
	whole  int // bytes
	pieces tls.Pieces
	open   bool
}

// fragment is the header of one piece of a handshake message (RFC 6347, 4.2.2).
type fragment struct {
	kind                  uint8
	seq                   uint16
	whole, offset, length int
}

func readFragment(b []byte) (f fragment, ok bool) {
	if len(b) < fragmentLen {
		return f, false
	}
	u24 := func(at int) int { return int(b[at])<<16 | int(binary.BigEndian.Uint16(b[at+1:])) }
	return fragment{kind: b[0], whole: u24(1), seq: binary.BigEndian.Uint16(b[4:]), offset: u24(6), length: u24(9)}, true
}

func decode(p *dissect.Packet, b []byte, wire int) {
	s := state(p)
	if c := p.Conversation; c != nil && c.App == Protocol && (b[0] < changeCipherSpec || b[0] > 63) { // RFC 7983
		p.Pop()
		p.Call(p.UDPApplication(nil, b), b, wire)
		return
	}
	p.Message(Protocol)
	p.Out.Const(tls.VersionProtocol, tls.NameDTLS)
	for len(b) > 0 {
		n := 0
		if b[0]&0xe0 == 0x20 {
			n = s.unified(p, b, wire)
		} else {
			n = s.plain(p, b, wire)
		}
		if n == 0 {
			return
		}
		b, wire = b[n:], wire-n
	}
}

// state is the conversation's; what belongs to none has a state of its own.
func state(p *dissect.Packet) *connection {
	c := p.Conversation
	if c == nil || p.Quoted {
		return &connection{Session: tls.Session{Transport: tls.DTLS}}
	}
	s, ok := c.AppState.(*connection)
	if !ok {
		s = &connection{Session: tls.Session{Transport: tls.DTLS}}
		c.AppState = s
	}
	return s
}

// plain takes a record with a whole header, and returns its length, 0 when there is no more.
func (s *connection) plain(p *dissect.Packet, b []byte, wire int) int {
	idLen := s.ConnectionID[p.Direction]
	if idLen == 0 {
		idLen = fit(b)
	}
	h, ok := readHeader(b, idLen)
	if !ok {
		if len(b) < wire {
			p.Truncated = true
		} else {
			p.Bad()
		}
		return 0
	}
	p.Out.Uint(fType, uint64(h.kind))
	tell(p, h)
	p.Out.Uint(fVersion, uint64(h.version))
	p.Out.Uint(fSequence, h.sequence)
	p.Out.Uint(fLength, uint64(h.length))
	end := h.head + h.length
	p.Need(b, wire, end)
	end = min(end, len(b))
	s.fragment(p, h, b[h.head:end])
	return end
}

// unified takes an encrypted record of DTLS 1.3 (RFC 9147, 4).
func (s *connection) unified(p *dissect.Packet, b []byte, wire int) int {
	const withID, longSequence, withLength = 0x10, 0x08, 0x04
	h := header{epoch: uint16(b[0] & 3), head: 2}
	if b[0]&longSequence != 0 {
		h.head++
	}
	idLen := 0
	if b[0]&withID != 0 {
		idLen = s.ConnectionID[p.Direction]
		h.head += idLen
	}
	if b[0]&withLength != 0 {
		h.head += 2
	}
	if !p.Need(b, wire, h.head) {
		return 0
	}
	h.id = b[1 : 1+idLen]
	h.length = wire - h.head
	if b[0]&withLength != 0 {
		h.length = int(binary.BigEndian.Uint16(b[h.head-2:]))
	}
	tls.Opaque(p)
	tell(p, h)
	p.Out.Uint(fLength, uint64(h.length))
	p.Need(b, wire, h.head+h.length)
	s.ApplicationData(p, h.length)
	return min(h.head+h.length, len(b))
}

func tell(p *dissect.Packet, h header) {
	p.Out.Uint(fEpoch, uint64(h.epoch))
	if len(h.id) > 0 {
		p.Out.Bytes(fConnection, h.id)
	}
}

// fragment reads the fragment of a plain record: body is what was captured of it.
func (s *connection) fragment(p *dissect.Packet, h header, body []byte) {
	switch h.kind {
	case changeCipherSpec:
		s.ChangeCipherSpec(p)
	case alert:
		if h.epoch == 0 {
			s.Alert(p, body, h.length)
		}
	case handshake:
		if h.epoch == 0 {
			s.handshake(p, body, len(body) < h.length)
		} else {
			s.Protected(p)
		}
	case applicationData, withConnectionID:
		s.ApplicationData(p, h.length)
	case heartbeat:
		if h.epoch == 0 {
			s.Heartbeat(p, body, h.length)
		}
	}
}

// handshake reads the fragments of messages in a record; cut says that the capture cut it.
func (s *connection) handshake(p *dissect.Packet, b []byte, cut bool) {
	for len(b) > 0 {
		f, ok := readFragment(b)
		if !ok {
			if !cut {
				p.Bad()
			}
			return
		}
		p.Out.Uint(fKind, uint64(f.kind))
		p.Out.Uint(fMessageSeq, uint64(f.seq))
		b = b[fragmentLen:]
		if f.offset+f.length > f.whole || f.length > len(b) && !cut {
			p.Bad()
			return
		}
		body := b[:min(f.length, len(b))]
		if f.length == f.whole {
			s.message(p, f.kind, body, f.whole)
		} else if len(body) == f.length {
			s.join(p, f, body)
		}
		b = b[len(body):]
	}
}

// join adds a fragment to its message, and reads the message when it is whole.
func (s *connection) join(p *dissect.Packet, f fragment, body []byte) {
	a := &s.dir[p.Direction]
	if !a.open || a.seq != f.seq || a.kind != f.kind || a.whole != f.whole {
		*a = assembly{seq: f.seq, kind: f.kind, whole: f.whole, open: true}
	}
	a.pieces.Add(f.offset, body)
	if whole := a.pieces.Front(); len(whole) == f.whole {
		*a = assembly{}
		s.message(p, f.kind, whole, f.whole)
	}
}

// message reads a whole message. From the server's hello of DTLS 1.3 on, its records are the conversation's.
func (s *connection) message(p *dissect.Packet, kind uint8, body []byte, length int) {
	s.Handshake(p, p.Conversation, kind, body, length)
	if c := p.Conversation; s.Is13() && c != nil && !p.Quoted {
		c.App = Protocol
	}
}
