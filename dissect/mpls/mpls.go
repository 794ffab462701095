// SPDX-License-Identifier: Apache-2.0

// Package mpls dissects MPLS label stacks (RFC 3032) and guesses what they carry.
//
//	0             20     23  24        32 bits
//	| label       | exp  | S | TTL     |  … until S (bottom of stack) is set
//
// No field says what follows the stack. The first four bits tell (RFC 4385, RFC 4928): 4 IPv4, 6 IPv6, 1 an associated channel header,
// 0 an Ethernet pseudowire (pseudowire.go). Not decoded: pseudowires of other kinds, what a label was signalled for, OAM (label 14).
package mpls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	entryLen = 4
	// maxLabels bounds a stack; real ones have fewer than ten entries.
	maxLabels = 128
	// Special-purpose labels (IANA).
	labelGAL = 13 // an associated channel header follows (RFC 5586)
	labelOAM = 14

	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Protocol is a label stack.
var Protocol = &dissect.Protocol{
	Name: "mpls", Title: "MPLS", Reference: "RFC 3032",
	EtherTypes:  []uint16{0x8847, 0x8848},
	PPPTypes:    []uint16{0x0281, 0x0283},
	IPProtocols: []uint8{137}, // MPLS in IP (RFC 4023)
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields  = field.Group("mpls")
	fLabel  = fields.Add("label", field.Uint32, "mpls.label", "Label of each entry of the stack, outermost first")
	fExp    = fields.Add("exp", field.Uint8, "mpls.exp", "Traffic class of each entry")
	fBottom = fields.Add("bottom", field.Bool, "mpls.bottom", "Whether each entry is the last of its stack")
	fTTL    = fields.Add("ttl", field.Uint8, "mpls.ttl", "Time to live of each entry")
	kind    = field.Intern("mpls")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	label := uint32(0)
	for bottom, n := false, 0; !bottom; n++ {
		if n == maxLabels || !p.Need(b, wire, entryLen) {
			return
		}
		v := binary.BigEndian.Uint32(b)
		label, bottom = v>>12, v&0x100 != 0
		p.Out.Uint(fLabel, uint64(label))
		p.Out.Uint(fExp, uint64(v>>9&7))
		p.Out.Bool(fBottom, bottom)
		p.Out.Uint(fTTL, uint64(v&0xff))
		b, wire = b[entryLen:], wire-entryLen
	}
	p.TunnelType(kind)
	p.TunnelID(uint64(label))
	if !p.Need(b, wire, 1) || label == labelOAM {
		return
	}
	if label == labelGAL {
		p.Call(ACH, b, wire)
		return
	}
	switch b[0] >> 4 {
	case 0:
		p.Call(Pseudowire, b, wire)
	case 1:
		p.Call(ACH, b, wire)
	case 4:
		p.EtherType(etherTypeIPv4, b, wire)
	case 6:
		p.EtherType(etherTypeIPv6, b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "MPLS label"...)
	v.All(fLabel, func(text []byte) { dst = append(append(dst, ' '), text...) })
	return dst
}
