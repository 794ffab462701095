// SPDX-License-Identifier: Apache-2.0

// Package pppoe dissects PPP over Ethernet (RFC 2516): discovery (EtherType 0x8863, layer pppoed) and session (0x8864, layer pppoes).
//
//	0             1      2            4        6
//	| ver 4 typ 4 | code | session ID | length | tags or PPP …
//
// A discovery packet's tags are type (2 bytes), length (2 bytes) and value. LINKTYPE_PPP_ETHER starts with a session header.
// Not decoded: the relay, vendor-specific and credit tags (RFC 5578).
package pppoe

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 6
	tagHeader = 4
	maxTags   = 64
)

// Tags (RFC 2516, appendix A) that have fields.
const (
	tagEndOfList    = 0x0000
	tagServiceName  = 0x0101
	tagACName       = 0x0102
	tagGenericError = 0x0203
)

// Discovery is the discovery stage.
var Discovery = &dissect.Protocol{
	Name: "pppoed", Title: "PPPoED", Reference: "RFC 2516",
	EtherTypes: []uint16{0x8863},
	Dissect:    discovery,
	Summary:    summary,
}

// Session is the session stage.
var Session = &dissect.Protocol{
	Name: "pppoes", Title: "PPPoES", Reference: "RFC 2516",
	LinkTypes:  []uint32{51},
	EtherTypes: []uint16{0x8864},
	Dissect:    session,
	Summary:    summary,
}

var (
	fields   = field.Group("pppoe")
	fCode    = fields.Add("code", field.Uint8, "pppoe.code", "Code: 0 session data, 0x09 PADI, 0x07 PADO, 0x19 PADR, 0x65 PADS, 0xa7 PADT")
	fSession = fields.Add("session_id", field.Uint16, "pppoe.session_id", "Session ID")
	fLength  = fields.Add("payload_length", field.Uint16, "pppoe.payload_length", "Length of the payload, bytes", field.Rare)
	tags     = field.Group("pppoed.tags")
	fService = tags.Add("service_name", field.Keyword, "pppoed.tags.service_name", "Service-Name tag")
	fACName  = tags.Add("ac_name", field.Keyword, "pppoed.tags.ac_name", "Name of the access concentrator")
	fError   = tags.Add("generic_error", field.Keyword, "pppoed.tags.generic_error", "Text of a Generic-Error tag")
	kind     = field.Intern("pppoe")
)

// header writes the header's fields and returns the payload; ok is false when the header is not whole.
func header(p *dissect.Packet, b []byte, wire int) (payload []byte, payloadWire int, ok bool) {
	if !p.Need(b, wire, headerLen) {
		return nil, 0, false
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	p.Out.Uint(fCode, uint64(b[1]))
	p.Out.Uint(fSession, uint64(binary.BigEndian.Uint16(b[2:])))
	p.Out.Uint(fLength, uint64(n))
	// A length beyond the frame is not trusted.
	n = min(n, wire-headerLen)
	return b[headerLen:min(len(b), headerLen+n)], n, true
}

func session(p *dissect.Packet, b []byte, wire int) {
	if payload, wire, ok := header(p, b, wire); ok {
		p.TunnelType(kind)
		p.TunnelID(uint64(binary.BigEndian.Uint16(b[2:])))
		p.CallName("ppp", payload, wire)
	}
}

func discovery(p *dissect.Packet, b []byte, wire int) {
	b, wire, ok := header(p, b, wire)
	if !ok {
		return
	}
	for range maxTags {
		if wire == 0 || !p.Need(b, wire, tagHeader) {
			return
		}
		t, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b, wire = b[tagHeader:], wire-tagHeader
		if t == tagEndOfList || !p.Need(b, wire, n) {
			return
		}
		switch t {
		case tagServiceName:
			text(p, fService, b[:n])
		case tagACName:
			text(p, fACName, b[:n])
		case tagGenericError:
			text(p, fError, b[:n])
		}
		b, wire = b[n:], wire-n
	}
}

func text(p *dissect.Packet, id field.ID, v []byte) {
	if len(v) > 0 {
		p.Out.Text(id, v)
	}
}

func codeName(code uint64) string {
	switch code {
	case 0x00:
		return "Session Data"
	case 0x07:
		return "Active Discovery Offer (PADO)"
	case 0x09:
		return "Active Discovery Initiation (PADI)"
	case 0x19:
		return "Active Discovery Request (PADR)"
	case 0x65:
		return "Active Discovery Session-confirmation (PADS)"
	case 0xa7:
		return "Active Discovery Terminate (PADT)"
	}
	return "Unknown code"
}

func summary(dst []byte, v dissect.View) []byte {
	code, _ := v.Uint(fCode)
	dst = append(dst, codeName(code)...)
	if name, ok := v.Text(append(dst, " AC-Name='"...), fACName); ok {
		dst = append(name, '\'')
	}
	return dst
}
