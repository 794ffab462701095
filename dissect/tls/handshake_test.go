// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	cryptotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// tap notes what is written to a connection.
type tap struct {
	net.Conn
	note func([]byte)
}

func (c tap) Write(b []byte) (int, error) {
	c.note(b)
	return c.Conn.Write(b)
}

// converse has a client and a server of crypto/tls shake hands and exchange "ping" and "pong", and returns what they sent. Errors of the handshake are part of it.
func converse(t *testing.T, client, server *cryptotls.Config) (pieces []dissecttest.Piece) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a net.Pipe has no buffer, and both sides write at once
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	note := func(dir int) func([]byte) {
		return func(data []byte) {
			mu.Lock()
			defer mu.Unlock()
			pieces = append(pieces, dissecttest.Piece{Dir: dir, Data: append([]byte(nil), data...)})
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := cryptotls.Server(tap{b, note(1)}, server)
		defer b.Close()
		var buf [8]byte
		if n, err := s.Read(buf[:]); err == nil && n > 0 {
			_, _ = s.Write([]byte("pong"))
		}
	}()
	c := cryptotls.Client(tap{a, note(0)}, client)
	if _, err := c.Write([]byte("ping")); err == nil {
		var buf [8]byte
		_, _ = c.Read(buf[:])
	}
	a.Close()
	<-done
	return pieces
}

