// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func TestData(t *testing.T) {
	tests := []struct {
		name       string
		typ        uint16
		data, want string
	}{
		{"MX", typeMX, u16(10) + "\x04mail\xc0\x0c", "10 mail.example.com"},
		{"SOA", typeSOA, "\x02ns\xc0\x0c\x01h\xc0\x0c" + u16(0, 1, 0, 2, 0, 3, 0, 4, 0, 5), "ns.example.com h.example.com 1 2 3 4 5"},
		{"TXT of two strings", typeTXT, "\x03a b\x00\x01c", "a b  c"},
		{"SRV", typeSRV, u16(1, 2, 5060) + "\x03sip\xc0\x0c", "1 2 5060 sip.example.com"},
		{"NAPTR", typeNAPTR, u16(100, 10) + "\x01S\x07SIP+D2U\x00\xc0\x0c", `100 10 "S" "SIP+D2U" "" example.com`},
		{"CAA", typeCAA, "\x80\x05issueca.test", `128 issue "ca.test"`},
		{"DS", typeDS, u16(60485) + "\x05\x01\xab\xcd", "60485 5 1 abcd"},
		{"DNSKEY", typeDNSKEY, u16(257) + "\x03\x0dkey", "257 3 13 a2V5"},
		{"RRSIG", typeRRSIG, u16(1) + "\x0d\x02" + u16(0, 300) + "\x00\x00\x00\x01\x00\x00\x00\x00" + u16(7) + "\xc0\x0c" + "sig", "A 13 2 300 19700101000001 19700101000000 7 example.com c2ln"},
		{"NSEC", typeNSEC, "\x01b\xc0\x0c\x00\x01\x40\x01\x01\x40", "b.example.com A CAA"},
		{"NSEC3", typeNSEC3, "\x01\x00\x00\x0a\x02\xaa\xbb\x05hello\x00\x01\x22", "1 0 10 aabb D1IMOR3F NS SOA"},
		{"NSEC3 without salt", typeNSEC3, "\x01\x01\x00\x00\x00\x00", "1 1 0 - "},
		{"TLSA", typeTLSA, "\x03\x01\x01\xde\xad", "3 1 1 dead"},
		{"SSHFP", typeSSHFP, "\x04\x02\xbe\xef", "4 2 beef"},
		{"HTTPS", typeHTTPS, u16(1) + "\x00" + u16(1, 6) + "\x02h2\x02h3" + u16(3, 2, 8443) + u16(4, 4) + "\xc0\x00\x02\x01" + u16(2, 0) + u16(9, 1) + "\xff",
			"1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 no-default-alpn key9=ff"},
		{"SVCB alias", typeSVCB, u16(0) + "\xc0\x0c", "0 example.com"},
		{"CSYNC", typeCSYNC, u16(0, 66, 3) + "\x00\x01\x60", "66 3 A NS"},
		{"LOC", typeLOC, "\x00\x33\x16\x13" + "\x89\x17\x2d\xd0" + "\x70\xbe\x15\xf0" + "\x00\x98\x8d\x20", "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"},
		{"LOC south and west", typeLOC, "\x00\x00\x00\x00" + "\x7f\xff\xff\xff" + "\x7f\xff\xff\xff" + "\x00\x98\x96\x80", "0 0 0.001 S 0 0 0.001 W 0.00m 0.00m 0.00m 0.00m"},
		{"LOC of version 1", typeLOC, "\x01\xff", "version 1 ff"},
		{"EUI48", typeEUI48, "\x0a\x0b\x0c\x0d\x0e\x0f", "0a-0b-0c-0d-0e-0f"},
		{"EUI64", typeEUI64, "\x00\x01\x02\x03\x04\x05\x06\x07", "00-01-02-03-04-05-06-07"},
		{"unknown", 65280, "\x01\x02\xff", "0102ff"},
		{"NULL", 10, "\x00", "00"},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := msg(0x8000, [4]uint16{1, 1}, asked, rr(tt.typ, tt.data))
			r := b.Datagrams(Protocol, dissecttest.Piece{Data: whole})[0]
			if r.Malformed != "" {
				t.Errorf("malformed")
			}
			r.Check(t, map[string]string{"dns.answers.data": tt.want})
			// Whatever is missing at the end of the message: no panic, and the layer is truncated if the wire had it.
			for n := headerLen; n < len(whole); n++ {
				if r := b.Datagrams(Protocol, dissecttest.Piece{Data: whole[:n], Wire: len(whole)})[0]; r.Malformed != "" || !r.Truncated {
					t.Errorf("cut to %d bytes: malformed %q, truncated %v", n, r.Malformed, r.Truncated)
				}
			}
		})
	}
}

// A message of many records stays within its budget and says that it was cut.
func TestManyRecords(t *testing.T) {
	var records string
	for range 2 * maxRecords {
		records += rr(typeA, "\xc0\x00\x02\x01")
	}
	b := dissecttest.New(nil, Protocol)
	r := b.Datagrams(Protocol, dissecttest.Piece{Data: msg(0x8000, [4]uint16{1, 2 * maxRecords}, asked, records)})[0]
	if n := len(r.Fields["dns.answers.name"]); n != maxRecords-1 || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d answers, cut %v, malformed %q", n, b.Out.Cut, r.Malformed)
	}
}

// The key of a TKEY record that GSS-API negotiates is a token.
func TestTKEY(t *testing.T) {
	var tokens []string
	gss := &dissect.Protocol{Name: "gss-api", Dissect: func(_ *dissect.Packet, b []byte, _ int) { tokens = append(tokens, string(b)) }}
	b := dissecttest.New(nil, Protocol, gss)
	tkey := func(mode uint16, key string) string {
		return rr(typeTKEY, "\x08gss-tsig\x00"+u16(0, 1, 0, 2, mode, 0, uint16(len(key)))+key+u16(0)) //nolint:gosec // short
	}
	data := msg(0x8000, [4]uint16{1, 4}, asked, tkey(3, "tok"), tkey(2, "other"), tkey(3, ""), rr(typeTKEY, "\x08gss-tsig\x00"+u16(0, 1, 0, 2, 3, 0, 9)+"cut"))
	if r := b.Run(Protocol, data, len(data)); r.Layers != "dns:gss-api" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	if len(tokens) != 1 || tokens[0] != "tok" {
		t.Errorf("tokens %q", tokens)
	}
}
