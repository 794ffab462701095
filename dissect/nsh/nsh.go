// SPDX-License-Identifier: Apache-2.0

// Package nsh dissects the Network Service Header (RFC 8300).
//
//	0                                  2         3      4     7
//	| version, O, TTL, length in words | MD type | next | SPI | SI | context headers … | packet
//
// Context headers of MD type 1 are four words; those of type 2 have class, type and length, of which class and type are decoded.
// Not decoded: what the context headers say.
package nsh

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	typeFixed = 1
	typeTLV   = 2
	fixedLen  = 24
)

// Protocol is NSH. Also VXLAN-GPE and GRE name it as their next protocol.
var Protocol = &dissect.Protocol{
	Name: "nsh", Title: "NSH", Reference: "RFC 8300", EtherTypes: []uint16{0x894f}, Dissect: decode, Summary: summary,
}

var (
	fields   = field.Group("nsh")
	fVersion = fields.Add("version", field.Uint8, "nsh.version", "Version", field.Rare, field.Detail)
	fOAM     = fields.Add("oam", field.Bool, "nsh.Obit", "OAM packet", field.Rare, field.Detail, field.Sparse)
	fTTL     = fields.Add("ttl", field.Uint8, "nsh.ttl", "Forwarders that the packet may still pass", field.Rare, field.Detail)
	fLength  = fields.Add("length", field.Uint8, "nsh.length", "Length of the header, words of 4 bytes", field.Rare, field.Detail)
	fMDType  = fields.Add("mdtype", field.Uint8, "nsh.mdtype", "Metadata type", field.Rare, field.Detail)
	fNext    = fields.Add("nextproto", field.Uint8, "nsh.nextproto", "Next protocol: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS", field.Rare, field.Detail)
	fSPI     = fields.Add("spi", field.Uint32, "nsh.spi", "Service path identifier")
	fSI      = fields.Add("si", field.Uint8, "nsh.si", "Service index: where on the path the packet is")
	fContext = fields.Add("contextheader", field.Hex, "nsh.contextheader", "The four context headers of metadata type 1", field.Rare, field.Detail)
	fClass   = fields.Add("metadataclass", field.Uint16, "nsh.metadataclass", "Classes of the context headers of metadata type 2 in order", field.List, field.Rare, field.Detail)
	fType    = fields.Add("metadatatype", field.Uint8, "nsh.metadatatype", "Types of the context headers of metadata type 2 in order", field.List, field.Rare, field.Detail)

	kind = field.Intern("nsh")
)

// nextNames are the protocols of the next protocol numbers.
var nextNames = [...]string{1: "ip", 2: "ipv6", 3: "eth", 4: "nsh", 5: "mpls"}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	word, spi := binary.BigEndian.Uint16(b), binary.BigEndian.Uint32(b[4:])>>8
	length, md, next := int(word&63)*4, b[2]&15, int(b[3])
	p.Out.Uint(fVersion, uint64(word>>14))
	p.Out.Bool(fOAM, word&0x2000 != 0)
	p.Out.Uint(fTTL, uint64(word>>6&63))
	p.Out.Uint(fLength, uint64(word&63))
	p.Out.Uint(fMDType, uint64(md))
	p.Out.Uint(fNext, uint64(next))
	p.Out.Uint(fSPI, uint64(spi))
	p.Out.Uint(fSI, uint64(b[7]))
	if length < headerLen || md == typeFixed && length != fixedLen {
		p.Bad()
		return
	}
	p.TunnelType(kind)
	p.TunnelID(uint64(spi))
	switch context := b[headerLen:min(length, len(b))]; md {
	case typeFixed:
		for ; len(context) >= 4; context = context[4:] {
			p.Out.Bytes(fContext, context[:4])
		}
	case typeTLV:
		metadata(p, context)
	}
	// The two directions of a flow take different paths: the path is no key of what flows both ways.
	if !p.Need(b, wire, length) || !p.Tunnel(0) {
		return
	}
	if next < len(nextNames) {
		p.CallName(nextNames[next], b[length:], wire-length)
	}
}

// metadata writes the headers of variable context headers: class, type, length of the value, which is padded to words of 4 bytes.
func metadata(p *dissect.Packet, b []byte) {
	for len(b) >= 4 {
		p.Out.Uint(fClass, uint64(binary.BigEndian.Uint16(b)))
		p.Out.Uint(fType, uint64(b[2]))
		n := 4 + (int(b[3]&0x7f)+3)&^3
		if n > len(b) {
			return
		}
		b = b[n:]
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Path "...), fSPI)
	dst, _ = v.Text(append(dst, ", index "...), fSI)
	return dst
}