// newCertificate makes a certificate and its key.
func newCertificate(t *testing.T, name string) cryptotls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xf00d), Subject: pkix.Name{CommonName: name, Organization: []string{"Example, Inc."}, Country: []string{"NZ"}},
		NotBefore: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2035, 1, 2, 3, 4, 5, 0, time.UTC),
		DNSNames: []string{name, "*." + name}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return cryptotls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func configs(t *testing.T, version uint16) (client, server *cryptotls.Config) {
	client = &cryptotls.Config{ClientSessionCache: cryptotls.NewLRUClientSessionCache(1), ServerName: "example.com", NextProtos: []string{"h2", "http/1.1"}, InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, //nolint:gosec // what is sent is tested
		CurvePreferences: []cryptotls.CurveID{cryptotls.X25519}, CipherSuites: []uint16{cryptotls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
	server = &cryptotls.Config{Certificates: []cryptotls.Certificate{newCertificate(t, "example.com")}, NextProtos: []string{"h2"}, MinVersion: version} //nolint:gosec // see above
	return client, server
}

// The handshake of TLS 1.2 is in the clear as far as the ChangeCipherSpecs, with the certificates of both sides.
func TestHandshake12(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS12)
	client.Certificates = []cryptotls.Certificate{newCertificate(t, "client.example")}
	server.ClientAuth = cryptotls.RequireAnyClientCert
	b := dissecttest.New(nil, Protocol)
	pieces := converse(t, client, server)
	r := b.Stream(Protocol, pieces...)
	r[0].Check(t, map[string]string{"tls.version_protocol": "tls", "tls.record.content_type": "22", "tls.record.version": "769", "tls.handshake.type": "1", "tls.handshake.version": "771",
		"tls.client.server_name": "example.com", "related.hosts": "example.com", "tls.handshake.extensions_alpn_str": "h2,http/1.1", "tls.handshake.extensions_supported_group": "29",
		"tls.client.supported_ciphers": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "tls.handshake.ciphersuite": "49195", "tls.version": "", "transaction.id": "flow:1", "tls.handshake.session_id_length": "32"})
	all := dissecttest.Merge(r...)
	all.Check(t, map[string]string{"tls.handshake.type": "1,2,11,12,13,14,11,16,15,4", "tls.version": "1.2", "tls.cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "tls.curve": "x25519",
		"tls.next_protocol": "h2", "tls.resumed": "false", "tls.established": "true", "request_in": "1", "transaction.id": "flow:1,flow:1",
		"tls.server.x509.subject.common_name": "example.com", "tls.server.subject": "CN=example.com,O=Example\\, Inc.,C=NZ", "tls.server.x509.serial_number": "F00D",
		"tls.server.x509.not_before": "2025-01-02T03:04:05.000000000Z", "tls.server.x509.not_after": "2035-01-02T03:04:05.000000000Z",
		"tls.server.x509.alternative_names": "example.com,*.example.com,192.0.2.1", "tls.server.x509.public_key_algorithm": "ECDSA", "tls.server.x509.public_key_curve": "P-256",
		"tls.server.x509.signature_algorithm": "ECDSA-SHA256", "tls.client.x509.subject.common_name": "client.example", "x509.serial_number": "00f00d,00f00d",
		"x509.utc_time": "2025-01-02 03:04:05 (UTC),2035-01-02 03:04:05 (UTC),2025-01-02 03:04:05 (UTC),2035-01-02 03:04:05 (UTC)", "tls.app_data.bytes": "28,28"})
	if got := len(all.Fields["tls.server.hash.sha256"]); got != 1 {
		t.Errorf("%d fingerprints of the server", got)
	}
	for i := range r {
		if r[i].Malformed != "" || r[i].Layers != "tls" {
			t.Errorf("packet %d: layers %q malformed %q", i+1, r[i].Layers, r[i].Malformed)
		}
	}
	split(t, b, pieces)
}

// split checks that the fields do not depend on segmentation: each piece is cut in two at every byte, and all into single bytes.
func split(t *testing.T, b *dissecttest.Bench, pieces []dissecttest.Piece) {
	t.Helper()
	fields := func(cut []dissecttest.Piece) map[string][]string {
		f := dissecttest.Merge(b.Stream(Protocol, cut...)...).Fields
		delete(f, "request_in")
		delete(f, "event.duration")
		delete(f, "tls.version_protocol") // one a packet
		return f
	}
	want := fields(pieces)
	var single []dissecttest.Piece
	for i, p := range pieces {
		for at := range p.Data {
			single = append(single, dissecttest.Piece{Dir: p.Dir, Data: p.Data[at : at+1]})
			if at == 0 {
				continue
			}
			cut := slices.Concat(pieces[:i], []dissecttest.Piece{{Dir: p.Dir, Data: p.Data[:at]}, {Dir: p.Dir, Data: p.Data[at:]}}, pieces[i+1:])
			if got := fields(cut); !reflect.DeepEqual(got, want) {
				t.Fatalf("piece %d cut at %d: %v\nwhole: %v", i, at, got, want)
			}
		}
	}
	if got := fields(single); !reflect.DeepEqual(got, want) {
		t.Fatalf("single bytes: %v\nwhole: %v", got, want)
	}
}

// In TLS 1.3 all behind the server's hello is encrypted, and records are of one outer type.
func TestHandshake13(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS13)
	b := dissecttest.New(nil, Protocol)
	pieces := converse(t, client, server)
	all := dissecttest.Merge(b.Stream(Protocol, pieces...)...)
	all.Check(t, map[string]string{"tls.handshake.type": "1,2", "tls.version": "1.3", "tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.curve": "x25519", "tls.next_protocol": "",
		"tls.handshake.extensions_supported_version": "772,772", "tls.handshake.extensions_key_share_group": "29,29", "tls.established": "true", "tls.resumed": "false",
		"tls.server.subject": "", "tls.client.server_name": "example.com"})
	if len(all.Fields["tls.record.opaque_type"]) < 5 {
		t.Errorf("opaque records %v", all.Fields["tls.record.opaque_type"])
	}
	split(t, b, pieces)
}

// A HelloRetryRequest is told from a ServerHello, and the second ClientHello is not taken for encrypted.
func TestRetry(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS13)
	client.CurvePreferences = []cryptotls.CurveID{cryptotls.X25519, cryptotls.CurveP256}
	server.CurvePreferences = []cryptotls.CurveID{cryptotls.CurveP256}
	b := dissecttest.New(nil, Protocol)
	pieces := converse(t, client, server)
	b.Stream(Protocol, pieces[:2]...)
	if got := b.Summary(Protocol); !strings.HasPrefix(got, "Hello Retry Request") {
		t.Errorf("summary %q", got)
	}
	// The server's ChangeCipherSpec comes with its retry, or behind the hello of a client that is quick.
	change := slices.IndexFunc(pieces, func(p dissecttest.Piece) bool { return p.Dir == 1 && len(p.Data) == 6 && p.Data[0] == changeCipherSpec })
	if change < 0 {
		t.Fatal("the server sent no ChangeCipherSpec of its own")
	}
	sent := pieces[change]
	pieces = slices.Delete(pieces, change, change+1)
	for at := 2; at <= 4; at++ {
		retry(t, b, slices.Insert(slices.Clone(pieces), at, sent))
	}
}

