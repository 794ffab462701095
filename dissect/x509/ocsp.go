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

var fCertState = field.Group("ocsp").Add("cert_status", field.Keyword, "ocsp.certStatus", "What an OCSP response says of each certificate: good, revoked, unknown")

var certStates = [3]field.Str{field.Intern("good"), field.Intern("revoked"), field.Intern("unknown")}

// OCSP writes the fields of an OCSPResponse (RFC 6960, 4.2.1) and of the certificates in it.
func OCSP(p *dissect.Packet, der []byte) {
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
