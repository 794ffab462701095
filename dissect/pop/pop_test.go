// SPDX-License-Identifier: Apache-2.0

package pop

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/imf"
)

var client, server = dissecttest.Client, dissecttest.Server

func newBench(compat bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, imf.Protocol)
	b.P.Options.Wireshark = compat
	b.Port = 110
	return b
}

var greeting = server("+OK POP3 ready\r\n")

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"login", []dissecttest.Piece{greeting, client("USER alice\r\n"), server("+OK\r\n"), client("PASS my secret\r\n"), server("-ERR no\r\n")}, "pop:pop:pop:pop:pop",
			map[string]string{"pop.request.command": "USER,PASS", "pop.request.parameter": "alice", "pop.request.secret": "[redacted]", "user.name": "alice",
				"pop.response.indicator": "+OK,+OK,-ERR", "pop.response.description": "POP3 ready,no", "request_in": "2,4", "transaction.id": "flow:1,flow:1,flow:2,flow:2"}},
		{"APOP", []dissecttest.Piece{client("APOP bob c4c9334bac560ecc979e58001b3e22fb\r\n")}, "pop", map[string]string{"pop.request.parameter": "bob", "pop.request.secret": "[redacted]", "user.name": "bob"}},
		{"AUTH", []dissecttest.Piece{client("AUTH PLAIN\r\n"), server("+ \r\n"), client("AGFsaWNlAGI=\r\n"), server("+OK\r\n"), client("STAT\r\n")}, "pop:pop:pop:pop:pop",
			map[string]string{"pop.request.command": "AUTH,STAT", "pop.request.parameter": "PLAIN", "pop.request.secret": "[redacted]", "user.name": "alice", "request_in": "1"}},
		{"AUTH with its first answer", []dissecttest.Piece{client("AUTH PLAIN AGFsaWNlAGI=\r\n"), server("+OK\r\n")}, "pop:pop", map[string]string{"pop.request.parameter": "PLAIN", "user.name": "alice"}},
		{"AUTH that asks for the mechanisms", []dissecttest.Piece{client("AUTH\r\n"), server("+OK\r\nPLAIN\r\n.\r\n"), client("STAT\r\n"), server("+OK 1 2\r\n")}, "pop:pop:pop:pop",
			map[string]string{"pop.response.description": "1 2", "pop.request.secret": ""}},
		{"AUTH whose response was not seen", []dissecttest.Piece{client("AUTH LOGIN\r\n"), client("YQ==\r\n"), client("TOP 1 2\r\n")}, "pop:pop:pop", map[string]string{"pop.request.command": "AUTH,TOP"}},
		{"message", []dissecttest.Piece{client("RETR 1\r\n"), server("+OK 40 octets\r\nFrom: a@b\r\n"), server("\r\nx\r\n"), server(".\r\n"), client("QUIT\r\n"), server("+OK\r\n")}, "pop:pop:pop:imf:pop:pop:pop",
			map[string]string{"email.from.address": "a@b", "pop.data.bytes": "16,3", "pop.message.bytes": "16", "pop.message_end": "true", "request_in": "1,5"}},
		{"no message", []dissecttest.Piece{client("RETR 9\r\n"), server("-ERR no\r\n"), client("NOOP\r\n"), server("+OK\r\n")}, "pop:pop:pop:pop", map[string]string{"pop.response.indicator": "-ERR,+OK", "pop.data.bytes": ""}},
		{"lists", []dissecttest.Piece{client("CAPA\r\nLIST\r\nLIST 1\r\nUIDL\r\n"), server("+OK\r\nTOP\r\n.\r\n+OK\r\n1 2\r\n.\r\n+OK 1 2\r\n+OK\r\n"), server("1 x\r\n.\r\n"), client("STAT\r\n"), server("+OK a\r\n")},
			"pop:pop:pop:pop:pop", map[string]string{"pop.response.indicator": "+OK,+OK,+OK,+OK,+OK", "pop.response.description": "1 2,a"}},
		{"a list without its end", []dissecttest.Piece{client("LIST\r\n"), server("+OK\r\n1 2\r\n"), client("STAT\r\n"), server("+OK 1 2\r\n")}, "pop:pop:pop:pop", map[string]string{"pop.response.description": "1 2"}},
		{"an unknown word may be a secret", []dissecttest.Piece{greeting, client("c2VjcmV0\r\nXTND XMIT\r\n")}, "pop:pop", map[string]string{"pop.request.command": "XTND"}},
		{"a response cut by the capture", []dissecttest.Piece{{Dir: 1, Data: []byte("+OK PO"), Wire: 20}}, "pop", map[string]string{"pop.response.description": "PO"}},
		{"another protocol", []dissecttest.Piece{client("PING\r\n"), server("+PONG\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(false).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
}

// In compat mode, the head of a message stands where the message ends, and in each packet when its length was not told.
func TestWireshark(t *testing.T) {
	for length, want := range map[string]string{"40 octets": ",,,pop:imf", "": ",,pop:imf,pop:imf"} {
		r := newBench(true).Stream(Protocol, client("RETR 1\r\n"), server("+OK "+length+"\r\n"), server("From: a@b\r\n\r\n"), server("x\r\n.\r\n"))
		var layers []string
		for _, r := range r {
			layers = append(layers, strings.TrimSuffix(r.Layers, "pop"))
		}
		if got := strings.Join(layers, ","); got != want {
			t.Errorf("%q: layers %s", length, got)
		}
	}
	b := newBench(true)
	b.Port = 111
	if r := b.Stream(Protocol, greeting); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	b := dissecttest.New(nil, Protocol, imf.Protocol, tls)
	b.Port = 110
	if r := dissecttest.Merge(b.Stream(Protocol, greeting, client("STLS\r\n"), server("+OK\r\n"), client("\x16\x03\x01\x00\x05hello"), server("\x16"))...); r.Layers != "pop:pop:pop:tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench(false).Split(t, Protocol, greeting, client("USER alice\r\n"), server("+OK\r\n"), client("CAPA\r\n"), server("+OK x\r\n"), client("PASS secret\r\n"))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		"+OK POP3 ready\r\n":       {true, true},
		"+OK Dovecot ready.\r\n":   {true, false},
		"+OK\r\n":                  {true, false},
		"-ERR no\r\n":              {true, false},
		"USER a\r\n":               {true, false},
		"220 a POP3\r\n":           {false, false},
		"EHLO a\r\n":               {false, false},
		"\x16\x03\x01\x02\x00\x01": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench(false)
	for _, tt := range []struct {
		pieces []dissecttest.Piece
		want   string
	}{
		{[]dissecttest.Piece{client("USER a\r\n")}, "C: USER a"},
		{[]dissecttest.Piece{client("AUTH LOGIN\r\n"), client("YQ==\r\n")}, "C: credentials"},
		{[]dissecttest.Piece{greeting}, "S: +OK POP3 ready"},
		{[]dissecttest.Piece{client("LIST\r\n"), server("+OK\r\n"), server("1 2\r\n")}, "S: list or challenge"},
		{[]dissecttest.Piece{client("RETR 1\r\n"), server("+OK\r\n\r\nx\r\n.\r\n")}, "S: +OK | S: message, 8 bytes"},
	} {
		b.Stream(Protocol, tt.pieces...)
		if got := b.Summary(Protocol); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	b := newBench(false)
	for reveal, want := range map[bool]int{false: 0, true: 4} {
		b.Out.Reveal = reveal
		n := 0
		for _, values := range dissecttest.Merge(b.Stream(Protocol, client("PASS "+canary+"\r\nAPOP a "+canary+"\r\nAUTH X "+canary+"\r\n"), client(canary+"\r\n"), server("+OK\r\n+OK\r\n+ \r\n"), client(canary+"\r\n"))...).Fields {
			n += strings.Count(strings.Join(values, ","), canary)
		}
		if n != want {
			t.Errorf("reveal %v: the canary is in %d values", reveal, n)
		}
	}
}

func FuzzPOP(f *testing.F) {
	f.Add([]byte("USER a\r\nPASS b\r\nLIST\r\nRETR 1\r\nAUTH PLAIN\r\nYQ==\r\n"), []byte("+OK POP3\r\n+OK\r\n-ERR\r\n+OK\r\n1 2\r\n.\r\n+OK 5\r\nFrom: a@b\r\n\r\nx\r\n.\r\n+ x\r\n"), 40, false)
	f.Fuzz(func(t *testing.T, commands, responses []byte, at int, compat bool) {
		b := newBench(compat)
		at = max(0, min(at, len(responses)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(commands)), server(string(responses[:at])), server(string(responses[at:])))...)
		b.Invariants(t)
		if len(r.Fields["pop.message_end"]) != len(r.Fields["pop.message.bytes"]) || len(r.Fields["pop.response.description"]) > len(r.Fields["pop.response.indicator"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: commands, Wire: len(commands) + 1}, dissecttest.Piece{Dir: 1, Data: responses, Wire: len(responses) + 1})
		b.Invariants(t)
	})
}
