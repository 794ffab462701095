// SPDX-License-Identifier: Apache-2.0

// Package x11 dissects the X Window System Protocol, version 11, over TCP:
//
//	client: byte order, version, authorization | opcode, a byte, length in 4 bytes | …
//	server: status, version, length | 32 bytes of an error, a reply (and its rest) or an event | …
//
// The layer stands in every packet of the connection, as in Wireshark. Where the setup was not seen, the port tells the server and the first request the order
// of bytes. Limits: 64 requests and events listed of a packet. Not decoded: what is in requests, replies and events, keys and text among it, which is
// never indexed; the authorization; the requests of extensions (opcodes from 128 on) but for their opcode.
package x11

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	firstPort, lastPort = 6000, 6063
	maxListed           = 64
	setupLen            = 12 // of the client, without its authorization
	messageLen          = 32 // of the server
)

// Messages of the server; all others are events.
const (
	errorMessage = 0
	replyMessage = 1
	genericEvent = 35
)

// Protocol is X11.
var Protocol = &dissect.Protocol{
	Name: "x11", Title: "X11", Reference: "X Window System Protocol", Application: true,
	TCPPorts: ports(),
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

func ports() (p []uint16) {
	for port := uint16(firstPort); port <= lastPort; port++ {
		p = append(p, port)
	}
	return p
}

var (
	fields  = field.Group("x11")
	fOpcode = fields.Add("opcode", field.Uint8, "x11.opcode", "Requests, by their opcode; those of extensions are from 128 on", field.Rare)
	fEvent  = fields.Add("eventcode", field.Uint8, "x11.eventcode", "Events: 2 key press, 3 key release, 4 button press, 5 button release, 6 motion, …", field.Rare)
	fError  = fields.Add("errorcode", field.Uint8, "x11.errorcode", "Errors: 1 request, 2 value, 3 window, 8 match, 9 drawable, 10 access, …", field.Rare)
)

// order is the order of bytes that a client's setup asks for, nil when b is no setup.
func order(b []byte) binary.ByteOrder {
	const major = 11
	switch {
	case len(b) < setupLen:
	case b[0] == 'l' && binary.LittleEndian.Uint16(b[2:]) == major && binary.LittleEndian.Uint16(b[4:]) == 0:
		return binary.LittleEndian
	case b[0] == 'B' && binary.BigEndian.Uint16(b[2:]) == major && binary.BigEndian.Uint16(b[4:]) == 0:
		return binary.BigEndian
	}
	return nil
}

// opens reports whether b is the beginning of a setup, and no more.
func opens(b []byte) bool {
	if len(b) == 0 || len(b) >= setupLen {
		return false
	}
	for _, begin := range [...]string{"l\x00\x0b\x00\x00\x00", "B\x00\x00\x0b\x00\x00"} {
		if n := min(len(b), len(begin)); string(b[:n]) == begin[:n] {
			return true
		}
	}
	return false
}

// guess takes the setup of a client.
func guess(b []byte) bool { return order(b) != nil }

// accept also takes what may be the middle of a connection: neither text nor TLS.
func accept(b []byte) bool {
	if guess(b) || opens(b) {
		return true
	}
	const handshake, major = 22, 3
	if len(b) < 4 || b[0] == handshake && b[1] == major {
		return false
	}
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return true
		}
	}
	return false
}

// state is a connection's.
type state struct {
	server int // its direction
	order  binary.ByteOrder
	dir    [2]direction
}

type direction struct {
	begun bool
	left  uint64 // bytes of the message at hand that are yet to come
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		if opens(data) && !p.Truncated {
			return 0
		}
		s = begin(p, data)
		c.AppState = s
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return len(data)
	}
	p.Message(Protocol)
	d := &s.dir[p.Direction]
	done, listed := 0, 0
	for done < len(data) {
		if d.left > 0 {
			n := int(min(d.left, uint64(len(data)-done))) //nolint:gosec // at most len(data)
			d.left -= uint64(n)                           //nolint:gosec // not negative
			done += n
			continue
		}
		n := s.message(p, d, data[done:], &listed)
		if n == 0 {
			break
		}
		done += n
	}
	if p.Truncated {
		return len(data)
	}
	return done
}

// begin makes the state of a connection out of its first bytes.
func begin(p *dissect.Packet, data []byte) *state {
	if o := order(data); o != nil {
		return &state{server: 1 - p.Direction, order: o}
	}
	s := &state{server: 1 - p.Direction, dir: [2]direction{{begun: true}, {begun: true}}, order: binary.LittleEndian}
	src, dst := p.Core.Source.Port, p.Core.Destination.Port
	if src >= firstPort && src <= lastPort && (dst < firstPort || dst > lastPort) {
		s.server = p.Direction
	}
	if len(data) < 4 {
		return s
	}
	if little, big := binary.LittleEndian.Uint16(data[2:]), binary.BigEndian.Uint16(data[2:]); p.Direction != s.server && (little == 0 || big > 0 && big < little) {
		s.order = binary.BigEndian
	}
	return s
}

// message takes the begin of a message and notes how long the rest is. It returns how many bytes it took, 0 for more.
func (s *state) message(p *dissect.Packet, d *direction, b []byte, listed *int) int {
	fromServer := p.Direction == s.server
	var head int
	var size uint64
	switch {
	case !d.begun && fromServer:
		head = 8
	case !d.begun:
		head = setupLen
	case fromServer:
		head = messageLen
	default:
		head = 4
	}
	if len(b) < head {
		return 0
	}
	switch {
	case !d.begun && fromServer:
		d.begun = true
		size = 8 + 4*uint64(s.order.Uint16(b[6:]))
	case !d.begun:
		d.begun = true
		pad := func(n uint16) uint64 { return (uint64(n) + 3) &^ 3 }
		size = setupLen + pad(s.order.Uint16(b[6:])) + pad(s.order.Uint16(b[8:]))
	case fromServer:
		size = messageLen
		if code := b[0] & 0x7f; code == replyMessage || code == genericEvent {
			size += 4 * uint64(s.order.Uint32(b[4:]))
		}
	default:
		if size = 4 * uint64(s.order.Uint16(b[2:])); size == 0 { // BIG-REQUESTS: the length stands behind the head
			if head = 8; len(b) < head {
				return 0
			}
			size = 4 * uint64(s.order.Uint32(b[4:]))
		}
		if size < uint64(head) || b[0] == 0 { //nolint:gosec // the middle of a request
			return len(b)
		}
	}
	if d.begun && head != setupLen && (size <= uint64(len(b)) || !p.Truncated) { // tshark lists what is whole
		if *listed++; *listed <= maxListed {
			s.list(p, b, head, fromServer)
		} else {
			p.Out.Cut = true
		}
	}
	d.left = size - uint64(head) //nolint:gosec // not less
	return head
}

// list writes what a message is.
func (s *state) list(p *dissect.Packet, b []byte, head int, fromServer bool) {
	switch {
	case !fromServer:
		p.Out.Uint(fOpcode, uint64(b[0]))
	case head != messageLen: // the setup
	case b[0] == errorMessage:
		p.Out.Uint(fError, uint64(b[1]))
	case b[0] != replyMessage:
		p.Out.Uint(fEvent, uint64(b[0]&0x7f))
	}
}
