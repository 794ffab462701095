// SPDX-License-Identifier: Apache-2.0

package xmpp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

const (
	open    = "<?xml version='1.0'?><stream:stream to='example.com' xmlns='jabber:client' version='1.0'>"
	opened  = "<stream:stream from='example.com' id=\"s1\"><stream:features><starttls xmlns='x'/></stream:features>"
	message = "<message from='a@b' to=\"c@d\" type='chat' id='1'><body>c4n4ry > <![CDATA[</message>]]></body><!-- </message> --></message>"
)

func newBench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "tls", Stream: func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
		p.Push(Protocol)
		p.Push(Protocol)
		return len(data)
	}})
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"a stream", []dissecttest.Piece{client(open), server(opened), client("<starttls xmlns='x'/>"), server("<proceed xmlns='x'/>"), client("\x16\x03\x01")}, "xmpp:xmpp:xmpp:xmpp:xmpp:xmpp",
			map[string]string{"xmpp.stanza": "stream,stream,features,starttls,proceed", "xmpp.stream_to": "example.com", "xmpp.stream_from": "example.com", "xmpp.id": "s1", "xmpp.to": ""}},
		{"stanzas", []dissecttest.Piece{client(open), client(message + "\n<presence/></stream:stream>")}, "xmpp:xmpp", map[string]string{"xmpp.stanza": "stream,message,presence", "xmpp.to": "c@d", "xmpp.from": "a@b", "xmpp.type": "chat"}},
		{"a stanza over two packets", []dissecttest.Piece{client(open), client(message[:30]), client(message[30:])}, "xmpp:xmpp", map[string]string{"xmpp.stanza": "stream,message"}},
		{"attributes that are none", []dissecttest.Piece{client(open), client("<iq to from= id='' type=x><a/></iq>"), client("<iq type='x/>'/>")}, "xmpp:xmpp:xmpp", map[string]string{"xmpp.stanza": "stream,iq,iq", "xmpp.type": "x/>", "xmpp.id": ""}},
		{"a stanza without end", []dissecttest.Piece{client(open), client("<message><body>" + strings.Repeat("x", maxStanza))}, "xmpp:xmpp", map[string]string{"xmpp.stanza": "stream,message"}},
		{"cut by the capture", []dissecttest.Piece{client(open), {Data: []byte(message[:60]), Wire: len(message)}}, "xmpp:xmpp", map[string]string{"xmpp.to": "c@d"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
	newBench().Split(t, Protocol, client(open+message+"\n<presence/>"), server(opened))
}

// What is said and proved stays out of the document.
func TestCanary(t *testing.T) {
	b := newBench()
	b.Stream(Protocol, client(open+message+"<auth mechanism='PLAIN'>c4n4ry</auth>"))
	if strings.Contains(string(b.Out.Arena), "c4n4ry") {
		t.Error("what was said is in the record")
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{open: {true, true}, "<stream:stream to='a'>": {true, true}, "<iq/>": {true, false}, " <": {true, false}, "<!DOCTYPE html>": {}, "<34>syslog": {}, "": {}, "GET": {}})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{open: "STREAM > example.com", message: "MESSAGE > c@d < a@b", strings.Repeat("<a/>", 9): "A" + strings.Repeat(", A", 7) + ", …"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzXMPP(f *testing.F) {
	f.Add([]byte(open+message), []byte(opened), 20)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if n := element(c); n > len(c) {
			t.Fatalf("an element of %d bytes in %d", n, len(c))
		}
		if guess(c) && !accept(c) {
			t.Fatalf("%q", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1})
		b.Invariants(t)
	})
}
