// SPDX-License-Identifier: Apache-2.0

package amqp

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func u16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// str is a short text, long a long one.
func str(s string) string  { return string([]byte{byte(len(s))}) + s }
func long(s string) string { return u32(len(s)) + s }

func frameOf(kind byte, channel int, payload ...string) string {
	return string([]byte{kind}) + u16(channel) + long(strings.Join(payload, "")) + "\xce"
}

func methodOf(channel, class, number int, arguments ...string) string {
	return frameOf(typeMethod, channel, u16(class), u16(number), strings.Join(arguments, ""))
}

// later is a frame of version 1.0.
func later(kind byte, channel int, body string) string {
	return u32(8+len(body)) + "\x02" + string([]byte{kind}) + u16(channel) + body
}

var (
	header    = "AMQP\x00\x00\x09\x01"
	start     = methodOf(0, 10, 10, "\x00\x09", long(""), long("PLAIN"), long("en_US"))
	startOK   = methodOf(0, 10, 11, long("table"), str("PLAIN"), long("\x00alice\x00c4n4ry"), str("en_US"))
	amqplain  = methodOf(0, 10, 11, long(""), str("AMQPLAIN"), long("\x05LOGINS"+long("bob")+"\x08PASSWORDS"+long("c4n4ry")), str("en_US"))
	publish   = methodOf(1, 60, 40, "\x00\x00", str("logs"), str("info"), "\x00")
	content   = frameOf(typeHeader, 1, u16(60), u16(0), u32(0), u32(5), u16(1<<15), str("text/plain"))
	body      = frameOf(typeBody, 1, "hello")
	heartbeat = frameOf(typeHeartbeat, 0)
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port, b.P.Options.Wireshark = 5672, false
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"beginning", []dissecttest.Piece{client(header), server(start), client(startOK), client(methodOf(0, 10, 40, str("/prod"), str(""), "\x00"))}, "amqp:amqp:amqp:amqp", map[string]string{"amqp.version": "0-9-1",
			"amqp.channel": "0,0,0", "amqp.method.class": "10,10,10", "amqp.method.method": "10,11,40", "amqp.method.name": "Connection.Start,Connection.Start-Ok,Connection.Open", "amqp.mechanism": "PLAIN",
			"amqp.response": "[redacted]", "user.name": "alice", "amqp.vhost": "/prod", "request_in": "2"}},
		{"AMQPLAIN", []dissecttest.Piece{client(amqplain)}, "amqp", map[string]string{"amqp.mechanism": "AMQPLAIN", "user.name": "bob"}},
		{"publish", []dissecttest.Piece{client(publish + content + body)}, "amqp:amqp:amqp", map[string]string{"amqp.channel": "1,1,1", "amqp.method.name": "Basic.Publish", "amqp.exchange": "logs", "amqp.routing_key": "info",
			"amqp.body_size": "5", "amqp.content_type": "text/plain", "amqp.type": "1,2,3", "transaction.id": ""}},
		{"deliver", []dissecttest.Piece{server(methodOf(1, 60, 60, str("tag"), u32(0), u32(1), "\x00", str("logs"), str("info")))}, "amqp", map[string]string{"amqp.consumer_tag": "tag", "amqp.exchange": "logs", "amqp.routing_key": "info"}},
		{"queue", []dissecttest.Piece{client(methodOf(1, 50, 20, "\x00\x00", str("q"), str("x"), str("k"), "\x00", long(""))), server(methodOf(1, 50, 21))}, "amqp:amqp", map[string]string{"amqp.queue": "q", "amqp.exchange": "x",
			"amqp.routing_key": "k", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"nothing to get", []dissecttest.Piece{client(methodOf(2, 60, 70, "\x00\x00", str("q"), "\x00")), server(methodOf(2, 60, 72, str("")))}, "amqp:amqp", map[string]string{"request_in": "1"}},
		{"unbound", []dissecttest.Piece{client(methodOf(2, 40, 40, "\x00\x00", str("a"), str("b"), str("k"))), server(methodOf(2, 40, 51))}, "amqp:amqp", map[string]string{"request_in": "1", "amqp.exchange": "a,b"}},
		{"closed by the server", []dissecttest.Piece{server(methodOf(1, 20, 40, u16(404), str("NOT_FOUND"), u16(50), u16(20))), client(methodOf(1, 20, 41))}, "amqp:amqp", map[string]string{"amqp.reply_code": "404", "amqp.reply_text": "NOT_FOUND", "request_in": "1"}},
		{"heartbeats", []dissecttest.Piece{client(heartbeat), server(heartbeat)}, "amqp:amqp", map[string]string{"amqp.type": "8,8", "amqp.channel": "0,0"}},
		{"a method that there is not", []dissecttest.Piece{client(header + methodOf(1, 60, 999))}, "amqp:amqp", map[string]string{"amqp.method.name": "60.999"}},
		{"version 1.0", []dissecttest.Piece{client("AMQP\x03\x01\x00\x00"), client(later(1, 0, "\x00\x53\x41c4n4ry")), client("AMQP\x00\x01\x00\x00" + later(0, 3, "\x00\x53\x10") + later(0, 0, "") + later(0, 3, "\x00\x80"))}, "amqp:amqp:amqp:amqp:amqp:amqp",
			map[string]string{"amqp.version": "1.0 SASL,1.0", "amqp.method.name": "SASL-Init,Open", "amqp.channel": "0,3,0,3"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(publish)[:18], Wire: len(publish)}}, "amqp", map[string]string{"amqp.exchange": "logs", "amqp.routing_key": ""}},
		{"another version", []dissecttest.Piece{client("AMQP\x01\x01\x00\x0a")}, "", nil},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated != strings.Contains(tt.name, "cut") {
				t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
			for name, v := range r.Fields {
				if all := strings.Join(v, ""); strings.Contains(all, "c4n4ry") || strings.Contains(all, hex.EncodeToString([]byte("c4n4ry"))) {
					t.Errorf("the password is in %s", name)
				}
			}
		})
	}
}

