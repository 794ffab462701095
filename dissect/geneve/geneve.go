// SPDX-License-Identifier: Apache-2.0

// Package geneve dissects Generic Network Virtualization Encapsulation (RFC 8926).
//
//	0                       1       2          4     7
//	| version, options len  | flags | protocol | VNI | reserved | options … | payload
//
// Of the options, class, type and length are decoded.
package geneve

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	bridged   = 0x6558 // transparent Ethernet bridging
)

// Protocol is GENEVE.
var Protocol = &dissect.Protocol{
	Name: "geneve", Title: "GENEVE", Reference: "RFC 8926", UDPPorts: []uint16{6081}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("geneve")
	fVersion  = fields.Add("version", field.Uint8, "geneve.version", "Version", field.Rare, field.Detail)
	fOAM      = fields.Add("flags.oam", field.Bool, "geneve.flags.oam", "Control packet", field.Rare, field.Detail)
	fCritical = fields.Add("flags.critical", field.Bool, "geneve.flags.critical", "Critical options present", field.Rare, field.Detail)
	fProto    = fields.Add("proto_type", field.Uint16, "geneve.proto_type", "Protocol type of the payload")
	fVNI      = fields.Add("vni", field.Uint32, "geneve.vni", "Virtual network identifier")
	fClass    = fields.Add("option.class", field.Uint16, "geneve.option.class", "Classes of the options in order", field.List)
	fType     = fields.Add("option.type", field.Uint8, "geneve.option.type", "Types of the options in order", field.List)
	fLength   = fields.Add("option.length", field.Uint8, "geneve.option.length", "Lengths of the options, bytes", field.List, field.Rare)
	kind      = field.Intern("geneve")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	version, n := b[0]>>6, headerLen+int(b[0]&63)*4
	p.Out.Uint(fVersion, uint64(version))
	if version != 0 {
		return
	}
	proto, vni := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])>>8
	p.Out.Bool(fOAM, b[1]&0x80 != 0)
	p.Out.Bool(fCritical, b[1]&0x40 != 0)
	p.Out.Uint(fProto, uint64(proto))
	p.Out.Uint(fVNI, uint64(vni))
	p.TunnelType(kind)
	p.TunnelID(uint64(vni))
	options(p, b[headerLen:min(n, len(b))])
	if !p.Need(b, wire, n) || !p.Tunnel(uint64(vni)) {
		return
	}
	b, wire = b[n:], wire-n
	if proto == bridged {
		p.CallName("eth", b, wire)
		return
	}
	p.EtherType(proto, b, wire)
}

// options writes the options' headers: class, type, length in words of 4 bytes.
func options(p *dissect.Packet, b []byte) {
	const optionLen = 4
	for len(b) >= optionLen {
		n := optionLen + int(b[3]&31)*4
		p.Out.Uint(fClass, uint64(binary.BigEndian.Uint16(b)))
		p.Out.Uint(fType, uint64(b[2]))
		p.Out.Uint(fLength, uint64(n))
		if n > len(b) {
			return
		}
		b = b[n:]
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "VNI "...), fVNI)
	return dst
}
