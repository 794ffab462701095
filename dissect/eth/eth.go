// SPDX-License-Identifier: Apache-2.0

// Package eth dissects Ethernet II and IEEE 802.3 frames.
//
//	0        6        12     14
//	| dst    | src    | type or length | payload … | padding | FCS (seldom captured) |
//
// A type or length of up to 1500 is a length (IEEE 802.3, 3.2.6): LLC follows; from 1536 on it is an EtherType. 0xFFFF after a length
// is Novell's raw IPX. Not decoded: the FCS, whose presence captures rarely tell, and padding.
package eth

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 14
	maxLength = 1500
)

// Protocol is Ethernet.
var Protocol = &dissect.Protocol{
	Name: "eth", Title: "Ethernet", Reference: "IEEE 802.3",
	LinkTypes:   []uint32{1},
	GREProtocol: []uint16{0x6558}, // transparent Ethernet bridging
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields  = field.Group("eth")
	fDst    = fields.Add("dst", field.MAC, "eth.dst", "Destination address of each Ethernet header", field.Address)
	fSrc    = fields.Add("src", field.MAC, "eth.src", "Source address of each Ethernet header", field.Address)
	fType   = fields.Add("type", field.Uint16, "eth.type", "EtherType")
	fLength = fields.Add("len", field.Uint16, "eth.len", "Length of an IEEE 802.3 frame, bytes", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.SetMAC(b[6:12], b[0:6])
	p.Out.MAC(fDst, b[0:6])
	p.Out.MAC(fSrc, b[6:12])
	t := binary.BigEndian.Uint16(b[12:])
	b, wire = b[headerLen:], wire-headerLen
	if t > maxLength {
		p.Out.Uint(fType, uint64(t))
		p.EtherType(t, b, wire)
		return
	}
	p.Out.Uint(fLength, uint64(t))
	// What is beyond the length is padding.
	if int(t) < wire {
		wire = int(t)
		b = b[:min(len(b), wire)]
	}
	p.CallName("llc", b, wire)
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "EtherType "...)
	dst, _ = v.Text(dst, fType)
	return dst
}
