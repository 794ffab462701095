// SPDX-License-Identifier: Apache-2.0

package pgsql

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// state is a connection's.
type state struct {
	server int // its direction

	// asked is what the server's last authentication request wants of the client.
	asked uint32
	// answer is set while the server owes the byte that answers an SSLRequest.
	answer bool
	// asking is set within messages up to a Sync, answering from the first message that answers them to the server's readiness.
	asking, answering bool
	// rows and copied are counts of the packet.
	rows, copied int
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if common.StartTLS(p, c, data) {
			return 0
		}
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		_, _, opens := startup(data)
		s = &state{server: common.Server(p, c, !opens && typed(data, fromServer) && !typed(data, fromClient))}
		c.AppState = s
	}
	s.rows, s.copied = 0, 0
	done := 0
	for done < len(data) {
		if common.StartTLS(p, c, data[done:]) {
			break
		}
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	if s.rows > 0 {
		p.Out.Uint(fRows, uint64(s.rows)) //nolint:gosec // not negative
	}
	if s.copied > 0 {
		p.Out.Uint(fCopy, uint64(s.copied)) //nolint:gosec // not negative
	}
	return done
}

// step takes a message off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if p.Direction == s.server && s.answer { // S agrees, N does not
		s.answer = false
		if data[0] == 'S' || data[0] == 'N' {
			return 1
		}
	}
	if p.Direction != s.server && data[0] == 0 { // no type
		if n, code, ok := startup(data); ok || len(data) < 8 {
			return s.open(p, c, data, n, code)
		}
	}
	return s.message(p, c, data)
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

// open takes a message of n bytes without a type; n is 0 while that is not known.
func (s *state) open(p *dissect.Packet, c *dissect.Conversation, data []byte, n int, code uint32) int {
	if n == 0 || len(data) < n && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return n
	}
	p.Message(Protocol)
	s.answer = code == sslRequest || code == gssRequest
	if code>>16 == 3 {
		code = version3
		parameters(p, data[8:min(n, len(data))])
		common.Request(p, c, 0)
	}
	if code == cancel && len(data) >= 12 {
		p.Out.Uint(fPID, uint64(binary.BigEndian.Uint32(data[8:])))
	}
	p.Out.Const(fType, startups[code])
	return n
}

// message takes a message with a type.
func (s *state) message(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) < 5 {
		return 0
	}
	n := int(min(binary.BigEndian.Uint32(data[1:]), maxMessage)) + 1
	if n >= 5 && len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return max(n, 5)
	}
	types := fromClient
	if p.Direction == s.server {
		types = fromServer
	}
	name, ok := types[data[0]]
	if !ok || n < 5 {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	m := body{common.Read(p, data[5:min(n, len(data))], n-5)}
	if p.Direction == s.server {
		s.tie(p, c, data[0])
		s.fromServer(&m, data[0])
	} else {
		s.ask(p, c, data[0])
		name = s.fromClient(&m, data[0], name)
	}
	p.Out.Const(fType, name)
	return n
}

// ask notes a request: a query, or the messages up to a Sync. What belongs to a login or a COPY is none.
func (s *state) ask(p *dissect.Packet, c *dissect.Conversation, t byte) {
	switch t {
	case 'p', 'd', 'c', 'f', 'X':
		return
	}
	if !s.asking {
		common.Request(p, c, 0)
	}
	s.asking = t != 'Q' && t != 'F' && t != 'S'
}

// tie ties the first message of a response to its request. Notices, notifications and changed parameters come unasked, too.
func (s *state) tie(p *dissect.Packet, c *dissect.Conversation, t byte) {
	unasked := t == 'N' || t == 'A' || t == 'S'
	if !s.answering && !unasked {
		common.Response(p, c, 0)
		s.answering = true
	}
	if t == 'Z' {
		s.answering = false
	}
}

// password names what answers an authentication request.
func (s *state) password(name field.Str) field.Str {
	const gss, sspi, gssContinue, sasl, saslContinue = 7, 9, 8, 10, 11
	switch s.asked {
	case gss, gssContinue, sspi:
		return gssResponse
	case sasl:
		return saslInitial
	case saslContinue:
		return saslResponse
	}
	return name
}
