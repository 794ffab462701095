// SPDX-License-Identifier: Apache-2.0

// Package esp dissects the IP Encapsulating Security Payload (RFC 4303).
//
//	0     4          8
//	| SPI | sequence | encrypted …
//
// What is encrypted stays so: dissection ends here, also where the null cipher (RFC 2410) hides nothing.
package esp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is ESP.
var Protocol = &dissect.Protocol{
	Name: "esp", Title: "ESP", Reference: "RFC 4303",
	IPProtocols: []uint8{50}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("esp")
	fSPI      = fields.Add("spi", field.Uint32, "esp.spi", "Security parameters index")
	fSequence = fields.Add("sequence", field.Uint32, "esp.sequence", "Sequence number")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	p.Out.Uint(fSPI, uint64(binary.BigEndian.Uint32(b)))
	if p.Need(b, wire, 8) {
		p.Out.Uint(fSequence, uint64(binary.BigEndian.Uint32(b[4:])))
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "SPI="...), fSPI)
	dst, _ = v.Text(append(dst, " Seq="...), fSequence)
	return dst
}
