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
			client(message('Q', "select\x00")), server(message('T', "\x00\x01") + message('D', "y") + message('C', "z") + message('Z', "I")), client(message('X', ""))}, "pgsql:pgsql:pgsql:pgsql:pgsql:pgsql:pgsql",
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
	for want, piece := range map[string]dissecttest.Piece{
		"Startup message user=alice db=shop":            client(hello),
		"Simple query select 1":                         client(message('Q', "select 1\x00")),
		"Data row, Command completion SELECT 9":         server(strings.Repeat(message('D', ""), 9) + message('C', "SELECT 9\x00")),
		"Error 42P01 no such table":                     server(message('E', "SERROR\x00C42P01\x00Mno such table\x00\x00")),
		strings.Repeat("Data row, No data, ", 4) + "…":  server(strings.Repeat(message('D', "")+message('n', ""), 9)),
		"Simple query " + strings.Repeat("x", maxShown): client(message('Q', strings.Repeat("x", maxShown+1))),
	} {
		b := newBench()
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What messages say, and which answer which.
func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"query", []dissecttest.Piece{client(message('Q', "select 1\x00")), server(message('T', "\x00\x03x") + message('D', "y") + message('D', "y")), server(message('D', "y") + message('C', "SELECT 3\x00") + message('Z', "I"))},
			map[string]string{"pgsql.query": "select 1", "pgsql.field_count": "3", "pgsql.rows": "2,1", "pgsql.tag": "SELECT 3", "request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"prepared statement", []dissecttest.Piece{client(message('P', "s1\x00select $1\x00") + message('D', "Ss1\x00") + message('B', "p1\x00s1\x00") + message('E', "p1\x00") + message('C', "Pp1\x00") + message('S', "")), server(message('1', "") + message('2', "") + message('Z', "I"))},
			map[string]string{"pgsql.query": "select $1", "pgsql.statement": "s1,s1,s1", "pgsql.portal": "p1,p1,p1", "transaction.id": "flow:1,flow:1"}},
		{"two queries at once", []dissecttest.Piece{client(message('Q', "a\x00") + message('Q', "b\x00")), server(message('C', "A\x00") + message('Z', "I") + message('N', "") + message('C', "B\x00") + message('Z', "I"))}, map[string]string{"transaction.id": "flow:1,flow:2,flow:1,flow:2", "request_in": "1,1"}},
		{"error", []dissecttest.Piece{client(message('Q', "x\x00")), server(message('E', "SERROR\x00VERROR\x00C23505\x00Mduplicate\x00Dmore\x00Hadvice\x00tt\x00\x00") + message('Z', "I"))},
			map[string]string{"pgsql.severity": "ERROR", "pgsql.code": "23505", "pgsql.message": "duplicate", "pgsql.detail": "more", "pgsql.hint": "advice", "pgsql.table_name": "t", "request_in": "1"}},
		{"COPY", []dissecttest.Piece{client(message('Q', "copy t from stdin\x00")), server(message('G', "")), client(message('d', "abc") + message('d', "de") + message('f', "no more\x00")), server(message('d', "x"))}, map[string]string{"pgsql.copy_bytes": "5,1", "pgsql.message": "no more", "transaction.id": "flow:1,flow:1"}},
		{"login", []dissecttest.Piece{client(first(version3, "user\x00alice\x00application_name\x00psql\x00\x00")), server(auth(10)), client(message('p', "SCRAM-SHA-256\x00\x00\x00\x00\x01canary2b7e")), server(auth(0) + message('S', "server_version\x0015.3\x00") + message('K', "\x00\x00\x00\x07key!") + message('Z', "I"))},
			map[string]string{"pgsql.application_name": "psql", "pgsql.authtype": "10,0", "pgsql.sasl_mechanism": "SCRAM-SHA-256", "pgsql.password": "[redacted]", "pgsql.server_version": "15.3", "pgsql.pid": "7", "request_in": "1"}},
		{"notification, cancel", []dissecttest.Piece{server(message('A', "\x00\x00\x00\x07channel\x00payload\x00")), client(first(cancel, "\x00\x00\x00\x09abcd"))}, map[string]string{"pgsql.pid": "7,9", "pgsql.condition": "channel", "transaction.id": ""}},
		{"passwords", []dissecttest.Piece{server(auth(3)), client(message('p', "canary2b7e\x00")), client(message('Q', "ALTER ROLE a PASSWORD 'canary2b7e'\x00"))}, map[string]string{"pgsql.password": "[redacted]", "pgsql.query": "ALTER ROLE a PASSWORD [redacted]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results := newBench().Stream(Protocol, tt.pieces...)
			for _, r := range results {
				r.Lacks(t, "canary2b7e")
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
	dissecttest.Merge(b.Stream(Protocol, server(auth(3)), client(message('p', "canary2b7e\x00")))...).Check(t, map[string]string{"pgsql.password": "canary2b7e"})
}

func FuzzPGSQL(f *testing.F) {
	f.Add([]byte(hello+message('p', "x")), []byte(auth(5)+message('Z', "I")), 5)
	f.Add([]byte(first(sslRequest, "")), []byte("S"), 0)
	f.Add([]byte(message('P', "s1\x00select $1\x00")+message('B', "p1\x00s1\x00")+message('S', "")), []byte(message('E', "SERROR\x00C42P01\x00Mx\x00\x00")+message('D', "y")), 9)
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
