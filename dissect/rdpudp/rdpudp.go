// SPDX-License-Identifier: Apache-2.0

// Package rdpudp dissects the Remote Desktop Protocol's transport over UDP ([MS-RDPEUDP], versions 1 and 2), and TLS in what it carries.
//
//	0            4        6       8
//	| source ack | window | flags | SYN: initial number 4, MTUs 2 and 2, correlation id 16, 16, extension: flags 2, version 2
//	                              | ACK: vector's size 2, vector, padding to 4 bytes | DATA: number 4, number of the first 4, bytes …
//
// The bytes of each direction go to TLS in the order of their numbers; what is sent again is left out, and a gap begins TLS anew. With Options.Wireshark, TLS is a
// layer without fields, because tshark does not find where it begins. Not decoded: version 3 ([MS-RDPEUDP2]) behind its handshake, forward error correction, the lossy mode's DTLS.
package rdpudp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/tls"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	port      = 3389
	// maxHeld bounds what TLS waits with in a direction, bytes.
	maxHeld = 32 << 10
)

// Flags ([MS-RDPEUDP], 2.2.2.1).
const (
	flagSYN         = 0x0001
	flagACK         = 0x0004
	flagData        = 0x0008
	flagFEC         = 0x0010
	flagAckOfAcks   = 0x0100
	flagLossy       = 0x0200
	flagCorrelation = 0x0800
	flagExtension   = 0x1000
	reservedFlags   = 0xe000
)

const (
	minMTU, maxMTU = 1132, 1232 // of a SYN
	version3       = 0x0101
)

// Protocol is RDP's transport over UDP.
var Protocol = &dissect.Protocol{
	Name: "rdpudp", Title: "RDPUDP", Reference: "[MS-RDPEUDP]", Application: true,
	UDPPorts: []uint16{port}, GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields       = field.Group("rdpudp")
	fAck         = fields.Add("snsourceack", field.Uint32, "rdpudp.snsourceack", "Highest number that was received", field.Rare, field.Detail)
	fWindow      = fields.Add("receivewindowsize", field.Uint16, "rdpudp.receivewindowsize", "Packets that the sender can receive", field.Rare, field.Detail)
	fFlags       = fields.Add("flags", field.Uint16, "rdpudp.flags", "Flags: 1 SYN, 2 FIN, 4 ACK, 8 data, 16 error correction, 512 lossy, 2048 correlation id, 4096 extension", field.Rare)
	fInitial     = fields.Add("initialsequencenumber", field.Uint32, "rdpudp.initialsequencenumber", "Number before the first", field.Rare, field.Detail)
	fUp          = fields.Add("upstreammtu", field.Uint16, "rdpudp.upstreammtu", "Longest packet upstream, bytes", field.Rare, field.Detail)
	fDown        = fields.Add("downstreammtu", field.Uint16, "rdpudp.downstreammtu", "Longest packet downstream, bytes", field.Rare, field.Detail)
	fCorrelation = fields.Add("correlationid", field.Hex, "rdpudp.correlationid", "Identifier that the client gives all connections of a session")
	fVersion     = fields.Add("synex_version", field.Uint16, "rdpudp.synex.version", "Version: 1, 2, 257 for 3", field.Rare, field.Detail)
	fStart       = fields.Add("data_source_start", field.Uint32, "rdpudp.data.sourceStart", "Number of the data", field.Rare, field.Detail)
)

// headlineSSL is how tshark calls TLS whose version it does not know.
var headlineSSL = field.Intern("SSL")

// state is what a conversation remembers.
type state struct {
	// later is set when both sides agreed on version 3.
	later  bool
	inner  dissect.Conversation // of TLS
	stream [2]stream
}

// stream is one direction's.
type stream struct {
	next  uint32
	known bool // next is
	held  []byte
	skip  int // bytes to come that TLS does not want to see
}

// guess recognises a SYN.
func guess(b []byte) bool {
	const synLen = headerLen + 8
	if len(b) < synLen || binary.BigEndian.Uint32(b) != 0xffffffff {
		return false
	}
	flags, up, down := binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint16(b[12:]), binary.BigEndian.Uint16(b[14:])
	return flags&flagSYN != 0 && flags&(reservedFlags|flagData|flagACK) == 0 && up >= minMTU && up <= maxMTU && down >= minMTU && down <= maxMTU
}

