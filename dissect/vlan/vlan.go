// SPDX-License-Identifier: Apache-2.0

// Package vlan dissects VLAN tags: IEEE 802.1Q (EtherType 0x8100, and 0x9100 of older QinQ) and IEEE 802.1ad service tags (0x88A8).
//
//	0          2                4
//	| pri 3, DEI 1, id 12 bits  | type or length | payload …
//
// Tags nest; each is a layer of its own. Wireshark names a service tag's layer ieee8021ad and gives it no type field. Two service tags in a row,
// which Wireshark shows as one layer with svid and cvid, are two layers here.
package vlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/field"
)

const tagLen = 4

// Protocol is the 802.1Q tag.
var Protocol = &dissect.Protocol{
	Name: "vlan", Title: "VLAN", Reference: "IEEE 802.1Q",
	EtherTypes: []uint16{0x8100, 0x9100},
	Dissect:    customer,
	Summary:    summary,
}

// Service is the 802.1ad service tag.
var Service = &dissect.Protocol{
	Name: "ieee8021ad", Title: "802.1ad", Reference: "IEEE 802.1ad",
	EtherTypes: []uint16{0x88a8},
	Dissect:    service,
	Summary:    summary,
}

var (
	fields    = field.Group("vlan")
	fID       = fields.Add("id", field.Uint16, "vlan.id", "VLAN identifier of each tag, outermost first", field.Core)
	fPriority = fields.Add("priority", field.Uint8, "vlan.priority", "Priority code point of each tag")
	fDEI      = fields.Add("dei", field.Bool, "vlan.dei", "Drop eligible indicator of each tag", field.Rare, field.Sparse)
	fType     = fields.Add("etype", field.Uint16, "vlan.etype", "EtherType behind each 802.1Q tag", field.Detail, field.Rare)
	fLength   = fields.Add("len", field.Uint16, "vlan.len", "Length of an IEEE 802.3 frame behind the tag, bytes", field.Rare, field.Detail)
)

func customer(p *dissect.Packet, b []byte, wire int) {
	if !tag(p, b, wire) {
		return
	}
	t := binary.BigEndian.Uint16(b[2:])
	b, wire = b[tagLen:], wire-tagLen
	if t <= eth.MaxLength {
		p.Out.Uint(fLength, uint64(t))
		eth.Payload8023(p, t, b, wire)
		return
	}
	p.Out.Uint(fType, uint64(t))
	p.EtherType(t, b, wire)
}

func service(p *dissect.Packet, b []byte, wire int) {
	if tag(p, b, wire) {
		p.EtherType(binary.BigEndian.Uint16(b[2:]), b[tagLen:], wire-tagLen)
	}
}

// tag writes the fields of the tag at the front of b and reports whether the whole of it is there.
func tag(p *dissect.Packet, b []byte, wire int) bool {
	if !p.Need(b, wire, 2) {
		return false
	}
	tci := binary.BigEndian.Uint16(b)
	id := tci & 0xfff
	p.AddVLAN(id)
	p.Out.Uint(fID, uint64(id))
	p.Out.Uint(fPriority, uint64(tci>>13))
	p.Out.Bool(fDEI, tci&0x1000 != 0)
	return p.Need(b, wire, tagLen)
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "PRI: "...)
	dst, _ = v.Text(dst, fPriority)
	dst = append(dst, " DEI: "...)
	if dei, _ := v.Uint(fDEI); dei != 0 {
		dst = append(dst, '1')
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, " ID: "...)
	dst, _ = v.Text(dst, fID)
	return dst
}
