// SPDX-License-Identifier: Apache-2.0

// Package vrrp dissects the Virtual Router Redundancy Protocol, version 2 (RFC 3768, and RFC 2338 with its authentication) and version 3
// (RFC 5798, RFC 9568).
//
//	0               1      2          3       4                        6          8
//	| version, type | VRID | priority | count | auth type, interval    | checksum | addresses … | authentication 8     version 2
//	| version, type | VRID | priority | count | reserved 4 bits, interval 12 bits | checksum | addresses …             version 3
//
// The addresses are those of the IP version around. The interval counts seconds, in version 3 hundredths. Not decoded: CARP, which shares the
// protocol number and version 2's form; checksums are not verified.
package vrrp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	authSimple = 1
	authMD5    = 254 // draft-ietf-vrrp-spec-v2, never standardized
	authLen    = 8
	md5Len     = 16
)

// Protocol is VRRP.
var Protocol = &dissect.Protocol{
	Name: "vrrp", Title: "VRRP", Reference: "RFC 3768, RFC 9568",
	IPProtocols: []uint8{112}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("vrrp")
	fVersion  = fields.Add("version", field.Uint8, "vrrp.version", "Version")
	fType     = fields.Add("type", field.Uint8, "vrrp.type", "Type: 1 advertisement", field.Rare)
	fID       = fields.Add("virt_rtr_id", field.Uint8, "vrrp.virt_rtr_id", "Virtual router")
	fPriority = fields.Add("prio", field.Uint8, "vrrp.prio", "Priority: 255 owns the addresses, 0 gives up")
	fCount    = fields.Add("addr_count", field.Uint8, "vrrp.addr_count", "Number of addresses", field.Rare, field.Detail)
	fAuthType = fields.Add("auth_type", field.Uint8, "vrrp.auth_type", "Authentication of version 2: 0 none, 1 password", field.Rare, field.Detail)
	fInterval = fields.Add("adver_int", field.Uint8, "vrrp.adver_int", "Interval of advertisements, seconds", field.Rare, field.Detail)
	fShort    = fields.Add("short_adver_int", field.Uint16, "vrrp.short_adver_int", "Interval of advertisements of version 3, hundredths of a second", field.Rare, field.Detail)
	fChecksum = fields.Add("checksum", field.Uint16, "vrrp.checksum", "Checksum", field.Rare, field.Detail)
	fAddress  = fields.Add("ip_addr", field.IP, "vrrp.ip_addr", "IPv4 addresses of the virtual router")
	fAddress6 = fields.Add("ipv6_addr", field.IP, "vrrp.ipv6_addr", "IPv6 addresses of the virtual router")
	fPassword = fields.Add("auth_string", field.Keyword, "vrrp.auth_string", "Password", field.Secret, field.Rare, field.Detail)
	fMD5      = fields.Add("md5_auth_data", field.Hex, "vrrp.md5_auth_data", "Digest", field.Secret, field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	version := c.U8()
	if c.Failed {
		return
	}
	p.Out.Uint(fVersion, uint64(version>>4))
	p.Out.Uint(fType, uint64(version&15))
	c.Uint8(fID)
	c.Uint8(fPriority)
	count := c.Uint8(fCount)
	auth := uint8(0)
	if version>>4 >= 3 {
		interval := c.U16()
		if !c.Failed {
			p.Out.Uint(fShort, uint64(interval&0x0fff))
		}
	} else {
		auth = c.Uint8(fAuthType)
		c.Uint8(fInterval)
	}
	c.Uint16(fChecksum)
	for ; count > 0 && !c.Failed; count-- {
		if p.Core.IPVersion == 6 {
			c.IP(fAddress6, 16)
		} else {
			c.IP(fAddress, 4)
		}
	}
	switch {
	case auth == authSimple && c.More():
		c.Text(fPassword, authLen)
	case auth == authMD5 && c.More():
		c.Hex(fMD5, md5Len)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if n, _ := v.Uint(fType); n == 1 {
		dst = append(dst, "Announcement (v"...)
	} else {
		dst = append(dst, "Unknown type (v"...)
	}
	dst, _ = v.Text(dst, fVersion)
	dst, _ = v.Text(append(dst, "), router "...), fID)
	dst, _ = v.Text(append(dst, ", priority "...), fPriority)
	return dst
}
