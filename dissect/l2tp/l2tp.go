// SPDX-License-Identifier: Apache-2.0

// Package l2tp dissects the Layer 2 Tunneling Protocol over UDP, version 2 (RFC 2661), and the headers of version 3 (RFC 3931) over UDP and IP.
//
//	0                2            4        6
//	| flags, version | length (L) | tunnel | session | Ns, Nr (S) | offset, padding (O) | PPP frame or attributes    version 2
//	| flags, version | reserved            | session          | cookie, frame                                        version 3 over UDP, data
//	| flags, version | length              | connection       | Ns, Nr | attributes                                  version 3, control
//	| session                              | cookie, frame                                                           version 3 over IP, data
//
// Over IP a session of 0 is followed by a control message. Of a control message the type is decoded, not the other attributes. What a
// version 3 session carries, and how long its cookie is, is known from signalling only.
package l2tp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/field"
)

const (
	bitControl  = 0x8000
	bitLength   = 0x4000
	bitSequence = 0x0800
	bitOffset   = 0x0200
	versionMask = 15
)

// Protocol is L2TP.
var Protocol = &dissect.Protocol{
	Name: "l2tp", Title: "L2TP", Reference: "RFC 2661", UDPPorts: []uint16{1701}, IPProtocols: []uint8{115}, Dissect: decode, Summary: summary,
}

var (
	fields   = field.Group("l2tp")
	fType    = fields.Add("type", field.Uint8, "l2tp.type", "0 data, 1 control")
	fVersion = fields.Add("version", field.Uint8, "l2tp.version", "Version", field.Rare, field.Detail)
	fLength  = fields.Add("length", field.Uint16, "l2tp.length", "Length of the message, bytes", field.Rare, field.Detail)
	fTunnel  = fields.Add("tunnel", field.Uint16, "l2tp.tunnel", "Tunnel")
	fSession = fields.Add("session", field.Uint16, "l2tp.session", "Session")
	fNs      = fields.Add("ns", field.Uint16, "l2tp.Ns", "Sequence number", field.Rare)
	fNr      = fields.Add("nr", field.Uint16, "l2tp.Nr", "Sequence number expected", field.Rare)
	fOffset  = fields.Add("offset", field.Uint16, "l2tp.offset", "Padding before the data, bytes", field.Rare, field.Detail)
	fMessage = fields.Add("avp.message_type", field.Uint16, "l2tp.avp.message_type", "Type of a control message")
	fControl = fields.Add("ccid", field.Uint32, "l2tp.ccid", "Control connection of version 3")
	fSID     = fields.Add("sid", field.Uint32, "l2tp.sid", "Session of version 3")
	kind     = field.Intern("l2tp")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if ip.Nested(p) {
		overIP(p, b, wire)
		return
	}
	if !p.Need(b, wire, 2) {
		return
	}
	flags := binary.BigEndian.Uint16(b)
	control := flags&bitControl != 0
	p.Out.Uint(fType, uint64(flags>>15))
	p.Out.Uint(fVersion, uint64(flags&versionMask))
	switch flags & versionMask {
	case 2:
		decodeV2(p, b, wire, flags, control)
	case 3:
		decodeV3(p, b, wire, control)
	}
}

// overIP dissects version 3 as IP protocol 115.
func overIP(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	id := binary.BigEndian.Uint32(b)
	p.Out.Uint(fSID, uint64(id))
	if id != 0 {
		p.TunnelType(kind)
		p.TunnelID(uint64(id))
		return
	}
	if b, wire = b[4:], wire-4; p.Need(b, wire, 2) {
		p.Out.Uint(fType, uint64(b[0]>>7))
		p.Out.Uint(fVersion, uint64(b[1]&versionMask))
		decodeV3(p, b, wire, true)
	}
}

func decodeV2(p *dissect.Packet, b []byte, wire int, flags uint16, control bool) {
	at := 2
	if flags&bitLength != 0 {
		if !p.Need(b, wire, at+2) {
			return
		}
		length := int(binary.BigEndian.Uint16(b[at:]))
		p.Out.Uint(fLength, uint64(length))
		at += 2
		if length < at {
			p.Bad()
			return
		}
		wire = min(wire, length)
		b = b[:min(len(b), wire)]
	}
	if !p.Need(b, wire, at+4) {
		return
	}
	p.Out.Uint(fTunnel, uint64(binary.BigEndian.Uint16(b[at:])))
	session := uint64(binary.BigEndian.Uint16(b[at+2:]))
	p.Out.Uint(fSession, session)
	at += 4
	if flags&bitSequence != 0 {
		if !p.Need(b, wire, at+4) {
			return
		}
		p.Out.Uint(fNs, uint64(binary.BigEndian.Uint16(b[at:])))
		p.Out.Uint(fNr, uint64(binary.BigEndian.Uint16(b[at+2:])))
		at += 4
	}
	if flags&bitOffset != 0 {
		if !p.Need(b, wire, at+2) {
			return
		}
		offset := int(binary.BigEndian.Uint16(b[at:]))
		p.Out.Uint(fOffset, uint64(offset))
		at += 2 + offset
		if !p.Need(b, wire, at) {
			return
		}
	}
	if control {
		messageType(p, b[at:])
		return
	}
	p.TunnelType(kind)
	p.TunnelID(session)
	// Each side has its own numbers: they are no key of what flows both ways.
	if p.Tunnel(0) {
		p.CallName("ppp", b[at:], wire-at)
	}
}

// messageType writes the type of a control message, its first attribute: flags and length, vendor, attribute type, value.
func messageType(p *dissect.Packet, b []byte) {
	const attributeLen = 8
	if len(b) >= attributeLen && binary.BigEndian.Uint32(b[2:]) == 0 {
		p.Out.Uint(fMessage, uint64(binary.BigEndian.Uint16(b[6:])))
	}
}

func decodeV3(p *dissect.Packet, b []byte, wire int, control bool) {
	if !p.Need(b, wire, 8) {
		return
	}
	id := binary.BigEndian.Uint32(b[4:])
	if !control {
		p.Out.Uint(fSID, uint64(id))
		p.TunnelType(kind)
		p.TunnelID(uint64(id))
		return
	}
	p.Out.Uint(fLength, uint64(binary.BigEndian.Uint16(b[2:])))
	p.Out.Uint(fControl, uint64(id))
	if p.Need(b, wire, 12) {
		p.Out.Uint(fNs, uint64(binary.BigEndian.Uint16(b[8:])))
		p.Out.Uint(fNr, uint64(binary.BigEndian.Uint16(b[10:])))
		messageType(p, b[12:])
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if n, _ := v.Uint(fType); n != 0 {
		dst = append(dst, "Control"...)
	} else {
		dst = append(dst, "Data"...)
	}
	for _, f := range [...]struct {
		label string
		id    field.ID
	}{{" tunnel=", fTunnel}, {" session=", fSession}, {" connection=", fControl}, {" session=", fSID}} {
		if _, ok := v.Uint(f.id); ok {
			dst, _ = v.Text(append(dst, f.label...), f.id)
		}
	}
	return dst
}
