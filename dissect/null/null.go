// SPDX-License-Identifier: Apache-2.0

// Package null dissects the 4-byte header of BSD loopback captures: LINKTYPE_NULL, in the byte order of the machine that captured, and
// LINKTYPE_LOOP, in network byte order.
//
//	0                4
//	| address family | payload …
//
// LINKTYPE_NULL's byte order is not recorded, so it is guessed: address families are small. Besides 32-bit families of both orders there are IRIX'
// 16-bit family with two zero bytes, an EtherType behind two zero bytes (old libpcap on Linux), and PPP in HDLC framing (FF 03, FreeBSD ISDN).
// AF_INET6 differs from one BSD to the next.
package null

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 4
	// linkLoop is LINKTYPE_LOOP.
	linkLoop = 108
	// maxFamily is the largest value that is a family; beyond it is an EtherType.
	maxFamily = 1500
)

// Address families of the BSDs.
const (
	afINET         = 2
	afOSI          = 7
	afIPX          = 23
	afINET6NetBSD  = 24 // also OpenBSD, BSD/OS
	afINET6FreeBSD = 28
	afINET6Darwin  = 30
)

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
	sapOSI        = 0xfe
)

// Protocol is the BSD loopback header.
var Protocol = &dissect.Protocol{
	Name: "null", Title: "Null/Loopback", Reference: "LINKTYPE_NULL, LINKTYPE_LOOP",
	LinkTypes: []uint32{0, linkLoop},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields  = field.Group("null")
	fFamily = fields.Add("family", field.Uint32, "null.family", "Address family, in the numbering of the system that captured")
	fType   = fields.Add("type", field.Uint16, "null.type", "EtherType in place of the address family")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	loop := p.LinkType == linkLoop
	if !loop && len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		p.CallName("ppp", b, wire)
		return
	}
	if !p.Need(b, wire, headerLen) {
		return
	}
	family := binary.BigEndian.Uint32(b)
	if !loop {
		family = order(binary.LittleEndian.Uint32(b))
	}
	b, wire = b[headerLen:], wire-headerLen
	if !loop && family > maxFamily {
		t := uint16(family)
		p.Out.Uint(fType, uint64(t))
		p.EtherType(t, b, wire)
		return
	}
	p.Out.Uint(fFamily, uint64(family))
	switch family {
	case afINET:
		p.EtherType(etherTypeIPv4, b, wire)
	case afINET6NetBSD, afINET6FreeBSD, afINET6Darwin:
		p.EtherType(etherTypeIPv6, b, wire)
	case afOSI:
		p.LLC(sapOSI, b, wire)
	case afIPX:
		p.CallName("ipx", b, wire)
	}
}

// order guesses the byte order of a header that was read as little-endian, as Wireshark does on a little-endian machine.
func order(v uint32) uint32 {
	switch {
	case v>>24 == 0 && v>>16 != 0 && v>>16 < 6: // 16-bit family in our order in the upper half
		return v >> 16
	case v>>16 != 0:
		return bits.ReverseBytes32(v)
	case v&0xff == 0 && v < 0x600: // 16-bit family in the other order in the lower half
		return uint32(bits.ReverseBytes16(uint16(v)))
	}
	return v
}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok {
		return fmt.Appendf(dst, "EtherType 0x%04x", n)
	}
	dst = append(dst, "Address family "...)
	dst, _ = v.Text(dst, fFamily)
	return dst
}
