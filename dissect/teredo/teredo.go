// SPDX-License-Identifier: Apache-2.0

// Package teredo dissects Teredo, IPv6 over UDP through address translators (RFC 4380, 5.1.1).
//
//	| 0 1, client length, authentication length, client, authentication, nonce, confirmation (optional) |
//	| 0 0, port, address (optional) | IPv6 packet
//
// Not decoded: the trailers of RFC 6081.
package teredo

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	markOrigin = 0
	markAuth   = 1
	authFixed  = 13 // with nonce and confirmation
	originLen  = 8
)

// Protocol is Teredo.
var Protocol = &dissect.Protocol{
	Name: "teredo", Title: "Teredo", Reference: "RFC 4380", UDPPorts: []uint16{3544}, Dissect: decode, Summary: summary,
}

var (
	fields  = field.Group("teredo")
	fNonce  = fields.Add("auth.nonce", field.Hex, "teredo.auth.nonce", "Nonce of the authentication", field.Rare, field.Detail)
	fConf   = fields.Add("auth.conf", field.Uint8, "teredo.auth.conf", "Confirmation of the authentication", field.Rare, field.Detail)
	fPort   = fields.Add("orig.port", field.Uint16, "teredo.orig.port", "Origin's UDP port")
	fOrigin = fields.Add("orig.addr", field.IP, "teredo.orig.addr", "Origin's IPv4 address")
	kind    = field.Intern("teredo")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 2) {
		return
	}
	if binary.BigEndian.Uint16(b) == markAuth {
		if !p.Need(b, wire, 4) {
			return
		}
		n := authFixed + int(b[2]) + int(b[3])
		if !p.Need(b, wire, n) {
			return
		}
		p.Out.Bytes(fNonce, b[n-9:n-1])
		p.Out.Uint(fConf, uint64(b[n-1]))
		b, wire = b[n:], wire-n
	}
	if len(b) >= 2 && binary.BigEndian.Uint16(b) == markOrigin {
		if !p.Need(b, wire, originLen) {
			return
		}
		// Port and address are inverted, to hide them from translators.
		addr := ^binary.BigEndian.Uint32(b[4:])
		p.Out.Uint(fPort, uint64(^binary.BigEndian.Uint16(b[2:])))
		p.Out.IP(fOrigin, []byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)})
		b, wire = b[originLen:], wire-originLen
	}
	if len(b) == 0 || b[0]>>4 != 6 {
		return
	}
	p.TunnelType(kind)
	if p.Tunnel(0) {
		p.CallName("ipv6", b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "IPv6 over UDP"...)
	if _, ok := v.Uint(fPort); ok {
		dst, _ = v.Text(append(dst, ", origin "...), fOrigin)
		dst, _ = v.Text(append(dst, ':'), fPort)
	}
	return dst
}
