// SPDX-License-Identifier: Apache-2.0

// Package ipv6 dissects the Internet Protocol, version 6 (RFC 8200), with the extension headers that are layers of this name:
// hop-by-hop and destination options, routing, fragment. Mobility, HIP, Shim6, AH and ESP are protocols of their own.
//
//	0                             4             6             7           8     24    40
//	| ver, traffic class, flow    | payload len | next header | hop limit | src | dst | payload …
//
// A payload length of 0 is a jumbogram's, whose hop-by-hop option has the length (RFC 2675), or what segmentation offload leaves:
// then the packet is as long as what lies around it says. What is beyond the length is padding. The chain of headers is bounded by
// the layers of a packet. While a routing header has segments left, its last address is the destination of the packet's flow and
// pseudo-header; ipv6.dst is the header's own.
package ipv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 40
	hopByHop  = 0
)

// Protocol is IPv6.
var Protocol = &dissect.Protocol{
	Name: "ipv6", Title: "IPv6", Reference: "RFC 8200",
	EtherTypes:  []uint16{0x86dd},
	IPProtocols: []uint8{41},
	PPPTypes:    []uint16{0x0057},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields    = field.Group("ipv6")
	fClass    = fields.Add("tclass.value", field.Uint8, "ipv6.tclass", "Traffic class", field.Rare, field.Detail)
	fDSCP     = fields.Add("tclass.dscp", field.Uint8, "ipv6.tclass.dscp", "Differentiated services codepoint", field.Sparse)
	fECN      = fields.Add("tclass.ecn", field.Uint8, "ipv6.tclass.ecn", "Explicit congestion notification", field.Rare, field.Detail, field.Sparse)
	fFlow     = fields.Add("flow", field.Uint32, "ipv6.flow", "Flow label", field.Rare, field.Sparse)
	fPayload  = fields.Add("plen", field.Uint16, "ipv6.plen", "Payload length, bytes; 0 in a jumbogram, and where segmentation offload left it so", field.Rare, field.Detail)
	fNext     = fields.Add("nxt", field.Uint8, "ipv6.nxt", "Next header, IANA's protocol number", field.Detail)
	fHopLimit = fields.Add("hlim", field.Uint8, "ipv6.hlim", "Hop limit", field.Rare)
	fSrc      = fields.Add("src", field.IP, "ipv6.src", "Source address of each IPv6 header", field.Address)
	fDst      = fields.Add("dst", field.IP, "ipv6.dst", "Destination address of each IPv6 header", field.Address)
	fWhole    = fields.Add("reassembled_length", field.Uint32, "ipv6.reassembled.length", "Payload length of the datagram that this fragment completes, bytes")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(ip.Version, uint64(b[0]>>4))
	if b[0]>>4 != 6 {
		p.Bad()
		return
	}
	if !p.Need(b, wire, 8) {
		return
	}
	first := binary.BigEndian.Uint32(b)
	p.Out.Uint(fClass, uint64(first>>20&0xff))
	p.Out.Uint(fDSCP, uint64(first>>22&0x3f))
	p.Out.Uint(fECN, uint64(first>>20&3))
	p.Out.Uint(fFlow, uint64(first&0xfffff))
	length := int(binary.BigEndian.Uint16(b[4:]))
	next := b[6]
	p.Out.Uint(fPayload, uint64(length))
	p.Out.Uint(fNext, uint64(next))
	p.Out.Uint(fHopLimit, uint64(b[7]))
	if len(b) >= 24 {
		p.Out.IP(fSrc, b[8:24])
	}
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.IP(fDst, b[24:40])
	nested := ip.Nested(p)
	if nested {
		ip.Within(p, 6, b[8:24], b[24:40])
	}
	p.SetIP(6, b[8:24], b[24:40], next)
	b, wire = b[headerLen:], wire-headerLen
	switch {
	case length > 0:
	case next == hopByHop:
		length = jumbo(b, wire)
	case p.Options.Wireshark: // takes the length at its word: a layer of no bytes
		if upper := p.Registry.IPProtocol(next); upper != nil {
			p.Push(upper)
		}
		return
	default:
		length = wire
	}
	if length > wire {
		p.Bad()
	}
	wire = min(wire, length)
	b = b[:min(len(b), wire)]
	if nested && !p.Tunnel(0) {
		return
	}
	p.IPProtocol(next, b, wire)
}

// jumbo is the length that the jumbo payload option of the hop-by-hop header in b says; that of the wire without one.
func jumbo(b []byte, wire int) int {
	if len(b) < 2 {
		return wire
	}
	opts := b[2:min(len(b), extLen(b))]
	for len(opts) > 0 {
		if opts[0] == optPad1 {
			opts = opts[1:]
			continue
		}
		if len(opts) < 2 || int(opts[1])+2 > len(opts) {
			break
		}
		if opts[0] == optJumbo && opts[1] == 4 {
			return int(min(binary.BigEndian.Uint32(opts[2:]), 1<<31-1))
		}
		opts = opts[int(opts[1])+2:]
	}
	return wire
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "Next header "...)
	dst, _ = v.Text(dst, fNext)
	return dst
}
