// SPDX-License-Identifier: Apache-2.0

package tds

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// packet makes one of a message.
func packet(kind, status byte, body string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind, status}, uint16(len(body)+headerLen))) + "\x00\x33\x01\x00" + body //nolint:gosec // small
}

func le16(n int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) } //nolint:gosec // small
func le32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) } //nolint:gosec // small

// utf makes little-endian UTF-16 of ASCII.
func utf(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

// preLogin makes the options version and encryption.
func preLogin(level byte) string {
	return "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff" + "\x0f\x00\x08\x4d\x00\x00" + string(level)
}

// login7 makes a login of texts at their places.
func login7(tds int, texts map[int]string, sspi string) string {
	b := make([]byte, 94)
	binary.LittleEndian.PutUint32(b[4:], uint32(tds)) //nolint:gosec // bits
	for i, s := range texts {
		binary.LittleEndian.PutUint16(b[36+4*i:], uint16(len(b)))     //nolint:gosec // small
		binary.LittleEndian.PutUint16(b[36+4*i+2:], uint16(len(s)/2)) //nolint:gosec // small
		b = append(b, s...)
	}
	binary.LittleEndian.PutUint16(b[78:], uint16(len(b)))    //nolint:gosec // small
	binary.LittleEndian.PutUint16(b[80:], uint16(len(sspi))) //nolint:gosec // small
	b = append(b, sspi...)
	binary.LittleEndian.PutUint32(b, uint32(len(b))) //nolint:gosec // small
	return string(b)
}

func scrambled(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = (c<<4 | c>>4) ^ 0xa5
	}
	return string(b)
}

func token(t byte, body string) string { return raw(t) + le16(len(body)) + body }

func report(t byte, number int, text string) string {
	return token(t, le32(number)+"\x01\x0e"+le16(len(text))+utf(text)+"\x03"+utf("SRV")+"\x00"+le32(1))
}

func raw(b ...byte) string { return string(b) }

func done(status, rows int) string {
	return raw(tokDone) + le16(status) + le16(0xc1) + le32(rows) + le32(0)
}

const canary = "canary2b7e"

var (
	headers = le32(22) + le32(18) + le16(2) + strings.Repeat("\x00", 12)
	texts   = map[int]string{0: utf("pc"), 1: utf("sa"), 2: scrambled(utf(canary)), 3: utf("app"), 4: utf("srv"), 8: utf("shop")}
)

func newBench(other ...*dissect.Protocol) *dissecttest.Bench {
	b := dissecttest.New(nil, append(other, Protocol)...)
	b.P.Options = &dissect.Options{}
	b.Port = 1433
	return b
}

