// SPDX-License-Identifier: Apache-2.0

// Package pppoe dissects PPP over Ethernet (RFC 2516): discovery (EtherType 0x8863, layer pppoed) and session (0x8864, layer pppoes).
//
//	0             1      2            4        6
//	| ver 4 typ 4 | code | session ID | length | tags or PPP …
//
// A discovery packet's tags are type (2 bytes), length (2 bytes) and value. LINKTYPE_PPP_ETHER starts with a session header.
// Of vendor-specific tags the line identifiers of the Broadband Forum (TR-101) are read. Not decoded: credit and metric tags (RFC 5578).
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
	tagHostUniq     = 0x0103
	tagACCookie     = 0x0104
	tagVendor       = 0x0105
	tagRelay        = 0x0110
	tagMaxPayload   = 0x0120 // RFC 4638
	tagServiceError = 0x0201
	tagSystemError  = 0x0202
	tagGenericError = 0x0203
)

// The Broadband Forum's number as a vendor, and its subtags: type 1, length 1, value.
const (
	vendorBBF = 3561

	lineCircuit, lineRemote = 1, 2
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
	fLength  = fields.Add("payload_length", field.Uint16, "pppoe.payload_length", "Length of the payload, bytes", field.Rare, field.Detail)
	tags     = field.Group("pppoed.tags")
	fService = tags.Add("service_name", field.Keyword, "pppoed.tags.service_name", "Service-Name tag")
	fACName  = tags.Add("ac_name", field.Keyword, "pppoed.tags.ac_name", "Name of the access concentrator")
	fError   = tags.Add("generic_error", field.Keyword, "pppoed.tags.generic_error", "Text of a Generic-Error tag")
	fNoServ  = tags.Add("service_name_error", field.Keyword, "pppoed.tags.service_name_error", "Text of a Service-Name-Error tag")
	fSysErr  = tags.Add("ac_system_error", field.Keyword, "pppoed.tags.ac_system_error", "Text of an AC-System-Error tag")
	fTag     = field.Group("pppoed").Add("tag", field.Uint16, "pppoed.tag", "Types of all tags, in order", field.Detail, field.Rare)
	fUniq    = tags.Add("host_uniq", field.Hex, "pppoed.tags.host_uniq", "What ties an answer to the host's request")
	fCookie  = tags.Add("ac_cookie", field.Hex, "pppoed.tags.ac_cookie", "Cookie of the access concentrator", field.Detail, field.Rare)
	fRelay   = tags.Add("relay_session_id", field.Hex, "pppoed.tags.relay_session_id", "Identifier that a relay adds", field.Rare, field.Detail)
	fMax     = tags.Add("max_payload", field.Uint16, "pppoed.tags.max_payload", "Largest payload, bytes", field.Rare, field.Detail)
	fVendor  = tags.Add("vendor_id", field.Uint32, "pppoed.tags.vendor_id", "Vendor of a vendor-specific tag", field.Rare, field.Detail)
	fCircuit = tags.Add("circuit_id", field.Keyword, "pppoed.tags.circuit_id", "Line, as the access node names it")
	fRemote  = tags.Add("remote_id", field.Keyword, "pppoed.tags.remote_id", "Subscriber, as the access node names them")
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
		p.Out.Uint(fTag, uint64(t))
		if t == tagEndOfList || !p.Need(b, wire, n) {
			return
		}
		tag(p, t, b[:n:n])
		b, wire = b[n:], wire-n
	}
}

func tag(p *dissect.Packet, t uint16, v []byte) {
	switch t {
	case tagServiceName:
		text(p, fService, v)
	case tagACName:
		text(p, fACName, v)
	case tagHostUniq:
		text(p, fUniq, v)
	case tagACCookie:
		text(p, fCookie, v)
	case tagRelay:
		text(p, fRelay, v)
	case tagServiceError:
		text(p, fNoServ, v)
	case tagSystemError:
		text(p, fSysErr, v)
	case tagGenericError:
		text(p, fError, v)
	case tagMaxPayload:
		if p.Need(v, len(v), 2) {
			p.Out.Uint(fMax, uint64(binary.BigEndian.Uint16(v)))
		}
	case tagVendor:
		vendor(p, v)
	}
}

func vendor(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 4) {
		return
	}
	id := binary.BigEndian.Uint32(v)
	p.Out.Uint(fVendor, uint64(id))
	if id != vendorBBF {
		return
	}
	v = v[4:]
	for range maxTags {
		if len(v) == 0 || !p.Need(v, len(v), 2) {
			return
		}
		t, n := v[0], int(v[1])
		if v = v[2:]; !p.Need(v, len(v), n) {
			return
		}
		switch t {
		case lineCircuit:
			text(p, fCircuit, v[:n])
		case lineRemote:
			text(p, fRemote, v[:n])
		}
		v = v[n:]
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