func retry(t *testing.T, b *dissecttest.Bench, pieces []dissecttest.Piece) {
	t.Helper()
	all := dissecttest.Merge(b.Stream(Protocol, pieces...)...)
	all.Check(t, map[string]string{"tls.handshake.type": "1,2,1,2", "tls.handshake.hello_retry_request": "true", "tls.curve": "secp256r1,secp256r1", "tls.established": "true", "transaction.id": "flow:1,flow:1,flow:2,flow:2"})
}

// Sessions are resumed by a ticket in TLS 1.2, where the server repeats the session id, and by a pre-shared key in TLS 1.3.
func TestResumption(t *testing.T) {
	for _, version := range []uint16{cryptotls.VersionTLS12, cryptotls.VersionTLS13} {
		client, server := configs(t, version)
		b := dissecttest.New(nil, Protocol)
		for _, want := range []string{"false", "true"} {
			dissecttest.Merge(b.Stream(Protocol, converse(t, client, server)...)...).Check(t, map[string]string{"tls.resumed": want, "tls.established": "true"})
		}
	}
}

// An alert in the clear is read; an encrypted one is only counted.
func TestAlert(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS12)
	server.MinVersion = cryptotls.VersionTLS13
	r := dissecttest.New(nil, Protocol).Stream(Protocol, converse(t, client, server)...)
	dissecttest.Merge(r...).Check(t, map[string]string{"tls.alert_message.level": "2", "tls.alert_message.desc": "70", "tls.handshake.type": "1", "tls.established": ""})
}

// What is cut by the capture is told as far as it goes.
func TestCutByCapture(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS12)
	pieces := converse(t, client, server)
	b := dissecttest.New(nil, Protocol)
	for n := headerLen; n < len(pieces[0].Data); n++ {
		r := b.Stream(Protocol, dissecttest.Piece{Data: pieces[0].Data[:n], Wire: len(pieces[0].Data)})
		if !r[0].Truncated || r[0].Malformed != "" || r[0].Layers != "tls" {
			t.Fatalf("%d bytes: layers %q truncated %v malformed %q", n, r[0].Layers, r[0].Truncated, r[0].Malformed)
		}
		r[0].Check(t, map[string]string{"tls.client.ja3": ""})
	}
	// What comes behind the record that was cut is read.
	hello := pieces[0].Data
	b.P.Truncated = true
	if n := stream(&b.P, &dissect.Conversation{}, hello[:50]); n != len(hello) {
		t.Errorf("%d bytes are done with, want %d", n, len(hello))
	}
}

// A connection that is seen from its middle on is TLS as well.
func TestFromTheMiddle(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS12)
	pieces := converse(t, client, server)
	b := dissecttest.New(nil, Protocol)
	for i := range pieces {
		if !guess(pieces[i].Data) {
			t.Errorf("piece %d is not recognised: %x", i, pieces[i].Data[:headerLen])
		}
		for _, r := range b.Stream(Protocol, pieces[i:]...) {
			if r.Layers != "tls" || r.Malformed != "" {
				t.Errorf("from piece %d on: layers %q malformed %q", i, r.Layers, r.Malformed)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	client, server := configs(t, cryptotls.VersionTLS12)
	b := dissecttest.New(nil, Protocol)
	pieces := converse(t, client, server)
	var lines []string
	for i := range pieces {
		b.Stream(Protocol, pieces[:i+1]...)
		lines = append(lines, b.Summary(Protocol))
	}
	want := `Client Hello (SNI=example.com)
Server Hello, Certificate, Server Key Exchange, Server Hello Done
Client Key Exchange, Change Cipher Spec, Encrypted Handshake Message
New Session Ticket, Change Cipher Spec, Encrypted Handshake Message
Application Data
Application Data`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
