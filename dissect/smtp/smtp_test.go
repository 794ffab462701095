// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/imf"
)

// lines makes lines with their ends.
func lines(l ...string) string { return strings.Join(l, "\r\n") + "\r\n" }

var client, server = dissecttest.Client, dissecttest.Server

func newBench(compat bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, imf.Protocol)
	b.P.Options.Wireshark = compat
	b.Port = 25
	return b
}

var (
	greeting = server("220 mail.example.com ESMTP\r\n")
	mail     = lines("From: Alice <alice@example.org>", "Subject: Hi", "", "Body", "..", "end")
)

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"commands and replies", []dissecttest.Piece{greeting, client("EHLO client.example.org\r\n"), server(lines("250-mail.example.com", "250-SIZE 10", "250 HELP"))}, "smtp:smtp:smtp",
			map[string]string{"smtp.req.command": "EHLO", "smtp.req.parameter": "client.example.org", "smtp.response.code": "220,250",
				"smtp.rsp.parameter": "mail.example.com ESMTP,mail.example.com,SIZE 10,HELP", "related.hosts": "client.example.org", "request_in": "2", "transaction.id": "flow:1,flow:1"}},
		{"a reply over two packets", []dissecttest.Piece{client("HELP\r\n"), server("214-one\r\n"), server("214 two\r\n")}, "smtp:smtp:smtp",
			map[string]string{"smtp.response.code": "214,214", "smtp.rsp.parameter": "one,two", "request_in": "1", "event.duration": "2000000"}},
		{"envelope", []dissecttest.Piece{client(lines("MAIL FROM:<@a,@b:alice@example.org> SIZE=5", "RCPT TO:<bob@example.com>", "rcpt to: carol@example.com NOTIFY=NEVER", "MAIL FROM:<>"))}, "smtp",
			map[string]string{"email.from.address": "alice@example.org", "email.to.address": "bob@example.com,carol@example.com", "smtp.req.command": "MAIL,RCPT,rcpt,MAIL"}},
		{"message", []dissecttest.Piece{greeting, client("DATA\r\n"), server("354 go\r\n"), client(mail + ".\r\n"), server("250 Ok\r\n")}, "smtp:smtp:smtp:smtp:imf:smtp",
			map[string]string{"email.from.address": "alice@example.org", "email.subject": "Hi", "smtp.message.bytes": "63", "smtp.data.bytes": "66", "smtp.message_end": "true",
				"request_in": "2,4", "transaction.id": "flow:1,flow:1,flow:2,flow:2"}},
		{"message of lines without CR", []dissecttest.Piece{client("DATA\nFrom: a@b\n\nx\n.\nQUIT\n")}, "smtp:imf", map[string]string{"email.from.address": "a@b", "smtp.message.bytes": "13", "smtp.req.command": "DATA,QUIT"}},
		{"message without a head", []dissecttest.Piece{client("DATA\r\n"), client(".\r\n"), client("QUIT\r\n")}, "smtp:smtp:imf:smtp", map[string]string{"smtp.message.bytes": "0", "smtp.req.command": "DATA,QUIT"}},
		{"DATA refused", []dissecttest.Piece{greeting, client("DATA\r\n"), server("503 no\r\n"), client("QUIT\r\n")}, "smtp:smtp:smtp:smtp", map[string]string{"smtp.req.command": "DATA,QUIT", "smtp.data.bytes": ""}},
		{"chunks", []dissecttest.Piece{client("BDAT 30\r\n" + mail[:30]), client("BDAT 33 LAST\r\n" + mail[30:]), client("QUIT\r\n")}, "smtp:imf:smtp:smtp",
			map[string]string{"smtp.req.parameter": "30,33 LAST", "email.subject": "", "smtp.message.bytes": "63", "smtp.data.bytes": "30,33", "smtp.req.command": "BDAT,BDAT,QUIT"}},
		{"an empty last chunk", []dissecttest.Piece{client("BDAT 63\r\n" + mail + "BDAT 0 LAST\r\n")}, "smtp:imf", map[string]string{"smtp.message.bytes": "63", "smtp.message_end": "true"}},
		{"login", []dissecttest.Piece{client("AUTH LOGIN\r\n"), server("334 VXNlcm5hbWU6\r\n"), client("YWxpY2U=\r\n"), server("334 UGFzc3dvcmQ6\r\n"), client("c2VjcmV0\r\n"), server("235 Ok\r\n"), client("RSET\r\n")},
			"smtp:smtp:smtp:smtp:smtp:smtp:smtp", map[string]string{"user.name": "alice", "smtp.auth.response": "[redacted],[redacted]", "smtp.req.command": "AUTH,RSET", "request_in": "1,3,5"}},
		{"login refused", []dissecttest.Piece{client("AUTH LOGIN\r\n"), server("535 no\r\n"), client("NOOP\r\n")}, "smtp:smtp:smtp", map[string]string{"smtp.req.command": "AUTH,NOOP", "smtp.auth.response": ""}},
		{"login whose replies were not seen", []dissecttest.Piece{client("AUTH LOGIN\r\n"), client("YWxpY2U=\r\n"), client("c2Vj\r\n"), client("MAIL FROM:<a@b>\r\n")}, "smtp:smtp:smtp:smtp",
			map[string]string{"smtp.req.command": "AUTH,MAIL", "smtp.auth.response": "[redacted],[redacted]"}},
		{"an unknown word may be a secret", []dissecttest.Piece{greeting, client("c2VjcmV0\r\n"), client("TEST x\r\n")}, "smtp:smtp:smtp", map[string]string{"smtp.req.command": "TEST", "smtp.req.parameter": "x"}},
		{"a line cut by the capture", []dissecttest.Piece{greeting, {Data: []byte("EHLO exam"), Wire: 20}}, "smtp:smtp", map[string]string{"smtp.req.parameter": "exam"}},
		{"a head cut by the capture", []dissecttest.Piece{client("DATA\r\n"), {Data: []byte("From: a@b\r\nSub"), Wire: 200}}, "smtp:smtp:imf", map[string]string{"email.from.address": "a@b"}},
		{"a chunk of no length", []dissecttest.Piece{client("BDAT x\r\nBDAT 9 X\r\nQUIT\r\n")}, "smtp", map[string]string{"smtp.req.command": "BDAT,BDAT,QUIT"}},
		{"the middle of a message", []dissecttest.Piece{client("Some text\r\n"), client("QUIT\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(false)
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
}

// In compat mode, the head stands in the packet that ends the message, and a packet with message bytes shows no command.
func TestWireshark(t *testing.T) {
	b := newBench(true)
	r := b.Stream(Protocol, client("STARTTLS\r\n"), client("DATA\r\n"), client(mail), client(".\r\nQUIT\r\n"))
	for i, want := range []string{"smtp", "smtp", "smtp", "smtp:imf"} {
		if r[i].Layers != want {
			t.Errorf("packet %d: layers %q", i, r[i].Layers)
		}
	}
	r[0].Check(t, map[string]string{"smtp.req.command": "STAR", "smtp.req.parameter": "TLS"})
	r[3].Check(t, map[string]string{"imf.from": "Alice <alice@example.org>", "imf.subject": "Hi", "smtp.req.command": ""})
	b = newBench(true)
	r = b.Stream(Protocol, client("BDAT 63 LAST\r\n"+mail), client("DATA\r\n"), client(mail+".\r\n"), client("QUIT\r\n"))
	if l := dissecttest.Merge(r...).Layers; l != "smtp:smtp:smtp:smtp" {
		t.Errorf("layers %q", l)
	}
	for compat, want := range map[bool]string{true: "smtp:smtp:smtp", false: "smtp:smtp:imf:smtp"} { // a line feed alone ends a message here
		b := newBench(compat)
		if l := dissecttest.Merge(b.Stream(Protocol, client("DATA\r\n"), client(mail+".\n"), client("QUIT\r\n"))...).Layers; l != want {
			t.Errorf("compat %v: layers %q, want %q", compat, l, want)
		}
	}
	b.Port = 26
	if r := b.Stream(Protocol, client("EHLO a\r\n")); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
}

func TestSegmentation(t *testing.T) {
	b := newBench(false)
	b.Split(t, Protocol, greeting, client("EHLO example.org\r\n"), server("250 Ok\r\n"), client("AUTH PLAIN AGEAYg==\r\n"), server("235 Ok\r\n"), client("STARTTLS\r\n"), server("502 No\r\n"))
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	b := dissecttest.New(nil, Protocol, imf.Protocol, tls)
	b.P.Options.Wireshark = false
	const hello = "\x16\x03\x01\x00\x05hello"
	pieces := []dissecttest.Piece{greeting, client("STARTTLS\r\n"), server("220 Go\r\n"), client(hello), server(hello)}
	if l := dissecttest.Merge(b.Stream(Protocol, pieces...)...).Layers; l != "smtp:smtp:smtp:tls:tls" {
		t.Errorf("layers %q", l)
	}
	b = newBench(false)
	if l := dissecttest.Merge(b.Stream(Protocol, pieces...)...).Layers; l != "smtp:smtp:smtp" {
		t.Errorf("without TLS: layers %q", l)
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		"220 a ESMTP b\r\n":              {true, true},
		"220-a SMTP\r\n220 b\r\n":        {true, true},
		"220 FTP server\r\n":             {true, false},
		"554 no\r\n":                     {true, false},
		"EHLO a\r\n":                     {true, true},
		"ehlo a\r\n":                     {true, true},
		"MAIL FROM:<a@b>\r\n":            {true, true},
		"RCPT to:<a@b>\r\n":              {true, true},
		"QUIT\r\n":                       {true, false},
		"EH":                             {true, false},
		"22":                             {true, false},
		"2200 a\r\n":                     {false, false},
		"USER a\r\n":                     {false, false},
		"GET / HTTP/1.1\r\n":             {false, false},
		"\x16\x03\x01\x02\x00\x01\x00":   {false, false},
		"":                               {false, false},
		"\r\n":                           {false, false},
		"abcdefghijklmnopqrstuvwxyz\r\n": {false, false},
	})
}

func TestSummary(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{"EHLO a\r\n", "C: EHLO a"},
		{"MAIL FROM:<a>\r\nRCPT TO:<b>\r\n", "C: MAIL FROM:<a> | RCPT TO:<b>"},
		{"MAIL FROM:<a>\r\nDATA\r\n", "C: MAIL | DATA"},
		{"DATA\r\nabc\r\n", "C: DATA | C: message, 5 bytes"},
		{"AUTH PLAIN AGEAYg==\r\n", "C: AUTH PLAIN | C: credentials"},
	} {
		b := newBench(false)
		b.P.Options.Wireshark = false
		b.Stream(Protocol, dissecttest.Piece{Data: []byte(tt.data), Wire: len(tt.data) + 1})
		if got := b.Summary(Protocol); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.data, got, tt.want)
		}
	}
	b := newBench(false)
	b.Stream(Protocol, server("250-a\r\n250 b\r\n"))
	if got := b.Summary(Protocol); got != "S: 250 a | b" {
		t.Errorf("%q", got)
	}
}

