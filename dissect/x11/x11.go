// SPDX-License-Identifier: Apache-2.0

// Package x11 dissects the messages of the X Window System (X Consortium Standard, X Window System Protocol, X Version 11).
//
//	0        1      2        4
//	| opcode | data | length | …                      a request; the length is in words of 4 bytes, 0 for one of 32 bits that follows
//	| code   | …    | sequence number | length | …    a reply (1), an error (0) or an event, of 32 bytes, to which a reply's words are added
//
// Numbers are in the client's byte order, which it says first; where that was not seen, they are taken for little-endian. Limits: requests of 256 KiB are
// waited for, longer ones passed over. Not decoded: what requests, replies and events hold; the cookie by which a client proves itself is not shown.
package x11

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	firstPort, lastPort = 6000, 6063
	littleEndian        = 'l'
	bigEndian           = 'B'
	version11           = 11
	setupLen            = 12
	requestLen          = 4
	bigRequestLen       = 8
	unit                = 4
	messageLen          = 32
	maxWait             = 256 << 10
	// What the server sends first.
	codeError, codeReply = 0, 1
	synthetic            = 0x80 // an event that another client sent
	maxEvent             = 35
)

// Protocol is X11.
var Protocol = &dissect.Protocol{
	Name: "x11", Title: "X11", Reference: "X Window System Protocol", Application: true, Begins: true,
	TCPPorts: ports(),
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

func ports() []uint16 {
	var p []uint16
	for n := uint16(firstPort); n <= lastPort; n++ {
		p = append(p, n)
	}
	return p
}

var (
	fields   = field.Group("x11")
	fKind    = fields.Add("message", field.Keyword, "", "What each message is: setup, request, reply, error, event", field.Unique)
	fRequest = fields.Add("opcode", field.Uint8, "x11.opcode", "Opcodes of the requests, each once: 1 CreateWindow, 53 CreatePixmap, 98 QueryExtension; from 128 on of extensions", field.Rare, field.Unique)
	fEvent   = fields.Add("eventcode", field.Uint8, "x11.eventcode", "Codes of the events: 2 KeyPress, 4 ButtonPress, 12 Expose, 28 PropertyNotify", field.Rare, field.Unique)
	fError   = fields.Add("errorcode", field.Uint8, "x11.errorcode", "Codes of the errors: 1 Request, 3 Window, 10 Access", field.Rare, field.Unique)

	kindSetup, kindRequest, kindReply, kindError, kindEvent = field.Intern("setup"), field.Intern("request"), field.Intern("reply"), field.Intern("error"), field.Intern("event")
)

// guess recognises the first message of a client.
func guess(b []byte) bool {
	order := orderOf(b)
	return order != nil && order.Uint16(b[2:]) == version11 && order.Uint16(b[4:]) == 0 && b[1] == 0
}

// orderOf is the byte order that a client's first message names, nil where it is none.
func orderOf(b []byte) binary.ByteOrder {
	switch {
	case len(b) < setupLen:
	case b[0] == littleEndian:
		return binary.LittleEndian
	case b[0] == bigEndian:
		return binary.BigEndian
	}
	return nil
}

// accept says what may go on in a connection on one of the ports whose beginning was not seen.
func accept(b []byte) bool {
	if guess(b) || len(b) < requestLen {
		return true
	}
	n := int(binary.LittleEndian.Uint16(b[2:])) * unit
	asRequest := b[0] != 0 && n > 0 && (n >= len(b) || len(b) < n+requestLen || b[n] != 0 && binary.LittleEndian.Uint16(b[n+2:]) != 0)
	asAnswer := b[0]&^synthetic <= maxEvent && len(b) >= messageLen
	return asRequest || asAnswer
}

// state is a connection's.
type state struct {
	order binary.ByteOrder
	// client is the direction of requests; setup is set for each direction whose first message is yet to come.
	client int
	setup  [2]bool
}

func start(p *dissect.Packet, data []byte) *state {
	s := &state{order: binary.LittleEndian, client: p.Direction}
	if guess(data) {
		s.order, s.setup = orderOf(data), [2]bool{true, true}
	} else if src := p.Core.Source.Port; src >= firstPort && src <= lastPort {
		s.client = 1 - p.Direction
	}
	return s
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*state)
	if !ok {
		if len(data) < requestLen || c.InitiatorKnown && p.Direction == 0 && len(data) < setupLen && (data[0] == littleEndian || data[0] == bigEndian) {
			return 0
		}
		s = start(p, data)
		c.AppState = s
	}
	n := s.length(p.Direction, data)
	switch {
	case n == 0 || len(data) < n && n <= maxWait && !p.Truncated:
		return 0
	case n < 0: // the beginning of a message is lost: what there is says nothing
		return len(data)
	}
	if p.Push(Protocol) {
		p.Message(Protocol)
		s.message(p, data)
	}
	s.setup[p.Direction] = false
	return n
}

// length is that of the message at the front, bytes: 0 where more is needed to say, -1 where there is none.
func (s *state) length(dir int, data []byte) int {
	const replyFrom, setupName, setupData = 8, 6, 8
	padded := func(n uint16) int { return (int(n) + unit - 1) &^ (unit - 1) }
	switch {
	case s.setup[dir] && dir == s.client:
		if len(data) < setupLen {
			return 0
		}
		return setupLen + padded(s.order.Uint16(data[setupName:])) + padded(s.order.Uint16(data[setupData:]))
	case s.setup[dir]:
		if len(data) < replyFrom {
			return 0
		}
		return replyFrom + int(s.order.Uint16(data[6:]))*unit
	case dir == s.client:
		if len(data) < requestLen {
			return 0
		}
		if n := int(s.order.Uint16(data[2:])); n > 0 {
			return n * unit
		}
		if len(data) < bigRequestLen {
			return 0
		}
		n := int(s.order.Uint32(data[4:])) * unit
		if n < bigRequestLen || n > 1<<30 {
			return -1
		}
		return n
	case len(data) < replyFrom:
		return 0
	case data[0]&^synthetic > maxEvent:
		return -1
	case data[0] == codeReply || data[0]&^synthetic == maxEvent: // a generic event has more, too
		n := messageLen + int(s.order.Uint32(data[4:]))*unit
		if n > 1<<30 {
			return -1
		}
		return n
	}
	return messageLen
}

// message writes what a message is.
func (s *state) message(p *dissect.Packet, data []byte) {
	o, dir := p.Out, p.Direction
	switch {
	case s.setup[dir]:
		o.Const(fKind, kindSetup)
	case dir == s.client:
		o.Const(fKind, kindRequest)
		o.Uint(fRequest, uint64(data[0]))
	case data[0] == codeReply:
		o.Const(fKind, kindReply)
	case data[0] == codeError:
		o.Const(fKind, kindError)
		o.Uint(fError, uint64(data[1]))
	default:
		o.Const(fKind, kindEvent)
		o.Uint(fEvent, uint64(data[0]&^synthetic))
	}
}

// summary reads "request 53, 139" or "event 28".
func summary(dst []byte, v dissect.View) []byte {
	dst = common.Lines(dst, v, fKind, fError)
	separator := byte(' ')
	for _, id := range [2]field.ID{fRequest, fEvent} {
		v.All(id, func(n []byte) {
			dst = append(append(dst, separator), n...)
			separator = ','
		})
	}
	return dst
}
