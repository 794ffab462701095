// SPDX-License-Identifier: Apache-2.0

package x509_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	crypto "crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/x509"
)

var (
	peer   = x509.NewPeer("test")
	own    = carrier("own", func(p *dissect.Packet, b []byte, _ int) { x509.Certificate(p, b, peer) })
	other  = carrier("other", func(p *dissect.Packet, b []byte, _ int) { x509.Certificate(p, b, nil) })
	name   = carrier("name", func(p *dissect.Packet, b []byte, _ int) { x509.Name(p, b) })
	staple = carrier("staple", func(p *dissect.Packet, b []byte, _ int) { x509.Response(p, b) })
	bench  = dissecttest.New(nil, own, other, name, staple)
)

func carrier(name string, f dissect.Func) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Dissect: f}
}

func key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// timestamps is a list of one signed certificate timestamp, of the scheme 0x0403, as the extension has it.
func timestamps(t testing.TB) []byte {
	t.Helper()
	list := append(append([]byte{0, 49, 0, 47}, make([]byte, 1+32+8)...), 0, 0, 4, 3, 0, 0)
	b, err := asn1.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func template(t testing.TB) *crypto.Certificate {
	u, err := url.Parse("https://example.com/x")
	if err != nil {
		t.Fatal(err)
	}
	return &crypto.Certificate{
		SerialNumber: big.NewInt(0x8001), Subject: pkix.Name{CommonName: " a+b,c#", Organization: []string{"Ex/é"}, OrganizationalUnit: []string{"U"}, Country: []string{"NZ"}, Locality: []string{"L"},
			Province: []string{"S"}, SerialNumber: "77", ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: "odd"}}},
		NotBefore: time.Date(1949, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		DNSNames: []string{"a.example", "b.example"}, EmailAddresses: []string{"e@example.com"}, IPAddresses: []net.IP{net.ParseIP("2001:db8::1")}, URIs: []*url.URL{u},
		PermittedDNSDomains: []string{"c.example"}, CRLDistributionPoints: []string{"http://example.com/crl"},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: timestamps(t)}},
		IsCA:            true, BasicConstraintsValid: true,
	}
}

func TestCertificate(t *testing.T) {
	k := key(t)
	der, err := crypto.CreateCertificate(rand.Reader, template(t), template(t), &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	r := bench.Run(own, der, len(der))
	r.Check(t, map[string]string{"test.x509.serial_number": "8001", "x509.serial_number": "008001", "test.x509.signature_algorithm": "ECDSA-SHA384",
		"test.x509.public_key_algorithm": "ECDSA", "test.x509.public_key_curve": "P-384", "test.x509.subject.common_name": " a+b,c#", "test.x509.subject.organization": "Ex/é",
		"test.x509.subject.country": "NZ",
		"test.subject":              `1.2.3.4=odd,serialNumber=77,CN=\ a\+b\,c#,OU=U,O=Ex/é,L=L,ST=S,C=NZ`,
		"test.x509.not_before":      "", "test.x509.not_after": "", "x509.utc_time": "", // neither is a date that can be stored
		"test.x509.alternative_names": "a.example,b.example,e@example.com,2001:db8::1,https://example.com/x", "x509.dns_name": "a.example,b.example,c.example",
		"tls.handshake.sig_hash_alg": "1027"})
	if len(r.Fields["related.hash"]) != 3 || len(r.Fields["test.hash.sha1"][0]) != 40 || r.Malformed != "" {
		t.Errorf("hashes %v malformed %q", r.Fields["related.hash"], r.Malformed)
	}
	r = bench.Run(other, der, len(der))
	r.Check(t, map[string]string{"x509.serial_number": "008001", "test.subject": "", "test.hash.sha1": "", "related.hash": "", "test.x509.alternative_names": ""})
	for n := range der { // never worse than malformed, and what was read stays
		bench.Dissect(own, der[:n:n], n)
		bench.Invariants(t)
		if n > 0 && bench.P.Malformed == nil {
			t.Fatalf("%d of %d bytes are a certificate", n, len(der))
		}
	}
}

func TestKeys(t *testing.T) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &crypto.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2051, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := crypto.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	bench.Run(own, der, len(der)).Check(t, map[string]string{"test.x509.public_key_algorithm": "RSA", "test.x509.public_key_size": "2048", "test.subject": "",
		"x509.utc_time": "2025-01-01 00:00:00 (UTC)", "test.x509.not_after": "2051-01-01T00:00:00.000000000Z"})
}

func TestOCSP(t *testing.T) {
	k := key(t)
	c := template(t)
	der, err := crypto.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := crypto.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	response, err := ocsp.CreateResponse(cert, cert, ocsp.Response{Status: ocsp.Revoked, SerialNumber: big.NewInt(9), Certificate: cert, RevokedAt: time.Unix(1e9, 0)}, k)
	if err != nil {
		t.Fatal(err)
	}
	bench.Run(staple, response, len(response)).Check(t, map[string]string{"ocsp.cert_status": "revoked", "x509.serial_number": "008001"})
	bench.Run(staple, ocsp.TryLaterErrorResponse, len(ocsp.TryLaterErrorResponse)).Check(t, map[string]string{"ocsp.cert_status": ""})
	if r := bench.Run(staple, []byte{0x30, 1}, 2); r.Malformed != "staple" {
		t.Error("half a response is sound")
	}
}

// Strings of every type are text; those of CountryName and serialNumber have no type to tell.
func TestNames(t *testing.T) {
	frame := dissecttest.Unhex(t, `30 4c
		31 0b 30 09 06 03 550406 13 02 4e5a
		31 0b 30 09 06 03 55040a 0c 02 c3a9
		31 0c 30 0a 06 03 550403 13 03 616263
		31 0d 30 0b 06 03 550403 1e 04 00e9 0061
		31 0a 30 08 06 03 550403 14 01 e9
		31 0b 30 09 06 03 550405 13 02 3737`)
	frame[1] = byte(len(frame) - 2)
	bench.Run(name, frame, len(frame)).Check(t, map[string]string{"x509.utf8_string": "é", "x509.printable_string": "abc"})
	if r := bench.Run(name, frame[:9], 9); r.Malformed != "name" {
		t.Error("half a name is sound")
	}
}

// What a certificate is read to is the same whether it is a peer's own or not, but for the peer's fields.
func FuzzCertificate(f *testing.F) {
	k := key(f)
	c := template(f)
	der, err := crypto.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add(ocsp.TryLaterErrorResponse)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		mine := bench.Run(own, b, len(b))
		bench.Invariants(t)
		others := bench.Run(other, b, len(b))
		bench.Invariants(t)
		if mine.Malformed == "" != (others.Malformed == "") || len(mine.Fields["x509.dns_name"]) != len(others.Fields["x509.dns_name"]) {
			t.Fatalf("own %v, other %v", mine, others)
		}
		for _, p := range []*dissect.Protocol{name, staple} {
			bench.Dissect(p, b, len(b))
			bench.Invariants(t)
		}
	})
}
