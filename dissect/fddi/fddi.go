// SPDX-License-Identifier: Apache-2.0

// Package fddi dissects FDDI frames (ISO 9314-2) with LLC behind them.
//
//	0               1     7     13
//	| frame control | dst | src | payload …
//
// In captures the bits of each address byte are reversed, as they travel; they are turned back, as Wireshark does. Not decoded: SMT and MAC frames.
package fddi

import (
	"fmt"
	"math/bits"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 13
	// Class, length and format of LLC frames: the upper four bits of the frame control.
	llcAsync, llcSync = 0x50, 0xd0
)

// Protocol is FDDI.
var Protocol = &dissect.Protocol{
	Name: "fddi", Title: "FDDI", Reference: "ISO 9314-2",
	LinkTypes: []uint32{10},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields = field.Group("fddi")
	fFC    = fields.Add("fc", field.Uint8, "fddi.fc", "Frame control")
	fDst   = fields.Add("dst", field.MAC, "fddi.dst", "Destination address", field.Address)
	fSrc   = fields.Add("src", field.MAC, "fddi.src", "Source address", field.Address)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	var a [12]byte
	for i := range a {
		a[i] = bits.Reverse8(b[1+i])
	}
	p.Out.Uint(fFC, uint64(b[0]))
	p.Out.MAC(fDst, a[:6])
	p.Out.MAC(fSrc, a[6:])
	p.SetMAC(a[6:], a[:6])
	if c := b[0] & 0xf0; c == llcAsync || c == llcSync {
		p.CallName("llc", b[headerLen:], wire-headerLen)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fFC)
	return fmt.Appendf(dst, "FDDI frame control 0x%02x", n)
}
