// SPDX-License-Identifier: Apache-2.0

package x509

import (
	"golang.org/x/crypto/cryptobyte"
	asn "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxResponses bounds the single responses of one OCSP response, and its certificates.
const maxResponses = 16

var (
	ocsp       = field.Group("ocsp")
	fCertState = ocsp.Add("cert_status", field.Keyword, "ocsp.certStatus", "What an OCSP response says of each certificate: good, revoked, unknown")
	fAsked     = ocsp.Add("serial_number", field.Hex, "ocsp.serialNumber", "Serial number of each certificate that an OCSP request asks for")
)

var certStates = [3]field.Str{field.Intern("good"), field.Intern("revoked"), field.Intern("unknown")}

func init() { field.Named(fCertState, field.Numbered(certStates[:])) }

// OCSP is a request or response of the Online Certificate Status Protocol, as HTTP carries it.
var OCSP = &dissect.Protocol{Name: "ocsp", Title: "OCSP", Reference: "RFC 6960", Application: true, Summary: summary}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { OCSP.Dissect = decodeOCSP }

func decodeOCSP(p *dissect.Packet, b []byte, wire int) {
	in := cryptobyte.String(b)
	var message cryptobyte.String
	switch {
	case len(b) < wire:
		p.Truncated = true
	case in.ReadASN1(&message, asn.SEQUENCE) && message.PeekASN1Tag(asn.SEQUENCE):
		request(p, message)
	default:
		Response(p, b)
	}
}

// request reads which certificates an OCSPRequest asks for (RFC 6960, 4.1.1).
func request(p *dissect.Packet, in cryptobyte.String) {
	version, name := asn.Tag(0).ContextSpecific().Constructed(), asn.Tag(1).ContextSpecific().Constructed()
	var tbs, list, extensions cryptobyte.String
	if !in.ReadASN1(&tbs, asn.SEQUENCE) || !tbs.SkipOptionalASN1(version) || !tbs.SkipOptionalASN1(name) || !tbs.ReadASN1(&list, asn.SEQUENCE) {
		p.Bad()
		return
	}
	for n := 0; n < maxResponses && !list.Empty(); n++ {
		var one, id, serial cryptobyte.String
		if !list.ReadASN1(&one, asn.SEQUENCE) || !one.ReadASN1(&id, asn.SEQUENCE) || !id.SkipASN1(asn.SEQUENCE) || !id.SkipASN1(asn.OCTET_STRING) ||
			!id.SkipASN1(asn.OCTET_STRING) || !id.ReadASN1(&serial, asn.INTEGER) {
			p.Bad()
			return
		}
		p.Out.Bytes(fAsked, serial)
	}
	if tbs.ReadASN1(&in, asn.Tag(2).ContextSpecific().Constructed()) && in.ReadASN1(&extensions, asn.SEQUENCE) && !extensions.Empty() && p.Options.Wireshark {
		p.Push(OCSP) // where an extension is a dissector of the same name
	}
}

// summary reads "Request" or "Response", as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	if serial, ok := v.Text(nil, fAsked); ok {
		return append(append(dst, "Request, serial number "...), serial...)
	}
	dst = append(dst, "Response"...)
	v.All(fCertState, func(text []byte) { dst = append(append(dst, ' '), text...) })
	return dst
}

// Response writes the fields of an OCSPResponse (RFC 6960, 4.2.1) and of the certificates in it.
func Response(p *dissect.Packet, der []byte) {
	in := cryptobyte.String(der)
	var response, wrapped, bytes, octets, basic cryptobyte.String
	if !in.ReadASN1(&response, asn.SEQUENCE) || !response.SkipASN1(asn.ENUM) {
		p.Bad()
		return
	}
	if !response.ReadASN1(&wrapped, asn.Tag(0).ContextSpecific().Constructed()) || !wrapped.ReadASN1(&bytes, asn.SEQUENCE) ||
		!bytes.SkipASN1(asn.OBJECT_IDENTIFIER) || !bytes.ReadASN1(&octets, asn.OCTET_STRING) || !octets.ReadASN1(&basic, asn.SEQUENCE) {
		return // no more than a status
	}
	var tbs, list cryptobyte.String
	if !basic.ReadASN1(&tbs, asn.SEQUENCE) {
		p.Bad()
		return
	}
	if p.Top() != OCSP || p.Options.Wireshark { // where the basic response is a dissector of the same name
		p.Push(OCSP)
	}
	responseData(p, tbs)
	if !basic.SkipASN1(asn.SEQUENCE) || !basic.SkipASN1(asn.BIT_STRING) ||
		!basic.ReadASN1(&wrapped, asn.Tag(0).ContextSpecific().Constructed()) || !wrapped.ReadASN1(&list, asn.SEQUENCE) {
		return
	}
	for n := 0; n < maxResponses && !list.Empty(); n++ {
		var cert cryptobyte.String
		if !list.ReadASN1Element(&cert, asn.SEQUENCE) {
			return
		}
		Certificate(p, cert, nil)
	}
}

// responseData reads who responds, and what is said of each certificate.
func responseData(p *dissect.Packet, in cryptobyte.String) {
	var id, name, list cryptobyte.String
	var tag asn.Tag
	if !in.SkipOptionalASN1(asn.Tag(0).ContextSpecific().Constructed()) || !in.ReadAnyASN1(&id, &tag) {
		return
	}
	if tag == asn.Tag(1).ContextSpecific().Constructed() && id.ReadASN1(&name, asn.SEQUENCE) {
		r := reader{p: p, o: p.Out}
		r.name(name, nil)
	}
	if !in.SkipASN1(asn.GeneralizedTime) || !in.ReadASN1(&list, asn.SEQUENCE) {
		return
	}
	for n := 0; n < maxResponses && !list.Empty(); n++ {
		var single, state cryptobyte.String
		if !list.ReadASN1(&single, asn.SEQUENCE) || !single.SkipASN1(asn.SEQUENCE) || !single.ReadAnyASN1(&state, &tag) {
			return
		}
		if i := int(tag & 0x1f); tag&0x80 != 0 && i < len(certStates) {
			p.Out.Const(fCertState, certStates[i])
		}
	}
}
