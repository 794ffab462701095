// SPDX-License-Identifier: Apache-2.0

// Package slow dissects the slow protocols (IEEE 802.3, annex 57A): LACP and the marker protocol of link aggregation (IEEE 802.1AX), OAM
// (IEEE 802.3, 57) and the organization specific one, which carries the synchronization messages of ITU-T G.8264.
//
//	0         1
//	| subtype | LACP, marker: version 1, TLVs: type 1, length 1 (of all), value | OAM: flags 2, code 1, … | OSSP: OUI 3, …
//
// Not decoded: vendors' LACP variants, what OAM and OSSP carry behind their headers.
package slow

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Subtypes.
const (
	subtypeLACP   = 1
	subtypeMarker = 2
	subtypeOAM    = 3
	subtypeOSSP   = 10
)

const (
	tlvHeader = 2
	// maxTLVs bounds the TLVs of a frame; LACP has four.
	maxTLVs = 16
)

// Protocol is the layer that tells the slow protocols apart.
var Protocol = &dissect.Protocol{
	Name: "slow", Title: "Slow Protocols", Reference: "IEEE 802.3, annex 57A",
	EtherTypes: []uint16{0x8809},
	Dissect:    decode,
	Summary:    summary,
}

// OAM is Ethernet in the first mile's operations, administration and maintenance.
var OAM = &dissect.Protocol{
	Name: "oampdu", Title: "OAM", Reference: "IEEE 802.3, clause 57",
	Dissect: oam,
	Summary: oamSummary,
}

// OSSP is the organization specific slow protocol.
var OSSP = &dissect.Protocol{
	Name: "ossp", Title: "OSSP", Reference: "IEEE 802.3, annex 57B",
	Dissect: ossp,
	Summary: osspSummary,
}

var (
	fSubtype = field.Group("slow").Add("subtype", field.Uint8, "slow.subtype", "Subtype: 1 LACP, 2 marker, 3 OAM, 10 organization specific")

	oamFields = field.Group("oampdu")
	fOAMFlags = oamFields.Add("flags.value", field.Uint16, "oampdu.flags", "Flags", field.Rare, field.Detail)
	fFault    = oamFields.Add("flags.link_fault", field.Bool, "oampdu.flags.linkFault", "The other side receives nothing", field.Sparse)
	fGasp     = oamFields.Add("flags.dying_gasp", field.Bool, "oampdu.flags.dyingGasp", "The other side is about to fail", field.Sparse)
	fCritical = oamFields.Add("flags.critical_event", field.Bool, "oampdu.flags.criticalEvent", "Critical event", field.Sparse)
	fOAMCode  = oamFields.Add("code", field.Uint8, "oampdu.code", "Code: 0 information, 1 event notification, 2 variable request, 3 variable response, 4 loopback control, 0xfe organization specific")

	osspFields = field.Group("ossp")
	fOSSPOUI   = osspFields.Add("oui", field.Uint32, "ossp.oui", "Organization")
	fITU       = osspFields.Add("itu.subtype", field.Uint16, "ossp.itu.subtype", "Subtype of ITU-T: 1 ESMC")
	fQuality   = osspFields.Add("esmc.tlv_ql_ssm", field.Uint8, "ossp.esmc.tlv_ql_ssm", "Quality level of the clock (ITU-T G.781)")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fSubtype, uint64(b[0]))
	t := b[0]
	b, wire = b[1:], wire-1
	switch t {
	case subtypeLACP:
		p.Call(LACP, b, wire)
	case subtypeMarker:
		p.Call(Marker, b, wire)
	case subtypeOAM:
		p.Call(OAM, b, wire)
	case subtypeOSSP:
		p.Call(OSSP, b, wire)
	}
}

// tlv takes the TLV at the front of b, whose length counts its header; ok is false when there is none.
func tlv(p *dissect.Packet, b []byte, wire int) (t uint8, v, rest []byte, restWire int, ok bool) {
	if !p.Need(b, wire, tlvHeader) {
		return 0, nil, nil, 0, false
	}
	n := int(b[1])
	if n < tlvHeader {
		p.Bad()
		return 0, nil, nil, 0, false
	}
	if !p.Need(b, wire, n) {
		return 0, nil, nil, 0, false
	}
	return b[0], b[tlvHeader:n:n], b[n:], wire - n, true
}

const (
	oamLen = 3

	oamLinkFault, oamDyingGasp, oamCriticalEvent = 1, 2, 4
)

func oam(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, oamLen) {
		return
	}
	flags := binary.BigEndian.Uint16(b)
	p.Out.Uint(fOAMFlags, uint64(flags))
	p.Out.Bool(fFault, flags&oamLinkFault != 0)
	p.Out.Bool(fGasp, flags&oamDyingGasp != 0)
	p.Out.Bool(fCritical, flags&oamCriticalEvent != 0)
	p.Out.Uint(fOAMCode, uint64(b[2]))
}

const (
	ouiLen = 3
	ouiITU = 0x0019a7

	ituESMC = 1
	// The quality level is in a TLV (type 1, length 2, value 1) behind subtype 2, version and flags 1, reserved 3.
	qualityAt, qualityEnd = 6, 10
)

func ossp(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, ouiLen) {
		return
	}
	oui := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	p.Out.Uint(fOSSPOUI, uint64(oui))
	b, wire = b[ouiLen:], wire-ouiLen
	if oui != ouiITU || !p.Need(b, wire, 2) {
		return
	}
	t := binary.BigEndian.Uint16(b)
	p.Out.Uint(fITU, uint64(t))
	if t == ituESMC && p.Need(b, wire, qualityEnd) && b[qualityAt] == 1 {
		p.Out.Uint(fQuality, uint64(b[qualityEnd-1]&0xf))
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Subtype "...), fSubtype)
	return dst
}

var oamCodes = [...]string{"Information", "Event Notification", "Variable Request", "Variable Response", "Loopback Control"}

func oamSummary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fOAMCode); ok && n < uint64(len(oamCodes)) {
		return append(append(dst, "OAMPDU: "...), oamCodes[n]...)
	}
	dst, _ = v.Text(append(dst, "OAMPDU code: "...), fOAMCode)
	return dst
}

func osspSummary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "ESMC, quality level "...), fQuality); ok {
		return text
	}
	dst, _ = v.Text(append(dst, "OUI: "...), fOSSPOUI)
	return dst
}
