// SPDX-License-Identifier: Apache-2.0

// Package rgmp dissects the Router-port Group Management Protocol (RFC 3488), which shares IGMP's protocol number.
//
//	0      1          2          4               8
//	| type | reserved | checksum | group address |
package rgmp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is RGMP; package igmp finds it by its types.
var Protocol = &dissect.Protocol{
	Name: "rgmp", Title: "RGMP", Reference: "RFC 3488",
	Dissect: decode,
	Summary: summary,
}

var (
	fields    = field.Group("rgmp")
	fType     = fields.Add("type", field.Uint8, "rgmp.type", "Type: 252 leave a group, 253 join a group, 254 bye, 255 hello", field.Rare)
	fChecksum = fields.Add("checksum", field.Uint16, "rgmp.checksum", "Checksum", field.Rare, field.Detail)
	fGroup    = fields.Add("maddr", field.IP, "rgmp.maddr", "Group")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.Uint8(fType)
	c.Skip(1)
	c.Uint16(fChecksum)
	c.IP(fGroup, 4)
}

const firstType = 252

var types = [...]string{"Leave", "Join", "Bye", "Hello"}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fType)
	if n < firstType {
		return dst
	}
	dst = append(dst, types[n-firstType]...)
	dst, _ = v.Text(append(dst, ' '), fGroup)
	return dst
}
