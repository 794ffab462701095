// SPDX-License-Identifier: Apache-2.0

package thrift

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func number(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func str(s string) string { return number(len(s)) + s }

// message is one of the binary protocol.
func binaryMessage(kind byte, method string, seq int, structure string) string {
	return "\x80\x01\x00" + string([]byte{kind}) + str(method) + number(seq) + structure
}

// compactMessage is one of the compact protocol.
func compactMessage(kind byte, method string, seq byte, structure string) string {
	return "\x82" + string([]byte{kind<<5 | 1, seq, byte(len(method))}) + method + structure
}

func inFrame(s string) string { return str(s) }

var (
	ping   = binaryMessage(typeCall, "ping", 7, "\x00")
	pong   = binaryMessage(typeReply, "ping", 7, "\x00")
	failed = binaryMessage(typeException, "ping", 7, "\x0b\x00\x01"+str("no such method")+"\x08\x00\x02"+number(1)+"\x00")
	// everything has a value of each type.
	everything = binaryMessage(typeCall, "all", 1, "\x02\x00\x01\x01"+"\x03\x00\x02\x05"+"\x04\x00\x03"+"12345678"+"\x06\x00\x04\x00\x01"+"\x08\x00\x05"+number(5)+"\x0a\x00\x06"+"12345678"+"\x0b\x00\x07"+str("text")+
		"\x0c\x00\x08"+"\x03\x00\x01\x05\x00"+"\x0d\x00\x09\x0b\x08"+number(2)+str("a")+number(1)+str("b")+number(2)+"\x0e\x00\x0a\x02"+number(3)+"\x00\x01\x00"+"\x0f\x00\x0b\x0c"+number(2)+"\x00\x00"+"\x10\x00\x0c"+"0123456789abcdef"+"\x00")
	compactAll = compactMessage(typeCall, "all", 1, "\x11"+"\x12"+"\x13\x05"+"\x14\x02"+"\x15\x04"+"\x16\x80\x01"+"\x17"+"12345678"+"\x18\x04text"+"\x19\x25\x02\x04"+"\x19\xf1\x0f"+strings.Repeat("\x01", 15)+"\x1a\x05"+"\x1b\x00"+
		"\x1b\x01\x85\x01a\x02"+"\x1c\x13\x05\x00"+"\x1d"+"0123456789abcdef"+"\x03\x08\x05"+"\x00")
)

func newBench() *dissecttest.Bench { return dissecttest.New(nil, Protocol) }

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"call and reply", []dissecttest.Piece{client(ping), server(pong)}, "thrift:thrift", map[string]string{"thrift.method": "ping,ping", "thrift.mtype": "1,2", "thrift.seq_id": "7,7", "thrift.protocol": "binary,binary",
			"request_in": "1", "transaction.id": "flow:1,flow:1", "thrift.frame_len": ""}},
		{"framed", []dissecttest.Piece{client(inFrame(ping)), server(inFrame(pong))}, "thrift:thrift", map[string]string{"thrift.method": "ping,ping", "thrift.frame_len": "17,17", "request_in": "1"}},
		{"exception", []dissecttest.Piece{client(ping), server(failed)}, "thrift:thrift", map[string]string{"thrift.mtype": "1,3", "thrift.exception": "no such method", "thrift.exception_type": "1", "request_in": "1"}},
		{"one way", []dissecttest.Piece{client(binaryMessage(typeOneway, "zip", -1, "\x00"))}, "thrift", map[string]string{"thrift.seq_id": "-1", "transaction.id": ""}},
		{"every type", []dissecttest.Piece{client(everything + ping)}, "thrift:thrift", map[string]string{"thrift.method": "all,ping"}},
		{"every type of the compact protocol", []dissecttest.Piece{client(compactAll + compactMessage(typeCall, "ping", 2, "\x00"))}, "thrift:thrift", map[string]string{"thrift.method": "all,ping", "thrift.protocol": "compact,compact"}},
		{"compact exception", []dissecttest.Piece{client(inFrame(compactMessage(typeCall, "ping", 2, "\x00"))), server(inFrame(compactMessage(typeException, "ping", 2, "\x18\x03bad\x15\x0c\x00")))}, "thrift:thrift",
			map[string]string{"thrift.exception": "bad", "thrift.exception_type": "6", "request_in": "1"}},
		{"another service", []dissecttest.Piece{client(binaryMessage(typeCall, "Calculator:add", 1, "\x00"))}, "thrift", map[string]string{"thrift.method": "Calculator:add"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(everything)[:40], Wire: len(everything)}}, "thrift", map[string]string{"thrift.method": "all"}},
		{"a frame cut by the capture", []dissecttest.Piece{{Data: []byte(inFrame(everything))[:40], Wire: len(everything) + 4}}, "thrift", map[string]string{"thrift.method": "all"}},
		{"something else behind", []dissecttest.Piece{client(ping + "GET / HTTP"), client(ping)}, "thrift", nil},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// Of a frame that is too long to be waited for the beginning is dissected, and the rest is passed over.
