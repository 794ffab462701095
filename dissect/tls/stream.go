// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// minEncrypted is the least that encryption makes of a fragment: a MAC or tag of 16 bytes, or one of 8 and a nonce of 8 (RFC 6655).
const minEncrypted = 16

// connection is the state of both directions.
type connection struct {
	Session
	dir [2]direction
	// seen is set after the first record: what is none from then on is passed over, not another protocol.
	seen bool
	// layered is set when the data at hand have their layer.
	layered bool
}

// direction is where one direction's stream stands.
type direction struct {
	// open is a record of application data whose last byte is yet to come, when pending.
	open    header
	pending bool
	// partial is set when a record's beginning waits for the rest of it.
	partial bool
	// told counts the bytes at the front of the stream whose records were told, and wait for the end of a handshake message.
	told int
	// Of the handshake bytes in these records: those that belong to a message before, all, and how many the message needs.
	done, have, need int
}

// stream takes whole records off the front of data. What it leaves are records with a message that is not complete, and a record that is not.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*connection)
	if !ok {
		s = &connection{}
		c.AppState = s
	}
	if len(data) == 0 {
		return 0
	}
	s.layered = false
	d := &s.dir[p.Direction]
	if d.pending {
		d.pending = false
		s.tell(p, d.open)
		return 1
	}
	first, at := 0, min(d.told, len(data))
	partial := d.partial // a record that earlier segments began is a layer of its own: what follows it is offered again
	for len(data)-at >= headerLen {
		h, ok := readHeader(data[at:])
		if !ok {
			n := s.hello2(p, c, data[at:])
			switch {
			case n == 0:
				return first
			case n < 0 && !s.seen:
				return dissect.Reject
			case n < 0:
				n = len(data) - at
			}
			at += n
			first, *d = at, direction{}
			continue
		}
		end := at + headerLen + h.length
		if end > len(data) && !p.Truncated {
			if h.kind != applicationData {
				break
			}
			// All but the last byte, whose packet ends the record.
			*d = direction{open: h, pending: true}
			return end - 1
		}
		body := data[at+headerLen : min(end, len(data))]
		at = min(end, len(data))
		if s.record(p, c, h, body, first < at-headerLen-len(body)) {
			first += s.assemble(p, c, d, data[first:at], len(body), end > at)
		} else {
			first, *d = at, direction{}
		}
		if end > at { // the capture left the rest of the record out: the next one begins behind it
			*d = direction{}
			return end
		}
		if partial && first == at {
			return first
		}
	}
	d.told, d.partial = at-first, at < len(data)
	return first
}

// layer begins the layer with the first record, or message of SSL 2.0, of the packet.
func (s *connection) layer(p *dissect.Packet, version uint16) {
	s.seen = true
	if !s.layered && !p.Push(Protocol) {
		return
	}
	s.layered = true
	p.Message(Protocol)
	if s.version != 0 {
		version = s.version
	}
	p.Core.Headline = headline(version)
	if version <= ssl3 {
		p.Out.Const(VersionProtocol, nameSSL)
	} else {
		p.Out.Const(VersionProtocol, NameTLS)
	}
}

// tell writes what the header of a record says.
func (s *connection) tell(p *dissect.Packet, h header) {
	s.layer(p, h.version)
	if h.kind == applicationData && s.Is13() {
		Opaque(p)
	} else {
		p.Out.Uint(fType, uint64(h.kind))
	}
	p.Out.Uint(fVersion, uint64(h.version))
	p.Out.Uint(fLength, uint64(h.length))
	if h.kind == applicationData {
		s.ApplicationData(p, h.length)
	}
}

// record takes one record. It reports whether it holds handshake messages in the clear, which are not read yet; continued says that it goes on with one.
func (s *connection) record(p *dissect.Packet, c *dissect.Conversation, h header, body []byte, continued bool) bool {
	if h.kind == handshake && !continued && renews(body, h.length) {
		s.Session = Session{}
	}
	s.tell(p, h)
	if len(body) < h.length {
		p.Truncated = true
	}
	switch h.kind {
	case changeCipherSpec:
		s.ChangeCipherSpec(p)
	case alert:
		s.Alert(p, body, h.length)
	case handshake:
		if s.bare(p) {
			if len(body) >= 4 {
				s.messages(p, c, body[:min(4+messageLen(body), len(body))], false)
			}
			break
		}
		if continued || !s.Encrypted(p, body, h.length) {
			return true
		}
	case heartbeat:
		s.Heartbeat(p, body, h.length)
	}
	return false
}

// assemble takes the handshake messages in records, of which the last one, with a fragment of n bytes, is new. It returns how many bytes of
// records have no part in a message yet to complete. cut says that the rest of the last fragment was not captured.
func (s *connection) assemble(p *dissect.Packet, c *dissect.Conversation, d *direction, records []byte, n int, cut bool) int {
	d.have += n
	if d.have < d.need && !cut {
		return 0
	}
	all := gather(records, d.have)
	left := s.messages(p, c, all[d.done:], cut)
	*d = direction{}
	if len(left) == 0 || cut || len(left) >= 4 && messageLen(left) > maxHandshake {
		return len(records)
	}
	skip, at := len(all)-len(left), 0
	for {
		n := int(binary.BigEndian.Uint16(records[at+3:]))
		if skip < n {
			break
		}
		skip, at = skip-n, at+headerLen+n
	}
	d.done, d.have, d.need = skip, skip+len(left), skip+4
	if len(left) >= 4 {
		d.need += messageLen(left)
	}
	return at
}

// gather is what n bytes of fragments in records are; they are copied only when they come from several.
func gather(records []byte, n int) []byte {
	if headerLen+n >= len(records) {
		return records[headerLen:]
	}
	all := make([]byte, 0, n)
	for len(records) >= headerLen {
		end := min(headerLen+int(binary.BigEndian.Uint16(records[3:])), len(records))
		all = append(all, records[headerLen:end]...)
		records = records[end:]
	}
	return all
}

// messages takes handshake messages off the front of b, and returns what is left of one that is not complete. cut says that the rest was not captured.
func (s *Session) messages(p *dissect.Packet, c *dissect.Conversation, b []byte, cut bool) []byte {
	for len(b) >= 4 {
		n := messageLen(b)
		if len(b) < 4+n && !cut {
			break
		}
		end := min(4+n, len(b))
		s.Handshake(p, c, b[0], b[4:end:end], n)
		b = b[end:]
	}
	return b
}

func messageLen(b []byte) int { return int(b[1])<<16 | int(b[2])<<8 | int(b[3]) }
