// SPDX-License-Identifier: Apache-2.0

// Package tpkt dissects TPKT (RFC 1006, RFC 2126), which carries OSI's transport protocol (ISO/IEC 8073, ITU-T X.224) over TCP, and that protocol's units, of
// class 0:
//
//	0           1          2        4
//	| version 3 | reserved | length | TPDU: length of its header | type 4 bits, credit 4 bits | … | data …
//	connection request and confirmation: destination 2, source 2, class 1, parameters (code, length, value)
//	data: number 7 bits below the mark of the last | …
//
// What the data units carry is put together and handed to who speaks over the connection: S7 Communication, MMS, and RDP, which may also send units of its own between those of
// TPKT, and after whose negotiation TLS takes over. The units of a packet share a layer of TPKT, as in Wireshark. With Options.Wireshark, TLS stays a continuation of
// TPKT, as tshark has it. Limits: 64 KiB of a unit that is put together. Not decoded: classes 1 to 4 beyond the type of their units, other protocols over TPKT (H.225.0, H.245).
package tpkt

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/mms"
	"github.com/espbeat/espbeat/dissect/rdp"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 4
	version   = 3
	// minLength is the length of the shortest packet: of a data unit without data.
	minLength = 7
	port      = 102
	portRDP   = 3389
)

// Protocol is TPKT, COTP the transport protocol.
var (
	Protocol = &dissect.Protocol{
		Name: "tpkt", Title: "TPKT", Reference: "RFC 1006", Application: true,
		TCPPorts: []uint16{port, portRDP}, GuessTCP: guess, AcceptTCP: accept,
		Summary: func(dst []byte, _ dissect.View) []byte { return append(dst, "Continuation"...) },
	}
	COTP = &dissect.Protocol{Name: "cotp", Title: "COTP", Reference: "ITU-T X.224", Application: true, Summary: summary}
)

// The functions name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Stream, COTP.Dissect = stream, transport }

var fLength = field.Group("tpkt").Add("length", field.Uint16, "tpkt.length", "Length of each TPKT packet, bytes", field.Rare, field.Detail)

// state is what a conversation is known to be.
type state struct {
	session rdp.Session
	mms     mms.Connection
	// tsdu is what came in each direction of a unit whose last part has not.
	tsdu   [2][]byte
	layers common.Layers
	// begun is set behind the first packet.
	begun bool
}

// accept says what may start a stream on TPKT's ports.
func accept(b []byte) bool {
	return len(b) > 0 && b[0] == version && (len(b) < 2 || b[1] == 0) && (len(b) < headerLen || length(b) >= minLength)
}

func length(b []byte) int { return int(binary.BigEndian.Uint16(b[2:])) }

// guess recognises a packet with a connection request that fills it, or with data that are all of a unit.
func guess(b []byte) bool {
	if len(b) < minLength || !accept(b) {
		return false
	}
	size, kind := int(b[headerLen]), b[headerLen+1]
	switch {
	case kind == connectionRequest<<4, kind == connectionConfirm<<4:
		return headerLen+1+size == length(b) && size >= connectionLen-1 && length(b) <= len(b)
	case kind == data<<4:
		return size == dataLen-1 && b[headerLen+2] == lastUnit && length(b) == len(b) && guessData(b[headerLen+dataLen:])
	}
	return false
}

// stream takes one packet off the front, or what stands between two.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	if len(b) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		s = &state{session: rdp.Session{Known: onPort(p, portRDP)}}
		c.AppState = s
	}
	if !accept(b) {
		return s.between(p, b)
	}
	if len(b) < headerLen || len(b) < length(b) && !p.Truncated {
		return 0
	}
	n := length(b)
	unit := b[headerLen:min(n, len(b))]
	layer := true
	if p.Options.Wireshark && !s.begun && !onPort(p, port) {
		if !onPort(p, portRDP) { // where tshark does not look for it
			return dissect.Reject
		}
		layer = false // tshark does not count TPKT as a layer of the first packet
	}
	s.begun = true
	if layer && !s.layers.Push(p, Protocol) {
		return n
	}
	p.Out.Uint(fLength, uint64(n)) //nolint:gosec // 16 bits
	p.Call(COTP, unit, n-headerLen)
	if s.session.Secured && !p.Options.Wireshark {
		c.HandOver(p.Registry.Named("tls"), nil)
	}
	return n
}

func onPort(p *dissect.Packet, port uint16) bool {
	return p.Core.Source.Port == port || p.Core.Destination.Port == port
}

// between dissects bytes that are no TPKT packet: RDP's fast-path units, or with tshark, which does not put them together, a continuation of whatever there was.
func (s *state) between(p *dissect.Packet, b []byte) int {
	if !s.begun {
		return dissect.Reject
	}
	n := -1
	if s.session.Known {
		n = rdp.FastPath(b)
	}
	switch {
	case p.Options.Wireshark:
		if s.layers.Push(p, Protocol) && n == len(b) {
			rdp.Unit(p, n)
		}
		return len(b)
	case n < 0:
		return dissect.Reject
	case n == 0 || n > len(b) && !p.Truncated:
		return 0
	}
	if s.layers.Push(p, Protocol) {
		rdp.Unit(p, n)
	}
	return n
}