func TestLongFrame(t *testing.T) {
	long := inFrame(binaryMessage(typeCall, "big", 1, "\x0b\x00\x01"+str(strings.Repeat("x", 2*maxWait))+"\x00"))
	r := dissecttest.Merge(newBench().Stream(Protocol, client(long[:1000]), client(long[1000:]+inFrame(ping)))...)
	r.Check(t, map[string]string{"thrift.method": "big,ping"})
}

func TestMalformed(t *testing.T) {
	deep := strings.Repeat("\x0c\x00\x01", maxDepth+1) + strings.Repeat("\x00", maxDepth+2)
	for name, data := range map[string]string{
		"a type that there is not": binaryMessage(typeCall, "x", 1, "\x07\x00\x01"),
		"a length beyond belief":   binaryMessage(typeCall, "x", 1, "\x0b\x00\x01\x7f\xff\xff\xff"),
		"too deep":                 binaryMessage(typeCall, "x", 1, deep),
		"too many items":           binaryMessage(typeCall, "x", 1, "\x0f\x00\x01\x02"+number(maxItems+1)+strings.Repeat("\x00", maxItems+1)),
		"a number without an end":  compactMessage(typeCall, "x", 1, "\x15"+strings.Repeat("\xff", 11)),
	} {
		if r := newBench().Stream(Protocol, client(data)); r[0].Malformed != "thrift" {
			t.Errorf("%s: malformed %q", name, r[0].Malformed)
		}
	}
}

func TestDatagrams(t *testing.T) {
	r := newBench().Datagrams(Protocol, client(ping), server(inFrame(pong)), client("neither"), dissecttest.Piece{Data: []byte(ping), Wire: 99})
	for i, want := range []string{"thrift", "thrift", "", "thrift"} {
		if r[i].Layers != want || r[i].Truncated != (i == 3) {
			t.Errorf("datagram %d: layers %q, truncated %v", i, r[i].Layers, r[i].Truncated)
		}
	}
	r[1].Check(t, map[string]string{"request_in": "1", "thrift.frame_len": "17"})
}

func TestSegmentation(t *testing.T) {
	b := newBench()
	for _, frame := range []func(string) string{inFrame, func(s string) string { return s }} {
		// The first piece decides what is spoken: it is cut behind its head only.
		first, second := frame(ping), frame(everything)
		r := dissecttest.Merge(b.Stream(Protocol, client(first), client(second[:1]), client(second[1:40]), client(second[40:]+first))...)
		r.Check(t, map[string]string{"thrift.method": "ping,all,ping"})
	}
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{ping: true, inFrame(ping): true, compactAll: true, inFrame(compactAll): true, failed: true, "": false, "\x80\x01": false, inFrame("GET / HTTP/1.1"): false,
		binaryMessage(5, "ping", 1, "\x00"): false, binaryMessage(typeCall, "a b", 1, "\x00"): false, binaryMessage(typeCall, "", 1, "\x00"): false, binaryMessage(typeCall, strings.Repeat("a", 200), 1, ""): false,
		compactMessage(5, "ping", 1, "\x00"): false, "\x82\x22\x01\x04ping": false, "\x82\x21\x01\x00\x00": false, "\x7f\xff\xff\xff" + ping: false, "\x00\x00\x00\x05" + ping: false} {
		if guess([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{ping: "CALL ping", failed: "EXCEPTION ping: no such method", ping + everything: "CALL ping, CALL all"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzThrift(f *testing.F) {
	for _, m := range []string{ping, everything, compactAll, failed, inFrame(ping)} {
		f.Add([]byte(m), []byte(pong), 9)
	}
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), dissecttest.Piece{Dir: 1, Data: fromServer[at:], Wire: len(fromServer) + 1})...)
		b.Invariants(t)
		if len(r.Fields["thrift.method"]) != len(r.Fields["thrift.mtype"]) {
			t.Fatalf("%v", r.Fields)
		}
		if len(fromClient) > 0 {
			b.Datagrams(Protocol, client(string(fromClient)))
			b.Invariants(t)
		}
	})
}
