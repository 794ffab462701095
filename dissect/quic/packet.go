// SPDX-License-Identifier: Apache-2.0

package quic

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/dtls"
	"github.com/espbeat/espbeat/dissect/tls"
)

const (
	dnsPort = 853 // DNS over QUIC (RFC 9250), and over DTLS
	tagLen  = 16  // of AEAD, and of a Retry's integrity
	// minPayload is what packet number, payload and tag have at least: a sample of 16 bytes stands 4 behind the number's begin (RFC 9001, 5.4.2).
	minPayload = 4 + 16
)

// header is a long header as far as RFC 8999 has it.
type header struct {
	kind       kind
	version    uint32
	dcid, scid []byte
	head       int // bytes
}

// readLong reads a long header.
func readLong(b []byte) (h header, ok bool) {
	if len(b) < 7 || b[0]&long == 0 {
		return h, false
	}
	h.version = binary.BigEndian.Uint32(b[1:])
	h.kind = kindOf(b[0], h.version)
	at := 5
	for _, id := range []*[]byte{&h.dcid, &h.scid} {
		if at >= len(b) {
			return h, false
		}
		n := int(b[at])
		at++
		if n > maxID || n > len(b)-at {
			return h, false
		}
		*id = b[at : at+n : at+n]
		at += n
	}
	h.head = at
	return h, true
}

// varint reads a number of RFC 9000, 16, and returns its length, 0 when it is not there.
func varint(b []byte) (v uint64, size int) {
	if len(b) == 0 || len(b) < 1<<(b[0]>>6) {
		return 0, 0
	}
	size = 1 << (b[0] >> 6)
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:size] {
		v = v<<8 | uint64(c)
	}
	return v, size
}

// connection is what is known of a conversation.
type connection struct {
	tls.Session
	keys keys
	dir  [2]direction
}

// direction is one side's.
type direction struct {
	crypto  tls.Pieces
	largest int64 // packet number
	// id is the connection id that long headers gave the packets of this direction.
	id    [maxID]byte
	idLen int
}

// state is the conversation's; what belongs to none has a state of its own.
func state(p *dissect.Packet) *connection {
	c := p.Conversation
	if c == nil || p.Quoted {
		return &connection{Session: tls.Session{Transport: tls.QUIC}}
	}
	s, ok := c.AppState.(*connection)
	if !ok {
		s = &connection{Session: tls.Session{Transport: tls.QUIC}}
		c.App, c.AppState = Protocol, s
	}
	return s
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if b[0]&(long|fixed) == 0 { // maybe another protocol of the conversation (RFC 9443)
		if other := p.UDPApplication(nil, b); other != nil && other != Protocol {
			p.Pop()
			p.Call(other, b, wire)
			return
		}
	}
	if p.Options.Wireshark && (p.Core.Source.Port == dnsPort || p.Core.Destination.Port == dnsPort) { // tshark takes that port for DTLS's alone
		p.Pop()
		p.Push(dtls.Protocol)
		return
	}
	p.Message(Protocol)
	s := state(p)
	for len(b) > 0 {
		n := 0
		if b[0]&long != 0 {
			n = s.long(p, b, wire)
		} else {
			s.short(p, b)
		}
		if n == 0 {
			return
		}
		b, wire = b[n:], wire-n
		if len(b) > 0 && b[0]&(long|fixed) == 0 {
			return // padding behind the packets
		}
	}
}

// short reads a short header. It ends the datagram.
func (s *connection) short(p *dissect.Packet, b []byte) {
	d := &s.dir[p.Direction]
	p.Out.Bool(fForm, false)
	p.Out.Const(fKind, kindNames[oneRTT])
	p.Out.Bool(fSpin, b[0]&spin != 0)
	if id := d.id[:d.idLen]; d.idLen > 0 && bytes.HasPrefix(b[1:], id) { // another one was given in secret, and may have any length
		p.Out.Bytes(fDCID, id)
	}
	s.Protected(p)
	s.keys.side = [2]protection{} // thousands of connections may be open; a late Initial packet derives them again
}

// long reads a packet with a long header, and returns its length, 0 when nothing can follow.
func (s *connection) long(p *dissect.Packet, b []byte, wire int) int {
	p.Out.Bool(fForm, true)
	h, ok := readLong(b)
	if !ok {
		if len(b) < wire {
			p.Truncated = true
		} else {
			p.Bad()
		}
		return 0
	}
	s.header(p, b[0], &h)
	if h.kind != negotiation && !understood(h.version) {
		return 0
	}
	r := common.Read(p, b[h.head:], wire-h.head)
	switch h.kind {
	case negotiation:
		for n := 0; n < maxVersion && r.More(); n++ {
			r.Uint32(fSupported)
		}
		return 0
	case retry:
		s.keys = keys{} // the client begins anew, with another connection id
		return 0
	case initial:
		n := tls.Varint(&r)
		p.Out.Uint(fTokenLen, n)
		r.Sub(int(min(n, 1<<16)))
	}
	length := tls.Varint(&r)
	if r.Failed {
		return 0
	}
	head, n := len(b)-len(r.B), int(min(length, 1<<16))
	body := r.Sub(n)
	if h.kind == initial && len(body.B) == n && n >= minPayload {
		s.initial(p, &h, b[:head+n], head)
	}
	return head + len(body.B)
}

// header writes what any version has in its header, and notes what short headers will need.
func (s *connection) header(p *dissect.Packet, flags byte, h *header) {
	o := p.Out
	o.Const(fKind, kindNames[h.kind])
	o.Uint(fVersion, uint64(h.version))
	switch {
	case h.kind == negotiation:
	case h.version == version2:
		o.Uint(fType2, uint64(flags&typeMask>>4))
	default:
		o.Uint(fType, uint64(flags&typeMask>>4))
	}
	if len(h.dcid) > 0 {
		o.Bytes(fDCID, h.dcid)
	}
	if len(h.scid) > 0 {
		o.Bytes(fSCID, h.scid)
	}
	d := &s.dir[1-p.Direction]
	d.idLen = copy(d.id[:], h.scid)
}
