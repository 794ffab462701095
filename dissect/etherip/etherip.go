// SPDX-License-Identifier: Apache-2.0

// Package etherip dissects Ethernet within IP (RFC 3378).
//
//	0                   2
//	| version, reserved | frame
package etherip

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 2

// Protocol is EtherIP.
var Protocol = &dissect.Protocol{
	Name: "etherip", Title: "EtherIP", Reference: "RFC 3378",
	IPProtocols: []uint8{97}, Dissect: decode, Summary: summary,
}

var (
	fVersion = field.Group("etherip").Add("ver", field.Uint8, "etherip.ver", "Version", field.Rare, field.Detail)
	kind     = field.Intern("etherip")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fVersion, uint64(b[0]>>4))
	p.TunnelType(kind)
	if p.Tunnel(0) {
		p.CallName("eth", b[headerLen:], wire-headerLen)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Version "...), fVersion)
	return dst
}
