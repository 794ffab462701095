// SPDX-License-Identifier: Apache-2.0

package x11

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

const (
	setup    = "l\x00\x0b\x00\x00\x00\x01\x00\x05\x00\x00\x00n\x00\x00\x00c4n4r\x00\x00\x00"
	accepted = "\x01\x00\x0b\x00\x00\x00\x01\x00\x00\x00\x00\x00"
	pixmap   = "\x35\x18\x04\x00aaaabbbbcccc"
	focus    = "\x2b\x00\x01\x00"
)

var (
	reply = "\x01" + strings.Repeat("\x00", 3) + "\x01\x00\x00\x00" + strings.Repeat("\x00", 24) + "rest"
	key   = "\x02" + strings.Repeat("\x00", 31)
	fault = "\x00\x03" + strings.Repeat("\x00", 30)
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = firstPort
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"from the setup on", []dissecttest.Piece{client(setup), server(accepted), client(pixmap + focus), server(reply + key + fault)}, "x11:x11:x11:x11", map[string]string{"x11.opcode": "53,43", "x11.eventcode": "2", "x11.errorcode": "3"}},
		{"the other order of bytes", []dissecttest.Piece{client("B\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00"), client("\x2b\x00\x00\x01\x35\x18\x00\x04aaaabbbbcccc")}, "x11:x11", map[string]string{"x11.opcode": "43,53"}},
		{"the middle of a connection", []dissecttest.Piece{client(pixmap + focus), server(key)}, "x11:x11", map[string]string{"x11.opcode": "53,43", "x11.eventcode": "2"}},
		{"the middle in the other order", []dissecttest.Piece{client("\x35\x18\x00\x04aaaabbbbcccc")}, "x11", map[string]string{"x11.opcode": "53"}},
		{"a request over two packets", []dissecttest.Piece{client(setup), client(pixmap[:9]), client(pixmap[9:] + focus[:2]), client(focus[2:])}, "x11:x11:x11:x11", map[string]string{"x11.opcode": "53,43"}},
		{"a long request", []dissecttest.Piece{client(setup), client("\x48\x00\x00\x00\x03\x00\x00\x00aaaa" + focus)}, "x11:x11", map[string]string{"x11.opcode": "72,43"}},
		{"cut by the capture", []dissecttest.Piece{client(setup), {Data: []byte(focus + pixmap[:8]), Wire: 20}}, "x11:x11", map[string]string{"x11.opcode": "43"}},
		{"the middle of a request", []dissecttest.Piece{client("\x00\x00\x00\x00aaaa")}, "x11", map[string]string{"x11.opcode": ""}},
		{"TLS", []dissecttest.Piece{client("\x16\x03\x01\x02\x00")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	b.Split(t, Protocol, client(setup), server(accepted), client(pixmap+focus), server(reply+key))
	if n := len(b.Stream(Protocol, client(strings.Repeat(focus, maxListed+1)))[0].Fields["x11.opcode"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d requests, cut %v", n, b.Out.Cut)
	}
}

// The authorization and what requests hold stay out of the document.
func TestCanary(t *testing.T) {
	b := newBench()
	for _, piece := range []string{setup, "\x48\x00\x03\x00c4n4ry__"} {
		if b.Stream(Protocol, client(piece)); strings.Contains(string(b.Out.Arena), "c4n4r") {
			t.Error("the contents are in the record")
		}
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{setup: {true, true}, pixmap: {true, false}, "GET / HTTP/1.1": {}, "SSH-2.0": {}, "\x16\x03\x01\x00": {}, "": {}, "l\x00\x0b": {true, false}, "B": {true, false}, "l\x00\x00": {}})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{pixmap + focus: "Requests: CreatePixmap, GetInputFocus", "\x9e\x04\x01\x00": "Requests: opcode 158", strings.Repeat(focus, 9): "Requests: GetInputFocus" + strings.Repeat(", GetInputFocus", 7) + ", …"} {
		if b.Stream(Protocol, client(data)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
	if b.Stream(Protocol, server(key+fault)); b.Summary(Protocol) != "Event: KeyPress; Error: code 3" {
		t.Errorf("%q", b.Summary(Protocol))
	}
	if requests[len(requests)-1] != "GetModifierMapping" || len(requests) != 119 || len(events) != 33 {
		t.Errorf("%d requests, %d events", len(requests), len(events))
	}
}

func FuzzX11(f *testing.F) {
	f.Add([]byte(setup+pixmap+focus), []byte(accepted+reply+key), 30)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["x11.opcode"]) + len(r.Fields["x11.eventcode"]); 4*n > len(c)+len(s) {
			t.Fatalf("%d messages in %d bytes", n, len(c)+len(s))
		}
		if guess(c) && !accept(c) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1})
		b.Invariants(t)
	})
}
