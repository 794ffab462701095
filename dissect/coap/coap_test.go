// SPDX-License-Identifier: Apache-2.0

package coap

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

const (
	get       = "\x42\x01\x12\x34\xaa\xbb\x3bexample.net\x87sensors\x04temp\x43a=b"
	content   = "\x62\x45\x12\x34\xaa\xbb\xc1\x32\xff{}"
	emptyACK  = "\x60\x00\x12\x34"
	observe   = "\x41\x01\x00\x01\x07\x60\x51t"
	notice    = "\x51\x45\x00\x02\x07\x61\x05\xff!"
	block     = "\x40\x03\x00\x03\xb3log\xd1\x03\x1e\xff0123"
	extension = "\x40\x01\x00\x04\xbd\x01long/enough/ab\xe1\x00\x10x" // a value of 14 bytes, and an option by a delta of 285
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 5683
	return b
}

func TestDatagrams(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"request and response", []dissecttest.Piece{client(get), server(content)}, map[string]string{"coap.type": "0,2", "coap.code": "1,69", "coap.code_name": "GET,2.05", "coap.mid": "4660,4660", "coap.token": "aabb,aabb",
			"coap.uri_path": "coap://example.net/sensors/temp,coap://example.net/sensors/temp", "url.domain": "example.net", "url.path": "/sensors/temp", "url.query": "a=b", "coap.content_format": "50",
			"coap.payload_length": "2", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"a response of its own", []dissecttest.Piece{client(get), server(emptyACK), server("\x42\x84\x99\x99\xaa\xbb")}, map[string]string{"coap.code_name": "GET,Empty,4.04", "request_in": "1"}},
		{"sent again", []dissecttest.Piece{client(get), client(get), server(content)}, map[string]string{"transaction.id": "flow:1,flow:1,flow:1", "request_in": "1"}},
		{"observed", []dissecttest.Piece{client(observe), server(notice), server(notice)}, map[string]string{"coap.observe": "0,5,5", "request_in": "1,1", "coap.uri_path": "/t,/t,/t"}},
		{"a block", []dissecttest.Piece{client(block)}, map[string]string{"coap.block_number": "1", "coap.block_more": "true", "coap.block_size": "1024", "coap.payload_length": "4", "coap.uri_path": "/log", "url.domain": ""}},
		{"long options", []dissecttest.Piece{client(extension)}, map[string]string{"coap.uri_path": "/long/enough/ab"}},
		{"a secret in the query", []dissecttest.Piece{client("\x40\x01\x00\x04\xb1a\x4ctoken=c4n4ry")}, map[string]string{"url.query": "token=[redacted]"}},
		{"the root", []dissecttest.Piece{client("\x40\x01\x00\x04")}, map[string]string{"coap.uri_path": "", "url.path": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Datagrams(Protocol, tt.pieces...)...)
			if r.Layers != strings.TrimSuffix(strings.Repeat("coap:", len(tt.pieces)), ":") || r.Malformed != "" || r.Truncated {
				t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"no message id":                  "\x42\x01\x12",
		"a token beyond the message":     "\x44\x01\x12\x34\xaa",
		"a token too long":               "\x49\x01\x12\x34123456789",
		"an option beyond the message":   "\x40\x01\x12\x34\xb9abc",
		"a length that is reserved":      "\x40\x01\x12\x34\xbfabc",
		"a marker and nothing behind it": "\x40\x01\x12\x34\xb1a\xff",
	} {
		if r := newBench().Datagrams(Protocol, client(data))[0]; r.Malformed != "coap" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
	b := newBench()
	b.P.Options.Wireshark = false // no port is known here
	b.Cut(t, Protocol, []byte(get))
}

// On another port a conversation is CoAP's from a request on whose path prints; tshark does not look for it there.
func TestElsewhere(t *testing.T) {
	for wireshark, want := range map[bool]string{true: "", false: "coap:coap:coap"} {
		b := newBench()
		b.Port, b.P.Options.Wireshark = 9999, wireshark
		if r := dissecttest.Merge(b.Datagrams(Protocol, client(get), server(content), server("\xc0\x00\x00\x00"), server(emptyACK))...); r.Layers != want {
			t.Errorf("compat %v: layers %q", wireshark, r.Layers)
		}
	}
}

func TestBounds(t *testing.T) {
	many := "\x40\x01\x00\x04\xb1a" + strings.Repeat("\x01b", 200)
	r := newBench().Datagrams(Protocol, client(many), client("\x40\x01\x00\x05\xbe\x01\x00"+strings.Repeat("x", 525)))
	r[0].Check(t, map[string]string{"coap.uri_path": "/a" + strings.Repeat("/b", maxSegments-1)})
	r[1].Check(t, map[string]string{"coap.uri_path": "/" + strings.Repeat("x", maxURI-1)})
	s := &session{}
	for i := range uint64(maxRemember + 1) {
		s.note(i, []byte("/x"))
	}
	if len(s.asked) != maxRemember || s.of(0) != "" || s.of(1) == "" {
		t.Errorf("%d requests are remembered", len(s.asked))
	}
}

// over makes a message over TCP of one over UDP.
func over(m string) string {
	token := int(m[0] & 0x0f)
	rest := m[4+token:]
	head := string([]byte{byte(len(rest)<<4 | token)})
	if len(rest) > 12 {
		head = string([]byte{byte(13<<4 | token), byte(len(rest) - 13)})
	}
	return head + m[1:2] + m[4:4+token] + rest
}

const settings = "\x00\xe1"

func TestStream(t *testing.T) {
	b := newBench()
	r := dissecttest.Merge(b.Stream(Protocol, client(settings+over(get)), server(settings+over(content)))...)
	if r.Layers != "coap:coap:coap:coap" || r.Malformed != "" {
		t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
	}
	r.Check(t, map[string]string{"coap.type": "", "coap.code_name": "CSM,GET,CSM,2.05", "coap.uri_path": "coap://example.net/sensors/temp,coap://example.net/sensors/temp", "request_in": "1", "coap.payload_length": "2"})
	b.Split(t, Protocol, client(settings+over(get)), server(settings+over(content)))
	big := "\xe0\x03\x00\x02\xb1a\xff" + strings.Repeat("x", 269+0x300-3) // 1040 bytes of options and payload
	huge := "\xf0\x00\x02\x00\x00\x02\xb1a\xff" + strings.Repeat("x", 65805+0x20000-3)
	r = dissecttest.Merge(b.Stream(Protocol, client(big), client(huge[:2000]), client(huge[2000:]+over(get)))...)
	r.Check(t, map[string]string{"coap.code_name": "POST,POST,GET", "coap.payload_length": "1034,196874"})
	if r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r.Truncated, r.Malformed)
	}
	if r := b.Stream(Protocol, client("\x0f\x01 another protocol"), client(over(get))); r[1].Layers != "" {
		t.Errorf("behind another protocol: %q", r[1].Layers)
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, acceptUDP, guess, map[string][2]bool{ // on its port, on any
		get:                         {true, true},
		observe:                     {true, true},
		block:                       {true, true},
		content:                     {true, false},
		emptyACK:                    {true, false},
		"\x40\x01\x00\x04":          {true, false},
		"\x40\x01\x00\x04\xb1\x01":  {true, false},
		"\x40\x01\x00\x04\xb1a\xff": {true, false},
		"\x40\x01\x00\x04\x00\xb1a": {true, false},
		"\x48\x01\x00\x04":          {true, false},
		"\x49\x01\x00\x04":          {false, false},
		"\x80\x01\x00\x04":          {false, false},
		"\x40\x21\x00\x04":          {false, false},
		"\x40\x01":                  {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{get: "CON, MID:4660, GET, TKN:aabb, coap://example.net/sensors/temp", content: "ACK, MID:4660, 2.05, TKN:aabb", emptyACK: "ACK, MID:4660, Empty"} {
		b.Datagrams(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	b.Stream(Protocol, client(settings))
	if got := b.Summary(Protocol); got != "CSM" {
		t.Errorf("%q", got)
	}
}

func FuzzCoAP(f *testing.F) {
	for _, m := range []string{get, observe, block, extension} {
		f.Add([]byte(m), []byte(content), 3)
		f.Add([]byte(settings+over(m)), []byte(over(content)), 3)
	}
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		if len(fromClient) > 0 && at > 0 {
			b.Datagrams(Protocol, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer[:at], Wire: len(fromServer)})
			b.Invariants(t)
		}
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["coap.code"]) != len(r.Fields["coap.code_name"]) {
			t.Fatalf("%v", r.Fields)
		}
		if guess(fromClient) && !acceptUDP(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
