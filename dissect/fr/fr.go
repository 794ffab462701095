// SPDX-License-Identifier: Apache-2.0

// Package fr dissects Frame Relay (ITU-T Q.922) with the encapsulation of RFC 2427 or Cisco's.
//
//	0               6   7    8              12    13    14  15
//	| DLCI, upper 6 | CR | EA | DLCI, next 4 | FECN | BECN | DE | EA | …
//
//	RFC 2427  control (03 UI, or the two bytes of an I or S frame), padding 00 when needed, NLPID, payload
//	Cisco     EtherType, payload
//	none      an Ethernet frame as it is
//
// EA marks the last byte of the address. A third byte has 7 more bits of DLCI unless it is the last; a last third or fourth byte has the
// lower 6 bits, or DL-CORE control instead. Not decoded: LAPF on DLCI 0, XID, FRF.12 fragments, OSI protocols, Q.933.
package fr

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/field"
)

const (
	linkFrameRelay = 107
	// maxAddress bounds the bytes of an address; Q.922 has at most four.
	maxAddress = 16

	lastByte    = 0x01 // EA
	dlCore      = 0x02 // of the last byte: no DLCI in it
	unnumbered  = 0x03
	controlXID  = 0xaf
	snapLen     = 5
	ouiEther    = 0x000000
	ouiIEEE8021 = 0x0080c2
)

// NLPIDs (ISO/IEC TR 9577).
const (
	nlpidPad  = 0x00
	nlpidQ933 = 0x08
	nlpidSNAP = 0x80
	nlpidCLNP = 0x81
	nlpidESIS = 0x82
	nlpidISIS = 0x83
	nlpidIPv6 = 0x8e
	nlpidIP   = 0xcc
	nlpidPPP  = 0xcf
)

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is Frame Relay.
var Protocol = &dissect.Protocol{
	Name: "fr", Title: "FR", Reference: "ITU-T Q.922",
	LinkTypes:   []uint32{linkFrameRelay},
	GREProtocol: []uint16{0x6559}, // raw Frame Relay
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields   = field.Group("fr")
	fDLCI    = fields.Add("dlci", field.Uint32, "fr.dlci", "Data link connection identifier")
	fCR      = fields.Add("cr", field.Bool, "fr.cr", "Command or response bit", field.Rare, field.Detail)
	fFECN    = fields.Add("fecn", field.Bool, "fr.fecn", "Forward explicit congestion notification")
	fBECN    = fields.Add("becn", field.Bool, "fr.becn", "Backward explicit congestion notification")
	fDE      = fields.Add("de", field.Bool, "fr.de", "Discard eligible")
	fControl = fields.Add("control", field.Uint8, "fr.control", "Control field, first byte", field.Rare, field.Detail)
	fNLPID   = fields.Add("nlpid", field.Uint8, "fr.nlpid", "Network layer protocol identifier")
	fOUI     = fields.Add("snap.oui", field.Uint32, "fr.snap.oui", "Organization code of a SNAP header")
	fPID     = fields.Add("snap.pid", field.Uint16, "fr.snap.pid", "Protocol ID in a SNAP header, of the organization's own numbering")
	fSNAP    = fields.Add("snaptype", field.Uint16, "fr.snaptype", "EtherType in a SNAP header")
	fCisco   = fields.Add("chdlctype", field.Uint16, "fr.chdlctype", "EtherType of Cisco's encapsulation")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	n, dlci, ok := address(p, b, wire)
	if !ok {
		return
	}
	p.Out.Uint(fDLCI, uint64(dlci))
	p.Out.Bool(fCR, b[0]&2 != 0)
	if n > 1 {
		p.Out.Bool(fFECN, b[1]&8 != 0)
		p.Out.Bool(fBECN, b[1]&4 != 0)
		p.Out.Bool(fDE, b[1]&2 != 0)
	}
	b, wire = b[n:], wire-n
	if !p.Need(b, wire, 2) {
		return
	}
	control := b[0]
	switch t := binary.BigEndian.Uint16(b); {
	case control == unnumbered:
		p.Out.Uint(fControl, uint64(control))
		nlpid(p, b[1:], wire-1)
	case dlci == 0 || control == controlXID:
		p.Out.Uint(fControl, uint64(control))
	case cisco(t):
		p.Out.Uint(fCisco, uint64(t))
		if t == typeCDP {
			p.CallName("cdp", b[2:], wire-2)
			return
		}
		p.EtherType(t, b[2:], wire-2)
	default:
		raw(p, control, b, wire)
	}
}

