// SPDX-License-Identifier: Apache-2.0

// Package chdlc dissects Cisco HDLC (LINKTYPE_C_HDLC) and its keepalive and address protocol SLARP.
//
//	0         1         2          4
//	| address | control | protocol | payload …
//
// The protocol is an EtherType; 0xFEFE is OSI behind a padding byte. SLARP (0x8035) is a code of 4 bytes, then an
// address and a mask (request, reply) or both sides' sequence numbers and 0xFFFF (keepalive).
package chdlc

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 4

	protoCDP   = 0x2000
	protoSLARP = 0x8035
	protoOSI   = 0xfefe
	sapOSI     = 0xfe

	slarpLen       = 14
	slarpRequest   = 0
	slarpReply     = 1
	slarpKeepalive = 2
	// reliability is what every keepalive ends with.
	reliability = 0xffff
)

// Protocol is Cisco HDLC.
var Protocol = &dissect.Protocol{
	Name: "chdlc", Title: "CHDLC", Reference: "LINKTYPE_C_HDLC",
	LinkTypes: []uint32{104},
	Dissect:   decode,
	Summary:   summary,
}

// SLARP is Cisco's Serial Line Address Resolution Protocol.
var SLARP = &dissect.Protocol{
	Name: "slarp", Title: "SLARP", Reference: "LINKTYPE_C_HDLC",
	Dissect: slarp,
	Summary: slarpSummary,
}

var (
	fields    = field.Group("chdlc")
	fAddress  = fields.Add("address", field.Uint8, "chdlc.address", "Address: 0x0f unicast, 0x8f multicast", field.Rare, field.Detail)
	fControl  = fields.Add("control", field.Uint8, "chdlc.control", "Control", field.Rare, field.Detail)
	fProtocol = fields.Add("protocol", field.Uint16, "chdlc.protocol", "Protocol, an EtherType")

	slarpFields = field.Group("slarp")
	fType       = slarpFields.Add("ptype", field.Uint32, "slarp.ptype", "Packet type: 0 request, 1 reply, 2 keepalive")
	fIP         = slarpFields.Add("address", field.IP, "slarp.address", "Address asked for or told")
	fMask       = slarpFields.Add("netmask", field.IP, "slarp.netmask", "Its mask", field.Detail, field.Rare)
	fMine       = slarpFields.Add("mysequence", field.Uint32, "slarp.mysequence", "Sender's sequence number")
	fYours      = slarpFields.Add("yoursequence", field.Uint32, "slarp.yoursequence", "Sequence number last received from the other side")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	proto := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fAddress, uint64(b[0]))
	p.Out.Uint(fControl, uint64(b[1]))
	p.Out.Uint(fProtocol, uint64(proto))
	b, wire = b[headerLen:], wire-headerLen
	switch proto {
	case protoSLARP:
		p.Call(SLARP, b, wire)
	case protoCDP:
		p.CallName("cdp", b, wire)
	case protoOSI:
		if p.Need(b, wire, 1) {
			p.LLC(sapOSI, b[1:], wire-1)
		}
	default:
		p.EtherType(proto, b, wire)
	}
}

func slarp(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	t := binary.BigEndian.Uint32(b)
	p.Out.Uint(fType, uint64(t))
	if t > slarpKeepalive || !p.Need(b, wire, slarpLen) {
		return
	}
	if t == slarpKeepalive {
		p.Out.Uint(fMine, uint64(binary.BigEndian.Uint32(b[4:])))
		p.Out.Uint(fYours, uint64(binary.BigEndian.Uint32(b[8:])))
		if binary.BigEndian.Uint16(b[12:]) != reliability {
			p.Bad()
		}
		return
	}
	p.Out.IP(fIP, b[4:8])
	p.Out.IP(fMask, b[8:12])
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fProtocol)
	return fmt.Appendf(dst, "Protocol 0x%04x", n)
}

func slarpSummary(dst []byte, v dissect.View) []byte {
	switch n, _ := v.Uint(fType); n {
	case slarpRequest:
		dst = append(dst, "Address request, from "...)
	case slarpReply:
		dst = append(dst, "Address reply, from "...)
	case slarpKeepalive:
		dst, _ = v.Text(append(dst, "Line keepalive, outgoing sequence "...), fMine)
		dst, _ = v.Text(append(dst, ", returned sequence "...), fYours)
		return dst
	default:
		return fmt.Appendf(dst, "Unknown packet type 0x%08x", n)
	}
	dst, _ = v.Text(dst, fIP)
	return dst
}
