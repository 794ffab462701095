// SPDX-License-Identifier: Apache-2.0

// Package osi hands over to the network layer protocols of OSI (ISO/IEC TR 9577): the first byte of each, its network layer protocol
// identifier, says which one it is. The identifier is part of their own header.
package osi

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is OSI.
var Protocol = &dissect.Protocol{
	Name: "osi", Title: "OSI", Reference: "ISO/IEC TR 9577",
	LLCSAPs: []uint8{0xfe}, PPPTypes: []uint16{0x0023}, EtherTypes: []uint16{0xfefe}, GREProtocol: []uint16{0x00fe},
	Dissect: decode,
	Summary: summary,
}

var fNLPID = field.Group("osi").Add("nlpid", field.Uint8, "osi.nlpid", "Network layer protocol identifier: 0x81 CLNP, 0x82 ES-IS, 0x83 IS-IS", field.Rare, field.Detail)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fNLPID, uint64(b[0]))
	switch b[0] {
	case 0x81:
		p.CallName("clnp", b, wire)
	case 0x82:
		p.CallName("esis", b, wire)
	case 0x83:
		p.CallName("isis", b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fNLPID)
	return fmt.Appendf(dst, "NLPID 0x%02x", n)
}
