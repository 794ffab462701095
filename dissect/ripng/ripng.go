// SPDX-License-Identifier: Apache-2.0

// Package ripng dissects RIPng, the Routing Information Protocol of IPv6 (RFC 2080).
//
//	0         1         2          4
//	| command | version | reserved | entries: prefix 16, tag 2, length 1, metric 1
//
// An entry of metric 255 is the next hop of those that follow. Limits: 1024 entries.
package ripng

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is RIPng.
var Protocol = &dissect.Protocol{
	Name: "ripng", Title: "RIPng", Reference: "RFC 2080", Application: true,
	UDPPorts: []uint16{521},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields   = field.Group("ripng")
	fCommand = fields.Add("cmd", field.Uint8, "ripng.cmd", "Command: 1 request, 2 response")
	fVersion = fields.Add("version", field.Uint8, "ripng.version", "Version")
	fPrefix  = fields.Add("rte.ipv6_prefix", field.IP, "ripng.rte.ipv6_prefix", "Destination of each route, or a next hop")
	fTag     = fields.Add("rte.route_tag", field.Uint16, "ripng.rte.route_tag", "Tag of each route", field.Rare, field.Detail)
	fLength  = fields.Add("rte.prefix_length", field.Uint8, "ripng.rte.prefix_length", "Prefix length of each route, bits", field.Rare)
	fMetric  = fields.Add("rte.metric", field.Uint8, "ripng.rte.metric", "Metric of each route: 16 unreachable, 255 a next hop", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	c.Uint8(fCommand)
	c.Uint8(fVersion)
	c.Skip(2)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		c.IP(fPrefix, 16)
		c.Uint16(fTag)
		c.Uint8(fLength)
		c.Uint8(fMetric)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	switch n, _ := v.Uint(fCommand); n {
	case 1:
		dst = append(dst, "Request"...)
	case 2:
		dst = append(dst, "Response"...)
	default:
		dst, _ = v.Text(append(dst, "Command "...), fCommand)
	}
	dst, _ = v.Text(append(dst, ", version "...), fVersion)
	return dst
}
