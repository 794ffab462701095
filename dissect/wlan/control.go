// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Subtypes of control frames (IEEE 802.11, 9.2.4.1.3).
const (
	controlExtension  = 6
	controlWrapper    = 7
	controlBlockAckRq = 8
	controlBlockAck   = 9
	controlPoll       = 10
	controlCTS        = 12
	controlAck        = 13
	controlEnd        = 14

	// extended is what Wireshark adds to the four bits of an extension.
	extended = 0x160
	// The extensions that have address 1 only; those below 2 are reserved.
	extensionPoll, extensionDTS = 2, 6

	maskAID = 0x3fff
)

// Bits of the block ack control field: its type is in bits 1 to 4, the traffic identifier in the upper four.
const (
	ackTypeBasic, ackTypeExtended, ackTypeCompressed = 0, 1, 2
)

var (
	fAID     = fields.Add("aid", field.Uint16, "wlan.aid", "Association of a station that polls", field.Rare, field.Detail)
	fBA      = fields.Add("ba.control", field.Uint16, "wlan.ba.control", "Control field of a block acknowledgment", field.Detail, field.Rare)
	fBATID   = fields.Add("ba.basic.tidinfo", field.Uint8, "wlan.ba.basic.tidinfo", "Traffic identifier of a block acknowledgment", field.Rare, field.Detail)
	fBAStart = fields.Add("fixed.ssc.sequence", field.Uint16, "wlan.fixed.ssc.sequence", "First sequence number that a block acknowledgment speaks of", field.Rare, field.Detail)
)

// controlFrame writes the one or two addresses of a control frame.
func controlFrame(p *dissect.Packet, subtype, flags uint8, b []byte, wire int) {
	if !p.Need(b, wire, shortHeader) {
		return
	}
	p.Out.MAC(fRA, b[4:10])
	ext := flags & 0xf
	switch {
	case subtype < 2, subtype == controlWrapper, subtype == controlCTS, subtype == controlAck:
		return
	case subtype == controlExtension && (ext < extensionPoll || ext == extensionDTS):
		return
	}
	if !p.Need(b, wire, shortHeader+addrLen) {
		return
	}
	a2 := b[10:16]
	switch subtype {
	case controlEnd:
		p.Out.MAC(fBSSID, a2)
		return
	case controlPoll:
		p.Out.MAC(fBSSID, b[4:10])
	}
	p.Out.MAC(fTA, a2)
	if subtype == controlBlockAckRq || subtype == controlBlockAck {
		blockAck(p, b[16:], wire-16)
	}
}

// blockAck reads what basic and compressed forms have in common: control 2, starting sequence 2.
func blockAck(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	n := binary.LittleEndian.Uint16(b)
	p.Out.Uint(fBA, uint64(n))
	switch n >> 1 & 0xf {
	case ackTypeBasic, ackTypeExtended, ackTypeCompressed:
		p.Out.Uint(fBATID, uint64(n>>12))
		p.Out.Uint(fBAStart, uint64(binary.LittleEndian.Uint16(b[2:])>>4))
	}
}

// beaconElsewhere reads the addresses of beacons in the 60 GHz (subtype 0) and sub-1-GHz bands (1).
func beaconElsewhere(p *dissect.Packet, subtype uint8, b []byte, wire int) {
	if subtype > 1 || !p.Need(b, wire, shortHeader) {
		return
	}
	p.Out.MAC(fRA, b[4:10])
	if subtype == 0 {
		p.Out.MAC(fBSSID, b[4:10])
	} else {
		p.Out.MAC(fSA, b[4:10])
	}
}

// Types of protocol version 1 (IEEE 802.11, 9.8), in bits 2 to 4.
const (
	shortQoS, shortManagement, shortQoSFull = 0, 1, 3

	sidLen = 2
	// shortFromDS, in the second byte: address 1 is a SID, not address 2.
	shortFromDS = 0x01
)

// version1 reads the short frames of the sub-1-GHz band: frame control 2, two addresses of which one may be a SID of 2 bytes, sequence 2.
func version1(p *dissect.Packet, b []byte, wire int) {
	kind := b[0] >> 2 & 7
	p.Out.Uint(fType, uint64(kind))
	at := 2
	mac := func(id field.ID, present bool) bool {
		n := sidLen
		if present {
			n = addrLen
		}
		if !p.Need(b, wire, at+n) {
			return false
		}
		if present {
			p.Out.MAC(id, b[at:at+n])
		}
		at += n
		return true
	}
	first, second := true, false
	switch kind {
	case shortQoS, shortManagement:
		if b[1]&shortFromDS != 0 {
			first, second = false, true
		}
	case shortQoSFull:
		second = true
	default:
		return // the forms of other types differ
	}
	if mac(fRA, first) && mac(fTA, second) && p.Need(b, wire, at+2) {
		n := binary.LittleEndian.Uint16(b[at:])
		p.Out.Uint(fFrag, uint64(n&0xf))
		p.Out.Uint(fSeq, uint64(n>>4))
	}
}
