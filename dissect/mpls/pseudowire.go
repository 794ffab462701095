// SPDX-License-Identifier: Apache-2.0

package mpls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Pseudowires behind a label stack. A control word (RFC 4448, 4.6) or channel header (RFC 4385, 5) has four bytes:
//
//	| 0000 | reserved 12 | sequence 16 |        | 0001 | version 4 | reserved 8 | channel type 16 |
//
// An Ethernet pseudowire may have no control word: then the frame itself starts there, and its first four bits may be 0 as well.
const controlLen = 4

// Channel types (IANA "pwe3-parameters").
const (
	channelBFD  = 0x0007
	channelIPv4 = 0x0021
	channelIPv6 = 0x0057
)

// The layers that Wireshark shows between a label stack and what a pseudowire carries.
var (
	// Pseudowire decides whether there is a control word; it has no bytes of its own.
	Pseudowire = &dissect.Protocol{
		Name: "pwethheuristic", Title: "MPLS", Reference: "RFC 4448",
		Dissect: guess,
		Summary: summary,
	}
	ControlWord = &dissect.Protocol{
		Name: "pwethcw", Title: "MPLS", Reference: "RFC 4448",
		Dissect: controlWord,
		Summary: summary,
	}
	NoControlWord = &dissect.Protocol{
		Name: "pwethnocw", Title: "MPLS", Reference: "RFC 4448",
		Dissect: ethernet,
		Summary: summary,
	}
	ACH = &dissect.Protocol{
		Name: "pwach", Title: "MPLS", Reference: "RFC 4385",
		Dissect: channel,
		Summary: summary,
	}
)

var (
	fSequence = field.Group("pweth.cw").Add("sequence_number", field.Uint16, "pweth.cw.sequence_number", "Sequence number of an Ethernet pseudowire's control word", field.Rare, field.Detail)
	fChannel  = field.Group("pwach").Add("channel_type", field.Uint16, "pwach.channel_type", "Type of an associated channel")
)

func guess(p *dissect.Packet, b []byte, wire int) {
	switch {
	case wire < controlLen:
	// tshark -n, which knows no manufacturers, always sees a control word.
	case !p.Options.Wireshark && !frame(b, controlLen, wire) && frame(b, 0, wire):
		p.Call(NoControlWord, b, wire)
	default:
		p.Call(ControlWord, b, wire)
	}
}

// frame reports whether the bytes from at on look like an Ethernet frame: a common EtherType or a sound length stands where it belongs.
func frame(b []byte, at, wire int) bool {
	if len(b) < at+14 {
		return false
	}
	t := binary.BigEndian.Uint16(b[at+12:])
	switch t {
	case 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8848, 0x8863, 0x8864, 0x88cc, 0x888e, 0x8902, 0x9000, 0x9100:
		return true
	}
	return t >= 3 && int(t) <= min(wire-at-14, 1500)
}

func controlWord(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, controlLen) {
		return
	}
	p.Out.Uint(fSequence, uint64(binary.BigEndian.Uint16(b[2:])))
	ethernet(p, b[controlLen:], wire-controlLen)
}

func ethernet(p *dissect.Packet, b []byte, wire int) {
	// No Tunnel: the labels of the two directions differ, so that they cannot tell tenants apart, and the layers bound the depth.
	p.CallName("eth", b, wire)
}

func channel(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, controlLen) {
		return
	}
	t := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fChannel, uint64(t))
	b, wire = b[controlLen:], wire-controlLen
	switch t {
	case channelIPv4:
		p.EtherType(etherTypeIPv4, b, wire)
	case channelIPv6:
		p.EtherType(etherTypeIPv6, b, wire)
	case channelBFD:
		p.CallName("bfd", b, wire)
	}
}
