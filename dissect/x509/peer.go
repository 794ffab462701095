// SPDX-License-Identifier: Apache-2.0

package x509

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // a name for the certificate, as the Elastic Common Schema has it, no protection
	"crypto/sha1" //nolint:gosec // see above
	"crypto/sha256"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	asn "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Peer are the ECS fields of one side's own certificate.
type Peer struct {
	md5, sha1, sha256               field.ID
	subject, issuer                 entity
	before, after                   field.ID
	alternative                     field.ID
	serial, signatureAlg            field.ID
	keyAlgorithm, keySize, keyCurve field.ID
}

// entity are the fields of a subject or issuer.
type entity struct {
	dn    field.ID
	parts [parts]field.ID
}

// NewPeer defines the fields of a side, for example "tls.server".
func NewPeer(prefix string) *Peer {
	g, x := field.Group(prefix), field.Group(prefix+".x509")
	return &Peer{
		md5:         g.Add("hash.md5", field.Keyword, "", "MD5 of the certificate", field.ECS, field.Rare, field.Detail),
		sha1:        g.Add("hash.sha1", field.Keyword, "", "SHA-1 of the certificate", field.ECS),
		sha256:      g.Add("hash.sha256", field.Keyword, "", "SHA-256 of the certificate", field.ECS),
		subject:     newEntity(g, x, "subject", "Subject"),
		issuer:      newEntity(g, x, "issuer", "Issuer"),
		before:      x.Add("not_before", field.Date, "", "When the certificate begins to be valid", field.ECS),
		after:       x.Add("not_after", field.Date, "", "When the certificate ends to be valid", field.ECS),
		alternative: x.Add("alternative_names", field.Keyword, "", "Names, addresses and URIs that the certificate is for", field.ECS, field.List),
		serial:      x.Add("serial_number", field.Keyword, "", "Serial number of the certificate, hexadecimal", field.ECS),

		signatureAlg: x.Add("signature_algorithm", field.Keyword, "", "Algorithm that the certificate is signed with; an OID where it has no name", field.ECS),
		keyAlgorithm: x.Add("public_key_algorithm", field.Keyword, "", "Algorithm of the public key; an OID where it has no name", field.ECS),
		keySize:      x.Add("public_key_size", field.Int64, "", "Length of an RSA or DSA key, bits", field.ECS, field.Rare),
		keyCurve:     x.Add("public_key_curve", field.Keyword, "", "Curve of an elliptic curve key; an OID where it has no name", field.ECS, field.Rare),
	}
}

func newEntity(g, x field.Set, name, title string) entity {
	part := func(n, what string, flags ...field.Flag) field.ID {
		return x.Add(name+"."+n, field.Keyword, "", what+" of the "+name, append(flags, field.ECS)...)
	}
	return entity{
		dn: g.Add(name, field.Keyword, "", title+" of the certificate, a distinguished name (RFC 4514)", field.ECS),
		parts: [parts]field.ID{
			commonName:   part("common_name", "Common name"),
			country:      part("country", "Country", field.Rare),
			organization: part("organization", "Organization"),
		},
	}
}

// issuerFields and subjectFields are nil for a certificate that is no peer's own.
func (of *Peer) issuerFields() *entity {
	if of == nil {
		return nil
	}
	return &of.issuer
}

func (of *Peer) subjectFields() *entity {
	if of == nil {
		return nil
	}
	return &of.subject
}

// fingerprint writes hashes in upper case, as ECS wants them here.
func (of *Peer) fingerprint(o *field.Buffer, der []byte) {
	m, s1, s2 := md5.Sum(der), sha1.Sum(der), sha256.Sum256(der) //nolint:gosec // see the imports
	for _, h := range []struct {
		id  field.ID
		sum []byte
	}{{of.md5, m[:]}, {of.sha1, s1[:]}, {of.sha256, s2[:]}} {
		text := upperHex(h.sum)
		o.Text(h.id, text)
		common.Hash(o, text)
	}
}

