// SPDX-License-Identifier: Apache-2.0

// Package ayiya dissects Anything in Anything (draft-massar-v6ops-ayiya-02).
//
//	0                    1                        2                3             4       8
//	| identity len, type | signature len, hash    | auth, opcode   | next header | epoch | identity | signature | packet
//
// The length of the identity is a power of 2, that of the signature counts words of 4 bytes.
package ayiya

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	fixedLen  = 8
	opForward = 1
)

// Protocol is AYIYA.
var Protocol = &dissect.Protocol{
	Name: "ayiya", Title: "AYIYA", Reference: "draft-massar-v6ops-ayiya-02", UDPPorts: []uint16{5072}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("ayiya")
	fOpcode   = fields.Add("opcode", field.Uint8, "ayiya.opcode", "Operation")
	fNext     = fields.Add("nextheader", field.Uint8, "ayiya.nextheader", "Next header, IANA's protocol number")
	fEpoch    = fields.Add("epoch", field.Uint32, "ayiya.epoch", "Sender's time, seconds since 1970", field.Rare, field.Detail)
	fIdentity = fields.Add("identity", field.Hex, "ayiya.identity", "Sender's identity")
	kind      = field.Intern("ayiya")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fixedLen) {
		return
	}
	id := fixedLen + 1<<(b[0]>>4)
	opcode, next := b[2]&15, b[3]
	p.Out.Uint(fOpcode, uint64(opcode))
	p.Out.Uint(fNext, uint64(next))
	p.Out.Uint(fEpoch, uint64(binary.BigEndian.Uint32(b[4:])))
	n := id + int(b[1]>>4)*4
	if !p.Need(b, wire, n) {
		return
	}
	p.Out.Bytes(fIdentity, b[fixedLen:id])
	if opcode != opForward {
		return
	}
	p.TunnelType(kind)
	if p.Tunnel(0) {
		p.IPProtocol(next, b[n:], wire-n)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Operation "...), fOpcode)
	return dst
}
