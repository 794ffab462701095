// SPDX-License-Identifier: Apache-2.0

// Package eth dissects Ethernet II and IEEE 802.3 frames.
//
//	0        6        12     14
//	| dst    | src    | type or length | payload … | padding | FCS (seldom captured) |
//
// A type or length of 1 to 1500 is a length (IEEE 802.3, 3.2.6): LLC follows; from 1536 on it is an EtherType, as 0 is by Wireshark's
// measure (Cisco MDS). What lies between is neither. 0xFFFF after a length is Novell's raw IPX.
// Not decoded: the FCS, whose presence captures rarely tell, padding, trailers of taps and switches. Frames around
// frames that look like Ethernet at first (Cisco's ISL and FabricPath) are handed on whole to package tag.
package eth

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	// HeaderLen is the length of the header, bytes.
	HeaderLen = 14
	// MaxLength is the largest value of the type field that is a length, bytes.
	MaxLength = 1500
	minType   = 1536

	typeFabricPath = 0x8903
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
	fType   = fields.Add("type", field.Uint16, "eth.type", "EtherType", field.Rare)
	fLength = fields.Add("len", field.Uint16, "eth.len", "Length of an IEEE 802.3 frame, bytes", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, HeaderLen) {
		return
	}
	t := binary.BigEndian.Uint16(b[12:])
	if t == typeFabricPath {
		// The addresses are FabricPath's own, of another form; the frame proper follows.
		p.CallName("cfp", b, wire)
		return
	}
	if b[0]&^2 == 1 && b[1] == 0 && b[2] == 0x0c && b[3] == 0 && b[4] == 0 {
		p.CallName("isl", b, wire) // Cisco's multicast addresses of ISL; so is this
		return
	}
	p.SetMAC(b[6:12], b[0:6])
	p.Out.MAC(fDst, b[0:6])
	p.Out.MAC(fSrc, b[6:12])
	b, wire = b[HeaderLen:], wire-HeaderLen
	switch {
	case t >= minType || t == 0:
		p.Out.Uint(fType, uint64(t))
		p.EtherType(t, b, wire)
	case t <= MaxLength:
		p.Out.Uint(fLength, uint64(t))
		Payload8023(p, t, b, wire)
	}
}

// Payload8023 hands on what follows a length in place of an EtherType: LLC, or Novell's IPX without LLC. What is beyond
// the length is padding; a length beyond the frame makes the header malformed, and is then not trusted.
func Payload8023(p *dissect.Packet, length uint16, b []byte, wire int) {
	if int(length) > wire {
		p.Bad()
	}
	wire = min(wire, int(length))
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0xff {
		p.CallName("ipx", b[:min(len(b), wire)], wire)
		return
	}
	p.CallName("llc", b[:min(len(b), wire)], wire)
}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok {
		return fmt.Appendf(dst, "EtherType 0x%04x", n)
	}
	dst = append(dst, "IEEE 802.3, length "...)
	dst, _ = v.Text(dst, fLength)
	return dst
}
