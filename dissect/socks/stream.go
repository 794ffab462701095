// SPDX-License-Identifier: Apache-2.0

package socks

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of addresses and methods (RFC 1928, 3 and 5), and the reply of version 4 that grants.
const (
	typeIPv4   = 1
	typeName   = 3
	typeIPv6   = 4
	methodNone = 0
	methodUser = 2
	granted4   = 90
	userVer    = 1 // of the negotiation by user and password
)

// maxWord bounds the user and the name of version 4, bytes. RFC 1928 has one byte for the length of either.
const maxWord = 256

type phase uint8

const (
	inMethods phase = iota // of the server: the method it takes
	inUser                 // of the server: the status
	inRequest              // of the server: the reply
	inRelay
	opaque // what follows is nobody's
)

// state is a connection's.
type state struct {
	version uint8
	command uint8
	port    uint16 // that was asked for
	client  int    // its direction
	dir     [2]phase
	// skip counts bytes that who speaks inside does not want to see.
	skip [2]uint64
	// bound is set after the first of BIND's two replies.
	bound bool
	// packet is the number of the last one that has the layer.
	packet uint64
	// inner is the conversation that is relayed; nil before that.
	inner *dissect.Conversation
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*state)
	switch {
	case !ok && (len(data) == 0 || !accept(data) || common.Elsewhere(p, Protocol)):
		return dissect.Reject
	case !ok:
		s = &state{version: data[0], client: p.Direction}
		if s.version == version4 {
			s.dir = [2]phase{inRequest, inRequest}
		}
		c.AppState = s
	}
	if len(data) == 0 {
		return s.relay(p, data)
	}
	if s.packet != p.Number { // the layer is one, whatever of what is relayed stands in the packet
		if !p.Push(Protocol) {
			return len(data)
		}
		s.packet = p.Number
		switch s.dir[p.Direction] {
		case inRelay:
			write(p.Out, s.version, s.command)
		case opaque:
			p.Out.Uint(fVersion, uint64(s.version))
		}
	}
	n := s.step(p, c, data)
	switch {
	case n < 0:
		s.dir = [2]phase{opaque, opaque}
		p.Out.Uint(fVersion, uint64(s.version))
		return len(data)
	case n == 0 && p.Truncated:
		return len(data)
	}
	return n
}

// step takes what comes next off the front: how many bytes, 0 for more, -1 for what cannot be.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	fromClient := p.Direction == s.client
	switch d := &s.dir[p.Direction]; {
	case *d == opaque:
		return len(b)
	case *d == inRelay:
		return s.relay(p, b)
	case *d == inMethods && fromClient:
		return s.methods(p, b)
	case *d == inMethods:
		return s.method(p, b)
	case *d == inUser && fromClient:
		return s.user(p, c, b)
	case *d == inUser:
		if len(b) < 2 {
			return 0
		}
		p.Out.Uint(fVersion, uint64(s.version))
		p.Out.Uint(fStatus, uint64(b[1]))
		*d = inRequest
		return 2
	case s.version == version4 && fromClient:
		return s.request4(p, c, b)
	case s.version == version4:
		return s.reply4(p, c, b)
	case fromClient:
		return s.request5(p, c, b)
	}
	return s.reply5(p, c, b)
}

// methods takes the methods that a client offers.
func (s *state) methods(p *dissect.Packet, b []byte) int {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return 0
	}
	n := 2 + int(b[1])
	p.Message(Protocol)
	p.Out.Uint(fVersion, uint64(s.version))
	for _, m := range b[2:n] {
		p.Out.Uint(fMethods, uint64(m))
	}
	s.dir[s.client] = inUser // or the request: its first byte tells
	return n
}

// method takes the method that the server chooses.
func (s *state) method(p *dissect.Packet, b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if b[0] != version5 {
		return -1
	}
	p.Message(Protocol)
	p.Out.Uint(fVersion, uint64(s.version))
	p.Out.Uint(fMethod, uint64(b[1]))
	switch b[1] {
	case methodNone:
		s.dir[p.Direction] = inRequest
	case methodUser:
		s.dir[p.Direction] = inUser
	default:
		s.dir = [2]phase{opaque, opaque}
	}
	return 2
}

// user takes the user and the password (RFC 1929, 2), or leaves it to request5 where there are none.
func (s *state) user(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	if b[0] != userVer {
		s.dir[s.client] = inRequest
		return s.request5(p, c, b)
	}
	if len(b) < 2 || len(b) < 3+int(b[1]) {
		return 0
	}
	at := 2 + int(b[1])
	n := at + 1 + int(b[at])
	if len(b) < n {
		return 0
	}
	p.Message(Protocol)
	p.Out.Uint(fVersion, uint64(s.version))
	p.Out.Text(fUser, b[2:at])
	common.User(p.Out, b[2:at])
	p.Out.Text(fPassword, b[at+1:n])
	s.dir[s.client] = inRequest
	return n
}

