// SPDX-License-Identifier: Apache-2.0

// Package udpencap tells what IPsec carries over UDP (RFC 3948): ESP, IKE behind a marker of four zero bytes, or a keep-alive of one
// byte 0xFF.
package udpencap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	markerLen = 4
	keepAlive = 0xff
)

// Protocol is UDP encapsulation of IPsec.
var Protocol = &dissect.Protocol{
	Name: "udpencap", Title: "UDPENCAP", Reference: "RFC 3948", UDPPorts: []uint16{4500}, Dissect: decode, Summary: summary,
}

var (
	fields     = field.Group("udpencap")
	fKeepAlive = fields.Add("nat_keepalive", field.Bool, "udpencap.nat_keepalive", "Keep-alive for address translators")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if wire == 1 && b[0] == keepAlive {
		p.Out.Bool(fKeepAlive, true)
		return
	}
	if !p.Need(b, wire, markerLen) {
		return
	}
	if binary.BigEndian.Uint32(b) == 0 {
		p.CallName("isakmp", b[markerLen:], wire-markerLen)
		return
	}
	p.CallName("esp", b, wire)
}

func summary(dst []byte, v dissect.View) []byte {
	if _, ok := v.Uint(fKeepAlive); ok {
		return append(dst, "NAT keep-alive"...)
	}
	return append(dst, "IPsec over UDP"...)
}