// tshark has no layer for a header, but names it in its Protocol column.
func TestHeaderInCompatMode(t *testing.T) {
	b := newBench()
	b.P.Options.Wireshark = true
	r := b.Stream(Protocol, client(header), server(start))
	if r[0].Layers != "" || r[0].Core.Headline != Protocol.Headline() || r[1].Layers != "amqp" {
		t.Errorf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
}

// On other ports tshark does not look for it.
func TestElsewhere(t *testing.T) {
	for wireshark, want := range map[bool]string{true: "", false: "amqp"} {
		b := newBench()
		b.Port, b.P.Options.Wireshark = 9999, wireshark
		if r := b.Stream(Protocol, client(header), client(publish))[1]; r.Layers != want {
			t.Errorf("compat %v: layers %q", wireshark, r.Layers)
		}
	}
}

// A body that is too long to be waited for is passed over.
func TestLongFrame(t *testing.T) {
	big := frameOf(typeBody, 1, strings.Repeat("x", 2*maxWait))
	r := dissecttest.Merge(newBench().Stream(Protocol, client(header+big[:2000]), client(big[2000:]+publish))...)
	if r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r.Truncated, r.Malformed)
	}
	r.Check(t, map[string]string{"amqp.type": "3,1", "amqp.exchange": "logs"})
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"no end":                      frameOf(typeBody, 1, "hello")[:12] + "\x00" + heartbeat,
		"a type that there is not":    "\x07abcdefghij",
		"a text beyond the method":    methodOf(1, 60, 40, "\x00\x00", "\x09log"),
		"a table beyond the method":   methodOf(0, 10, 11, u32(99)),
		"a method without its number": frameOf(typeMethod, 1, "\x00"),
	} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(header), client(data))...); r.Malformed != "amqp" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
	if r := dissecttest.Merge(newBench().Stream(Protocol, client("AMQP\x00\x01\x00\x00"), client("\x00\x00\x00\x04\x02\x00\x00\x00"))...); r.Malformed != "amqp" {
		t.Error("a frame of version 1.0 that is shorter than its head is not malformed")
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(header), server(start), client(startOK+publish+content+body+heartbeat))
	newBench().Split(t, Protocol, client("AMQP\x00\x01\x00\x00"), server("AMQP\x00\x01\x00\x00"+later(0, 0, "\x00\x53\x10")), client(later(0, 0, "\x00\x53\x10")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		header:                         {true, true},
		"AMQP\x03\x01\x00\x00":         {true, true},
		"AM":                           {true, false},
		"AMQP\x01\x01\x00\x0a":         {false, false},
		publish:                        {true, false},
		heartbeat:                      {true, false},
		body[:5]:                       {true, false},
		methodOf(1, 60, 999):           {false, false},
		publish[:len(publish)-1] + "x": {false, false},
		"\x01\x00\x00\x7f\xff\xff\xff": {false, false},
		"\x08\x00\x00\x00\x00\x00\x01": {false, false},
		"GET / HTTP/1.1\r\n":           {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{header: "Protocol-Header 0-9-1", publish: "Basic.Publish x=logs rk=info", publish + content + body: "Basic.Publish x=logs rk=info body 5", heartbeat: "Heartbeat", body: "Content-Body",
		methodOf(1, 20, 40, u16(404), str("NOT_FOUND")): "Channel.Close reply=NOT_FOUND"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzAMQP(f *testing.F) {
	f.Add([]byte(header+startOK+publish+content+body), []byte(start), 9)
	f.Add([]byte("AMQP\x00\x01\x00\x00"+later(0, 3, "\x00\x53\x10")), []byte(heartbeat+amqplain), 1)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), dissecttest.Piece{Dir: 1, Data: fromServer[at:], Wire: len(fromServer) + 1})...)
		b.Invariants(t)
		if len(r.Fields["amqp.method.class"]) < len(r.Fields["amqp.method.method"]) || len(r.Fields["amqp.type"]) < len(r.Fields["amqp.channel"]) {
			t.Fatalf("%v", r.Fields)
		}
		if len(fromClient) > 0 && guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
