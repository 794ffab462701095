// SPDX-License-Identifier: Apache-2.0

// Package ipcomp dissects the header of the IP Payload Compression Protocol (RFC 3173).
//
//	0             1       2     4
//	| next header | flags | CPI | compressed …
//
// Nothing is decompressed.
package ipcomp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is IPComp.
var Protocol = &dissect.Protocol{
	Name: "ipcomp", Title: "IPComp", Reference: "RFC 3173",
	IPProtocols: []uint8{108}, Dissect: decode, Summary: summary,
}

var (
	fields = field.Group("ipcomp")
	fNext  = fields.Add("next_header", field.Uint8, "ipcomp.next_header", "Next header", field.Rare)
	fFlags = fields.Add("flags", field.Uint8, "ipcomp.flags", "Flags", field.Rare)
	fCPI   = fields.Add("cpi", field.Uint16, "ipcomp.cpi", "Compression parameter index")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	p.Out.Uint(fNext, uint64(b[0]))
	p.Out.Uint(fFlags, uint64(b[1]))
	p.Out.Uint(fCPI, uint64(binary.BigEndian.Uint16(b[2:])))
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "CPI="...), fCPI)
	return dst
}
