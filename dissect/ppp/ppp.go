// SPDX-License-Identifier: Apache-2.0

// Package ppp dissects the Point-to-Point Protocol (RFC 1661), bare or in HDLC-like framing (RFC 1662).
//
//	| FF address | 03 control | protocol, 1 or 2 bytes | payload …
//	 \ left out when compressed /
//
// A protocol number's low byte is odd and its high byte even, so that an odd first byte is a compressed protocol (RFC 1661, 6.5).
// Links that speak Cisco HDLC under PPP's link type are told by their address byte. Not decoded: the FCS, multilink, compressed payloads.
package ppp

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	allStations = 0xff
	// Cisco HDLC's address bytes.
	ciscoUnicast, ciscoMulticast = 0x0f, 0x8f
)

// Protocol is PPP.
var Protocol = &dissect.Protocol{
	Name: "ppp", Title: "PPP", Reference: "RFC 1661",
	LinkTypes:  []uint32{9, 50},
	EtherTypes: []uint16{0x880b}, // also GRE, as PPTP uses it (RFC 2637)
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields    = field.Group("ppp")
	fAddress  = fields.Add("address", field.Uint8, "ppp.address", "Address byte of HDLC-like framing", field.Rare, field.Detail)
	fControl  = fields.Add("control", field.Uint8, "ppp.control", "Control byte of HDLC-like framing", field.Rare, field.Detail)
	fProtocol = fields.Add("protocol", field.Uint16, "ppp.protocol", "PPP protocol number")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	switch b[0] {
	case ciscoUnicast, ciscoMulticast:
		if p.Depth == 1 {
			p.CallName("chdlc", b, wire)
			return
		}
	case allStations:
		p.Out.Uint(fAddress, uint64(b[0]))
		if !p.Need(b, wire, 2) {
			return
		}
		p.Out.Uint(fControl, uint64(b[1]))
		b, wire = b[2:], wire-2
	}
	if !p.Need(b, wire, 1) {
		return
	}
	if b[0]&1 != 0 {
		payload(p, uint16(b[0]), b[1:], wire-1)
		return
	}
	if p.Need(b, wire, 2) {
		payload(p, binary.BigEndian.Uint16(b), b[2:], wire-2)
	}
}

func payload(p *dissect.Packet, proto uint16, b []byte, wire int) {
	p.Out.Uint(fProtocol, uint64(proto))
	p.PPP(proto, b, wire)
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fProtocol)
	return fmt.Appendf(dst, "PPP protocol 0x%04x", n)
}
