// SPDX-License-Identifier: Apache-2.0

package nntp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 119
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"commands and responses", []dissecttest.Piece{server("200 ready\r\n"), client("GROUP comp.lang.go\r\n"), server("211 3 1 3 comp.lang.go\r\n"), client("quit\r\n")}, "nntp:nntp:nntp:nntp",
			map[string]string{"nntp.request": "true,true", "nntp.command": "GROUP,quit", "nntp.parameter": "comp.lang.go", "nntp.response_code": "200,211", "request_in": "2", "nntp.data_length": ""}},
		{"an article", []dissecttest.Piece{client("ARTICLE 1\r\n"), server("220 1 <a@b>\r\nSubject: x\r\n\r\n211 no code\r\n.\r\n"), client("LISTGROUP a\r\n"), server("211 1\r\n1\r\n.\r\n205 bye\r\n")}, "nntp:nntp:nntp:nntp",
			map[string]string{"nntp.response_code": "220,211,205", "nntp.data_length": "30,6"}},
		{"posting", []dissecttest.Piece{client("POST\r\n"), server("340 go\r\n"), client("GROUP x\r\n.\r\nQUIT\r\n")}, "nntp:nntp:nntp", map[string]string{"nntp.command": "POST,QUIT", "nntp.data_length": "12"}},
		{"login", []dissecttest.Piece{client("AUTHINFO USER alice\r\n"), client("authinfo pass c4n4ry\r\nc4n4ry\r\n")}, "nntp:nntp", map[string]string{"user.name": "alice", "nntp.password": "[redacted]", "nntp.parameter": "USER,pass"}},
		{"TLS", []dissecttest.Piece{client("STARTTLS\r\n"), server("382 go\r\n"), client("\x16\x03\x01")}, "nntp:nntp", map[string]string{"nntp.response_code": "382"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	b.Port = 120
	if r := b.Stream(Protocol, client("QUIT\r\n")); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
}

func TestCanary(t *testing.T) {
	b := newBench()
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal = reveal
		if b.Stream(Protocol, client("AUTHINFO PASS c4n4ry\r\n")); strings.Contains(string(b.Out.Arena), "c4n4ry") != reveal {
			t.Errorf("revealed %v", reveal)
		}
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for _, tt := range []struct {
		piece dissecttest.Piece
		want  string
	}{{client("GROUP a\r\n"), "Request: GROUP a"}, {server("215 x\r\ny\r\n"), "Response: 215 x | Data, 3 bytes"}} {
		if b.Stream(Protocol, tt.piece); b.Summary(Protocol) != tt.want {
			t.Errorf("%q, want %q", b.Summary(Protocol), tt.want)
		}
	}
}

func FuzzNNTP(f *testing.F) {
	f.Add([]byte("GROUP a\r\nPOST\r\nx\r\n.\r\nAUTHINFO PASS x\r\n"), []byte("200 a\r\n340 b\r\n220 c\r\nd\r\n.\r\n"), 9)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if len(r.Fields["nntp.parameter"]) > len(r.Fields["nntp.command"]) || len(r.Fields["request_in"]) > len(r.Fields["nntp.response_code"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1})
		b.Invariants(t)
	})
}
