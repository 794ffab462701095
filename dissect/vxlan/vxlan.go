// SPDX-License-Identifier: Apache-2.0

// Package vxlan dissects VXLAN (RFC 7348) with the group policy extension (draft-smith-vxlan-group-policy), and VXLAN-GPE
// (draft-ietf-nvo3-vxlan-gpe).
//
//	0       2                        4     7
//	| flags | group policy           | VNI | reserved        | frame
//	| flags | reserved | next header | VNI | reserved        | packet      GPE
package vxlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 8

// Protocol is VXLAN; GPE is its successor with any payload.
var (
	Protocol = &dissect.Protocol{
		Name: "vxlan", Title: "VXLAN", Reference: "RFC 7348", UDPPorts: []uint16{4789}, Dissect: decode, Summary: summary,
	}
	GPE = &dissect.Protocol{
		Name: "vxlan_gpe", Title: "VXLAN-GPE", Reference: "draft-ietf-nvo3-vxlan-gpe", UDPPorts: []uint16{4790}, Dissect: decodeGPE, Summary: summary,
	}
)

var (
	fields = field.Group("vxlan")
	fFlags = fields.Add("flags", field.Uint16, "vxlan.flags", "Flags", field.Rare)
	fGroup = fields.Add("gbp", field.Uint16, "vxlan.gbp", "Group policy", field.Rare, field.Detail)
	fNext  = fields.Add("next_proto", field.Uint8, "vxlan.next_proto", "Next protocol of VXLAN-GPE", field.Rare, field.Detail)
	fVNI   = fields.Add("vni", field.Uint32, "vxlan.vni", "VXLAN network identifier")

	kind, kindGPE = field.Intern("vxlan"), field.Intern("vxlan-gpe")
)

// nextNames are the protocols of GPE's next protocol numbers.
var nextNames = [...]string{1: "ip", 2: "ipv6", 3: "eth", 4: "nsh"}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fFlags, uint64(binary.BigEndian.Uint16(b)))
	p.Out.Uint(fGroup, uint64(binary.BigEndian.Uint16(b[2:])))
	if p.Tunnel(vni(p, b, kind)) {
		p.CallName("eth", b[headerLen:], wire-headerLen)
	}
}

func vni(p *dissect.Packet, b []byte, kind field.Str) uint64 {
	n := uint64(binary.BigEndian.Uint32(b[4:]) >> 8)
	p.Out.Uint(fVNI, n)
	p.TunnelType(kind)
	p.TunnelID(n)
	return n
}

func decodeGPE(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fFlags, uint64(b[0]))
	p.Out.Uint(fNext, uint64(b[3]))
	if !p.Tunnel(vni(p, b, kindGPE)) {
		return
	}
	if n := int(b[3]); n < len(nextNames) {
		p.CallName(nextNames[n], b[headerLen:], wire-headerLen)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "VNI "...), fVNI)
	return dst
}
