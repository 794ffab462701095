// SPDX-License-Identifier: Apache-2.0

package socks

import (
	"bytes"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/http"
)

var client, server = dissecttest.Client, dissecttest.Server

const (
	ask       = "\x05\x01\x00\x03\x0bexample.com\x00\x50"
	succeeded = "\x05\x00\x00\x01\xc0\x00\x02\x01\x10\x00"
	get       = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
	answer    = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
	ask4      = "\x04\x01\x00\x50\xc0\x00\x02\x01alice\x00"
	ask4a     = "\x04\x01\x00\x50\x00\x00\x00\x01\x00example.com\x00"
	granted   = "\x00\x5a\x10\x00\xc0\x00\x02\x02"
	login     = "\x01\x05alice\x06c4n4ry"
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, http.Protocol)
	b.Port = 1080
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"version 5", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), client(ask), server(succeeded), client(get), server(answer)}, "socks:socks:socks:socks:socks:http:socks:http",
			map[string]string{"socks.version": "5,5,5,5,5,5", "socks.auth_method": "0", "socks.auth_accepted_method": "0", "socks.command": "1,1,1", "socks.remote_name": "example.com", "socks.port": "80,4096", "socks.dst": "192.0.2.1",
				"socks.result": "0", "http.request.method": "GET", "http.response.status_code": "200", "transaction.id": "flow:1,flow:1,flow:2,flow:2", "request_in": "3,5"}},
		{"user and password", []dissecttest.Piece{client("\x05\x02\x00\x02"), server("\x05\x02"), client(login), server("\x01\x00"), client(ask)}, "socks:socks:socks:socks:socks",
			map[string]string{"socks.username": "alice", "user.name": "alice", "socks.password": "[redacted]", "socks.auth_status": "0", "socks.command": "1"}},
		{"an address of version 6", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), client("\x05\x03\x00\x04 \x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x35")}, "socks:socks:socks",
			map[string]string{"socks.dst": "2001:db8::1", "socks.port": "53", "socks.command": "3"}},
		{"version 4", []dissecttest.Piece{client(ask4), server(granted), client(get), server(answer)}, "socks:socks:socks:http:socks:http",
			map[string]string{"socks.version": "4,0,4,4", "socks.username": "alice", "socks.dst": "192.0.2.1,192.0.2.2", "socks.port": "80,4096", "socks.result": "90", "http.request.method": "GET"}},
		{"version 4A", []dissecttest.Piece{client(ask4a), server(granted)}, "socks:socks", map[string]string{"socks.remote_name": "example.com", "related.hosts": "example.com", "socks.username": "", "socks.dst": "192.0.2.2"}},
		{"a client that does not wait", []dissecttest.Piece{client(ask4 + get), server(granted), client("GET /2 HTTP/1.1\r\n\r\n")}, "socks:socks:socks:http:http", map[string]string{"http.request.method": "GET,GET"}},
		{"refused", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), client(ask), server("\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"), client(get)}, "socks:socks:socks:socks:socks", map[string]string{"socks.result": "5", "http.request.method": ""}},
		{"no method is good enough", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\xff"), client(ask)}, "socks:socks:socks", map[string]string{"socks.auth_accepted_method": "255", "socks.command": ""}},
		{"BIND has two replies", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), client("\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x50"), server(succeeded), server(succeeded), server(get)},
			"socks:socks:socks:socks:socks:socks:http", map[string]string{"socks.result": "0,0", "request_in": "3,3", "http.request.method": "GET"}},
		{"what nobody speaks", []dissecttest.Piece{client(ask4), server(granted), client("\x00\x01\x02")}, "socks:socks:socks", map[string]string{"socks.version": "4,0,4"}},
		{"an address of no type", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), client("\x05\x01\x00\x09\x00\x00")}, "socks:socks:socks", map[string]string{"socks.command": ""}},
		{"a user without end", []dissecttest.Piece{client(ask4[:8] + string(bytes.Repeat([]byte("a"), 300)))}, "socks", map[string]string{"socks.username": ""}},
		{"a name without end", []dissecttest.Piece{client(ask4a[:9] + string(bytes.Repeat([]byte("a"), 300)))}, "socks", map[string]string{"socks.remote_name": ""}},
		{"another protocol's reply", []dissecttest.Piece{client("\x05\x01\x00"), server("HTTP/1.1 400 Bad Request\r\n")}, "socks:socks", map[string]string{"socks.version": "5,5"}},
		{"cut by the capture", []dissecttest.Piece{client("\x05\x01\x00"), server("\x05\x00"), {Data: []byte(ask[:8]), Wire: len(ask)}}, "socks:socks:socks", map[string]string{"socks.command": ""}},
		{"the middle of a connection", []dissecttest.Piece{client(get)}, "", nil},
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

