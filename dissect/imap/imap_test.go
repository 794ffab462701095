// SPDX-License-Identifier: Apache-2.0

package imap

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/imf"
)

var client, server = dissecttest.Client, dissecttest.Server

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, imf.Protocol)
	b.P.Options.Wireshark = false
	b.Port = 143
	return b
}

var greeting = server("* OK IMAP4rev1 ready\r\n")

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"commands and responses", []dissecttest.Piece{greeting, client("a1 CAPABILITY\r\na2 SELECT \"IN BOX\"\r\n"), server("* CAPABILITY IMAP4rev1\r\na2 NO x\r\na1 OK done\r\n")}, "imap:imap:imap",
			map[string]string{"imap.request": "a1 CAPABILITY,a2 SELECT \"IN BOX\"", "imap.request_tag": "a1,a2", "imap.request_command": "CAPABILITY,SELECT", "imap.request_folder": "IN BOX",
				"imap.response_status": "OK,NO,OK", "imap.response_tag": "a2,a1", "request_in": "2,2", "transaction.id": "flow:1,flow:2,flow:2,flow:1"}},
		{"login", []dissecttest.Piece{client("a1 LOGIN alice secret\r\n"), server("a1 OK\r\n")}, "imap:imap", map[string]string{"imap.request": "a1 LOGIN alice [redacted]", "imap.request_secret": "[redacted]",
			"user.name": "alice", "imap.response": "a1 OK"}},
		{"login in quotes", []dissecttest.Piece{client("a1 LOGIN \"al \\\"ice\" \"sec ret\"\r\n")}, "imap", map[string]string{"imap.request": "a1 LOGIN \"al \\\"ice\" [redacted]", "user.name": "al \\\"ice"}},
		{"login in literals", []dissecttest.Piece{client("a1 LOGIN {5}\r\n"), server("+ ok\r\n"), client("alice {6}\r\nsecret\r\na2 NOOP\r\n")}, "imap:imap:imap",
			map[string]string{"imap.request": "a1 LOGIN {5},a2 NOOP", "imap.literal.bytes": "5,6", "user.name": ""}},
		{"authentication", []dissecttest.Piece{client("a1 AUTHENTICATE PLAIN\r\n"), server("+ \r\n"), client("AGFsaWNlAGI=\r\n"), server("a1 OK\r\n")}, "imap:imap:imap:imap",
			map[string]string{"imap.request": "a1 AUTHENTICATE PLAIN", "imap.request_secret": "[redacted]", "user.name": "alice", "request_in": "1", "imap.response": "+ ,a1 OK"}},
		{"authentication at once", []dissecttest.Piece{client("a1 AUTHENTICATE PLAIN AGFsaWNlAGI=\r\n")}, "imap", map[string]string{"imap.request": "a1 AUTHENTICATE PLAIN [redacted]", "user.name": "alice"}},
		{"fetch", []dissecttest.Piece{server("* 1 FETCH (UID 2 BODY[] {20}\r\nFrom: a@b\r\n"), server("\r\nbodyyyy)\r\na3 OK\r\n")}, "imap:imap:imf",
			map[string]string{"email.from.address": "a@b", "imap.response": "* 1 FETCH (UID 2 BODY[] {20},a3 OK", "imap.literal.bytes": "20"}},
		{"fetch of a part", []dissecttest.Piece{server("* 1 FETCH (BODY[1] {9}\r\nFrom: a@b BODY[TEXT] \"my\" {2}\r\nab)\r\n* 2 EXISTS\r\n")}, "imap", map[string]string{"email.from.address": "",
			"imap.response": "* 1 FETCH (BODY[1] {9},* 2 EXISTS", "imap.literal.bytes": "9,2"}},
		{"fetch in quotes", []dissecttest.Piece{server("* 1 FETCH (BODY[] \"body\")\r\n")}, "imap", map[string]string{"imap.response": "* 1 FETCH (BODY[] "}},
		{"append", []dissecttest.Piece{client("a1 APPEND Sent {13+}\r\nFrom: a@b\r\n\r\n\r\na2 IDLE\r\nDONE\r\n")}, "imap:imf", map[string]string{"email.from.address": "a@b", "imap.request_folder": "Sent",
			"imap.request_command": "APPEND,IDLE,DONE"}},
		{"what is no literal", []dissecttest.Piece{server("* OK {x}\r\n* OK {}\r\n* OK {99999999999}\r\n* OK {1\r\n* OK end\r\n")}, "imap", map[string]string{"imap.response_status": "OK,OK,OK,OK,OK"}},
		{"a word without a tag may be a secret", []dissecttest.Piece{greeting, client("c2VjcmV0\r\n")}, "imap:imap", map[string]string{"imap.request": "", "imap.request_secret": "[redacted]"}},
		{"a command cut by the capture", []dissecttest.Piece{{Data: []byte("a1 SELECT INB"), Wire: 20}}, "imap", map[string]string{"imap.request_folder": "INB"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n"), server("* OK\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestElsewhere(t *testing.T) {
	b := newBench()
	b.Port = 144
	for compat, want := range map[bool]string{false: "imap", true: ""} {
		b.P.Options.Wireshark = compat
		if r := b.Stream(Protocol, greeting); r[0].Layers != want {
			t.Errorf("compat %v: layers %q", compat, r[0].Layers)
		}
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	b := dissecttest.New(nil, Protocol, imf.Protocol, tls)
	b.Port = 143
	if r := dissecttest.Merge(b.Stream(Protocol, greeting, client(". STARTTLS\r\n"), server(". OK\r\n"), client("\x16\x03\x01\x00\x05hello"), server("\x16"))...); r.Layers != "imap:imap:imap:tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, greeting, client("a1 LOGIN alice secret\r\n"), server("a1 OK\r\n"), client("a2 AUTHENTICATE X\r\n"), server("+ x\r\n"), client("YQ==\r\n"))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		"* OK IMAP4 ready\r\n":      {true, true},
		"* PREAUTH imap x\r\n":      {true, true},
		"* OK ready\r\n":            {true, false},
		"* BYE IMAP\r\n":            {true, false},
		"a1 login a b\r\n":          {true, false},
		"a1 OK done\r\n":            {true, false},
		"a":                         {true, false},
		"a1 FOO\r\n":                {false, false},
		"+OK POP3\r\n":              {false, false},
		"GET / HTTP/1.1\r\n":        {false, false},
		"\x16\x03\x01\x02\x00\x01":  {false, false},
		"220 imap.example.com\r\n":  {false, false},
		"((a) LOGIN\r\n":            {false, false},
		strings.Repeat("a", maxTag): {true, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for _, tt := range []struct {
		piece dissecttest.Piece
		want  string
	}{
		{client("a1 LOGIN a b\r\n"), "Request: a1 LOGIN a [redacted]"},
		{greeting, "Response: * OK IMAP4rev1 ready"},
		{client("a1 X {3}\r\nabc\r\n"), ""},
		{client("a1 LIST {3}\r\nabc\r\n"), "Request: a1 LIST {3} | literal, 3 bytes"},
	} {
		b.Stream(Protocol, tt.piece)
		if got := b.Summary(Protocol); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	b := newBench()
	for reveal, want := range map[bool]int{false: 0, true: 5} {
		b.Out.Reveal = reveal
		n := 0
		for _, values := range dissecttest.Merge(b.Stream(Protocol, client("a LOGIN a "+canary+"\r\nb LOGIN a {6}\r\n"+canary+"\r\nc AUTHENTICATE X "+canary+"\r\n"), client(canary+"\r\n"))...).Fields {
			n += strings.Count(strings.Join(values, ","), canary)
		}
		if n != want {
			t.Errorf("reveal %v: the canary is in %d values", reveal, n)
		}
	}
}

func FuzzIMAP(f *testing.F) {
	f.Add([]byte("a LOGIN {3}\r\nabc x\r\nb AUTHENTICATE PLAIN\r\nYQ==\r\nc APPEND x {9}\r\nFrom: a\r\n\r\nDONE\r\n"), []byte("* OK IMAP\r\n* 1 FETCH (BODY[HEADER] {14}\r\nFrom: a@b\r\n\r\n)\r\n+ x\r\na OK\r\n"), 30)
	f.Fuzz(func(t *testing.T, commands, responses []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(responses)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(commands)), server(string(responses[:at])), server(string(responses[at:])))...)
		b.Invariants(t)
		if len(r.Fields["imap.request"]) != len(r.Fields["imap.request_command"]) || len(r.Fields["imap.response_tag"]) > len(r.Fields["imap.response_status"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: commands, Wire: len(commands) + 1}, dissecttest.Piece{Dir: 1, Data: responses, Wire: len(responses) + 1})
		b.Invariants(t)
	})
}