// accept says what may be a packet on RDP's port.
func accept(b []byte) bool { return len(b) >= headerLen }

func decode(p *dissect.Packet, b []byte, wire int) {
	if p.Options.Wireshark && p.Core.Source.Port != port && p.Core.Destination.Port != port { // where tshark does not look for it
		p.Pop()
		return
	}
	p.Message(Protocol)
	s := &state{}
	if conversation := p.Conversation; conversation != nil && !p.Quoted {
		if known, ok := conversation.AppState.(*state); ok {
			s = known
		} else {
			s.inner.ID = conversation.ID
			conversation.App, conversation.AppState = Protocol, s
		}
	}
	if s.later {
		return
	}
	c := common.Read(p, b, wire)
	c.Uint32(fAck)
	c.Uint16(fWindow)
	flags := c.Uint16(fFlags)
	if c.Failed {
		return
	}
	if flags&flagSYN != 0 {
		s.begin(&c, flags)
		return
	}
	if flags&flagACK != 0 {
		size := int(c.U16())
		c.Skip(size + -(2+size)&3)
	}
	if flags&flagAckOfAcks != 0 {
		c.Skip(4)
	}
	if flags&flagData == 0 || flags&flagFEC != 0 {
		return
	}
	c.Skip(4) // the number among all packets
	start := c.Uint32(fStart)
	if !c.Failed && c.More() {
		s.take(&c, start)
	}
}

// begin reads a SYN.
func (s *state) begin(c *common.Cursor, flags uint16) {
	initial := c.Uint32(fInitial)
	c.Uint16(fUp)
	c.Uint16(fDown)
	if !c.Failed {
		s.stream[c.P.Direction] = stream{next: initial + 1, known: true}
	}
	if flags&flagCorrelation != 0 {
		c.Hex(fCorrelation, 16)
		c.Skip(16)
	}
	if flags&flagExtension != 0 {
		c.Skip(2)
		s.later = c.Uint16(fVersion) == version3 && flags&flagACK != 0
	}
}

// take gives TLS the bytes of that number, when it is their turn.
func (s *state) take(c *common.Cursor, number uint32) {
	p := c.P
	if p.Options.Wireshark {
		p.Push(tls.Protocol)
		p.Core.Headline = headlineSSL
		return
	}
	st := &s.stream[p.Direction]
	ahead := int32(number - st.next) //nolint:gosec // numbers are compared modulo 2^32
	if p.Quoted || p.Truncated || st.known && ahead < 0 {
		return
	}
	if st.known && ahead > 0 {
		st.held, st.skip, s.inner.AppState = nil, 0, nil
	}
	st.next, st.known = number+1, true
	n := min(st.skip, len(c.B))
	st.skip -= n
	st.held = append(st.held, c.B[n:]...)
	s.offer(p, st)
	p.Core.Application = Protocol // what carries it
}

// offer gives TLS what it has not consumed, as long as it consumes something.
func (s *state) offer(p *dissect.Packet, st *stream) {
	for len(st.held) > 0 {
		n := tls.Protocol.Stream(p, &s.inner, st.held)
		switch {
		case n == 0 && len(st.held) < maxHeld:
			return
		case n <= 0:
			st.held, s.inner.AppState = nil, nil
			return
		case n > len(st.held):
			st.skip, n = n-len(st.held), len(st.held)
		}
		st.held = st.held[n:]
	}
	st.held = nil
}

// summary reads "SYN, CORRELATIONID, SYNEX" or "ACK, DATA".
func summary(dst []byte, v dissect.View) []byte {
	flags, ok := v.Uint(fFlags)
	if !ok {
		return dst
	}
	n := len(dst)
	for _, f := range [...]struct {
		bit  uint64
		name string
	}{{flagSYN, "SYN"}, {2, "FIN"}, {flagACK, "ACK"}, {flagData, "DATA"}, {flagFEC, "FECDATA"}, {0x20, "CN"}, {0x40, "CWR"}, {flagAckOfAcks, "AOA"}, {flagLossy, "SYNLOSSY"}, {0x400, "ACKDELAYED"},
		{flagCorrelation, "CORRELATIONID"}, {flagExtension, "SYNEX"}} {
		if flags&f.bit == 0 {
			continue
		}
		if len(dst) > n {
			dst = append(dst, ", "...)
		}
		dst = append(dst, f.name...)
	}
	return dst
}