// The handshake does not depend on segmentation. What is relayed says in each packet what it is relayed by, so it does.
func TestSegmentation(t *testing.T) {
	handshake := []dissecttest.Piece{client("\x05\x02\x00\x02"), server("\x05\x02"), client(login), server("\x01\x00"), client(ask), server(succeeded)}
	b := newBench()
	fields := func(pieces []dissecttest.Piece) map[string][]string {
		r := dissecttest.Merge(b.Stream(Protocol, pieces...)...)
		for _, name := range []string{"socks.version", "request_in", "event.duration"} {
			delete(r.Fields, name)
		}
		return r.Fields
	}
	want := fields(handshake)
	for i, whole := range handshake {
		for at := 1; at < len(whole.Data); at++ {
			cut := append(append([]dissecttest.Piece{}, handshake[:i]...), dissecttest.Piece{Dir: whole.Dir, Data: whole.Data[:at]}, dissecttest.Piece{Dir: whole.Dir, Data: whole.Data[at:]})
			got := fields(append(cut, handshake[i+1:]...))
			for name, values := range want {
				if len(got[name]) != len(values) || got[name][0] != values[0] {
					t.Fatalf("piece %d cut at %d: %s = %q, want %q", i, at, name, got[name], values)
				}
			}
		}
	}
}

// Who speaks inside may pass over bytes, hand over, and reject.
func TestRelay(t *testing.T) {
	var seen []string
	next := &dissect.Protocol{Name: "next", Stream: func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		seen = append(seen, "next "+string(data))
		if bytes.HasPrefix(data, []byte("bad")) {
			return dissect.Reject
		}
		common.Request(p, c, 0)
		return len(data) + 2
	}}
	first := &dissect.Protocol{Name: "first", TCPPorts: []uint16{80}, Stream: func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		seen = append(seen, "first "+string(data))
		if p.Core.Destination.Port != 80 {
			t.Errorf("port %d inside", p.Core.Destination.Port)
		}
		c.HandOver(next, nil)
		return 0
	}}
	b := dissecttest.New(nil, Protocol, first, next)
	b.Port = 1080
	r := b.Stream(Protocol, client(ask4), server(granted), client("ab"), client("xxcd"), client("xxbad"), client("ef"))
	if got, want := string(bytes.Join(list(seen), []byte("|"))), "first ab|next ab|next cd|next bad|first ef|next ef"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if r[2].Core.Destination.Port != 1080 {
		t.Errorf("port %d outside", r[2].Core.Destination.Port)
	}
}

func list(texts []string) (out [][]byte) {
	for _, s := range texts {
		out = append(out, []byte(s))
	}
	return out
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{"\x05\x01\x00": {true, true}, "\x05\x02\x00\x02": {true, true}, "\x05\x02\x00": {true, false}, "\x05": {true, false}, "\x05\x00\x03": {}, "\x05\x02\x02\x02": {true, false},
		"\x05\x01\x09": {true, false}, ask4: {true, true}, ask4a: {true, true}, ask4[:9]: {true, false}, "\x04\x09\x00\x50": {}, get: {}, "": {}, "\x05\x00\x0b\x03\x10\x00\x00\x00": {}})
}

func TestCompatibility(t *testing.T) {
	b := newBench()
	b.Port = 1081
	if r := b.Stream(Protocol, client(ask4)); r[0].Layers != "" {
		t.Errorf("layers %q on another port", r[0].Layers)
	}
	b.P.Options.Wireshark = false
	if r := b.Stream(Protocol, client(ask4)); r[0].Layers != "socks" {
		t.Errorf("layers %q on another port", r[0].Layers)
	}
}

func TestCanary(t *testing.T) {
	b := newBench()
	pieces := []dissecttest.Piece{client("\x05\x01\x02"), server("\x05\x02"), client(login)}
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal = reveal
		b.Stream(Protocol, pieces...)
		if bytes.Contains(b.Out.Arena, []byte("c4n4ry")) != reveal {
			t.Errorf("revealed %v: the password is in the record, or is not", reveal)
		}
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for i, want := range []string{"Version: 5, Method 2", "Version: 5, User alice", "Version: 5, Status 0", "Version: 5, Connect, example.com:80", "Version: 5, Succeeded, 192.0.2.1:4096"} {
		b.Stream(Protocol, []dissecttest.Piece{client("\x05\x01\x02"), server("\x05\x02"), client(login), server("\x01\x00"), client(ask), server(succeeded)}[:i+2]...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzSOCKS(f *testing.F) {
	f.Add([]byte("\x05\x02\x00\x02"+login+ask+get), []byte("\x05\x02\x01\x00"+succeeded+answer), 4)
	f.Add([]byte(ask4+get), []byte(granted+answer), 100)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["socks.password"]); n > 1 || n > len(r.Fields["socks.version"]) {
			t.Fatalf("%d passwords in one connection", n)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1}, dissecttest.Piece{Dir: 1, Data: s, Wire: len(s) + 1})
		b.Invariants(t)
	})
}
