// SPDX-License-Identifier: Apache-2.0

// Package iec104 dissects IEC 60870-5-104 over TCP, and the application service data units of IEC 60870-5-101 that it carries.
//
//	0      1        2             6
//	| 0x68 | length | control 4   | ASDU …          numbers are little-endian
//	| type | SQ, number 7 bits | test, negative, cause 6 bits | originator | common address 2 | object address 3 | element … |
//
// A confirmation of an activation points at it by type, common and object address. The units of a packet share a layer of the frame, as in Wireshark. Limits: 127
// objects a unit. Not decoded: values, qualities and times of objects, but the commands that are given; types without a known length beyond their first object.
package iec104

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	start      = 0x68
	headerLen  = 2
	controlLen = 4
	maxLength  = 253
	port       = 2404
)

// Formats of the control field (IEC 60870-5-104, 5): numbered information, acknowledgement, unnumbered control.
const (
	formatI = 0
	formatS = 1
	formatU = 3
)

// Protocol is the frame, ASDU what it carries.
var (
	Protocol = &dissect.Protocol{
		Name: "iec60870_104", Title: "IEC 60870-5-104", Reference: "IEC 60870-5-104", Application: true,
		TCPPorts: []uint16{port}, GuessTCP: guess, AcceptTCP: accept, Summary: summary,
	}
	ASDU = &dissect.Protocol{Name: "iec60870_asdu", Title: "IEC 60870-5 ASDU", Reference: "IEC 60870-5-101", Application: true, Summary: summary}
)

// The functions name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Stream, ASDU.Dissect = stream, asdu }

var (
	frames   = field.Group("iec60870_104")
	fFormat  = frames.Add("type", field.Uint8, "iec60870_104.type", "Format of each frame: 0 information, 1 acknowledgement, 3 control")
	fControl = frames.Add("utype", field.Uint8, "iec60870_104.utype", "Control: 1 and 2 start of transfer asked for and confirmed, 4 and 8 its stop, 16 and 32 test")
	fTx      = frames.Add("tx", field.Uint16, "iec60870_104.tx", "Number of each frame with information", field.Rare, field.Detail)
	fRx      = frames.Add("rx", field.Uint16, "iec60870_104.rx", "Number of the frame that is wanted next", field.Rare, field.Detail)
)

// accept says what may start a stream on the protocol's port.
func accept(b []byte) bool {
	return len(b) > 0 && b[0] == start && (len(b) < 2 || b[1] >= controlLen && b[1] <= maxLength)
}

// format is that of a frame's control field.
func format(control byte) byte {
	if control&1 == formatI {
		return formatI
	}
	return control & formatU
}

// guess recognises a frame that is all of b: of control, or with a unit whose type and cause are defined, and whose objects fill it.
func guess(b []byte) bool {
	if len(b) < headerLen+controlLen || !accept(b) || headerLen+int(b[1]) != len(b) {
		return false
	}
	control, unit := b[headerLen:headerLen+controlLen], b[headerLen+controlLen:]
	switch format(control[0]) {
	case formatU:
		one := control[0] &^ formatU
		return len(unit) == 0 && one != 0 && one&(one-1) == 0 && control[1]|control[2]|control[3] == 0
	case formatI:
		return guessUnit(unit)
	}
	return false
}

// stream takes one frame off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	if len(b) == 0 {
		return 0
	}
	if !accept(b) || common.Elsewhere(p, Protocol) {
		return dissect.Reject
	}
	if len(b) < headerLen || len(b) < headerLen+int(b[1]) && !p.Truncated {
		return 0
	}
	n := headerLen + int(b[1])
	if !common.LayersOf(c).Push(p, Protocol) {
		return n
	}
	p.Message(Protocol)
	frame(p, b[headerLen:min(n, len(b))], n-headerLen)
	return n
}

// frame dissects what is behind the length.
func frame(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, controlLen) {
		return
	}
	f := format(b[0])
	p.Out.Uint(fFormat, uint64(f))
	switch f {
	case formatU:
		p.Out.Uint(fControl, uint64(b[0]>>2))
		return
	case formatI:
		p.Out.Uint(fTx, uint64(binary.LittleEndian.Uint16(b)>>1))
	}
	p.Out.Uint(fRx, uint64(binary.LittleEndian.Uint16(b[2:])>>1))
	if f == formatI {
		p.Call(ASDU, b[controlLen:], wire-controlLen)
	}
}
