// SPDX-License-Identifier: Apache-2.0

// Package ipnet dissects LINKTYPE_IPNET, the header that Solaris puts before the packets of an IP observability node.
//
//	0         1        2           4        8                 12               16            20            24
//	| version | family | hook type | length | interface index | group's index  | source zone | dest. zone  | IP …
package ipnet

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 24

// Address families of Solaris.
const familyIPv4, familyIPv6 = 2, 26

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is IPNET.
var Protocol = &dissect.Protocol{
	Name: "ipnet", Title: "IPNET", Reference: "LINKTYPE_IPNET",
	LinkTypes: []uint32{226},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields   = field.Group("ipnet")
	fFamily  = fields.Add("family", field.Uint8, "ipnet.family", "Address family: 2 IPv4, 26 IPv6")
	fHook    = fields.Add("htype", field.Uint16, "ipnet.htype", "Hook type: 0 inbound, 1 outbound, 2 local; in the byte order of the machine", field.Rare, field.Detail)
	fLength  = fields.Add("pktlen", field.Uint32, "ipnet.pktlen", "Length of the packet, bytes", field.Rare, field.Detail)
	fIndex   = fields.Add("ifindex", field.Uint32, "ipnet.ifindex", "Interface index")
	fGroup   = fields.Add("grifindex", field.Uint32, "ipnet.grifindex", "Index of the interface's group", field.Rare, field.Detail)
	fSrcZone = fields.Add("zsrc", field.Uint32, "ipnet.zsrc", "Source zone")
	fDstZone = fields.Add("zdst", field.Uint32, "ipnet.zdst", "Destination zone")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fFamily, uint64(b[1]))
	p.Out.Uint(fHook, uint64(binary.BigEndian.Uint16(b[2:])))
	p.Out.Uint(fLength, uint64(binary.BigEndian.Uint32(b[4:])))
	p.Out.Uint(fIndex, uint64(binary.BigEndian.Uint32(b[8:])))
	p.Out.Uint(fGroup, uint64(binary.BigEndian.Uint32(b[12:])))
	p.Out.Uint(fSrcZone, uint64(binary.BigEndian.Uint32(b[16:])))
	p.Out.Uint(fDstZone, uint64(binary.BigEndian.Uint32(b[20:])))
	switch b[1] {
	case familyIPv4:
		p.EtherType(etherTypeIPv4, b[headerLen:], wire-headerLen)
	case familyIPv6:
		p.EtherType(etherTypeIPv6, b[headerLen:], wire-headerLen)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Zone "...), fSrcZone)
	dst, _ = v.Text(append(dst, " to "...), fDstZone)
	return dst
}
