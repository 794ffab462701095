// SPDX-License-Identifier: Apache-2.0

package kerberos

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	crypto "crypto/x509"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// tlv is an element, with a length in two bytes where one does not do.
func tlv(tag byte, parts ...string) string {
	value := strings.Join(parts, "")
	if len(value) < 0x80 {
		return string([]byte{tag, byte(len(value))}) + value
	}
	return string([]byte{tag, 0x82, byte(len(value) >> 8), byte(len(value))}) + value
}

func seq(parts ...string) string         { return tlv(0x30, parts...) }
func in(n byte, parts ...string) string  { return tlv(0xa0+n, parts...) }
func app(n byte, parts ...string) string { return tlv(application+n, seq(parts...)) }
func num(n byte) string                  { return tlv(0x02, string([]byte{n})) }
func str(s string) string                { return tlv(0x1b, s) }
func principal(parts ...string) string {
	for i, s := range parts {
		parts[i] = str(s)
	}
	return seq(in(0, num(1)), in(1, seq(parts...)))
}
func sealed(etype byte) string {
	return seq(in(0, num(etype)), in(1, num(2)), in(2, tlv(0x04, "cipher")))
}

// inStream puts the length before a message.
func inStream(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s } //nolint:gosec // short

var (
	tgt     = app(ticketTag, in(0, num(5)), in(1, str("EX.COM")), in(2, principal("krbtgt", "EX.COM")), in(3, sealed(18)))
	cifs    = app(ticketTag, in(0, num(5)), in(1, str("EX.COM")), in(2, principal("cifs", "fs.ex.com")), in(3, sealed(23)))
	padata  = seq(seq(in(1, num(2)), in(2, tlv(0x04, "x"))), seq(in(1, tlv(0x02, "\x00\x88")), in(2, tlv(0x04))))
	hosts   = seq(seq(in(0, num(20)), in(1, tlv(0x04, "PC1             "))), seq(in(0, num(2)), in(1, tlv(0x04, "\x0a\x00\x00\x09"))))
	body    = seq(in(0, tlv(0x03, "\x00\x40\x81\x00\x10")), in(1, principal("alice", "admin")), in(2, str("EX.COM")), in(3, principal("krbtgt", "EX.COM")), in(7, num(9)), in(8, seq(num(18), num(23))), in(9, hosts))
	asking  = app(asReq, in(1, num(5)), in(2, num(asReq)), in(3, padata), in(4, body))
	answer  = app(asRep, in(0, num(5)), in(1, num(asRep)), in(3, str("EX.COM")), in(4, principal("alice")), in(5, tgt), in(6, sealed(17)))
	using   = app(apReq, in(0, num(5)), in(1, num(apReq)), in(2, tlv(0x03, "\x00\x00\x00\x00\x00")), in(3, tgt), in(4, sealed(18)))
	tgs     = app(tgsReq, in(1, num(5)), in(2, num(tgsReq)), in(3, seq(seq(in(1, num(1)), in(2, tlv(0x04, using))))), in(4, seq(in(2, str("EX.COM")), in(3, principal("cifs", "fs.ex.com")), in(8, seq(num(23))), in(11, seq(cifs)))))
	granted = app(tgsRep, in(0, num(5)), in(1, num(tgsRep)), in(3, str("EX.COM")), in(4, principal("alice")), in(5, cifs), in(6, sealed(17)))
	refused = app(krbError, in(0, num(5)), in(1, num(krbError)), in(6, num(25)), in(7, str("EX.COM")), in(8, principal("alice")), in(9, str("EX.COM")), in(10, principal("krbtgt", "EX.COM")), in(11, str("no")), in(12, tlv(0x04, padata)))
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, Password, PKINIT, V4)
	b.Port = port
	return b
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		want          map[string]string
	}{
		{"AS-REQ", asking, map[string]string{"kerberos.msg_type": "10", "kerberos.cname_string": "alice,admin", "user.name": "alice/admin", "user.domain": "EX.COM", "kerberos.realm": "EX.COM", "kerberos.service": "krbtgt/EX.COM",
			"kerberos.sname_string": "krbtgt,EX.COM", "kerberos.etype": "18,23", "kerberos.padata_type": "2,136", "kerberos.kdc_options": "40810010", "kerberos.addr_nb": "PC1", "related.hosts": "PC1", "related.ip": "10.0.0.9"}},
		{"AS-REP", answer, map[string]string{"kerberos.msg_type": "11", "kerberos.crealm": "EX.COM", "user.name": "alice", "user.domain": "EX.COM", "kerberos.ticket_etype": "18", "kerberos.enc_part_etype": "17", "kerberos.service": "krbtgt/EX.COM"}},
		{"TGS-REQ", tgs, map[string]string{"kerberos.msg_type": "12,14", "kerberos.realm": "EX.COM,EX.COM,EX.COM", "kerberos.sname_string": "krbtgt,EX.COM,cifs,fs.ex.com,cifs,fs.ex.com", "kerberos.service": "cifs/fs.ex.com,cifs/fs.ex.com",
			"kerberos.ticket_etype": "18,23", "user.name": "", "related.hosts": "fs.ex.com,fs.ex.com"}},
		{"AP-REQ", using, map[string]string{"kerberos.msg_type": "14", "kerberos.service": "krbtgt/EX.COM"}},
		{"AP-REP", app(apRep, in(0, num(5)), in(1, num(apRep)), in(2, sealed(18))), map[string]string{"kerberos.msg_type": "15"}},
		{"error", refused, map[string]string{"kerberos.msg_type": "30", "kerberos.error_code": "25", "kerberos.error": "KDC_ERR_PREAUTH_REQUIRED", "kerberos.e_text": "no", "kerberos.padata_type": "2,136", "user.name": "alice"}},
		{"an error whose data are something else", app(krbError, in(1, num(krbError)), in(6, num(99)), in(12, tlv(0x04, seq(in(0, num(1)))))), map[string]string{"kerberos.error_code": "99", "kerberos.error": "", "kerberos.padata_type": ""}},
		{"a ticket alone", cifs, map[string]string{"kerberos.msg_type": "", "kerberos.realm": "EX.COM", "kerberos.ticket_etype": "23", "kerberos.service": "cifs/fs.ex.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newBench().Run(Protocol, []byte(tt.message), len(tt.message))
			if r.Layers != "kerberos" || r.Malformed != "" {
				t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// Who carries a message has no layer for it, and it is no message of an application.
func TestCarried(t *testing.T) {
	carrier := &dissect.Protocol{Name: "carrier", Dissect: func(p *dissect.Packet, b []byte, wire int) { Protocol.Dissect(p, b, wire) }}
	r := newBench().Run(carrier, []byte(using), len(using))
	if r.Layers != "carrier" || r.Core.Application != nil {
		t.Errorf("layers %q, application %v", r.Layers, r.Core.Application)
	}
	r.Check(t, map[string]string{"kerberos.msg_type": "14"})
	bad := "\x55" + using[1:]
	if r := newBench().Run(carrier, []byte(bad), len(bad)); r.Malformed != "carrier" {
		t.Errorf("malformed %q", r.Malformed)
	}
}

func TestDatagrams(t *testing.T) {
	r := newBench().Datagrams(Protocol, client(asking), client(asking), server(refused), client(asking), server(answer), client("\x04\x02alice"), dissecttest.Piece{Data: []byte(asking)[:60], Wire: len(asking)})
	for i, want := range []string{"kerberos", "kerberos", "kerberos", "kerberos", "kerberos", "kerberos:krb4", "kerberos"} {
		if r[i].Layers != want || r[i].Truncated != (i == 6) || r[i].Malformed != "" {
			t.Errorf("datagram %d: layers %q, truncated %v malformed %q", i, r[i].Layers, r[i].Truncated, r[i].Malformed)
		}
	}
	for i, want := range []string{"flow:1", "flow:1", "flow:1", "flow:2", "flow:2"} {
		r[i].Check(t, map[string]string{"transaction.id": want})
	}
	r[2].Check(t, map[string]string{"request_in": "1", "event.duration": "2000000"})
}

func TestStreams(t *testing.T) {
	r := dissecttest.Merge(newBench().Stream(Protocol, client(inStream(asking)), server(inStream(answer)), client(inStream(tgs)), server(inStream(granted)))...)
	if r.Layers != "kerberos:kerberos:kerberos:kerberos" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	r.Check(t, map[string]string{"request_in": "1,3", "kerberos.msg_type": "10,11,12,14,13"})
	r = dissecttest.Merge(newBench().Stream(Protocol, dissecttest.Piece{Data: []byte(inStream(asking))[:80], Wire: 4 + len(asking)})...)
	if r.Layers != "kerberos" || !r.Truncated {
		t.Errorf("cut by the capture: %q", r.Layers)
	}
	if r := newBench().Stream(Protocol, client("GET / HTTP/1.1\r\n")); r[0].Layers != "" {
		t.Errorf("another protocol: %q", r[0].Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(inStream(asking)), server(inStream(refused)), client(inStream(asking)), server(inStream(answer)))
}

func TestMalformed(t *testing.T) {
	for name, message := range map[string]string{
		"a length beyond the end":     "\x6a\x7f" + asking[2:40],
		"an element that breaks off":  app(asReq, in(1, num(5)), "\xa2\x09\x02"),
		"a number without bytes":      app(krbError, in(6, tlv(0x02))),
		"a number too long":           app(krbError, in(6, tlv(0x02, "123456789"))),
		"a message in a message gone": app(tgsReq, in(3, seq(seq(in(1, num(1)), in(2, tlv(0x04, "\x41\x00")))))),
	} {
		if r := newBench().Run(Protocol, []byte(message), len(message)); r.Malformed != "kerberos" {
			t.Errorf("%s is not malformed: %v", name, r.Fields)
		}
	}
}

func TestPassword(t *testing.T) {
	private := app(priv, in(0, num(5)), in(1, num(priv)))
	message := func(version, ap, rest string) string {
		b := binary.BigEndian.AppendUint16(nil, uint16(passwordHead+len(ap)+len(rest)))                  //nolint:gosec // short
		return string(binary.BigEndian.AppendUint16(append(b, version...), uint16(len(ap)))) + ap + rest //nolint:gosec // short
	}
	change, done := message("\xff\x80", using, private), message("\x00\x01", app(apRep, in(0, num(5)), in(1, num(apRep))), private)
	r := newBench().Datagrams(Password, client(change), server(done), server(message("\x00\x01", "", refused)), client("\x00\x09\x00\x05\x00\x00abc"))
	for i, want := range []string{"kpasswd", "kpasswd", "kpasswd", ""} {
		if r[i].Layers != want || r[i].Malformed != "" {
			t.Errorf("datagram %d: layers %q malformed %q", i, r[i].Layers, r[i].Malformed)
		}
	}
	r[0].Check(t, map[string]string{"kerberos.msg_type": "14,21"})
	r[1].Check(t, map[string]string{"kerberos.msg_type": "15,21", "request_in": "1"})
	r[2].Check(t, map[string]string{"kerberos.error": "KDC_ERR_PREAUTH_REQUIRED"})
	newBench().Split(t, Password, client(inStream(change)), server(inStream(done)))
	if r := newBench().Stream(Password, client("SSH-2.0-OpenSSH\r\n")); r[0].Layers != "" {
		t.Errorf("another protocol: %q", r[0].Layers)
	}
}

func TestPKINIT(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := crypto.CreateCertificate(rand.Reader, &crypto.Certificate{SerialNumber: big.NewInt(77)}, &crypto.Certificate{SerialNumber: big.NewInt(77)}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	oid := func(s string) string { return tlv(0x06, s) }
	for _, tt := range []struct{ name, content, layers string }{
		{"a client's", oidAuthData, "kerberos:pkinit"},
		{"something else's", oidSignedData, "kerberos"},
	} {
		data := seq(num(3), tlv(0x31), seq(oid(tt.content), in(0, tlv(0x04, "x"))), tlv(0xa0, string(der)))
		signed := seq(tlv(0x80, seq(oid(oidSignedData), in(0, data))))
		message := app(asReq, in(2, num(asReq)), in(3, seq(seq(in(1, num(paPKReq)), in(2, tlv(0x04, signed))))))
		r := newBench().Run(Protocol, []byte(message), len(message))
		if r.Layers != tt.layers || r.Malformed != "" {
			t.Errorf("%s: layers %q malformed %q", tt.name, r.Layers, r.Malformed)
		}
		r.Check(t, map[string]string{"x509.serial_number": "4d"})
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		inStream(asking):       {true, true},
		inStream(answer):       {true, true},
		inStream(asking)[:4]:   {true, false},
		inStream(asking)[:20]:  {true, true},
		"\x00\x00\x00\x01\x6a": {true, false},
		"\x00\x00\x00\x20\x30": {false, false},
		"\x7f\x00\x00\x20\x6a": {false, false},
	})
	for data, want := range map[string][2]bool{asking: {true, true}, cifs: {true, false}, "\x04\x02alice": {true, false}, "\x04\x50": {false, false}, asking + "x": {false, false}, "\x6a\x80\x30": {false, false}, asking[:2]: {false, false}} {
		if acceptDatagram([]byte(data)) != want[0] || guessDatagram([]byte(data)) != want[1] {
			t.Errorf("%x", data)
		}
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{asking: "AS-REQ alice/admin@EX.COM for krbtgt/EX.COM", tgs: "TGS-REQ for cifs/fs.ex.com", refused: "KRB Error: KDC_ERR_PREAUTH_REQUIRED", cifs: "Ticket for cifs/fs.ex.com",
		app(krbError, in(1, num(krbError)), in(6, num(99))): "KRB Error: error 99", app(apRep, in(1, num(99))): "Type 99"} {
		b.Dissect(Protocol, []byte(data), len(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzKerberos(f *testing.F) {
	f.Add([]byte(asking+tgs), []byte(answer), 9)
	f.Add([]byte(inStream(asking)+inStream(tgs)), []byte(inStream(refused)+inStream(granted)), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		for _, proto := range []*dissect.Protocol{Protocol, Password} {
			r = dissecttest.Merge(append(b.Datagrams(proto, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1}), r)...)
			b.Invariants(t)
		}
		if len(r.Fields["kerberos.error"]) > len(r.Fields["kerberos.error_code"]) || len(r.Fields["kerberos.service"]) > len(r.Fields["kerberos.sname_string"]) {
			t.Fatalf("%v", r.Fields)
		}
	})
}
