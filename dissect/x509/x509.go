// SPDX-License-Identifier: Apache-2.0

// Package x509 reads certificates (RFC 5280) and OCSP responses (RFC 6960) that protocols carry.
//
//	SEQUENCE { tbsCertificate { [0] version, serialNumber, signature, issuer, validity, subject, key, …, [3] extensions }, algorithm, signature }
//
// What can be read of a broken certificate is written, and nothing is checked: neither signatures nor times. Limits: 64 attributes a name, 64
// extensions, 256 general names a certificate. Not decoded: CRLs, unique identifiers, extensions without names of hosts or persons.
package x509

import (
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	asn "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	maxAttributes = 64
	maxExtensions = 64
	maxNames      = 256
)

// Every certificate of the packet has its values.
var (
	fields     = field.Group("x509")
	fSerial    = fields.Add("serial_number", field.Hex, "x509af.serialNumber", "Serial number of each certificate")
	fDNS       = fields.Add("dns_name", field.Keyword, "x509ce.dNSName", "Host names in the certificates")
	fUTCTime   = fields.Add("utc_time", field.Keyword, "x509af.utcTime", "Times of validity that are UTCTimes, as Wireshark writes them", field.Rare, field.Detail)
	fUTF8      = fields.Add("utf8_string", field.Keyword, "x509sat.uTF8String", "Values of attributes that are UTF8Strings", field.Rare, field.Detail)
	fPrintable = fields.Add("printable_string", field.Keyword, "x509sat.printableString", "Values of attributes that are PrintableStrings", field.Rare, field.Detail)
)

// Certificate writes the fields of one certificate; of is whose it is when it is that of a peer itself, nil for one of its issuers. Bytes that are no
// certificate mark the layer as malformed.
func Certificate(p *dissect.Packet, der []byte, of *Peer) {
	r := reader{p: p, o: p.Out, of: of, names: maxNames}
	if of != nil {
		of.fingerprint(p.Out, der)
	}
	if !r.certificate(der) {
		p.Bad()
	}
}

// reader is one certificate while it is read.
type reader struct {
	p     *dissect.Packet
	o     *field.Buffer
	of    *Peer // nil: only the fields of every certificate are written
	names int   // general names that may still come
}

func (r *reader) certificate(der []byte) bool {
	in := cryptobyte.String(der)
	var cert, tbs, alg cryptobyte.String
	if !in.ReadASN1(&cert, asn.SEQUENCE) || !cert.ReadASN1(&tbs, asn.SEQUENCE) {
		return false
	}
	if cert.ReadASN1(&alg, asn.SEQUENCE) && r.of != nil {
		r.of.signature(r.o, alg)
	}
	var serial cryptobyte.String
	if !tbs.SkipOptionalASN1(asn.Tag(0).ContextSpecific().Constructed()) || !tbs.ReadASN1(&serial, asn.INTEGER) {
		return false
	}
	r.o.Bytes(fSerial, serial)
	if r.of != nil {
		r.of.number(r.o, serial)
	}
	var issuer, validity, subject, key cryptobyte.String
	if !tbs.SkipASN1(asn.SEQUENCE) || !tbs.ReadASN1(&issuer, asn.SEQUENCE) {
		return false
	}
	r.name(issuer, r.of.issuerFields())
	if !tbs.ReadASN1(&validity, asn.SEQUENCE) || !r.validity(validity) || !tbs.ReadASN1(&subject, asn.SEQUENCE) {
		return false
	}
	r.name(subject, r.of.subjectFields())
	if !tbs.ReadASN1(&key, asn.SEQUENCE) {
		return false
	}
	if r.of != nil {
		r.of.publicKey(r.o, key)
	}
	var wrapped, list cryptobyte.String
	for !tbs.Empty() {
		var tag asn.Tag
		if !tbs.ReadAnyASN1(&wrapped, &tag) {
			return false
		}
		if tag == asn.Tag(3).ContextSpecific().Constructed() {
			return wrapped.ReadASN1(&list, asn.SEQUENCE) && r.extensions(list)
		}
	}
	return true
}

// validity reads notBefore and notAfter.
func (r *reader) validity(in cryptobyte.String) bool {
	for i := range 2 {
		var text cryptobyte.String
		var tag asn.Tag
		if !in.ReadAnyASN1(&text, &tag) {
			return false
		}
		t, ok := parseTime(text, tag)
		if !ok {
			continue
		}
		if tag == asn.UTCTime {
			var b [32]byte
			r.o.Text(fUTCTime, t.AppendFormat(b[:0], "2006-01-02 15:04:05 (UTC)"))
		}
		if r.of != nil {
			r.of.valid(r.o, i, t)
		}
	}
	return true
}

// parseTime reads a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5). Seconds may be absent, as old certificates have it.
func parseTime(text []byte, tag asn.Tag) (time.Time, bool) {
	layouts := [2]string{"060102150405Z", "0601021504Z"}
	switch {
	case tag == asn.GeneralizedTime:
		layouts = [2]string{"20060102150405Z", "200601021504Z"}
	case tag != asn.UTCTime:
		return time.Time{}, false
	}
	if len(text) > len(layouts[0]) {
		return time.Time{}, false
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, string(text)); err == nil {
			if tag == asn.UTCTime && t.Year() >= 2050 { // years of two digits are 1950 to 2049
				t = t.AddDate(-100, 0, 0)
			}
			return t, true
		}
	}
	return time.Time{}, false
}

var (
	oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidIssuerAltName  = asn1.ObjectIdentifier{2, 5, 29, 18}
	oidConstraints    = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidDistribution   = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidAuthorityKey   = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidTimestamps     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2} // RFC 6962, 3.3
	oidNoCheck        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}    // RFC 6960, 4.2.2.2.1
)

// layer adds the layer of the protocol that tshark reads an extension by.
func (r *reader) layer(name string) {
	if proto := r.p.Registry.Named(name); proto != nil && r.p.Options.Wireshark {
		r.p.Push(proto)
	}
}

// extensions reads those that hold names.
func (r *reader) extensions(list cryptobyte.String) bool {
	for range maxExtensions {
		if list.Empty() {
			return true
		}
		var ext, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1(&ext, asn.SEQUENCE) || !ext.ReadASN1ObjectIdentifier(&oid) ||
			!ext.SkipOptionalASN1(asn.BOOLEAN) || !ext.ReadASN1(&value, asn.OCTET_STRING) {
			return false
		}
		var in cryptobyte.String
		if oid.Equal(oidTimestamps) && value.ReadASN1(&in, asn.OCTET_STRING) {
			r.layer("tls")
			Timestamps(r.o, in)
		}
		if oid.Equal(oidNoCheck) {
			r.layer("ocsp")
		}
		if !value.ReadASN1(&in, asn.SEQUENCE) {
			continue // another type, or broken: nothing depends on it
		}
		switch {
		case oid.Equal(oidSubjectAltName):
			r.generalNames(in, r.of != nil)
		case oid.Equal(oidIssuerAltName):
			r.generalNames(in, false)
		case oid.Equal(oidConstraints), oid.Equal(oidDistribution), oid.Equal(oidAuthorityKey):
			r.within(in, maxDepth)
		}
	}
	r.o.Cut = true
	return true
}
