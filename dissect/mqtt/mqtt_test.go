// SPDX-License-Identifier: Apache-2.0

package mqtt

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// message makes a message of up to 16 KiB.
func message(first byte, body ...string) string {
	b := strings.Join(body, "")
	if len(b) < 0x80 {
		return string([]byte{first, byte(len(b))}) + b
	}
	return string([]byte{first, byte(len(b)) | 0x80, byte(len(b) >> 7)}) + b
}

// str is a text behind its length.
func str(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

var (
	connect   = message(0x10, str("MQTT"), "\x04\xc6\x00\x3c", str("sensor-1"), str("lost"), str("bye"), str("alice"), str("c4n4ry"))
	connect31 = message(0x10, str("MQIsdp"), "\x03\x02\x00\x0a", str("old"))
	connect5  = message(0x10, str("MQTT"), "\x05\x06\x00\x0a", "\x05\x11\x00\x00\x00\x09", str("new"), "\x00", str("lost"), str("bye"))
	connack   = message(0x20, "\x00\x05")
	publish   = message(0x3b, str("a/b"), "\x00\x07", "hello")
	subscribe = message(0x82, "\x00\x01", str("a/#"), "\x00", str("b/+"), "\x01")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 1883
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"connect", []dissecttest.Piece{client(connect), server(connack)}, "mqtt:mqtt", map[string]string{"mqtt.msgtype": "1,2", "mqtt.ver": "4", "mqtt.clientid": "sensor-1", "mqtt.willtopic": "lost", "user.name": "alice",
			"mqtt.passwd": "[redacted]", "mqtt.kalive": "60", "mqtt.reason_code": "5", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"publish at least once", []dissecttest.Piece{client(connect + publish), server(message(0x40, "\x00\x07"))}, "mqtt:mqtt:mqtt", map[string]string{"mqtt.topic": "a/b", "mqtt.qos": "1", "mqtt.msgid": "7,7", "mqtt.dupflag": "true",
			"mqtt.retain": "true", "mqtt.msg_length": "5", "request_in": "1", "transaction.id": "flow:1,flow:2,flow:2"}},
		{"publish exactly once", []dissecttest.Piece{client(message(0x34, str("t"), "\x00\x01")), server(message(0x50, "\x00\x01")), client(message(0x62, "\x00\x01")), server(message(0x70, "\x00\x01"))}, "mqtt:mqtt:mqtt:mqtt",
			map[string]string{"mqtt.msgtype": "3,5,6,7", "request_in": "1,3", "mqtt.msg_length": "0"}},
		{"publish at most once", []dissecttest.Piece{server(message(0x30, str("t"), "hello"))}, "mqtt", map[string]string{"mqtt.qos": "0", "mqtt.msgid": "", "transaction.id": ""}},
		{"subscribe", []dissecttest.Piece{client(connect + subscribe), server(message(0x90, "\x00\x01\x00\x80"))}, "mqtt:mqtt:mqtt", map[string]string{"mqtt.topic": "a/#,b/+", "mqtt.qos": "", "mqtt.reason_code": "0,128", "request_in": "1"}},
		{"version 3.1", []dissecttest.Piece{client(connect31 + subscribe + message(0xa2, "\x00\x02", str("a/#"))), server(message(0xb0, "\x00\x02"))}, "mqtt:mqtt:mqtt:mqtt", map[string]string{"mqtt.ver": "3", "mqtt.qos": "1,1", "mqtt.topic": "a/#,b/+,a/#", "request_in": "1"}},
		{"version 5", []dissecttest.Piece{client(connect5), client(message(0x82, "\x00\x01", "\x07\x26", str("k"), str("v"), str("a"), "\x00")), server(message(0x90, "\x00\x01\x02\x0b\x01\x87")), client(message(0xe0, "\x04\x00"))},
			"mqtt:mqtt:mqtt:mqtt", map[string]string{"mqtt.clientid": "new", "mqtt.willtopic": "lost", "mqtt.topic": "a", "mqtt.reason_code": "135,4", "request_in": "2"}},
		{"acknowledgement of version 5", []dissecttest.Piece{client(connect5 + message(0x32, str("t"), "\x00\x09\x00")), server(message(0x40, "\x00\x09\x10\x00"))}, "mqtt:mqtt:mqtt", map[string]string{"mqtt.reason_code": "16", "request_in": "1"}},
		{"topic alias", []dissecttest.Piece{client(connect5 + message(0x30, str("long/topic"), "\x03\x23\x00\x05", "x") + message(0x30, str(""), "\x03\x23\x00\x05", "y") + message(0x30, str(""), "\x03\x23\x00\x06", "z"))}, "mqtt:mqtt:mqtt:mqtt",
			map[string]string{"mqtt.topic": "long/topic,long/topic", "mqtt.msg_length": "1,1,1"}},
		{"ping", []dissecttest.Piece{client(message(0xc0)), server(message(0xd0))}, "mqtt:mqtt", map[string]string{"request_in": "1"}},
		{"a type that is reserved", []dissecttest.Piece{client(connect), client(message(0x00, "abc")), client(publish)}, "mqtt:mqtt:mqtt", map[string]string{"mqtt.msgtype": "1,0,3"}},
		{"a message cut by the capture", []dissecttest.Piece{{Data: []byte(publish)[:6], Wire: len(publish)}}, "mqtt", map[string]string{"mqtt.msgtype": "3", "mqtt.topic": ""}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated != strings.Contains(tt.name, "cut") {
				t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
}

// On other ports tshark does not look for it.
func TestElsewhere(t *testing.T) {
	for wireshark, want := range map[bool]string{true: "", false: "mqtt"} {
		b := newBench()
		b.Port, b.P.Options.Wireshark = 9999, wireshark
		if r := b.Stream(Protocol, client(connect))[0]; r.Layers != want {
			t.Errorf("compat %v: layers %q", wireshark, r.Layers)
		}
	}
}

// Of a message that is too long to be waited for the beginning is dissected, and the rest is passed over.
func TestLongMessage(t *testing.T) {
	long := "\x30\x80\x80\x08" + str("big") + strings.Repeat("x", 2000) // 128 KiB
	r := dissecttest.Merge(newBench().Stream(Protocol, client(long), client(strings.Repeat("x", 128<<10-2000-5)+publish))...)
	if r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r.Truncated, r.Malformed)
	}
	r.Check(t, map[string]string{"mqtt.topic": "big,a/b", "mqtt.msg_length": "131067,5"})
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"a length of five bytes":          "\x30\x80\x80\x80\x80\x01",
		"a topic beyond the message":      message(0x30, "\x00\x09abc"),
		"no identifier":                   message(0x40, "\x00"),
		"properties beyond the message":   message(0x30, str("t"), "\x09\x23"),
		"a property that there is not":    message(0x30, str("t"), "\x02\x7f\x00"),
		"properties of too long a length": message(0x30, str("t"), "\x80\x80\x80\x80"),
	} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(connect5), client(data))...); r.Malformed != "mqtt" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestBounds(t *testing.T) {
	var pieces []dissecttest.Piece
	pieces = append(pieces, client(connect5))
	for i := range 300 {
		pieces = append(pieces, client(message(0x30, str("t"), "\x03\x23"+string([]byte{byte(i >> 8), byte(i)}))))
	}
	pieces = append(pieces, client(message(0x30, str(""), "\x03\x23\x01\x2b")), client(message(0x82, "\x00\x01\x00", strings.Repeat(str("t")+"\x00", 400))))
	r := newBench().Stream(Protocol, pieces...)
	r[301].Check(t, map[string]string{"mqtt.topic": ""})
	if n := len(r[302].Fields["mqtt.topic"]); n != maxTopics {
		t.Errorf("%d topics", n)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(connect), server(connack), client(subscribe+publish), server(message(0x90, "\x00\x01\x00\x80")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		connect:                {true, true},
		connect31:              {true, true},
		connect5:               {true, true},
		connect[:20]:           {true, true},
		"\x10":                 {true, false},
		connack:                {true, false},
		publish:                {true, false},
		subscribe:              {true, false},
		"\xc0\x00":             {true, false},
		"\xe0\x00":             {true, false},
		"\xc0\x01a":            {false, false},
		"\x36\x05\x00\x01t":    {false, false},
		"\x80\x05abcde":        {false, false},
		"\x00\x03abc":          {false, false},
		"\x30\xff\xff\xff\xff": {false, false},
		strings.Replace(connect, "\x04\xc6", "\x09\xc6", 1):             {false, false},
		message(0x10, str("NATS"), "\x04\xc6\x00\x3c", str("sensor-1")): {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{connect: "Connect Command client sensor-1", connack: "Connect Ack reason 5", publish: "Publish Message (id=7) [a/b]", subscribe: "Subscribe Request (id=1) [a/#] [b/+]",
		message(0x20, "\x00\x00"): "Connect Ack", message(0xc0) + message(0xd0): "Ping Request, Ping Response"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzMQTT(f *testing.F) {
	f.Add([]byte(connect+publish+subscribe), []byte(connack), 9)
	f.Add([]byte(connect31), []byte(message(0x90, "\x00\x01\x00")), 1)
	f.Add([]byte(connect5+message(0x30, str("t"), "\x03\x23\x00\x05", "x")), []byte{}, 0)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), dissecttest.Piece{Dir: 1, Data: fromServer[at:], Wire: len(fromServer) + 1})...)
		b.Invariants(t)
		if len(r.Fields["mqtt.qos"]) > len(r.Fields["mqtt.msgtype"]) {
			t.Fatalf("%v", r.Fields)
		}
		if len(fromClient) > 0 && guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