// request5 takes a request of version 5.
func (s *state) request5(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	n := length5(b)
	if n <= 0 {
		return n
	}
	s.command = b[1]
	s.port = binary.BigEndian.Uint16(b[n-2:])
	s.request(p, c)
	place5(p, b[3:n])
	return n
}

// reply5 takes a reply of version 5.
func (s *state) reply5(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	n := length5(b)
	if n <= 0 {
		return n
	}
	s.reply(p, c, version5, b[1], b[1] == 0)
	place5(p, b[3:n])
	return n
}

// length5 is how long a request or reply of version 5 is.
func length5(b []byte) int {
	if b[0] != version5 {
		return -1
	}
	if len(b) < 5 {
		return 0
	}
	n := map[byte]int{typeIPv4: 10, typeIPv6: 22, typeName: 7 + int(b[4])}[b[3]]
	switch {
	case n == 0:
		return -1
	case len(b) < n:
		return 0
	}
	return n
}

// place5 writes the type, address and port at the end of a request or reply.
func place5(p *dissect.Packet, b []byte) {
	end := len(b) - 2
	if b[0] == typeName {
		name(p, b[2:end])
	} else {
		p.Out.IP(fAddress, b[1:end])
		common.IP(p.Out, b[1:end])
	}
	p.Out.Uint(fPort, uint64(binary.BigEndian.Uint16(b[end:])))
}

func name(p *dissect.Packet, b []byte) {
	p.Out.Text(fName, b)
	common.Host(p.Out, b)
}

// request4 takes a request of version 4: the address 0.0.0.x stands for a name behind the user (SOCKS 4A).
func (s *state) request4(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	const user = 8
	if len(b) <= user {
		return 0
	}
	end := bytes.IndexByte(b[user:], 0)
	if end < 0 || end > maxWord {
		return min(0, maxWord-len(b[user:]))
	}
	n := user + end + 1
	var host []byte
	if b[4]|b[5]|b[6] == 0 && b[7] != 0 {
		stop := bytes.IndexByte(b[n:], 0)
		if stop < 0 || stop > maxWord {
			return min(0, maxWord-len(b[n:]))
		}
		host = b[n : n+stop]
		n += stop + 1
	}
	s.command, s.port = b[1], binary.BigEndian.Uint16(b[2:])
	s.request(p, c)
	if end > 0 {
		p.Out.Text(fUser, b[user:user+end])
		common.User(p.Out, b[user:user+end])
	}
	if host != nil {
		name(p, host)
	} else {
		p.Out.IP(fAddress, b[4:8])
		common.IP(p.Out, b[4:8])
	}
	p.Out.Uint(fPort, uint64(s.port))
	return n
}

func (s *state) reply4(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	const n = 8
	if len(b) < n {
		return 0
	}
	if b[0] != 0 {
		return -1
	}
	s.reply(p, c, 0, b[1], b[1] == granted4)
	p.Out.IP(fAddress, b[4:8])
	p.Out.Uint(fPort, uint64(binary.BigEndian.Uint16(b[2:])))
	return n
}

// request notes a request.
func (s *state) request(p *dissect.Packet, c *dissect.Conversation) {
	p.Message(Protocol)
	write(p.Out, s.version, s.command)
	common.Request(p, c, 0)
	s.dir[s.client] = inRelay
}

func write(o *field.Buffer, version, command uint8) {
	o.Uint(fVersion, uint64(version))
	o.Uint(fCommand, uint64(command))
}

// reply ties a reply to its request, and begins to relay when all is well. BIND has two replies.
func (s *state) reply(p *dissect.Packet, c *dissect.Conversation, version, code uint8, ok bool) {
	p.Message(Protocol)
	p.Out.Uint(fVersion, uint64(version))
	p.Out.Uint(fResult, uint64(code))
	switch {
	case ok && s.command == bind && !s.bound:
		common.Interim(p, c, 0)
		s.bound = true
	case ok:
		common.Response(p, c, 0)
		inner := *c
		inner.App, inner.AppState = nil, nil
		s.inner, s.dir[p.Direction] = &inner, inRelay
	default:
		common.Response(p, c, 0)
		s.dir = [2]phase{opaque, opaque}
	}
}
