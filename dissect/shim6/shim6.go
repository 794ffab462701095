// SPDX-License-Identifier: Apache-2.0

// Package shim6 dissects Shim6, multihoming for IPv6 (RFC 5533, 5).
//
//	0             1        2         3          4          6
//	| next header | length | P, type | ...      | checksum | message …       control message, P = 0
//	| next header | 0      | P, context tag (47 bits)      | payload …       payload header, P = 1
//
// Not decoded: the messages' options.
package shim6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	payloadBit = 0x80
	tagMask    = 1<<47 - 1
)

// Protocol is Shim6.
var Protocol = &dissect.Protocol{
	Name: "shim6", Title: "Shim6", Reference: "RFC 5533",
	IPProtocols: []uint8{140}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("shim6")
	fNext     = fields.Add("nxt", field.Uint8, "shim6.nxt", "Next header", field.Rare, field.Detail)
	fPayload  = fields.Add("p", field.Bool, "shim6.p", "Payload header, no control message")
	fTag      = fields.Add("ct", field.Int64, "shim6.ct", "Context tag of a payload header")
	fType     = fields.Add("type", field.Uint8, "shim6.type", "Type of a control message")
	fChecksum = fields.Add("checksum", field.Uint16, "shim6.checksum", "Checksum of a control message", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 8) {
		return
	}
	n := (int(b[1]) + 1) * 8
	p.Out.Uint(fNext, uint64(b[0]))
	isPayload := b[2]&payloadBit != 0
	p.Out.Bool(fPayload, isPayload)
	if !isPayload {
		p.Out.Uint(fType, uint64(b[2]))
		p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[4:])))
		p.Need(b, wire, n)
		return
	}
	p.Out.Uint(fTag, binary.BigEndian.Uint64(b)&tagMask)
	if p.Need(b, wire, n) {
		p.Core.IPProtocol = b[0]
		p.IPProtocol(b[0], b[n:], wire-n)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fPayload); ok && n != 0 {
		return append(dst, "Payload"...)
	}
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