// What is planted in every place of a secret must be in no field, unless secrets are to be seen.
func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	encoded := base64.StdEncoding.EncodeToString([]byte("\x00alice\x00" + canary))
	pieces := []dissecttest.Piece{client("AUTH PLAIN " + encoded + "\r\n"), server("535 no\r\n"), client("AUTH LOGIN\r\n"), server("334 x\r\n"), client(canary + "\r\n"), server("334 x\r\n"),
		client(canary + canary + "\r\n"), server("235 Ok\r\n"), client("BURL imap://a:" + canary + "@b/x;URLAUTH=submit:internal:" + canary + "\r\n"), client(canary + "\r\n")}
	b := newBench(false)
	find := func() (n int) {
		for name, values := range dissecttest.Merge(b.Stream(Protocol, pieces...)...).Fields {
			for _, v := range values {
				if strings.Contains(v, canary) || strings.Contains(v, encoded) {
					if n++; !b.Out.Reveal {
						t.Errorf("%s = %q", name, v)
					}
				}
			}
		}
		return n
	}
	find()
	b.Out.Reveal = true
	if n := find(); n < 4 {
		t.Errorf("revealed, the canary is in %d values only", n)
	}
}

func FuzzSMTP(f *testing.F) {
	f.Add([]byte("EHLO a\r\nAUTH LOGIN\r\nYQ==\r\nMAIL FROM:<a@b>\r\nDATA\r\nFrom: a@b\r\n\r\nx\r\n.\r\nBDAT 3 LAST\r\nabcQUIT\r\n"), []byte("220 ESMTP\r\n334 a\r\n250-a\r\n250 b\r\n354 c\r\n"), 9, false)
	f.Fuzz(func(t *testing.T, commands, replies []byte, at int, compat bool) {
		b := newBench(compat)
		at = max(0, min(at, len(commands)))
		r := dissecttest.Merge(b.Stream(Protocol, server(string(replies)), client(string(commands[:at])), client(string(commands[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["smtp.message_end"]); n != len(r.Fields["smtp.message.bytes"]) || len(r.Fields["smtp.req.parameter"]) > len(r.Fields["smtp.req.command"]) {
			t.Fatalf("%v", r.Fields)
		}
		sum := uint64(0)
		for _, v := range r.Fields["smtp.data.bytes"] {
			var n uint64
			for _, c := range v {
				n = n*10 + uint64(c-'0')
			}
			sum += n
		}
		if sum > uint64(len(commands)+len(replies)) {
			t.Fatalf("%d bytes of messages in %d", sum, len(commands)+len(replies))
		}
		b.Stream(Protocol, dissecttest.Piece{Data: commands, Wire: len(commands) + 1})
		b.Invariants(t)
	})
}
