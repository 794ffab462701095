// SPDX-License-Identifier: Apache-2.0

package memcache

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// message makes one of the binary protocol.
func message(magic, opcode byte, status uint16, opaque uint32, extras, key, value string) string {
	b := binary.BigEndian.AppendUint16([]byte{magic, opcode}, uint16(len(key)))
	b = binary.BigEndian.AppendUint16(append(b, byte(len(extras)), 0), status)
	b = binary.BigEndian.AppendUint32(b, uint32(len(extras)+len(key)+len(value)))
	b = binary.BigEndian.AppendUint32(b, opaque)
	return string(append(b, 0, 0, 0, 0, 0, 0, 0, 9)) + extras + key + value
}

func request0(opcode byte, opaque uint32, key, value string) string {
	return message(magicRequest, opcode, 0, opaque, "", key, value)
}

// datagram0 puts the header of the first of so many datagrams before s.
func datagram0(sequence, total byte, s string) string {
	return string([]byte{0, 7, 0, sequence, 0, total, 0, 0}) + s
}

func newBench(wireshark bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.P.Options = &dissect.Options{Wireshark: wireshark}
	b.Port = 11211
	return b
}

func TestStreams(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"set", []dissecttest.Piece{client("set k 5 60 3\r\nabc\r\n"), server("STORED\r\n")}, "memcache:memcache",
			map[string]string{"memcache.command": "set", "memcache.key": "k", "memcache.flags": "5", "memcache.expiration": "60", "memcache.value_length": "3", "memcache.response": "STORED", "request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"get", []dissecttest.Piece{client("get a b\r\n"), server("VALUE a 0 3\r\nabc\r\nVALUE b 1 2 77\r\nde\r\nEND\r\n"), client("get c\r\n"), server("END\r\n")}, "memcache:memcache:memcache:memcache",
			map[string]string{"memcache.command": "get,get", "memcache.key": "a,b,a,b,c", "memcache.response": "VALUE,VALUE,END,END", "memcache.value_length": "3,2", "memcache.flags": "0,1", "request_in": "1,3"}},
		{"a value that reads as a command", []dissecttest.Piece{client("set k 0 0 9 noreply\r\nget x\r\nab\r\ndelete k\r\n"), server("DELETED\r\n")}, "memcache:memcache",
			map[string]string{"memcache.command": "set,delete", "memcache.noreply": "true", "transaction.id": "flow:1,flow:1"}},
		{"errors", []dissecttest.Piece{client("incr k x\r\n"), server("CLIENT_ERROR invalid numeric delta argument\r\n"), client("get k\r\n"), server("SERVER_ERROR out of memory\r\n"), client("x\r\n"), server("ERROR\r\n")}, "memcache:memcache:memcache:memcache:memcache:memcache",
			map[string]string{"memcache.response": "CLIENT_ERROR,SERVER_ERROR,ERROR", "memcache.error": "invalid numeric delta argument,out of memory"}},
		{"statistics, quit", []dissecttest.Piece{client("stats\r\n"), server("STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n"), client("quit\r\n")}, "memcache:memcache:memcache", map[string]string{"memcache.command": "stats,quit", "memcache.response": "STAT,END"}},
		{"meta commands", []dissecttest.Piece{client("ms k 2 T60\r\nhi\r\nmg k v q\r\nmg k v\r\ngat 9 a b\r\n"), server("HD\r\nVA 2\r\nhi\r\n")}, "memcache:memcache",
			map[string]string{"memcache.command": "ms,mg,mg,gat", "memcache.key": "k,k,k,a,b", "memcache.response": "HD,VA", "memcache.value_length": "2,2", "transaction.id": "flow:1,flow:2,flow:3,flow:1,flow:2"}},
		{"a large value", []dissecttest.Piece{client("set k 0 0 100000\r\n" + strings.Repeat("x", 100)), client(strings.Repeat("x", 99900) + "\r\nget k\r\n")}, "memcache:memcache", map[string]string{"memcache.command": "set,get"}},
		{"binary", []dissecttest.Piece{client(message(magicRequest, 1, 0, 3, "\x00\x00\x00\x00\x00\x00\x00\x3c", "k", "abc") + request0(0, 4, "x", "")), server(message(magicResponse, 0, 1, 4, "", "", "Not found") + message(magicResponse, 1, 0, 3, "", "", ""))}, "memcache:memcache",
			map[string]string{"memcache.opcode": "1,0,0,1", "memcache.command": "set,get", "memcache.key": "k,x", "memcache.value_length": "3,9", "memcache.status": "1,0", "memcache.error": "Not found", "memcache.opaque": "3,4,4,3", "memcache.cas": "0000000000000009,0000000000000009,0000000000000009,0000000000000009",
				"transaction.id": "flow:1,flow:2,flow:2,flow:1"}},
		{"login", []dissecttest.Piece{client(request0(0x21, 1, "PLAIN", "\x00bob\x00canary2b7e"))}, "memcache", map[string]string{"user.name": "bob", "memcache.command": "sasl_auth"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte("get key\r\n")[:6], Wire: 9}}, "memcache", map[string]string{"memcache.command": "get"}},
		{"a header cut by the capture", []dissecttest.Piece{{Data: []byte(request0(0, 4, "x", ""))[:9], Wire: 25}}, "memcache", nil},
		{"another protocol", []dissecttest.Piece{client("\x16\x03\x01\x02\x00\x01")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(false)
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" {
				t.Errorf("layers %q, want %q, malformed %q", r.Layers, tt.layers, r.Malformed)
			}
			r.Check(t, tt.want)
			if strings.Contains(string(b.Out.Arena), "canary2b7e") {
				t.Error("the password stands in the record")
			}
		})
	}
}

