// SPDX-License-Identifier: Apache-2.0

package x509

import (
	"encoding/asn1"
	"net/netip"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	asn "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxDepth bounds the nesting of extensions that hold general names: distribution point, its name, general name.
const maxDepth = 4

// Tags of GeneralName (RFC 5280, 4.2.1.6).
const (
	tagEmail     = asn.Tag(1) | 0x80
	tagDNS       = asn.Tag(2) | 0x80
	tagDirectory = asn.Tag(4) | 0xa0
	tagURI       = asn.Tag(6) | 0x80
	tagIP        = asn.Tag(7) | 0x80
)

// String types beside those of package asn1.
const (
	tagUniversal = asn.Tag(28)
	tagBMP       = asn.Tag(30)
)

// Name writes the strings of a distinguished name that stands outside a certificate.
func Name(p *dissect.Packet, der []byte) {
	r := reader{p: p, o: p.Out}
	in := cryptobyte.String(der)
	var name cryptobyte.String
	if in.ReadASN1(&name, asn.SEQUENCE) {
		r.name(name, nil)
	} else {
		p.Bad()
	}
}

// attribute is a type of attribute that has a name in distinguished names (RFC 4514, 3) or a field.
type attribute struct {
	oid   asn1.ObjectIdentifier
	short string
	part  int // index in entity.parts, -1 without a field
}

// Parts of a name with a field, in the order of entity.parts.
const (
	commonName = iota
	country
	organization
	parts
)

var attributes = []attribute{
	{asn1.ObjectIdentifier{2, 5, 4, 3}, "CN", commonName},
	{asn1.ObjectIdentifier{2, 5, 4, 6}, "C", country},
	{asn1.ObjectIdentifier{2, 5, 4, 7}, "L", -1},
	{asn1.ObjectIdentifier{2, 5, 4, 10}, "O", organization},
	{asn1.ObjectIdentifier{2, 5, 4, 11}, "OU", -1},
	{asn1.ObjectIdentifier{2, 5, 4, 8}, "ST", -1},
	{asn1.ObjectIdentifier{2, 5, 4, 9}, "STREET", -1},
	{oidSerial, "serialNumber", -1},
	{asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}, "DC", -1},
	{asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, "UID", -1},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, "emailAddress", -1},
}

// Attributes whose syntax is PrintableString alone, which Wireshark tells from a DirectoryString.
var (
	oidJurisdiction = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3} // country of incorporation, of extended validation
	oidSerial       = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
)

// name reads an RDNSequence, and writes its parts to e, which may be nil.
func (r *reader) name(in cryptobyte.String, e *entity) {
	var dn []byte
	for range maxAttributes {
		var set, pair, value cryptobyte.String
		var rdn []byte
		if !in.ReadASN1(&set, asn.SET) {
			break
		}
		for n := 0; n < maxAttributes && !set.Empty(); n++ {
			var oid asn1.ObjectIdentifier
			var tag asn.Tag
			if !set.ReadASN1(&pair, asn.SEQUENCE) || !pair.ReadASN1ObjectIdentifier(&oid) || !pair.ReadAnyASN1(&value, &tag) {
				return
			}
			text := decode(value, tag)
			switch {
			case oid.Equal(oidCountry), oid.Equal(oidSerial), oid.Equal(oidJurisdiction):
			case tag == asn.UTF8String:
				r.o.Text(fUTF8, text)
			case tag == asn.PrintableString:
				r.o.Text(fPrintable, text)
			}
			if e != nil {
				rdn = e.add(r.o, rdn, oid, text)
			}
		}
		if len(dn) > 0 && len(rdn) > 0 {
			rdn = append(rdn, ',')
		}
		dn = append(rdn, dn...) // the last one comes first (RFC 4514, 2.1)
	}
	if e != nil && len(dn) > 0 {
		r.o.Text(e.dn, dn)
	}
}

// decode is the text of a string type as UTF-8; T61Strings are taken for Latin-1, as they are used.
func decode(b []byte, tag asn.Tag) []byte {
	switch tag {
	case tagBMP:
		u := make([]uint16, len(b)/2)
		for i := range u {
			u[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		return []byte(string(utf16.Decode(u)))
	case tagUniversal:
		u := make([]rune, len(b)/4)
		for i := range u {
			u[i] = rune(b[4*i])<<24 | rune(b[4*i+1])<<16 | rune(b[4*i+2])<<8 | rune(b[4*i+3])
		}
		return []byte(string(u))
	case asn.T61String:
		u := make([]rune, len(b))
		for i, c := range b {
			u[i] = rune(c)
		}
		return []byte(string(u))
	}
	return b
}

// within finds general names in a structure of which nothing else is of interest.
func (r *reader) within(in cryptobyte.String, depth int) {
	for !in.Empty() && depth > 0 && r.names > 0 {
		var value cryptobyte.String
		var tag asn.Tag
		if !in.ReadAnyASN1(&value, &tag) {
			return
		}
		switch {
		case tag == tagDNS && depth < maxDepth:
			r.names--
			r.o.Text(fDNS, value)
		case tag == tagDirectory:
			r.names--
			var name cryptobyte.String
			if value.ReadASN1(&name, asn.SEQUENCE) {
				r.name(name, nil)
			}
		case tag&0x20 != 0:
			r.within(value, depth-1)
		}
	}
}

// generalNames reads a GeneralNames; alternative says that they are the subject's own.
func (r *reader) generalNames(in cryptobyte.String, alternative bool) {
	for !in.Empty() {
		if r.names--; r.names < 0 {
			r.o.Cut = true
			return
		}
		var value cryptobyte.String
		var tag asn.Tag
		if !in.ReadAnyASN1(&value, &tag) {
			return
		}
		var text []byte
		switch tag {
		case tagDNS:
			r.o.Text(fDNS, value)
			text = value
		case tagEmail, tagURI:
			text = value
		case tagIP:
			if a, ok := netip.AddrFromSlice(value); ok {
				text = a.AppendTo(nil)
			}
		case tagDirectory:
			var name cryptobyte.String
			if value.ReadASN1(&name, asn.SEQUENCE) {
				r.name(name, nil)
			}
		}
		if alternative && len(text) > 0 {
			r.o.Text(r.of.alternative, text)
		}
	}
}

// appendRDN appends an attribute to a relative distinguished name (RFC 4514, 2.2 to 2.4); types without a short name stand as OIDs.
func appendRDN(dn []byte, kind string, text []byte) []byte {
	if len(dn) > 0 {
		dn = append(dn, '+')
	}
	dn = append(append(dn, kind...), '=')
	for i, c := range text {
		switch c {
		case '"', '+', ',', ';', '<', '>', '\\':
			dn = append(dn, '\\')
		case ' ', '#':
			if i == 0 || c == ' ' && i == len(text)-1 {
				dn = append(dn, '\\')
			}
		}
		dn = append(dn, c)
	}
	return dn
}

// add writes one attribute to its field and appends it to the relative distinguished name dn.
func (e *entity) add(o *field.Buffer, dn []byte, oid asn1.ObjectIdentifier, text []byte) []byte {
	for i := range attributes {
		a := &attributes[i]
		if a.oid.Equal(oid) {
			if a.part >= 0 {
				o.Text(e.parts[a.part], text)
			}
			return appendRDN(dn, a.short, text)
		}
	}
	return appendRDN(dn, oid.String(), text)
}
