// SPDX-License-Identifier: Apache-2.0

// Package pim dissects Protocol Independent Multicast, version 2 (RFC 7761 sparse mode, RFC 3973 dense mode, RFC 5059 bootstrap, RFC 5015
// bidirectional), and version 1 as a type of IGMP.
//
//	0               1          2
//	| version, type | reserved | checksum | message …      version 2
//	| 0x14          | type     | checksum | version … 4    version 1
//
// The messages are in message.go. A register is opened: the packet that it carries is dissected behind it. Limits: 1024 groups, addresses,
// options. Not decoded: version 1 behind its header, link metrics and other new options; the checksum is not verified.
package pim

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of version 2.
const (
	hello = iota
	register
	registerStop
	joinPrune
	bootstrap
	assert
	graft
	graftAck
	candidateRP
	stateRefresh
	electDF
)

const (
	version1Type = 0x14
	nullRegister = 0x40000000
	etherIPv4    = 0x0800
	etherIPv6    = 0x86dd
)

// Protocol is PIM.
var Protocol = &dissect.Protocol{
	Name: "pim", Title: "PIM", Reference: "RFC 7761",
	IPProtocols: []uint8{103}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("pim")
	fVersion  = fields.Add("version", field.Uint8, "pim.version", "Version")
	fType     = fields.Add("type", field.Uint8, "pim.type", "Type of version 2: 0 hello, 1 register, 2 register-stop, 3 join/prune, 4 bootstrap, 5 assert, 6 graft, 7 graft-ack, 8 candidate RP, 9 state refresh, 10 DF election")
	fCode     = fields.Add("code", field.Uint8, "pim.code", "Type of version 1: 0 query, 1 register, 2 register-stop, 3 join/prune, 4 RP reachable, 5 assert, 6 graft, 7 graft-ack, 8 mode")
	fChecksum = fields.Add("cksum", field.Uint16, "pim.cksum", "Checksum", field.Rare, field.Detail)
)

// Wireshark's names of the versions.
var headline1, headline2 = field.Intern("PIMv1"), field.Intern("PIMv2")

// reader is a message while it is read.
type reader struct{ common.Cursor }

func decode(p *dissect.Packet, b []byte, wire int) {
	r := reader{common.Read(p, b, wire)}
	first := r.U8()
	if r.Failed {
		return
	}
	if first == version1Type && p.Core.IPProtocol == 2 {
		p.Core.Headline = headline1
		r.Uint8(fCode)
		r.Uint16(fChecksum)
		if v := r.U8(); !r.Failed {
			p.Out.Uint(fVersion, uint64(v>>4))
		}
		return
	}
	if first>>4 == 2 {
		p.Core.Headline = headline2
	}
	p.Out.Uint(fVersion, uint64(first>>4))
	p.Out.Uint(fType, uint64(first&15))
	r.Skip(1)
	r.Uint16(fChecksum)
	if first>>4 == 2 && !r.Failed {
		r.message(first & 15)
	}
}

// encapsulated dissects the packet that a register carries. A null register has at most a dummy header.
func (r *reader) encapsulated() {
	flags := r.Uint32(fRegister)
	if r.Failed || flags&nullRegister != 0 || len(r.B) == 0 || !r.P.Tunnel(0) {
		return
	}
	if r.B[0]>>4 == 6 {
		r.P.EtherType(etherIPv6, r.B, r.Wire)
	} else {
		r.P.EtherType(etherIPv4, r.B, r.Wire)
	}
}

var types = [...]string{"Hello", "Register", "Register-stop", "Join/Prune", "Bootstrap", "Assert", "Graft", "Graft-Ack", "Candidate-RP-Advertisement", "State-Refresh", "DF election"}

func summary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fType)
	switch {
	case ok && n < uint64(len(types)):
		return append(dst, types[n]...)
	case ok:
		dst, _ = v.Text(append(dst, "Type "...), fType)
	default:
		dst, _ = v.Text(append(dst, "Version 1, code "...), fCode)
	}
	return dst
}
