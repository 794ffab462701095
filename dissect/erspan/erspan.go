// SPDX-License-Identifier: Apache-2.0

// Package erspan dissects Cisco's mirroring over GRE, ERSPAN (draft-foschiano-erspan-03), types I, II and III.
//
//	0               2                         4
//	| version, VLAN | COS, encap, T, session  | reserved, index                                  | frame      type II
//	|               |                         | timestamp | SGT | P, FT, HW, D, Gra, O | (8 bytes) | frame      type III
//
// Type I has no header of its own.
package erspan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	versionII  = 1
	versionIII = 2
	lenII      = 8
	lenIII     = 12
	subheader  = 8

	frameEthernet = 0
	frameIP       = 2
)

// Protocol is ERSPAN of types II and III.
var Protocol = &dissect.Protocol{
	Name: "erspan", Title: "ERSPAN", Reference: "draft-foschiano-erspan-03",
	GREProtocol: []uint16{0x88be, 0x22eb}, Dissect: decode, Summary: summary,
}

var (
	fields     = field.Group("erspan")
	fVersion   = fields.Add("version", field.Uint8, "erspan.version", "Version: 1 type II, 2 type III", field.Rare, field.Detail)
	fVLAN      = fields.Add("vlan", field.Uint16, "erspan.vlan", "VLAN of the mirrored frame")
	fCOS       = fields.Add("cos", field.Uint8, "erspan.cos", "Class of service", field.Rare, field.Detail)
	fTruncated = fields.Add("truncated", field.Bool, "erspan.truncated", "The mirrored frame was cut by the mirror", field.Rare, field.Detail)
	fSession   = fields.Add("spanid", field.Uint16, "erspan.spanid", "Session")
	fIndex     = fields.Add("index", field.Uint32, "erspan.index", "Port index of type II", field.Rare, field.Detail)
	fTime      = fields.Add("timestamp", field.Uint32, "erspan.timestamp", "Timestamp of type III", field.Rare, field.Detail)
	fSGT       = fields.Add("sgt", field.Uint16, "erspan.sgt", "Security group tag of type III")
	fFrameType = fields.Add("ft", field.Uint8, "erspan.ft", "Frame type of type III", field.Rare, field.Detail)
	fHardware  = fields.Add("hw", field.Uint8, "erspan.hw", "Hardware of type III", field.Rare, field.Detail)
	fDirection = fields.Add("direction", field.Uint8, "erspan.direction", "0 received, 1 sent by the mirrored port", field.Rare)
	kind       = field.Intern("erspan")
)

// TypeI dissects a frame that was mirrored without a header.
func TypeI(p *dissect.Packet, b []byte, wire int) {
	if p.Push(Protocol) {
		p.TunnelType(kind)
		p.CallName("eth", b, wire)
	}
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, lenII) {
		return
	}
	first, second := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := first >> 12
	p.Out.Uint(fVersion, uint64(version))
	if version != versionII && version != versionIII {
		return
	}
	p.Out.Uint(fVLAN, uint64(first&0xfff))
	p.Out.Uint(fCOS, uint64(second>>13))
	p.Out.Bool(fTruncated, second&0x0400 != 0)
	p.Out.Uint(fSession, uint64(second&0x3ff))
	p.TunnelType(kind)
	p.TunnelID(uint64(second & 0x3ff))
	if version == versionII {
		p.Out.Uint(fIndex, uint64(binary.BigEndian.Uint32(b[4:])&0xfffff))
		p.CallName("eth", b[lenII:], wire-lenII)
		return
	}
	typeIII(p, b, wire)
}

func typeIII(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, lenIII) {
		return
	}
	word := binary.BigEndian.Uint16(b[10:])
	frame := word >> 10 & 31
	p.Out.Uint(fTime, uint64(binary.BigEndian.Uint32(b[4:])))
	p.Out.Uint(fSGT, uint64(binary.BigEndian.Uint16(b[8:])))
	p.Out.Uint(fFrameType, uint64(frame))
	p.Out.Uint(fHardware, uint64(word>>4&63))
	p.Out.Uint(fDirection, uint64(word>>3&1))
	n := lenIII
	if word&1 != 0 {
		n += subheader
	}
	if !p.Need(b, wire, n) {
		return
	}
	b, wire = b[n:], wire-n
	switch frame {
	case frameEthernet:
		p.CallName("eth", b, wire)
	case frameIP:
		if len(b) > 0 && b[0]>>4 == 6 {
			p.CallName("ipv6", b, wire)
		} else {
			p.CallName("ip", b, wire)
		}
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Session "...), fSession)
	return dst
}
