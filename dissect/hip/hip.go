// SPDX-License-Identifier: Apache-2.0

// Package hip dissects the Host Identity Protocol (RFC 7401, 5.1).
//
//	0             1        2      3         4          6          8            24             40
//	| next header | length | type | version | checksum | controls | sender HIT | receiver HIT | parameters …
//
// Of the parameters only the types are decoded.
package hip

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/field"
)

const (
	fixedLen = 40
	number   = 139
)

// Protocol is HIP.
var Protocol = &dissect.Protocol{
	Name: "hip", Title: "HIP", Reference: "RFC 7401",
	IPProtocols: []uint8{number}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("hip")
	fNext     = fields.Add("proto", field.Uint8, "hip.proto", "Next header", field.Rare, field.Detail)
	fType     = fields.Add("packet_type", field.Uint8, "hip.packet_type", "Packet type")
	fVersion  = fields.Add("version", field.Uint8, "hip.version", "Version")
	fControls = fields.Add("controls", field.Uint16, "hip.controls", "Controls", field.Rare, field.Detail)
	fChecksum = fields.Add("checksum.value", field.Uint16, "hip.checksum", "Checksum", field.Rare, field.Detail)
	fStatus   = fields.Add("checksum.status", field.Uint8, "hip.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified", field.Rare, field.Detail)
	fSender   = fields.Add("hit_sndr", field.Hex, "hip.hit_sndr", "Sender's host identity tag")
	fReceiver = fields.Add("hit_rcvr", field.Hex, "hip.hit_rcvr", "Receiver's host identity tag")
	fParam    = fields.Add("type", field.Uint16, "hip.type", "Types of the parameters in order", field.List)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fixedLen) {
		return
	}
	n := (int(b[1]) + 1) * 8
	p.Out.Uint(fNext, uint64(b[0]))
	p.Out.Uint(fType, uint64(b[2]&0x7f))
	p.Out.Uint(fVersion, uint64(b[3]>>4))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[4:])))
	if p.Options.Checksums {
		status := checksum.Unverified
		if !p.Quoted {
			status = checksum.Transport(p, number, b, wire)
		}
		p.Out.Uint(fStatus, uint64(status))
	}
	p.Out.Uint(fControls, uint64(binary.BigEndian.Uint16(b[6:])))
	p.Out.Bytes(fSender, b[8:24])
	p.Out.Bytes(fReceiver, b[24:40])
	if n < fixedLen {
		p.Bad()
		return
	}
	parameters(p, b[fixedLen:min(n, len(b))])
	p.Need(b, wire, n)
}

// parameters writes the types; each parameter fills up to 8 bytes.
func parameters(p *dissect.Packet, v []byte) {
	for len(v) >= 4 {
		p.Out.Uint(fParam, uint64(binary.BigEndian.Uint16(v)))
		n := (4 + int(binary.BigEndian.Uint16(v[2:])) + 7) &^ 7
		v = v[min(n, len(v)):]
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
