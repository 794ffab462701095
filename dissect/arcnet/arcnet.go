// SPDX-License-Identifier: Apache-2.0

// Package arcnet dissects ARCNET (ATA 878.1) with IP or LLC behind it, as BSDs and Linux capture it.
//
//	BSD    0 source 1, destination 1, 2 protocol 1, then RFC 1201
//	Linux  0 source 1, destination 1, 2 offset 2, 4 protocol 1, then RFC 1201
//
// RFC 1201 puts a split flag (1 byte) and a sequence number (2 bytes) before IP, ARP and RARP; a split flag of FF is followed by three bytes to be
// skipped and by the flag again. Not decoded: split packets, protocols other than IP, ARP and LLC.
package arcnet

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	linkBSD, linkLinux = 7, 129

	exception    = 0xff
	exceptionLen = 4
)

// Protocol IDs.
const (
	protoIPv4Old = 0xf0 // RFC 1051
	protoARPOld  = 0xf1
	protoIPv6    = 0xc4
	protoBACnet  = 0xcd // LLC
	protoIPv4    = 0xd4 // RFC 1201
	protoARP     = 0xd5
	protoRARP    = 0xd6
)

const (
	etherTypeIPv4 = 0x0800
	etherTypeARP  = 0x0806
	etherTypeRARP = 0x8035
	etherTypeIPv6 = 0x86dd
)

// Protocol is ARCNET.
var Protocol = &dissect.Protocol{
	Name: "arcnet", Title: "ARCNET", Reference: "ATA 878.1",
	LinkTypes: []uint32{linkBSD, linkLinux},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields    = field.Group("arcnet")
	fSrc      = fields.Add("src", field.Uint8, "arcnet.src", "Source address")
	fDst      = fields.Add("dst", field.Uint8, "arcnet.dst", "Destination address")
	fProto    = fields.Add("protocol_id", field.Uint8, "arcnet.protID", "Protocol ID")
	fSplit    = fields.Add("split_flag", field.Uint8, "arcnet.split_flag", "Split flag: 0 whole packet", field.Rare, field.Detail)
	fSequence = fields.Add("sequence", field.Uint16, "arcnet.sequence", "Sequence number of the packet", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	n := 2
	if p.LinkType == linkLinux {
		n = 4
	}
	if !p.Need(b, wire, n+1) {
		return
	}
	proto := b[n]
	p.Out.Uint(fSrc, uint64(b[0]))
	p.Out.Uint(fDst, uint64(b[1]))
	p.Out.Uint(fProto, uint64(proto))
	b, wire = b[n+1:], wire-n-1
	switch proto {
	case protoIPv4Old:
		p.EtherType(etherTypeIPv4, b, wire)
	case protoARPOld:
		p.EtherType(etherTypeARP, b, wire)
	case protoBACnet:
		p.CallName("llc", b, wire)
	case protoIPv4:
		whole(p, etherTypeIPv4, b, wire)
	case protoARP:
		whole(p, etherTypeARP, b, wire)
	case protoRARP:
		whole(p, etherTypeRARP, b, wire)
	case protoIPv6:
		whole(p, etherTypeIPv6, b, wire)
	}
}

// whole dissects RFC 1201's header and hands on what is not split.
func whole(p *dissect.Packet, t uint16, b []byte, wire int) {
	if !p.Need(b, wire, 1) {
		return
	}
	if b[0] == exception {
		if !p.Need(b, wire, exceptionLen) {
			return
		}
		b, wire = b[exceptionLen:], wire-exceptionLen
	}
	if !p.Need(b, wire, 3) {
		return
	}
	p.Out.Uint(fSplit, uint64(b[0]))
	p.Out.Uint(fSequence, uint64(binary.BigEndian.Uint16(b[1:])))
	if b[0] == 0 {
		p.EtherType(t, b[3:], wire-3)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fProto)
	return fmt.Appendf(dst, "ARCNET protocol 0x%02x", n)
}