func TestWireshark(t *testing.T) {
	b := newBench(true)
	dissecttest.Merge(b.Stream(Protocol, client("stats\r\n"), server("STAT pid 1\r\nEND\r\n"), client(request0(0, 4, "x", "")))...).Check(t, map[string]string{"memcache.command": "stats,STAT", "memcache.response": "END", "memcache.opcode": "0"})
	r := b.Datagrams(Protocol, client(datagram0(0, 1, "get k\r\n")))[0]
	if r.Check(t, map[string]string{"memcache.command": ""}); r.Layers != "memcache" {
		t.Errorf("layers %q", r.Layers)
	}
	b.Port = 5000
	if r := b.Datagrams(Protocol, client(datagram0(0, 1, "get k\r\n")))[0]; r.Layers != "" {
		t.Errorf("elsewhere: layers %q", r.Layers)
	}
}

func TestMalformed(t *testing.T) {
	if r := newBench(false).Stream(Protocol, client("get k\r\n"), client("\x80\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01"+strings.Repeat("\x00", 13)))[1]; r.Malformed != "memcache" {
		t.Errorf("malformed %q", r.Malformed)
	}
}

func TestDatagrams(t *testing.T) {
	b := newBench(false)
	r := dissecttest.Merge(b.Datagrams(Protocol, client(datagram0(0, 1, "get k\r\n")), server(datagram0(0, 2, "VALUE k 0 2000\r\nxx")), server(datagram0(1, 2, "xx\r\nEND\r\n")), client(datagram0(0, 1, request0(13, 1, "q", ""))))...)
	r.Check(t, map[string]string{"memcache.command": "get,getkq", "memcache.key": "k,k,q", "memcache.response": "VALUE", "memcache.request_id": "7,7,7,7", "request_in": "1"})
	if r.Layers != "memcache:memcache:memcache:memcache" {
		t.Errorf("layers %q", r.Layers)
	}
	if r := b.Run(Protocol, []byte("\x00\x01\x00"), 3); r.Malformed != "memcache" {
		t.Errorf("malformed %q", r.Malformed)
	}
}

func TestSegmentation(t *testing.T) {
	newBench(false).Split(t, Protocol, client("set k 5 60 3\r\nabc\r\nget a b\r\n"), server("STORED\r\nVALUE a 0 3\r\nabc\r\nEND\r\n"), client(request0(0, 4, "x", "")), server(message(magicResponse, 0, 1, 4, "", "", "Not found")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		"set k 5 60 3\r\n":           {true, true},
		"cas k 5 -1 3 9 noreply\r\n": {true, true},
		"set k 5 60\r\n":             {true, false},
		"set k a b 3\r\n":            {true, false},
		"get k\r\n":                  {true, false},
		"\x16\x03\x01\x02\x00\x01":   {false, false},
		request0(0, 1, "k", ""):      {true, true},
		request0(0x30, 1, "k", ""):   {false, false},
		"\x80\x00":                   {true, false},
	})
	dissecttest.Recognises(t, acceptDatagram, guessDatagram, map[string][2]bool{
		datagram0(0, 1, "set k 5 60 3\r\n"):      {true, true},
		datagram0(0, 1, request0(0, 1, "k", "")): {true, true},
		datagram0(1, 2, "xx"):                    {true, false},
		datagram0(2, 2, "xx"):                    {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"set k":                 client("set k 0 0 1\r\na\r\n"),
		"VALUE END k":           server("VALUE k 0 1\r\na\r\nEND\r\n"),
		"status=1 Not found":    server(message(magicResponse, 0, 1, 4, "", "", "Not found")),
		"get a b c d e f g h …": client("get a b c d e f g h i\r\n"),
		"MEMCACHE Continuation": client("\r\n"),
	} {
		b := newBench(false)
		b.Stream(Protocol, client("get x\r\n"), piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzMemcache(f *testing.F) {
	f.Add([]byte("set k 5 60 3\r\nabc\r\n"+request0(0, 4, "x", "")), []byte("STORED\r\nVALUE a 0 3\r\nabc\r\nEND\r\n"), 5)
	f.Add([]byte(datagram0(0, 1, "mg k v q\r\n")), []byte(message(magicResponse, 0, 1, 4, "", "", "Not found")), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench(false)
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["memcache.command"]) + len(r.Fields["memcache.response"]); n > len(fromClient)+len(fromServer) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
		b.Datagrams(Protocol, client(string(fromClient)), server(string(fromServer)))
		b.Invariants(t)
	})
}
