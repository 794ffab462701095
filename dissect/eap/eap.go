// SPDX-License-Identifier: Apache-2.0

// Package eap dissects the Extensible Authentication Protocol (RFC 3748) and the heads of its methods.
//
//	0      1            2        4
//	| code | identifier | length | type 1, data … (requests and responses only)
//
// Methods are in file method.go. Not decoded: challenges, responses and keys, which serve who attacks a password, and the TLS that
// methods carry in fragments.
package eap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 4

// Codes (RFC 3748, 4) with a type.
const codeRequest, codeResponse = 1, 2

// Protocol is EAP where its carrier lists it as a layer (PPP, RADIUS, PANA).
var Protocol = &dissect.Protocol{
	Name: "eap", Title: "EAP", Reference: "RFC 3748",
	PPPTypes: []uint16{0xc227},
	Dissect:  Dissect,
	Summary:  Summary,
}

var (
	fields    = field.Group("eap")
	fCode     = fields.Add("code", field.Uint8, "eap.code", "Code: 1 request, 2 response, 3 success, 4 failure, 5 initiate, 6 finish")
	fID       = fields.Add("id", field.Uint8, "eap.id", "Identifier that pairs a response with its request", field.Rare)
	fLength   = fields.Add("len", field.Uint16, "eap.len", "Length, bytes", field.Rare, field.Detail)
	fType     = fields.Add("type", field.Uint8, "eap.type", "Type: 1 identity, 3 NAK, 4 MD5 challenge, 13 TLS, 18 SIM, 21 TTLS, 23 AKA, 25 PEAP, …")
	fIdentity = fields.Add("identity", field.Keyword, "eap.identity", "Identity that a response tells")
	fNotice   = fields.Add("notification", field.Keyword, "eap.notification", "Text for the user")
	fDesired  = fields.Add("desired_type", field.Uint8, "eap.desired_type", "Methods that the peer would rather use", field.List)
	fTLSFlags = fields.Add("tls.flags", field.Uint8, "eap.tls.flags", "Flags of methods that carry TLS: 0x80 length, 0x40 more fragments, 0x20 start, version in the low bits", field.Rare, field.Detail)
	fTLSLen   = fields.Add("tls.len", field.Uint32, "eap.tls.len", "Length of the whole TLS message, bytes", field.Rare, field.Detail)
	fSIM      = fields.Add("sim.subtype", field.Uint8, "eap.sim.subtype", "Message of SIM: 10 start, 11 challenge, 12 notification, 13 reauthentication, 14 client error", field.Rare, field.Detail)
	fAKA      = fields.Add("aka.subtype", field.Uint8, "eap.aka.subtype", "Message of AKA: 1 challenge, 2 rejection, 4 synchronization failure, 5 identity, 12 notification, …", field.Rare, field.Detail)
	fLEAP     = fields.Add("leap.name", field.Keyword, "eap.leap.name", "Name of the user (LEAP)")
	fOpcode   = fields.Add("ms_chap_v2.opcode", field.Uint8, "eap.ms_chap_v2.opcode", "Message of MS-CHAP: 1 challenge, 2 response, 3 success, 4 failure, 7 change of the password", field.Rare, field.Detail)
	fMSName   = fields.Add("ms_chap_v2.name", field.Keyword, "eap.ms_chap_v2.name", "Name of the server or user (MS-CHAP)")
	fVendor   = fields.Add("ext.vendor_id", field.Uint32, "eap.ext.vendor_id", "Vendor of an expanded method", field.Rare, field.Detail)
	fVendorT  = fields.Add("ext.vendor_type", field.Uint32, "eap.ext.vendor_type", "Vendor's number of an expanded method", field.Rare, field.Detail)
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
	method(p, b[0] == codeResponse, b[4], b[5:min(n, len(b))], n-5)
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
	if text, ok := v.Text(append(dst, ", identity "...), fIdentity); ok {
		dst = text
	}
	return dst
}
