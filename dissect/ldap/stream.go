// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// session is what is known of a connection.
type session struct {
	// mechanism is the SASL mechanism of the last bind.
	mechanism string
}

// stream takes a message, or a buffer of a security layer, off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 || common.StartTLS(p, c, data) {
		return 0
	}
	s, ok := c.AppState.(*session)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &session{}
		c.AppState = s
	}
	if data[0] != tagSequence {
		return s.buffer(p, c, data)
	}
	n, ok := length(data)
	if !ok && len(data) < maxHeader && !p.Truncated || ok && len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !p.Push(Protocol) {
		return max(n, 1)
	}
	if !ok || !message(p, c, s, data[:min(n, len(data))]) {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	return n
}

// buffer takes a buffer of a security layer off the front.
func (s *session) buffer(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	n, ok := wrapped(data)
	if !ok && len(data) < 8 && data[0] == 0 && !p.Truncated {
		return 0
	}
	if ok && len(data) < 4+n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !p.Push(Protocol) {
		return len(data)
	}
	if !ok {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	p.Out.Uint(fWrapped, uint64(n)) //nolint:gosec // bounded
	if len(data) >= 4+n {
		s.unwrap(p, c, data[4:4+n])
	}
	return 4 + n
}

// unwrap dissects a token of GSS-API's security layer, and the messages in it unless they are encrypted. A token of Kerberos (RFC 4121, 4.2.6.2) has a
// header, and the message with its checksum behind it, both rotated so that one or the other comes first.
func (s *session) unwrap(p *dissect.Packet, c *dissect.Conversation, token []byte) {
	const (
		header, sealed           = 16, 0x02
		flags, checksum, rotated = 2, 4, 6
	)
	if !bytes.HasPrefix(token, []byte{0x05, 0x04}) || len(token) < header {
		if s.mechanism == gssapi || s.mechanism == spnego {
			p.CallName("gss-api", token, len(token))
		}
		return
	}
	plain := token[header:]
	extra, rotation := int(token[checksum])<<8|int(token[checksum+1]), int(token[rotated])<<8|int(token[rotated+1])
	switch {
	case token[flags]&sealed != 0 || extra > len(plain) || rotation != 0 && rotation != extra:
		p.CallName("gss-api", token, len(token))
		return
	case rotation == 0:
		plain = plain[:len(plain)-extra]
	default:
		plain = plain[extra:]
	}
	p.CallName("gss-api", token[:header], header)
	for len(plain) > 0 {
		n, ok := length(plain)
		if !ok || n > len(plain) || !message(p, c, s, plain[:n]) {
			return
		}
		p.Message(Protocol)
		plain = plain[n:]
	}
}

// message writes the fields of a message, and reports whether it is one.
func message(p *dissect.Packet, c *dissect.Conversation, s *session, b []byte) bool {
	id, op, body, controls, ok := parts(b)
	if !ok {
		return false
	}
	p.Out.Int(fID, id)
	p.Out.Uint(fOp, uint64(op))
	key := uint64(id) //nolint:gosec // not negative
	switch {
	case isRequest(op):
		common.Request(p, c, key)
		request(p, s, op, body)
	case op == opSearchEntry:
		common.Interim(p, c, key)
		entry(p.Out, body)
	case op == opSearchReference || op == opIntermediate:
		common.Interim(p, c, key)
	case op != opUnbindRequest && op != opAbandonRequest:
		common.Response(p, c, key)
		result(p, s, op, body)
	}
	control(p, controls)
	return true
}
