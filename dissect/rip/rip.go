// SPDX-License-Identifier: Apache-2.0

// Package rip dissects the Routing Information Protocol, version 1 (RFC 1058) and 2 (RFC 2453, with the authentication of RFC 4822).
//
//	0         1         2        4
//	| command | version | domain | entries of 20 bytes
//
//	route           family 2 (IP: 2), tag 2, address 4, mask 4, next hop 4, metric 4; tag, mask and next hop are 0 in version 1
//	authentication  family 0xffff, type 2, password 16 (type 2), or (type 3) length of the packet 2, key 1, digest length 1, sequence 4, 0 8
//
// A digest stands in an entry of its own at the end (family 0xffff, type 1). Limits: 1024 entries, where a packet should have 25. Not
// decoded: routes of other families.
package rip

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	entryLen = 20
	familyIP = 2
	// familyAll stands in a request of everything.
	familyAll = 0
	auth      = 0xffff
	// Types of authentication entries.
	authTrailer, authSimple, authKeyed = 1, 2, 3
	passwordLen                        = 16
)

// Protocol is RIP.
var Protocol = &dissect.Protocol{
	Name: "rip", Title: "RIP", Reference: "RFC 2453", Application: true,
	UDPPorts: []uint16{520},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("rip")
	fCommand  = fields.Add("command", field.Uint8, "rip.command", "Command: 1 request, 2 response")
	fVersion  = fields.Add("version", field.Uint8, "rip.version", "Version")
	fDomain   = fields.Add("routing_domain", field.Uint16, "rip.routing_domain", "Routing domain of version 2, when it is not 0", field.Rare, field.Detail)
	fFamily   = fields.Add("family", field.Uint16, "rip.family", "Address family of each route: 2 IP, 0 a request of everything", field.Rare, field.Detail)
	fTag      = fields.Add("route_tag", field.Uint16, "rip.route_tag", "Tag of each route", field.Rare, field.Detail)
	fAddress  = fields.Add("ip", field.IP, "rip.ip", "Destination of each route")
	fMask     = fields.Add("netmask", field.IP, "rip.netmask", "Mask of each route", field.Rare)
	fNext     = fields.Add("next_hop", field.IP, "rip.next_hop", "Next hop of each route, 0.0.0.0 for the sender")
	fMetric   = fields.Add("metric", field.Uint32, "rip.metric", "Metric of each route, 16 for unreachable", field.Rare)
	fAuthType = fields.Add("auth.type", field.Uint16, "rip.auth.type", "Authentication: 2 password, 3 digest", field.Rare, field.Detail)
	fPassword = fields.Add("auth.passwd", field.Keyword, "rip.auth.passwd", "Password", field.Secret, field.Rare, field.Detail)
	fKey      = fields.Add("key_id", field.Uint8, "rip.key_id", "Key of the digest", field.Rare, field.Detail)
	fSequence = fields.Add("seq_num", field.Uint32, "rip.seq_num", "Sequence number of the digest", field.Rare, field.Detail)
	fDigest   = fields.Add("authentication_data", field.Hex, "rip.authentication_data", "Digest", field.Secret, field.Rare, field.Detail)
)

// Wireshark's names of the versions.
var headline1, headline2 = field.Intern("RIPv1"), field.Intern("RIPv2")

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	c.Uint8(fCommand)
	version := c.Uint8(fVersion)
	switch version {
	case 1:
		p.Core.Headline = headline1
	case 2:
		p.Core.Headline = headline2
	}
	if domain := c.U16(); version == 2 && domain != 0 {
		p.Out.Uint(fDomain, uint64(domain))
	}
	digest := 0 // its length, once an entry has said that it follows
	for n := 0; c.More() && n < common.MaxItems; n++ {
		family := c.U16()
		if family == auth {
			digest = authentication(&c, digest)
			continue
		}
		if c.Failed {
			return
		}
		p.Out.Uint(fFamily, uint64(family))
		e := c.Sub(entryLen - 2)
		if family == familyIP || family == familyAll {
			route(&e, version, family == familyIP)
		}
	}
}

// route reads an entry behind its family. One that asks for everything has no address.
func route(e *common.Cursor, version uint8, addressed bool) {
	if version == 1 {
		e.Skip(2)
	} else {
		e.Uint16(fTag)
	}
	if addressed {
		e.IP(fAddress, 4)
	} else {
		e.Skip(4)
	}
	if version == 1 {
		e.Skip(8)
	} else {
		e.IP(fMask, 4)
		e.IP(fNext, 4)
	}
	e.Uint32(fMetric)
}

// authentication reads what stands behind the family, and returns the length of the digest to come.
func authentication(c *common.Cursor, digest int) int {
	kind := c.U16()
	if !c.Failed && kind != authTrailer {
		c.P.Out.Uint(fAuthType, uint64(kind))
	}
	switch kind {
	case authTrailer:
		if digest == 0 {
			digest = passwordLen
		}
		c.Hex(fDigest, digest)
	case authSimple:
		c.Text(fPassword, passwordLen)
	case authKeyed:
		c.Skip(2)
		c.Uint8(fKey)
		digest = int(c.U8())
		c.Uint32(fSequence)
		c.Skip(8)
	default:
		c.Skip(entryLen - 4)
	}
	return digest
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
	routes := 0
	v.All(fAddress, func(text []byte) {
		if routes++; routes <= 4 {
			dst = append(append(dst, ' '), text...)
		}
	})
	if routes > 4 {
		dst = append(dst, " …"...)
	}
	return dst
}
