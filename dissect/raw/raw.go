// SPDX-License-Identifier: Apache-2.0

// Package raw dissects captures without a link header: LINKTYPE_RAW (101, and the DLT_RAW values 12 and 14 that some systems wrote),
// LINKTYPE_IPV4 and LINKTYPE_IPV6. The first four bits tell IPv4 from IPv6; FF 03 is PPP (RFC 1662), which
// some systems recorded so. For the latter two Wireshark shows no layer of its own.
package raw

import "github.com/espbeat/espbeat/dissect"

const (
	linkIPv4 = 228
	linkIPv6 = 229

	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is the empty link header.
var Protocol = &dissect.Protocol{
	Name: "raw", Title: "Raw", Reference: "LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6",
	LinkTypes: []uint32{12, 14, 101, linkIPv4, linkIPv6},
	Dissect:   decode,
	Summary:   summary,
}

func decode(p *dissect.Packet, b []byte, wire int) {
	switch p.LinkType {
	case linkIPv4:
		p.Pop()
		p.EtherType(etherTypeIPv4, b, wire)
		return
	case linkIPv6:
		p.Pop()
		p.EtherType(etherTypeIPv6, b, wire)
		return
	}
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		p.CallName("ppp", b, wire)
		return
	}
	switch b[0] >> 4 {
	case 4:
		p.EtherType(etherTypeIPv4, b, wire)
	case 6:
		p.EtherType(etherTypeIPv6, b, wire)
	}
}

func summary(dst []byte, _ dissect.View) []byte { return append(dst, "No IP packet"...) }