func upperHex(b []byte) []byte {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return out
}

// number writes the serial number without its sign.
func (of *Peer) number(o *field.Buffer, serial []byte) {
	if len(serial) > 1 && serial[0] == 0 {
		serial = serial[1:]
	}
	o.Text(of.serial, upperHex(serial))
}

// valid writes notBefore (0) or notAfter (1), where a date_nanos of Elasticsearch can be that time: from 1970 to 2261.
func (of *Peer) valid(o *field.Buffer, which int, t time.Time) {
	if y := t.Year(); y < 1970 || y >= 2262 {
		return
	}
	id := of.before
	if which == 1 {
		id = of.after
	}
	o.Int(id, t.UnixNano())
}

// algorithms names those of signatures and keys, by the DER of their OIDs.
var algorithms = map[string]string{
	"1.2.840.113549.1.1.1": "RSA", "1.2.840.10045.2.1": "ECDSA", "1.2.840.10040.4.1": "DSA", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448",
	"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.4": "MD5-RSA", "1.2.840.113549.1.1.5": "SHA1-RSA", "1.2.840.113549.1.1.11": "SHA256-RSA",
	"1.2.840.113549.1.1.12": "SHA384-RSA", "1.2.840.113549.1.1.13": "SHA512-RSA", "1.2.840.113549.1.1.10": "RSAPSS", "1.2.840.10040.4.3": "DSA-SHA1",
	"2.16.840.1.101.3.4.3.2": "DSA-SHA256", "1.2.840.10045.4.1": "ECDSA-SHA1", "1.2.840.10045.4.3.2": "ECDSA-SHA256", "1.2.840.10045.4.3.3": "ECDSA-SHA384",
	"1.2.840.10045.4.3.4": "ECDSA-SHA512", "2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

// curves names those of RFC 5480.
var curves = map[string]string{"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521", "1.3.132.0.33": "P-224", "1.3.132.0.10": "secp256k1"}

// named writes the name of an OID, or the OID.
func named(o *field.Buffer, id field.ID, names map[string]string, oid asn1.ObjectIdentifier) string {
	text := oid.String()
	if n, ok := names[text]; ok {
		text = n
	}
	o.String(id, text)
	return text
}

func (of *Peer) signature(o *field.Buffer, alg cryptobyte.String) {
	var oid asn1.ObjectIdentifier
	if alg.ReadASN1ObjectIdentifier(&oid) {
		named(o, of.signatureAlg, algorithms, oid)
	}
}

// publicKey reads a SubjectPublicKeyInfo (RFC 3279, 2.3).
func (of *Peer) publicKey(o *field.Buffer, info cryptobyte.String) {
	var alg, key, n cryptobyte.String
	var oid, curve asn1.ObjectIdentifier
	if !info.ReadASN1(&alg, asn.SEQUENCE) || !alg.ReadASN1ObjectIdentifier(&oid) {
		return
	}
	switch named(o, of.keyAlgorithm, algorithms, oid) {
	case "ECDSA":
		if alg.ReadASN1ObjectIdentifier(&curve) {
			named(o, of.keyCurve, curves, curve)
		}
	case "RSA":
		var bits []byte
		if info.ReadASN1BitStringAsBytes(&bits) {
			in := cryptobyte.String(bits)
			if in.ReadASN1(&key, asn.SEQUENCE) && key.ReadASN1(&n, asn.INTEGER) {
				of.size(o, n)
			}
		}
	case "DSA":
		if alg.ReadASN1(&key, asn.SEQUENCE) && key.ReadASN1(&n, asn.INTEGER) {
			of.size(o, n)
		}
	}
}

// size writes how many bits a number has.
func (of *Peer) size(o *field.Buffer, n []byte) {
	n = bytes.TrimLeft(n, "\x00")
	if len(n) == 0 {
		return
	}
	bits := 8 * len(n)
	for c := n[0]; c&0x80 == 0; c <<= 1 {
		bits--
	}
	o.Uint(of.keySize, uint64(bits))
}
