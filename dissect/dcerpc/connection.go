// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	commonLen  = 16
	trailerLen = 8 // of a verifier, before its token
	uuidLen    = 16
)

// Flags of a PDU of the connection-oriented protocol (C706, 12.6.3.1).
const (
	flagFirst  = 0x01
	flagLast   = 0x02
	flagObject = 0x80
)

const (
	maxContexts = 64
	maxCalls    = 64
	maxStub     = 64 << 10
)

// bindings is the bit that tells the number of a bind from a call's among the keys of requests.
const bindings = 1 << 32

// association is what is known of a connection.
type association struct {
	contexts map[uint16]*iface
	// calls are the open ones, oldest first.
	calls []call
	// layer is the number of the packet that the last layer stands in.
	layer uint64
}

// accept says what may begin a connection on the endpoint mapper's port.
func accept(b []byte) bool {
	head := [...]byte{5, 0}
	return len(b) >= commonLen && header(b) || len(b) < commonLen && bytes.HasPrefix(b, head[:min(len(b), len(head))])
}

// guess recognises the header of a PDU, whose reserved bits are 0.
func guess(b []byte) bool { return len(b) >= commonLen && header(b) && b[6] == 0 && b[7] == 0 }

// header reports whether b, of at least commonLen bytes, begins with the header of a PDU.
func header(b []byte) bool {
	const integers, characters = 0xf0, 0x0f // their representations: 0 or 1
	n := fragmentLen(b)
	return b[0] == 5 && b[1] <= 1 && (b[2] == typeRequest || b[2] == typeResponse || b[2] == typeFault || b[2] >= typeBind && b[2] <= typeRTS) &&
		b[4]&integers <= 0x10 && b[4]&characters <= 1 && b[5] <= 3 && n >= commonLen && int(order(b[4]).Uint16(b[10:])) <= n-commonLen
}

func fragmentLen(b []byte) int { return int(order(b[4]).Uint16(b[8:])) }

// stream takes a PDU off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 || len(data) < commonLen && accept(data) {
		return 0
	}
	if len(data) < commonLen || !header(data) {
		return dissect.Reject
	}
	n := fragmentLen(data)
	if len(data) < n && !p.Truncated {
		return 0
	}
	a, ok := c.AppState.(*association)
	if !ok {
		a = &association{}
		c.AppState = a
	}
	if a.layer != p.Number && !p.Push(Protocol) {
		return n
	}
	a.layer = p.Number
	a.pdu(p, c, data[:min(n, len(data))])
	return n
}

// pdu dissects a PDU, of which b is what was captured.
func (a *association) pdu(p *dissect.Packet, c *dissect.Conversation, b []byte) {
	p.Message(Protocol)
	p.Core.Headline = 0
	kind, flags, n := b[2], b[3], fragmentLen(b)
	r := reader{p: p, b: b[commonLen:], order: order(b[4]), cut: len(b) < n}
	authLen, id := int(r.order.Uint16(b[10:])), r.order.Uint32(b[12:])
	p.Out.Uint(fType, uint64(kind))
	p.Out.Uint(fFlags, uint64(flags))
	p.Out.Uint(fCallID, uint64(id))
	var token []byte
	authType := uint8(0)
	if authLen > 0 {
		token, authType = r.verifier(n-commonLen, authLen)
	}
	switch kind {
	case typeRequest:
		a.request(&r, c, id, flags)
	case typeResponse, typeFault:
		a.response(&r, c, id, flags, kind == typeFault)
	case typeBind, typeAlter:
		a.bind(&r)
		common.Request(p, c, bindings|uint64(id))
	case typeBindAck, typeAlterAnswer:
		r.acknowledgement()
		common.Response(p, c, bindings|uint64(id))
	case typeBindNak:
		common.Response(p, c, bindings|uint64(id))
	}
	if r.failed && !r.cut {
		p.Bad()
	}
	if kind >= typeBind && kind <= typeAuth3 && len(token) > 0 {
		authenticate(p, authType, token)
	}
}

// verifier takes the verifier, with the padding before it, off a body that is size bytes long on the wire.
func (r *reader) verifier(size, authLen int) (token []byte, authType uint8) {
	at := size - authLen - trailerLen
	if at < 0 {
		r.p.Bad()
		return nil, 0
	}
	if len(r.b) < at+trailerLen { // the capture cut it
		return nil, 0
	}
	t := r.b[at:]
	authType = t[0]
	r.p.Out.Uint(fAuthType, uint64(authType))
	r.p.Out.Uint(fAuthLevel, uint64(t[1]))
	end := max(0, at-int(t[2]))
	r.b = r.b[:end:end]
	return t[trailerLen:], authType
}

// authenticate hands the token of a verifier on. As in Wireshark, the first protocol in it is no layer, but those within it are.
func authenticate(p *dissect.Packet, authType uint8, token []byte) {
	const spnego, ntlmssp, kerberos = 9, 10, 16
	name := ""
	switch authType {
	case spnego, kerberos:
		name = "gss-api"
	case ntlmssp:
		name = "ntlmssp"
	}
	if proto := p.Registry.Named(name); proto != nil {
		proto.Dissect(p, token, len(token))
	}
}

// bind notes the interfaces that contexts stand for. Whether the server takes them is not waited for.
func (a *association) bind(r *reader) {
	r.bytes(8) // what may be sent and received at once, group
	count := int(r.u8())
	r.bytes(3)
	for i := 0; i < count && !r.failed; i++ {
		id := r.u16()
		syntaxes := int(r.u8())
		r.u8()
		u := r.uuid()
		r.u32() // its version
		if r.failed {
			return
		}
		in := find(u)
		in.write(r.p.Out)
		r.p.Out.Uint(fContext, uint64(id))
		r.bytes(syntaxes * (uuidLen + 4))
		if a.contexts == nil {
			a.contexts = make(map[uint16]*iface, 1)
		}
		if _, known := a.contexts[id]; known || len(a.contexts) < maxContexts {
			a.contexts[id] = in
		}
	}
}

// acknowledgement reads what a server answers to a bind.
func (r *reader) acknowledgement() {
	r.bytes(8) // what may be sent and received at once, group
	size := int(r.u16())
	if address := bytes.TrimRight(r.bytes(size), "\x00"); len(address) > 0 {
		r.p.Out.Text(fAddress, address)
	}
	r.bytes(-(size + 2) & 3)
	count := int(r.u8())
	r.bytes(3)
	for i := 0; i < count && !r.failed; i++ {
		result := r.u16()
		r.bytes(2 + uuidLen + 4) // the reason, the syntax and its version
		if !r.failed {
			r.p.Out.Uint(fResult, uint64(result))
		}
	}
}
