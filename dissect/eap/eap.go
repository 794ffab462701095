// SPDX-License-Identifier: Apache-2.0

// Package eap dissects the Extensible Authentication Protocol (RFC 3748).
//
//	0      1            2        4
//	| code | identifier | length | type 1, data … (requests and responses only)
//
// Not decoded: what methods carry, except identities.
package eap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 4

// Codes (RFC 3748, 4) with a type.
const codeRequest, codeResponse = 1, 2

const typeIdentity = 1

// Protocol is EAP where its carrier lists it as a layer (RADIUS, PANA).
var Protocol = &dissect.Protocol{
	Name: "eap", Title: "EAP", Reference: "RFC 3748",
	Dissect: Dissect,
	Summary: Summary,
}

var (
	fields    = field.Group("eap")
	fCode     = fields.Add("code", field.Uint8, "eap.code", "Code: 1 request, 2 response, 3 success, 4 failure, 5 initiate, 6 finish")
	fID       = fields.Add("id", field.Uint8, "eap.id", "Identifier that pairs a response with its request", field.Rare)
	fLength   = fields.Add("len", field.Uint16, "eap.len", "Length, bytes", field.Rare)
	fType     = fields.Add("type", field.Uint8, "eap.type", "Type: 1 identity, 3 NAK, 4 MD5 challenge, 13 TLS, 18 SIM, 21 TTLS, 23 AKA, 25 PEAP, …")
	fIdentity = fields.Add("identity", field.Keyword, "eap.identity", "Identity that a response tells")
)

// Dissect writes the fields of one EAP packet.
func Dissect(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(fCode, uint64(b[0]))
	p.Out.Uint(fID, uint64(b[1]))
	p.Out.Uint(fLength, uint64(n))
	if n < headerLen || n > wire {
		p.Bad()
		return
	}
	if code := b[0]; n == headerLen || code != codeRequest && code != codeResponse || !p.Need(b, n, headerLen+1) {
		return
	}
	p.Out.Uint(fType, uint64(b[4]))
	if b[0] == codeResponse && b[4] == typeIdentity {
		if id := b[5:min(n, len(b))]; len(id) > 0 {
			p.Out.Text(fIdentity, id)
		}
	}
}

var codes = [...]string{"", "Request", "Response", "Success", "Failure", "Initiate", "Finish"}

// Summary appends what a summary line says of an EAP packet.
func Summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fCode)
	if n == 0 || n >= uint64(len(codes)) {
		dst, _ = v.Text(append(dst, "Code "...), fCode)
		return dst
	}
	dst = append(dst, codes[n]...)
	if text, ok := v.Text(append(dst, ", type "...), fType); ok {
		dst = text
	}
	return dst
}
