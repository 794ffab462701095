// SPDX-License-Identifier: Apache-2.0

// Package mipv6 dissects the mobility header of Mobile IPv6 (RFC 6275, 6.1).
//
//	0             1        2      3          4          6
//	| next header | length | type | reserved | checksum | message data …
//
// Not decoded: mobility options, the token messages' cookies.
package mipv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	typeBindingUpdate = 5
	typeBindingAck    = 6
	typeBindingError  = 7
)

// Protocol is the mobility header.
var Protocol = &dissect.Protocol{
	Name: "mipv6", Title: "MIPv6", Reference: "RFC 6275",
	IPProtocols: []uint8{135}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("mip6")
	fNext     = fields.Add("proto", field.Uint8, "mip6.proto", "Next header", field.Rare, field.Detail)
	fType     = fields.Add("mhtype", field.Uint8, "mip6.mhtype", "Type of the mobility message")
	fChecksum = fields.Add("csum", field.Uint16, "mip6.csum", "Checksum", field.Rare, field.Detail)
	fUpdSeq   = fields.Add("bu.seqnr", field.Uint16, "mip6.bu.seqnr", "Sequence number of a binding update")
	fUpdFlags = fields.Add("bu.flags", field.Uint16, "", "Flags of a binding update", field.Rare, field.Detail)
	fUpdLife  = fields.Add("bu.lifetime", field.Uint16, "mip6.bu.lifetime", "Lifetime of a binding update, units of 4 s")
	fAckState = fields.Add("ba.status", field.Uint8, "mip6.ba.status", "Status of a binding acknowledgement")
	fAckSeq   = fields.Add("ba.seqnr", field.Uint16, "mip6.ba.seqnr", "Sequence number of a binding acknowledgement")
	fAckLife  = fields.Add("ba.lifetime", field.Uint16, "mip6.ba.lifetime", "Lifetime of a binding acknowledgement, units of 4 s")
	fErrState = fields.Add("be.status", field.Uint8, "mip6.be.status", "Status of a binding error")
	fErrHome  = fields.Add("be.haddr", field.IP, "mip6.be.haddr", "Home address of a binding error")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 8) {
		return
	}
	n := (int(b[1]) + 1) * 8
	p.Out.Uint(fNext, uint64(b[0]))
	p.Out.Uint(fType, uint64(b[2]))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[4:])))
	if !p.Need(b, wire, n) {
		return
	}
	message(p, b[2], b[6:n])
	p.Core.IPProtocol = b[0]
	p.IPProtocol(b[0], b[n:], wire-n)
}

func message(p *dissect.Packet, kind uint8, v []byte) {
	switch {
	case kind == typeBindingUpdate && len(v) >= 6:
		p.Out.Uint(fUpdSeq, uint64(binary.BigEndian.Uint16(v)))
		p.Out.Uint(fUpdFlags, uint64(binary.BigEndian.Uint16(v[2:])))
		p.Out.Uint(fUpdLife, uint64(binary.BigEndian.Uint16(v[4:])))
	case kind == typeBindingAck && len(v) >= 6:
		p.Out.Uint(fAckState, uint64(v[0]))
		p.Out.Uint(fAckSeq, uint64(binary.BigEndian.Uint16(v[2:])))
		p.Out.Uint(fAckLife, uint64(binary.BigEndian.Uint16(v[4:])))
	case kind == typeBindingError && len(v) >= 18:
		p.Out.Uint(fErrState, uint64(v[0]))
		p.Out.IP(fErrHome, v[2:18])
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
