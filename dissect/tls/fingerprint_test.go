// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// offer is what a made ClientHello offers.
type offer struct {
	version    uint16
	suites     []uint16
	extensions []extension
}

type extension struct {
	kind uint16
	body []byte
}

func u16(list ...uint16) (b []byte) {
	for _, n := range list {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

// sized puts the length of b, of n bytes, before it.
func sized(n int, b []byte) []byte {
	var l [8]byte
	binary.BigEndian.PutUint64(l[:], uint64(len(b)))
	return append(append([]byte(nil), l[8-n:]...), b...)
}

// hello makes a record with the ClientHello.
func (o offer) hello() []byte {
	b := append(u16(o.version), make([]byte, 32+1)...)
	b = append(append(b, sized(2, u16(o.suites...))...), 1, 0)
	var e []byte
	for _, x := range o.extensions {
		e = append(append(e, u16(x.kind)...), sized(2, x.body)...)
	}
	if o.extensions != nil {
		b = append(b, sized(2, e)...)
	}
	return message(clientHello, b)
}

// message makes a record with one handshake message.
func message(kind uint8, body []byte) []byte {
	return append([]byte{handshake, 3, 1}, sized(2, append([]byte{kind}, sized(3, body)...))...)
}

// browser offers what the example of JA4's technical details does, in its order.
func browser(alpn string) offer {
	o := offer{version: 0x0303, suites: []uint16{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035}}
	bodies := map[uint16][]byte{
		0x0000: sized(2, append([]byte{0}, sized(2, []byte("example.com"))...)),
		0x0010: sized(2, sized(1, []byte(alpn))),
		0x002b: sized(1, u16(0x0a0a, 0x0304, 0x0303)),
		0x000d: sized(2, u16(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)),
		0x000a: sized(2, u16(0x2a2a, 29, 23, 24)),
		0x000b: sized(1, []byte{0}),
	}
	for _, kind := range []uint16{0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015} {
		o.extensions = append(o.extensions, extension{kind, bodies[kind]})
	}
	return o
}

// fingerprint is that of a ClientHello.
func fingerprint(t *testing.T, o offer, name string) string {
	t.Helper()
	r := dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Data: o.hello()})
	return strings.Join(r[0].Fields[name], ",")
}

// The example of FoxIO's technical_details/JA4.md, its rules for ALPN, and captures' fingerprints in FoxIO's repository.
func TestJA4(t *testing.T) {
	greased := browser("h2")
	greased.suites = append([]uint16{0x0a0a}, greased.suites...)
	greased.extensions = append([]extension{{0x1a1a, nil}}, greased.extensions...)
	noSchemes := browser("h2")
	for i := range noSchemes.extensions {
		if noSchemes.extensions[i].kind == extSchemes {
			noSchemes.extensions[i].body = sized(2, nil)
		}
	}
	many := offer{version: 0x0302}
	for i := range uint16(120) {
		many.suites, many.extensions = append(many.suites, i), append(many.extensions, extension{100 + i, nil})
	}
	for _, tt := range []struct {
		name  string
		offer offer
		want  string
	}{
		{"the example", browser("h2"), "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"values that mean nothing", greased, "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"HTTP/1.1", browser("http/1.1"), "t13d1516h1_8daaf6152771_e5627efa2ab1"},
		{"no ASCII", browser("\x99\x99"), "t13d151699_8daaf6152771_e5627efa2ab1"},
		{"no schemes", noSchemes, "t13d1516h2_8daaf6152771_6d807ffa2a79"},
		{"nothing", offer{version: 0x0300}, "ts3i000000_000000000000_000000000000"},
		{"no such version", offer{version: 0x0305}, "t00i000000_000000000000_000000000000"},
	} {
		if got := fingerprint(t, tt.offer, "tls.client.ja4"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := fingerprint(t, many, "tls.client.ja4"); !strings.HasPrefix(got, "t11i999900_") {
		t.Errorf("more than 99 of all: %s", got)
	}
	for alpn, want := range map[string]string{"\xab": "ab", " ": "20", "\xab\xcd": "ad", " a": "21", "0\xab": "3b", "a ": "60", "01\xab\xcd": "3d", "0\xab\xcd1": "01", "": "00", "x": "xx"} {
		if got := ja4ALPN([]byte(alpn)); got != want {
			t.Errorf("ALPN %q: %s, want %s", alpn, got, want)
		}
	}
	h := hello{version: dtls12, versions: u16(0x0a0a, dtls13, dtls12)}
	if got := string(h.ja4(DTLS)[:3]); got != "dd3" {
		t.Errorf("DTLS 1.3: %s", got)
	}
	if got := string((&hello{version: tls12, versions: u16(tls13)}).ja4(QUIC)[:3]); got != "q13" {
		t.Errorf("QUIC: %s", got)
	}
}

// The examples of JA3's authors, and the JA3S that most servers of TLS 1.3 have.
func TestJA3(t *testing.T) {
	curves := offer{version: 0x0301, suites: []uint16{47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}, extensions: []extension{
		{0, nil}, {extGroups, sized(2, u16(23, 24, 25))}, {extFormats, sized(1, []byte{0})}}}
	for _, tt := range []struct {
		offer      offer
		text, want string
	}{
		{curves, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0", "ada70206e40642a3e4461f35503241d5"},
		{offer{version: 0x0301, suites: []uint16{4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}}, "769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6"},
	} {
		if got := fingerprint(t, tt.offer, "tls.handshake.ja3_full"); got != tt.text {
			t.Errorf("text %s, want %s", got, tt.text)
		}
		if got := fingerprint(t, tt.offer, "tls.client.ja3"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
	}
	b := append(append(u16(0x0303), make([]byte, 32+1)...), 0x13, 1, 0)
	r := dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Dir: 1, Data: message(serverHello, append(b, sized(2, u16(43, 2, 0x0304, 51, 0))...))})
	r[0].Check(t, map[string]string{"tls.handshake.ja3s_full": "771,4865,43-51", "tls.server.ja3s": "f4febc55ea12b31ae17cfb7e614afda8"})
}

// A hello that is longer than what is read of it has no fingerprint, which would be another's.
func TestTooLong(t *testing.T) {
	o := offer{version: 0x0303, suites: make([]uint16, maxList+1)}
	if got := fingerprint(t, o, "tls.client.ja4"); got != "" {
		t.Errorf("of suites: %s", got)
	}
	o = offer{version: 0x0303, suites: []uint16{1}, extensions: make([]extension, maxExtensions+1)}
	if got := fingerprint(t, o, "tls.client.ja3"); got != "" {
		t.Errorf("of extensions: %s", got)
	}
	if n := len(strings.Split(fingerprint(t, o, "tls.handshake.extension.type"), ",")); n != maxExtensions {
		t.Errorf("%d extensions", n)
	}
}

func TestSuites(t *testing.T) {
	for n, want := range map[uint16]string{0x1301: "TLS_AES_128_GCM_SHA256", 0xc02f: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0x002f: "TLS_RSA_WITH_AES_128_CBC_SHA", 0x00ff: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"} {
		if got := suites[n].String(); got != want {
			t.Errorf("%04x: %s", n, got)
		}
	}
	if got := fmt.Sprint(exchangeOf(0xc02f), exchangeOf(0x0033), exchangeOf(0xc018), exchangeOf(0xd001), exchangeOf(0x002f), exchangeOf(0xeeee)); got !=
		"{false true false true} {false false true true} {false true false false} {true true false false} {false false false true} {false false false false}" {
		t.Errorf("key exchanges %s", got)
	}
}