func nvarchar(s string) string {
	return "\x00\x00\xe7" + le16(8000) + "\x00\x00\x00\x00\x00" + le16(len(s)*2) + utf(s)
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"pre-login", []dissecttest.Piece{client(packet(18, 1, preLogin(0))), server(packet(4, 1, preLogin(2)))}, map[string]string{"tds.type": "18,4", "tds.encryption": "0,2", "tds.server_version": "15.0.2125", "tds.channel": "51,51", "request_in": "1"}},
		{"login", []dissecttest.Piece{client(packet(16, 1, login7(0x74000004, texts, ""))), server(packet(4, 1, token(tokEnvChange, "\x01\x06"+utf("master")+"\x00")+report(tokInfo, 5701, "Changed")+token(tokLoginAck, "\x01\x74\x00\x00\x04\x03"+utf("SQL")+"\x0f\x00\x08\x4d")+done(0, 0)))},
			map[string]string{"user.name": "sa", "tds.client_name": "pc", "tds.app_name": "app", "tds.server_name": "srv,SRV", "tds.database": "shop,master", "tds.password": "[redacted]", "tds.tds_version": "1946157060,1946157060", "tds.server_version": "15.0.2125", "tds.info_message": "Changed",
				"tds.error_number": "", "tds.row_count": "", "request_in": "1"}},
		{"login failed", []dissecttest.Piece{client(packet(16, 1, login7(0x74000004, texts, ""))), server(packet(4, 1, report(tokError, 18456, "Login failed")+done(2, 0)))}, map[string]string{"tds.error_number": "18456", "tds.error_message": "Login failed", "tds.done_status": "2"}},
		{"batch", []dissecttest.Piece{client(packet(1, 1, headers+utf("SELECT 1"))), server(packet(4, 1, "\x81\x01\x00rows"+done(0x10, 3)))}, map[string]string{"tds.query": "SELECT 1", "tds.row_count": "3", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"batch in two packets", []dissecttest.Piece{client(packet(1, 0, headers+utf("SELE"))), client(packet(1, 1, utf("CT 1"))), server(packet(4, 0, report(tokError, 1, "x"))), server(packet(4, 1, done(0x10, 3)))},
			map[string]string{"tds.type": "1,1,4,4", "tds.query": "SELECT 1", "tds.error_number": "1", "tds.row_count": "3", "request_in": "2"}},
		{"several results", []dissecttest.Piece{server(packet(4, 1, raw(tokDoneInProc)+done(0x11, 3)[1:]+raw(tokReturnStatus)+le32(0)+token(tokOrder, "\x01\x00")+raw(tokFeatureExt)+"\x01"+le32(2)+"ab\xff"+done(0x10, 4)))}, map[string]string{"tds.row_count": "3,4"}},
		{"before 7.2", []dissecttest.Piece{client(packet(16, 1, login7(0x71000001, nil, ""))), server(packet(4, 1, "\x81\x01\x00rows"+done(0x10, 3)[:9]))}, map[string]string{"tds.row_count": "3"}},
		{"sp_executesql", []dissecttest.Piece{client(packet(3, 1, headers+"\xff\xff\x0a\x00\x00\x00"+nvarchar("SELECT @a")))}, map[string]string{"tds.procedure": "sp_executesql", "tds.query": "SELECT @a"}},
		{"sp_executesql by name, in pieces", []dissecttest.Piece{client(packet(3, 1, headers+le16(13)+utf("sp_executesql")+"\x00\x00"+"\x00\x00\xe7\xff\xff\x00\x00\x00\x00\x00"+strings.Repeat("\xff", 8)+le32(8)+utf("SELE")+le32(8)+utf("CT 1")+le32(0)))}, map[string]string{"tds.procedure": "sp_executesql", "tds.query": "SELECT 1"}},
		{"sp_prepexec", []dissecttest.Piece{client(packet(3, 1, headers+"\xff\xff\x0d\x00\x00\x00"+"\x00\x01\x26\x04\x00"+nvarchar("@a int")+"\x00\x00\x63"+strings.Repeat("\x00", 9)+le32(6)+utf("abc")))}, map[string]string{"tds.procedure": "sp_prepexec", "tds.query": "abc"}},
		{"another procedure", []dissecttest.Piece{client(packet(3, 1, headers+le16(6)+utf("sp_who")+"\x00\x00")), client(packet(3, 1, headers+"\xff\xff\x63\x00\x00\x00"))}, map[string]string{"tds.procedure": "sp_who,99", "tds.query": ""}},
		{"attention", []dissecttest.Piece{client(packet(6, 1, ""))}, map[string]string{"tds.type": "6", "transaction.id": ""}},
		{"TDS 5", []dissecttest.Piece{client(packet(2, 0, "pc"+strings.Repeat("\x00", 28)+"\x02sa"+strings.Repeat("\x00", 28)+"\x02"+canary+strings.Repeat("\x00", 20)+"\x0a")), client(packet(15, 1, "rest")),
			server(packet(4, 1, token(tokLanguageError, le32(5701)+"\x02\x0a\x05ZZZZZ\x00\x01\x00"+le16(4)+"info\x02db\x00\x01\x00")+done(0, 0)[:9])), client(packet(15, 1, "\x21"+le32(9)+"\x00SELECT 1")),
			server(packet(4, 1, token(tokLanguageError, le32(102)+"\x02\x0f\x00\x00\x01\x00"+le16(3)+"bad\x02db\x00\x01\x00")+done(2, 0)[:9]))},
			map[string]string{"tds.type": "2,15,4,15,4", "tds.client_name": "pc", "user.name": "sa", "tds.query": "SELECT 1", "tds.info_message": "info", "tds.error_number": "102", "tds.error_message": "bad", "tds.server_name": "db,db"}},
		{"a password", []dissecttest.Piece{client(packet(1, 1, headers+utf("CREATE LOGIN a WITH PASSWORD = N'"+canary+"'")))}, map[string]string{"tds.query": "CREATE LOGIN a WITH PASSWORD = N[redacted]"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(packet(1, 1, headers+utf("SELECT 1")))[:40], Wire: 46}}, map[string]string{"tds.query": "SELEC"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\n")}, map[string]string{"tds.type": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			results := b.Stream(Protocol, tt.pieces...)
			for _, r := range results {
				r.Lacks(t, canary)
			}
			r := dissecttest.Merge(results...)
			if r.Malformed != "" {
				t.Errorf("malformed %s", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	b.Out.Reveal = true
	b.Stream(Protocol, client(packet(16, 1, login7(0x74000004, texts, ""))))[0].Check(t, map[string]string{"tds.password": canary})
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{"header": "\x20\x01\x00\x08\x00\x00\x00\x00", "pre-login": packet(18, 1, "\x00\x00"), "login": packet(16, 1, "abc"), "text beyond the login": packet(16, 1, strings.Repeat("\xff", 94)),
		"error": packet(4, 1, token(tokError, "\x01")), "token beyond the message": packet(4, 1, "\xab\xff\x00")} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(packet(6, 1, "")), client(data))...); r.Malformed != "tds" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

// What logs in is handed on: TLS within pre-login messages and behind them, and NTLM.
func TestLayers(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
		if len(data) < 5 {
			return 0
		}
		p.Push(tls)
		return 5 + int(data[4])
	}
	ntlm := &dissect.Protocol{Name: "ntlmssp", Dissect: func(*dissect.Packet, []byte, int) {}}
	b := newBench(tls, ntlm)
	r := dissecttest.Merge(b.Stream(Protocol, client(packet(18, 1, preLogin(0))), client(packet(18, 1, "\x16\x03\x01\x00\x03a")), client(packet(18, 1, "bc")), client("\x17\x03\x03\x00\x02"), client("zz"), client(packet(1, 1, headers+utf("SELECT 1"))))...)
	if r.Layers != "tds:tds:tls:tds:tls:tds" || r.Malformed != "" {
		t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
	}
	r.Check(t, map[string]string{"tds.query": "SELECT 1"})
	r = dissecttest.Merge(b.Stream(Protocol, client(packet(16, 1, login7(0x74000004, nil, "NTLMSSP\x00x"))), server(packet(4, 1, token(tokSSPI, "NTLMSSP\x00y"))), client(packet(17, 1, "NTLMSSP\x00z")))...)
	if r.Layers != "tds:ntlmssp:tds:ntlmssp:tds:ntlmssp" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(packet(16, 1, login7(0x74000004, texts, ""))+packet(1, 1, headers+utf("SELECT 1"))), server(packet(4, 1, report(tokError, 18456, "Login failed")+done(2, 0))))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		packet(18, 1, preLogin(0)):                   {true, true},
		packet(16, 1, login7(0x74000004, texts, "")): {true, true},
		packet(2, 0, strings.Repeat("\x00", 504)):    {true, true},
		packet(1, 1, headers+utf("SELECT 1")):        {true, false},
		packet(18, 1, "\x16\x03\x01"):                {true, false},
		"\x12\x01":                                   {true, false},
		"GET / HTTP/1.1\r\n\r\n":                     {false, false},
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc":       {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"SQL batch SELECT 1":         client(packet(1, 1, headers+utf("SELECT 1"))),
		"TDS7 login user=sa db=shop": client(packet(16, 1, login7(0x74000004, texts, ""))),
		"Response error=102 bad":     server(packet(4, 1, report(tokError, 102, "bad"))),
		"Response rows=3":            server(packet(4, 1, done(0x10, 3))),
	} {
		b := newBench()
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzTDS(f *testing.F) {
	f.Add([]byte(packet(18, 1, preLogin(0))+packet(16, 1, login7(0x74000004, texts, ""))), []byte(packet(4, 1, report(tokError, 18456, "Login failed")+done(2, 0))), 5)
	f.Add([]byte(packet(3, 1, headers+"\xff\xff\x0d\x00\x00\x00"+"\x00\x01\x26\x04\x00"+nvarchar("@a int"))), []byte(packet(4, 1, "\x81\x01\x00rows"+done(0x10, 3))), 9)
	f.Add([]byte(packet(15, 1, "\x21"+le32(9)+"\x00SELECT 1")), []byte(packet(4, 1, token(tokLanguageError, le32(102)+"\x02\x0f\x00\x00\x01\x00"+le16(3)+"bad\x02db\x00\x01\x00"))), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["tds.type"]); n > (len(fromClient)+len(fromServer))/headerLen || len(r.Fields["tds.query"]) > n {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
