// SPDX-License-Identifier: Apache-2.0

// Package llc dissects IEEE 802.2 logical link control, and SNAP behind it.
//
//	0      1      2                3 (or 4)  6      8
//	| DSAP | SSAP | control, 1 or 2 | OUI     | PID  | payload …
//	                                 \ only when both SAPs are 0xAA (SNAP) /
//
// The control field has one byte in unnumbered frames, else two, little-endian (IEEE 802.2, 5.4). A SNAP's PID is an EtherType when
// the OUI is 0 (RFC 1042) or Cisco's 00-00-F8. Not decoded: the bits of the control field, XID and TEST payloads, vendors'
// protocols that have no dissector of their own.
package llc

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	sapSNAP = 0xaa
	// unnumbered are the low bits of an unnumbered frame's control field; pollFinal is its poll or final bit.
	unnumbered, pollFinal = 0x03, 0x10
	snapLen               = 5
	// bridgePad is what RFC 2684 puts before a bridged frame.
	bridgePad = 2
)

// OUIs whose PIDs have a meaning here.
const (
	ouiEther    = 0x000000
	ouiCisco    = 0x00000c
	ouiNortel   = 0x000081
	ouiCisco90  = 0x0000f8
	ouiIEEE8021 = 0x0080c2
)

// Protocol is LLC.
var Protocol = &dissect.Protocol{
	Name: "llc", Title: "LLC", Reference: "IEEE 802.2",
	LinkTypes: []uint32{100}, // ATM, RFC 2684
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields   = field.Group("llc")
	fDSAP    = fields.Add("dsap", field.Uint8, "llc.dsap", "Destination service access point, group bit included")
	fSSAP    = fields.Add("ssap", field.Uint8, "llc.ssap", "Source service access point, command/response bit included")
	fControl = fields.Add("control", field.Uint16, "llc.control", "Control field", field.Rare, field.Detail)
	fOUI     = fields.Add("oui", field.Uint32, "llc.oui", "Organization code of a SNAP header")
	fType    = fields.Add("type", field.Uint16, "llc.type", "EtherType in a SNAP header")
	fPID     = fields.Add("pid", field.Uint16, "llc.pid", "Protocol ID in a SNAP header, of the organization's own numbering")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fDSAP, uint64(b[0]))
	if !p.Need(b, wire, 2) {
		return
	}
	p.Out.Uint(fSSAP, uint64(b[1]))
	if !p.Need(b, wire, 3) {
		return
	}
	control, n := uint16(b[2]), 3
	if control&unnumbered != unnumbered {
		n = 4
		if !p.Need(b, wire, n) {
			return
		}
		control = binary.LittleEndian.Uint16(b[2:])
	}
	p.Out.Uint(fControl, uint64(control))
	// I frames and UI frames carry information.
	info := control&1 == 0 || control&^pollFinal == unnumbered
	dsap, ssap := b[0], b[1]
	b, wire = b[n:], wire-n
	switch {
	case dsap == sapSNAP && ssap == sapSNAP:
		snap(p, info, b, wire)
	case info:
		p.LLC(dsap, b, wire)
	}
}

func snap(p *dissect.Packet, info bool, b []byte, wire int) {
	if !p.Need(b, wire, snapLen) {
		return
	}
	oui := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	pid := binary.BigEndian.Uint16(b[3:])
	p.Out.Uint(fOUI, uint64(oui))
	b, wire = b[snapLen:], wire-snapLen
	if oui == ouiEther || oui == ouiCisco90 {
		if info {
			p.Out.Uint(fType, uint64(pid))
			p.EtherType(pid, b, wire)
		}
		return
	}
	p.Out.Uint(fPID, uint64(pid))
	if !info {
		return
	}
	if oui == ouiIEEE8021 && (pid == 1 || pid == 7) { // bridged Ethernet, with and without FCS
		if p.Need(b, wire, bridgePad) {
			p.CallName("eth", b[bridgePad:], wire-bridgePad)
		}
		return
	}
	p.CallName(vendor(oui, pid), b, wire)
}

// vendor names the protocol of an organization's PID, as Wireshark does; "" when none is known.
func vendor(oui uint32, pid uint16) string {
	switch uint64(oui)<<16 | uint64(pid) {
	case ouiCisco<<16 | 0x0111:
		return "udld"
	case ouiCisco<<16 | 0x2000:
		return "cdp"
	case ouiCisco<<16 | 0x2003:
		return "vtp"
	case ouiCisco<<16 | 0x2004:
		return "dtp"
	case ouiCisco<<16 | 0x010b, ouiIEEE8021<<16 | 0x000e:
		return "stp"
	case ouiNortel<<16 | 0x01a1, ouiNortel<<16 | 0x01a2:
		return "ndp"
	}
	return ""
}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fOUI); ok {
		dst = fmt.Appendf(dst, "SNAP, OUI 0x%06x", n)
		if n, ok = v.Uint(fType); !ok {
			n, _ = v.Uint(fPID)
		}
		return fmt.Appendf(dst, ", PID 0x%04x", n)
	}
	n, _ := v.Uint(fDSAP)
	dst = fmt.Appendf(dst, "DSAP 0x%02x", n)
	n, _ = v.Uint(fSSAP)
	return fmt.Appendf(dst, ", SSAP 0x%02x", n)
}
