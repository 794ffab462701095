// SPDX-License-Identifier: Apache-2.0

package pgsql

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// first makes a message without a type, message one with a type.
func first(code uint32, s string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(s)+8))
	return string(binary.BigEndian.AppendUint32(b, code)) + s
}

func message(t byte, s string) string {
	return string(binary.BigEndian.AppendUint32([]byte{t}, uint32(len(s)+4))) + s
}

func newBench(other ...*dissect.Protocol) *dissecttest.Bench {
	b := dissecttest.New(nil, append(other, Protocol)...)
	b.Port = 5432
	return b
}

var (
	hello = first(version3, "user\x00alice\x00database\x00shop\x00\x00")
	auth  = func(kind byte) string { return message('R', "\x00\x00\x00"+string(kind)) }
)

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"login and query", []dissecttest.Piece{client(hello), server(auth(5)), client(message('p', "md5")), server(auth(0) + message('S', "a\x00b\x00") + message('K', "12345678") + message('Z', "I")),
			client(message('Q', "select\x00")), server(message('T', "x") + message('D', "y") + message('C', "z") + message('Z', "I")), client(message('X', ""))}, "pgsql:pgsql:pgsql:pgsql:pgsql:pgsql:pgsql",
			map[string]string{"pgsql.type": "Startup message,Authentication request,Password message,Authentication request,Parameter status,Backend key data,Ready for query,Simple query," +
				"Row description,Data row,Command completion,Ready for query,Termination", "user.name": "alice", "pgsql.database": "shop"}},
		{"SASL", []dissecttest.Piece{client(hello), server(auth(10)), client(message('p', "a")), server(auth(11)), client(message('p', "b"))}, "pgsql:pgsql:pgsql:pgsql:pgsql",
			map[string]string{"pgsql.type": "Startup message,Authentication request,SASLInitialResponse message,Authentication request,SASLResponse message"}},
		{"GSSAPI", []dissecttest.Piece{client(hello), server(auth(7)), client(message('p', "a"))}, "pgsql:pgsql:pgsql", map[string]string{"pgsql.type": "Startup message,Authentication request,GSSResponse message"}},
		{"SSL refused", []dissecttest.Piece{client(first(sslRequest, "")), server("N"), client(hello), server(auth(0))}, "pgsql:pgsql:pgsql", map[string]string{"pgsql.type": "SSL request,Startup message,Authentication request"}},
		{"cancel", []dissecttest.Piece{client(first(cancel, "12345678"))}, "pgsql", map[string]string{"pgsql.type": "Cancel request"}},
		{"an error instead of an answer", []dissecttest.Piece{client(first(gssRequest, "")), server(message('E', "x"))}, "pgsql:pgsql", map[string]string{"pgsql.type": "GSS encrypt request,Error"}},
		{"a large message", []dissecttest.Piece{server(message('Z', "I")), server("D\x00\x02\x00\x00" + strings.Repeat("x", 100)), server(strings.Repeat("y", 0x20000-104) + message('Z', "I"))}, "pgsql:pgsql:pgsql",
			map[string]string{"pgsql.type": "Ready for query,Data row,Ready for query"}},
		{"a message cut by the capture", []dissecttest.Piece{{Data: []byte(hello)[:20], Wire: len(hello)}}, "pgsql", map[string]string{"user.name": "alice"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\n")}, "", nil},
		{"MySQL", []dissecttest.Piece{server("\x49\x00\x00\x00\x0a8.0.34-0ubuntu0\x00\x01\x00")}, "", nil},
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

func TestMalformed(t *testing.T) {
	for _, data := range []string{"\xff\x00\x00\x00\x04", "Z\x00\x00\x00\x03"} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(hello), server(data))...); r.Malformed != "pgsql" {
			t.Errorf("%q: malformed %q", data, r.Malformed)
		}
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	if r := dissecttest.Merge(newBench(tls).Stream(Protocol, client(first(sslRequest, "")), server("S"), client("\x16\x03\x01\x00\x05hello"), server("\x16"))...); r.Layers != "pgsql:tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(hello), server(auth(5)), client(message('p', "md5")), server(message('Z', "I")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		hello:                        {true, true},
		first(version3, "x\x00\x00"): {true, false},
		first(version3+2, "\x00"):    {true, true},
		first(sslRequest, ""):        {true, true},
		first(sslRequest, "x"):       {false, false},
		message('Z', "I"):            {true, false},
		message('Z', "I") + "\x01":   {false, false},
		"Z\x00\x00":                  {true, false},
		"Z\x01\x00":                  {false, false},
		"\x16\x03\x01\x02\x00\x01":   {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	b.Stream(Protocol, client(hello))
	if got := b.Summary(Protocol); got != "Startup message" {
		t.Errorf("%q", got)
	}
	b.Stream(Protocol, server(strings.Repeat(message('D', ""), 9)))
	if got := b.Summary(Protocol); got != strings.Repeat("Data row, ", 8)+"…" {
		t.Errorf("%q", got)
	}
}

func FuzzPGSQL(f *testing.F) {
	f.Add([]byte(hello+message('p', "x")), []byte(auth(5)+message('Z', "I")), 5)
	f.Add([]byte(first(sslRequest, "")), []byte("S"), 0)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["pgsql.type"]); n > (len(fromClient)+len(fromServer))/5+1 || len(r.Fields["user.name"]) > 0 && n == 0 {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
