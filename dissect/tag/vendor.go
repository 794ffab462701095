// SPDX-License-Identifier: Apache-2.0

package tag

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Arista is the time stamp that Arista's switches put into mirrored frames.
var Arista = &dissect.Protocol{
	Name: "avsp", Title: "ARISTA", Reference: "Arista time stamping",
	EtherTypes: []uint16{0xd28b},
	Dissect:    arista,
	Summary:    summary("Time stamp of version", fAVersion),
}

var (
	aFields   = field.Group("avsp")
	fASubType = aFields.Add("sub_type", field.Uint16, "avsp.sub_type", "Sub-type: 1 time stamp")
	fAVersion = aFields.Add("ver", field.Uint16, "avsp.ver", "Format of the time stamp: 0x010 TAI of 64 bits, 0x020 TAI of 48 bits; 0x100 more is UTC")
	fASeconds = aFields.Add("seconds", field.Uint32, "", "Seconds of the time stamp; the low 16 bits where it has 48 bits")
	fANanos   = aFields.Add("nanoseconds", field.Uint32, "", "Nanoseconds of the time stamp")
	fAType    = aFields.Add("etype", field.Uint16, "avsp.etype", "EtherType behind the tag", field.Rare, field.Detail)
)

const (
	aristaTimestamp = 1
	// The low byte of the version says how long the time stamp is.
	arista64, arista48 = 0x10, 0x20
)

func arista(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	sub, version := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fASubType, uint64(sub))
	p.Out.Uint(fAVersion, uint64(version))
	if sub != aristaTimestamp {
		return
	}
	switch version & 0xff {
	case arista64:
		if !p.Need(b, wire, 14) {
			return
		}
		p.Out.Uint(fASeconds, uint64(binary.BigEndian.Uint32(b[4:])))
		p.Out.Uint(fANanos, uint64(binary.BigEndian.Uint32(b[8:])))
		follow(p, fAType, b, wire, 12)
	case arista48:
		if !p.Need(b, wire, 12) {
			return
		}
		p.Out.Uint(fASeconds, uint64(binary.BigEndian.Uint16(b[4:])))
		p.Out.Uint(fANanos, uint64(binary.BigEndian.Uint32(b[6:])))
		follow(p, fAType, b, wire, 10)
	}
}

// MetaData is Cisco's tag of security groups.
var MetaData = &dissect.Protocol{
	Name: "cmd", Title: "CMD", Reference: "Cisco TrustSec",
	EtherTypes: []uint16{0x8909},
	Dissect:    metaData,
	Summary:    summary("Security group", fSGT),
}

var (
	mFields  = field.Group("cmd")
	fMVer    = mFields.Add("version", field.Uint8, "cmd.version", "Version", field.Rare, field.Detail)
	fMLen    = mFields.Add("length", field.Uint8, "cmd.length", "Length of the options, units of 4 bytes", field.Rare, field.Detail)
	fMOption = mFields.Add("options", field.Uint16, "cmd.options", "Length and type of the first option", field.Rare, field.Detail)
	fSGT     = mFields.Add("sgt", field.Uint16, "cmd.sgt", "Security group tag")
	fMType   = mFields.Add("type", field.Uint16, "cmd.type", "EtherType behind the tag", field.Rare, field.Detail)
)

func metaData(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 8) {
		return
	}
	if p.Depth > 1 && p.Layers[p.Depth-2].Name == "gre" { // where the EtherType stands first
		t := binary.BigEndian.Uint16(b)
		options(p, b[2:])
		p.Out.Uint(fMType, uint64(t))
		p.EtherType(t, b[8:], wire-8)
		return
	}
	options(p, b)
	follow(p, fMType, b, wire, 6)
}

// options writes what is before the EtherType, or behind it in GRE.
func options(p *dissect.Packet, b []byte) {
	p.Out.Uint(fMVer, uint64(b[0]))
	p.Out.Uint(fMLen, uint64(b[1]))
	p.Out.Uint(fMOption, uint64(binary.BigEndian.Uint16(b[2:])))
	p.Out.Uint(fSGT, uint64(binary.BigEndian.Uint16(b[4:])))
}

// FabricPath is Cisco's frame around a frame. It is called with the whole outer frame.
var FabricPath = &dissect.Protocol{
	Name: "cfp", Title: "FabricPath", Reference: "Cisco FabricPath",
	Dissect: fabricPath,
	Summary: summary("FTAG", fFTAG),
}

var (
	fFields = field.Group("cfp")
	fFTAG   = fFields.Add("ftag", field.Uint16, "cfp.ftag", "Forwarding tag: the tree or topology")
	fTTL    = fFields.Add("ttl", field.Uint8, "cfp.ttl", "Time to live")
)

func fabricPath(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 16) {
		return
	}
	v := binary.BigEndian.Uint16(b[14:])
	p.Out.Uint(fFTAG, uint64(v>>6))
	p.Out.Uint(fTTL, uint64(v&0x3f))
	b, wire = b[16:], wire-16
	if p.Options.Wireshark { // which takes a check sequence for granted, also where none was captured
		wire = max(0, wire-fcsLen)
		b = b[:min(len(b), wire)]
	}
	if p.Tunnel(0) {
		p.CallName("eth", b, wire)
	}
}
