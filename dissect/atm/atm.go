// SPDX-License-Identifier: Apache-2.0

// Package atm dissects ATM captures that tell the channel: LINKTYPE_SUNATM, and IP over ATM of Linux (link type 106). LINKTYPE_ATM_RFC1483 is LLC.
//
//	0                           1     2        4
//	| sent 1, type, lower 4 bits | VPI | VCI 2 | payload …
//
// Type 2 is LLC (RFC 2684), type 1 LAN emulation: an identifier of 2 bytes, then Ethernet. Not decoded: LANE control, ILMI, signalling, OAM cells,
// the AAL5 trailer.
package atm

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 4

// Types of traffic.
const (
	typeLANE = 1
	typeLLC  = 2

	// laneID is the identifier of LAN emulation, laneControl the one that marks control frames.
	laneID, laneControl = 2, 0xff00
)

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is SunATM.
var Protocol = &dissect.Protocol{
	Name: "atm", Title: "ATM", Reference: "LINKTYPE_SUNATM",
	LinkTypes: []uint32{123},
	Dissect:   decode,
	Summary:   summary,
}

// CLIP is classical IP over ATM (RFC 2225) as Linux captures it: IP without a header of its own, or LLC before it.
var CLIP = &dissect.Protocol{
	Name: "clip", Title: "CLIP", Reference: "RFC 2225",
	LinkTypes: []uint32{106},
	Dissect:   clip,
	Summary:   func(dst []byte, _ dissect.View) []byte { return append(dst, "Classical IP over ATM"...) },
}

var (
	fields = field.Group("atm")
	fType  = fields.Add("traffic_type", field.Uint8, "", "Type of traffic: 1 LANE, 2 LLC, 5 ILMI, 6 signalling")
	fVPI   = fields.Add("vpi", field.Uint8, "atm.vpi", "Virtual path identifier")
	fVCI   = fields.Add("vci", field.Uint16, "atm.vci", "Virtual channel identifier")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	t := b[0] & 0xf
	p.Out.Uint(fType, uint64(t))
	p.Out.Uint(fVPI, uint64(b[1]))
	p.Out.Uint(fVCI, uint64(binary.BigEndian.Uint16(b[2:])))
	b, wire = b[headerLen:], wire-headerLen
	switch t {
	case typeLLC:
		p.CallName("llc", b, wire)
	case typeLANE:
		if p.Need(b, wire, laneID) && binary.BigEndian.Uint16(b) != laneControl {
			p.CallName("eth", b[laneID:], wire-laneID)
		}
	}
}

func clip(p *dissect.Packet, b []byte, wire int) {
	switch {
	case len(b) >= 3 && b[0] == 0xaa && b[1] == 0xaa && b[2] == 3:
		p.CallName("llc", b, wire)
	case b[0]>>4 == 6:
		p.EtherType(etherTypeIPv6, b, wire)
	default:
		p.EtherType(etherTypeIPv4, b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "VPI "...), fVPI)
	dst, _ = v.Text(append(dst, ", VCI "...), fVCI)
	return dst
}
