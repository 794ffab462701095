// SPDX-License-Identifier: Apache-2.0

// Package slip dissects LINKTYPE_SLIP: IP over a serial line (RFC 1055) behind libpcap's header.
//
//	0           1                      16
//	| direction | compressed header 15 | IP …
//
// The first byte of the compressed header tells by its upper bits whether Van Jacobson's compression (RFC 1144) was at work: 4 not, 7 an uncompressed
// packet that starts a connection's compression, 8 and above a compressed one. IP follows whole in each case, as libpcap expands it.
package slip

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 16

	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is SLIP.
var Protocol = &dissect.Protocol{
	Name: "slip", Title: "SLIP", Reference: "RFC 1055",
	LinkTypes: []uint32{8},
	Dissect:   decode,
	Summary:   summary,
}

var fDirection = field.Group("slip").Add("direction", field.Uint8, "", "Direction: 0 received, 1 sent")

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fDirection, uint64(b[0]))
	if b[0] > 1 {
		p.Bad()
		return
	}
	b, wire = b[headerLen:], wire-headerLen
	if len(b) == 0 {
		p.Truncated = p.Truncated || wire > 0
		return
	}
	switch b[0] >> 4 {
	case 4:
		p.EtherType(etherTypeIPv4, b, wire)
	case 6:
		p.EtherType(etherTypeIPv6, b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if n, _ := v.Uint(fDirection); n == 1 {
		return append(dst, "Sent"...)
	}
	return append(dst, "Received"...)
}
