// SPDX-License-Identifier: Apache-2.0

// Package ah dissects the IP Authentication Header (RFC 4302).
//
//	0             1        2          4     8          12
//	| next header | length | reserved | SPI | sequence | ICV … | payload
//
// The length counts words of 4 bytes, less 2; of 0 it is a header of RFC 1826 without a sequence number, as Wireshark reads it. Not verified: the ICV.
package ah

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const fixedLen = 12

// Protocol is AH.
var Protocol = &dissect.Protocol{
	Name: "ah", Title: "AH", Reference: "RFC 4302",
	IPProtocols: []uint8{51}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("ah")
	fNext     = fields.Add("next_header", field.Uint8, "ah.next_header", "Next header")
	fLength   = fields.Add("length", field.Uint16, "ah.length", "Length of the header, bytes", field.Rare, field.Detail)
	fSPI      = fields.Add("spi", field.Uint32, "ah.spi", "Security parameters index")
	fSequence = fields.Add("sequence", field.Uint32, "ah.sequence", "Sequence number")
	fICV      = fields.Add("icv", field.Hex, "ah.icv", "Integrity check value", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fixedLen) {
		return
	}
	n := (int(b[1]) + 2) * 4
	p.Out.Uint(fNext, uint64(b[0]))
	p.Out.Uint(fLength, uint64(n))
	p.Out.Uint(fSPI, uint64(binary.BigEndian.Uint32(b[4:])))
	p.Out.Uint(fSequence, uint64(binary.BigEndian.Uint32(b[8:])))
	if !p.Need(b, wire, n) {
		return
	}
	if n > fixedLen {
		p.Out.Bytes(fICV, b[fixedLen:n])
	}
	p.Core.IPProtocol = b[0]
	p.IPProtocol(b[0], b[n:], wire-n)
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "SPI="...), fSPI)
	dst, _ = v.Text(append(dst, " Seq="...), fSequence)
	return dst
}
