// SPDX-License-Identifier: Apache-2.0

// Package dnp3 dissects the Distributed Network Protocol 3 (IEEE 1815) over TCP and UDP: frames of its data link, the segments of its transport
// function, and the fragments of its application layer with the headers of their objects.
//
//	0         2        3         4             6        8     10                    26
//	| 05 64   | length | control | destination | source | CRC | 16 bytes of data … | CRC | …      numbers are little-endian
//	| FIN FIR sequence 6 | …                                     a segment: the data of a frame, the first byte first
//	| control | function | indications 2, in responses | group | variation | qualifier | range | objects … |
//
// The frames of a packet are one layer, as in Wireshark; what the application says stands in the packet that completes the fragment, and a response
// points at its request by addresses and sequence number. Limits: 4 fragments a conversation being put together, of 16 KiB each, 256 headers of objects and
// 256 indices a fragment. Not decoded: the values of points, of which indices, the control that is operated and the name of a file are; authentication (group 120).
package dnp3

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 10
	blockLen  = 16
	crcLen    = 2
	// minLength is the length of a frame without data: it counts control and addresses.
	minLength = 5
	port      = 20000
)

// Bits of the control byte (IEEE 1815, 9.2.4.1.3), and the functions of the primary station that carry data.
const (
	fromPrimary   = 0x40
	functionMask  = 0x0f
	confirmedData = 3
	data          = 4
)

// Protocol is DNP3.
var Protocol = &dissect.Protocol{
	Name: "dnp3", Title: "DNP 3.0", Reference: "IEEE 1815", Application: true,
	TCPPorts: []uint16{port}, UDPPorts: []uint16{port},
	GuessTCP: guess, GuessUDP: guess, AcceptTCP: accept, AcceptUDP: accept,
	Summary: summary,
}

// The functions name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields    = field.Group("dnp3")
	fLength   = fields.Add("len", field.Uint8, "dnp3.len", "Length of each frame's control, addresses and data, bytes", field.Rare, field.Detail)
	fDst      = fields.Add("dst", field.Uint16, "dnp3.dst", "Station that each frame is for; from 65533 on, every station")
	fSrc      = fields.Add("src", field.Uint16, "dnp3.src", "Station that each frame is from")
	fPrimary  = fields.Add("ctl.prifunc", field.Uint8, "dnp3.ctl.prifunc", "Function of a frame from the primary station: 0 reset link, 2 test link, 3 confirmed and 4 unconfirmed data, 9 request link status")
	fReply    = fields.Add("ctl.secfunc", field.Uint8, "dnp3.ctl.secfunc", "Function of a frame from the secondary station: 0 ACK, 1 NACK, 11 status of link, 15 not supported")
	fMaster   = fields.Add("ctl.dir", field.Bool, "dnp3.ctl.dir", "The frame is from the master", field.Rare, field.Detail)
	fBad      = fields.Add("bad_crc", field.Bool, "dnp3.hdr.CRC.incorrect, dnp3.data_chunk.CRC.incorrect", "A CRC of the frame is wrong", field.Sparse)
	fSequence = fields.Add("tr.seq", field.Uint8, "dnp3.tr.seq", "Sequence number of each segment", field.Rare, field.Detail)
	fFirst    = fields.Add("tr.fir", field.Bool, "dnp3.tr.fir", "The segment begins a fragment", field.Rare, field.Detail)
	fFinal    = fields.Add("tr.fin", field.Bool, "dnp3.tr.fin", "The segment ends a fragment", field.Rare, field.Detail)
)

// starts reports whether b may start with a frame.
func starts(b []byte) bool {
	return len(b) > 0 && b[0] == 0x05 && (len(b) < 2 || b[1] == 0x64) && (len(b) < 3 || b[2] >= minLength)
}

// sound reports whether the CRC of a frame's header is right.
func sound(b []byte) bool {
	return crc(b[:headerLen-crcLen]) == binary.LittleEndian.Uint16(b[headerLen-crcLen:])
}

// accept says what may start a stream or datagram on DNP3's port.
func accept(b []byte) bool { return starts(b) && (len(b) < headerLen || sound(b)) }

// guess recognises a frame by its header, whose CRC is right.
func guess(b []byte) bool { return len(b) >= headerLen && accept(b) }

// size is the length of the frame whose length byte is n: header, data, and a CRC behind each 16 bytes of data.
func size(n byte) int {
	data := int(n) - minLength
	return headerLen + data + (data+blockLen-1)/blockLen*crcLen
}

// stream takes one frame off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case p.Top() != Protocol && !accept(b) || !starts(b) || common.Elsewhere(p, Protocol):
		return dissect.Reject
	case !p.Truncated && (len(b) < 3 || len(b) < size(b[2])):
		return 0
	}
	if stateOf(c).layers.Push(p, Protocol) {
		p.Message(Protocol)
		frame(p, c, b)
	}
	if len(b) < 3 {
		return len(b)
	}
	return min(size(b[2]), len(b))
}

// datagram takes frames, one behind the other.
func datagram(p *dissect.Packet, b []byte, wire int) {
	if !accept(b) || common.Elsewhere(p, Protocol) {
		p.Pop()
		return
	}
	p.Truncated = p.Truncated || len(b) < wire
	for starts(b) {
		p.Message(Protocol)
		frame(p, p.Conversation, b)
		if len(b) < 3 {
			return
		}
		b = b[min(size(b[2]), len(b)):]
	}
}

// frame dissects the frame at the front of b, of which the capture may have cut the end.
func frame(p *dissect.Packet, c *dissect.Conversation, b []byte) {
	if len(b) < headerLen {
		short(p)
		return
	}
	control := b[3]
	l := link{dst: binary.LittleEndian.Uint16(b[4:]), src: binary.LittleEndian.Uint16(b[6:])}
	o := p.Out
	o.Uint(fLength, uint64(b[2]))
	o.Uint(fDst, uint64(l.dst))
	o.Uint(fSrc, uint64(l.src))
	o.Bool(fMaster, control&0x80 != 0)
	function := control & functionMask
	if control&fromPrimary == 0 {
		o.Uint(fReply, uint64(function))
	} else {
		o.Uint(fPrimary, uint64(function))
	}
	good := sound(b)
	var buf [255]byte
	segment := buf[:0]
	whole := true
	end := size(b[2])
	for at := headerLen; at < end && whole; at += blockLen + crcLen {
		n := min(blockLen, end-at-crcLen)
		if whole = at+n+crcLen <= len(b); whole {
			block := b[at : at+n]
			segment = append(segment, block...)
			good = good && crc(block) == binary.LittleEndian.Uint16(b[at+n:])
		}
	}
	o.Bool(fBad, !good)
	if !whole {
		short(p)
	}
	if good && control&fromPrimary != 0 && (function == confirmedData || function == data) && len(segment) > 0 {
		transport(p, c, l, segment, whole)
	}
}

// short marks a frame that lacks bytes as malformed, unless the capture cut them.
func short(p *dissect.Packet) {
	if !p.Truncated {
		p.Bad()
	}
}

// table is that of the CRC of IEEE 1815, 9.2.4.3, of polynomial 0x3d65, the lowest bit first.
var table = func() (t [256]uint16) {
	for i := range t {
		v := uint16(i) //nolint:gosec // below 256
		for range 8 {
			v = v>>1 ^ v&1*0xa6bc
		}
		t[i] = v
	}
	return t
}()

func crc(b []byte) uint16 {
	v := uint16(0)
	for _, c := range b {
		v = v>>8 ^ table[byte(v)^c]
	}
	return ^v
}