// raw dissects frames whose encapsulation only a guess tells: RFC 2427 behind the control field of an I or S frame when an NLPID
// follows, else Ethernet without a header of RFC 2427 when a length or a known EtherType stands where its would, as Wireshark guesses.
func raw(p *dissect.Packet, control uint8, b []byte, wire int) {
	numbered := control&3 != unnumbered // an I or S frame: two bytes of control
	if numbered && (len(b) < 3 || hasForm(b[2])) || !ethernet(p, b) {
		p.Out.Uint(fControl, uint64(control))
		if numbered && p.Need(b, wire, 3) {
			nlpid(p, b[2:], wire-2)
		}
		return
	}
	p.CallName("eth", b, wire)
}

// ethernet reports whether a length or a known EtherType stands where an Ethernet header has it.
func ethernet(p *dissect.Packet, b []byte) bool {
	if len(b) < eth.HeaderLen {
		return false
	}
	t := binary.BigEndian.Uint16(b[eth.HeaderLen-2:])
	return t <= eth.MaxLength || p.Registry.EtherType(t) != nil
}

// hasForm reports whether the NLPID is one that frames are known to carry; those of OSI and of Q.933 have no dissector here.
func hasForm(id uint8) bool {
	switch id {
	case nlpidQ933, nlpidSNAP, nlpidCLNP, nlpidESIS, nlpidISIS, nlpidIPv6, nlpidIP, nlpidPPP:
		return true
	}
	return false
}

// address reads the DLCI and tells how many bytes the address has.
func address(p *dissect.Packet, b []byte, wire int) (n int, dlci uint32, ok bool) {
	dlci = uint32(b[0] >> 2)
	if b[0]&lastByte != 0 {
		return 1, dlci, true
	}
	if !p.Need(b, wire, 2) {
		return 0, 0, false
	}
	dlci = dlci<<4 | uint32(b[1]>>4)
	if b[1]&lastByte != 0 {
		return 2, dlci, true
	}
	for n = 3; n <= maxAddress; n++ {
		if !p.Need(b, wire, n) {
			return 0, 0, false
		}
		c := b[n-1]
		switch {
		case c&lastByte == 0 && n == 3:
			dlci = dlci<<7 | uint32(c>>1)
		case c&lastByte == 0: // not of Q.922; Wireshark passes over it
		case c&dlCore != 0:
			return n, dlci, true
		default:
			return n, dlci<<6 | uint32(c>>2), true
		}
	}
	p.Bad()
	return 0, 0, false
}

// typeCDP is the Cisco Discovery Protocol's number, which is no EtherType.
const typeCDP = 0x2000

// cisco reports whether Cisco's encapsulation carries that EtherType. Other values are the control field of RFC 2427.
func cisco(t uint16) bool {
	switch t {
	case etherTypeIPv4, etherTypeIPv6, 0x0806, typeCDP, 0x6558, 0x8035, 0x809b, 0x80f3, 0x8100, 0x8137, 0x8847, 0x8848:
		return true
	}
	return false
}

func nlpid(p *dissect.Packet, b []byte, wire int) {
	if wire > 1 && b[0] == nlpidPad {
		b, wire = b[1:], wire-1
	}
	if !p.Need(b, wire, 1) {
		return
	}
	id := b[0]
	p.Out.Uint(fNLPID, uint64(id))
	b, wire = b[1:], wire-1
	switch id {
	case nlpidIP:
		p.EtherType(etherTypeIPv4, b, wire)
	case nlpidIPv6:
		p.EtherType(etherTypeIPv6, b, wire)
	case nlpidPPP:
		p.CallName("ppp", b, wire)
	case nlpidSNAP:
		snap(p, b, wire)
	}
}

func snap(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, snapLen) {
		return
	}
	oui := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	pid := binary.BigEndian.Uint16(b[3:])
	p.Out.Uint(fOUI, uint64(oui))
	b, wire = b[snapLen:], wire-snapLen
	if oui == ouiEther {
		p.Out.Uint(fSNAP, uint64(pid))
		p.EtherType(pid, b, wire)
		return
	}
	p.Out.Uint(fPID, uint64(pid))
	if oui == ouiIEEE8021 && (pid == 1 || pid == 7) { // bridged Ethernet, with and without FCS
		p.CallName("eth", b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fDLCI)
	return fmt.Appendf(dst, "DLCI %d", n)
}
