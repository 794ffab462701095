// SPDX-License-Identifier: Apache-2.0

package kafka

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func u16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func str(s string) string { return u16(len(s)) + s }

// compact is a text of a flexible version.
func compact(s string) string { return string([]byte{byte(len(s) + 1)}) + s }

func message(parts ...string) string {
	b := strings.Join(parts, "")
	return u32(len(b)) + b
}

func requestOf(key, version, correlation int, body ...string) string {
	return message(u16(key), u16(version), u32(correlation), str("client-1"), strings.Join(body, ""))
}

var (
	versions   = requestOf(18, 0, 1)
	metadataOf = requestOf(3, 1, 7, u32(2), str("orders"), str("payments"))
	answer     = message(u32(7), "anything")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 9092
	return b
}

// toBroker and fromBroker are pieces of the conversation.
var toBroker, fromBroker = dissecttest.Client, dissecttest.Server

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"request and response", []dissecttest.Piece{toBroker(metadataOf), fromBroker(answer)}, "kafka:kafka", map[string]string{"kafka.api_key": "3", "kafka.api": "Metadata,Metadata", "kafka.api_version": "1", "kafka.correlation_id": "7,7",
			"kafka.client_id": "client-1", "kafka.topic_name": "orders,payments", "request_in": "1", "transaction.id": "flow:1,flow:1", "kafka.len": "40,12"}},
		{"several", []dissecttest.Piece{toBroker(versions + metadataOf), fromBroker(answer + message(u32(1)))}, "kafka:kafka:kafka:kafka", map[string]string{"kafka.api": "ApiVersions,Metadata,Metadata,ApiVersions", "request_in": "1,1"}},
		{"a response whose request was not captured", []dissecttest.Piece{fromBroker(message(u32(-1), "x"))}, "kafka", map[string]string{"kafka.correlation_id": "-1", "kafka.api": "", "request_in": ""}},
		{"no client", []dissecttest.Piece{toBroker(message(u16(3), u16(0), u32(1), "\xff\xff", u32(-1)))}, "kafka", map[string]string{"kafka.client_id": "", "kafka.topic_name": ""}},
		{"bare credentials", []dissecttest.Piece{toBroker(requestOf(17, 0, 1, str("PLAIN"))), fromBroker(message(u32(1), "\x00\x00")), toBroker(message("\x00Alice\x00c4n4ry")), fromBroker(u32(4) + u32(9))},
			"kafka:kafka:kafka:kafka", map[string]string{"kafka.mechanism": "PLAIN", "kafka.client_id": "client-1"}},
		{"credentials", []dissecttest.Piece{toBroker(requestOf(36, 0, 1, u32(14)+"\x00Alice\x00c4n4ry"))}, "kafka", map[string]string{"kafka.api": "SaslAuthenticate"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(metadataOf)[:40], Wire: len(metadataOf)}}, "kafka", map[string]string{"kafka.topic_name": "orders"}},
		{"another protocol", []dissecttest.Piece{toBroker("GET / HTTP/1.1\r\n"), toBroker(metadataOf)}, "", nil},
		{"an API that there is not", []dissecttest.Piece{toBroker(requestOf(999, 0, 1)), toBroker(metadataOf)}, "", nil},
		{"something else behind", []dissecttest.Piece{toBroker(metadataOf + "\xff\xff\xff\xff"), toBroker(metadataOf)}, "kafka", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated != strings.HasPrefix(tt.name, "cut") {
				t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
}

func TestRequests(t *testing.T) {
	records := u32(5) + "12345"
	for _, tt := range []struct{ name, data, topics, group string }{
		{"Produce", requestOf(0, 2, 1, u16(1), u32(100), u32(2), str("a"), u32(2), u32(0), records, u32(1), records, str("b"), u32(1), u32(0), u32(-1)), "a,b", ""},
		{"Produce in a transaction", requestOf(0, 3, 1, str("tx"), u16(1), u32(100), u32(1), str("a"), u32(0)), "a", ""},
		{"Produce, flexible", requestOf(0, 9, 1, "\x00", compact("tx"), u16(1), u32(100), "\x03", compact("a"), "\x02", u32(0), "\x0612345", "\x00", "\x00", compact("b"), "\x01", "\x01\x05\x02xy"), "a,b", ""},
		{"Produce by identifier", requestOf(0, 13, 1, "\x00"), "", ""},
		{"Fetch", requestOf(1, 0, 1, strings.Repeat("x", 12), u32(2), str("a"), u32(1), strings.Repeat("x", 16), str("b"), u32(0)), "a,b", ""},
		{"Fetch of version 11", requestOf(1, 11, 1, strings.Repeat("x", 25), u32(2), str("a"), u32(1), strings.Repeat("x", 28), str("b"), u32(0)), "a,b", ""},
		{"Fetch of version 12", requestOf(1, 12, 1, "\x00", strings.Repeat("x", 25), "\x03", compact("a"), "\x02", strings.Repeat("x", 32), "\x00\x00", compact("b"), "\x01\x00"), "a,b", ""},
		{"Fetch by identifier", requestOf(1, 13, 1, "\x00"), "", ""},
		{"ListOffsets", requestOf(2, 0, 1, u32(-1), u32(2), str("a"), u32(1), strings.Repeat("x", 16), str("b"), u32(0)), "a,b", ""},
		{"ListOffsets of version 2", requestOf(2, 2, 1, u32(-1), "\x00", u32(2), str("a"), u32(1), strings.Repeat("x", 12), str("b"), u32(0)), "a,b", ""},
		{"ListOffsets of version 4", requestOf(2, 4, 1, u32(-1), "\x00", u32(2), str("a"), u32(1), strings.Repeat("x", 16), str("b"), u32(0)), "a,b", ""},
		{"Metadata of all", requestOf(3, 1, 1, u32(-1)), "", ""},
		{"Metadata, flexible", requestOf(3, 9, 1, "\x00", "\x03", compact("a"), "\x00", compact("b"), "\x00"), "a,b", ""},
		{"Metadata with identifiers", requestOf(3, 12, 1, "\x00", "\x02", strings.Repeat("\x00", 16), compact("a"), "\x00"), "a", ""},
		{"OffsetCommit", requestOf(8, 2, 1, str("group")), "", "group"},
		{"OffsetFetch", requestOf(9, 6, 1, "\x00", compact("group")), "", "group"},
		{"OffsetFetch of several", requestOf(9, 8, 1, "\x00\x02", compact("group")), "", ""},
		{"FindCoordinator", requestOf(10, 0, 1, str("group")), "", "group"},
		{"JoinGroup", requestOf(11, 6, 1, "\x00", compact("group")), "", "group"},
		{"CreateTopics", requestOf(19, 0, 1, u32(1), str("a")), "a", ""},
		{"DeleteTopics", requestOf(20, 1, 1, u32(2), str("a"), str("b")), "a,b", ""},
		{"DeleteTopics with identifiers", requestOf(20, 6, 1, "\x00", "\x02", compact("a"), strings.Repeat("\x00", 16), "\x00"), "a", ""},
	} {
		r := newBench().Stream(Protocol, toBroker(tt.data))[0]
		if r.Malformed != "" {
			t.Errorf("%s is malformed", tt.name)
		}
		r.Check(t, map[string]string{"kafka.topic_name": tt.topics, "kafka.group_id": tt.group})
	}
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"a client beyond the message": message(u16(3), u16(0), u32(1), u16(99)+"x"),
		"a topic beyond the message":  requestOf(3, 0, 1, u32(1), u16(99), "x"),
		"a text too long":             requestOf(3, 0, 1, u32(1), u16(0x9000), strings.Repeat("x", 0x9000)),
		"a number without an end":     requestOf(3, 9, 1, "\xff\xff\xff\xff\xff\xff"),
		"records beyond the message":  requestOf(0, 0, 1, u16(1), u32(1), u32(1), str("a"), u32(1), u32(0), u32(99)),
		"a correlation that is short": message(u16(3), u16(0), "\x00"),
	} {
		if r := newBench().Stream(Protocol, toBroker(data)); r[0].Malformed != "kafka" {
			t.Errorf("%s: malformed %q", name, r[0].Malformed)
		}
	}
}

// Of a message that is too long to be waited for the beginning is dissected, and the rest is passed over.
func TestLongMessage(t *testing.T) {
	long := requestOf(0, 0, 1, u16(1), u32(1), u32(1), str("big"), u32(1), u32(0), u32(2*maxWait), strings.Repeat("x", 2*maxWait))
	r := dissecttest.Merge(newBench().Stream(Protocol, toBroker(long[:2000]), toBroker(long[2000:]+metadataOf))...)
	if r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r.Truncated, r.Malformed)
	}
	r.Check(t, map[string]string{"kafka.topic_name": "big,orders,payments"})
}

func TestBounds(t *testing.T) {
	r := newBench().Stream(Protocol, toBroker(requestOf(3, 0, 1, u32(500), strings.Repeat(str("t"), 500))))[0]
	if n := len(r.Fields["kafka.topic_name"]); n != maxTopics {
		t.Errorf("%d topics", n)
	}
	pieces := make([]dissecttest.Piece, 0, 400)
	for i := range maxRequests + 1 {
		pieces = append(pieces, toBroker(requestOf(18, 0, i)))
	}
	pieces = append(pieces, fromBroker(message(u32(0))), fromBroker(message(u32(maxRequests))))
	got := newBench().Stream(Protocol, pieces...)
	got[maxRequests+1].Check(t, map[string]string{"kafka.api": ""})
	got[maxRequests+2].Check(t, map[string]string{"kafka.api": "ApiVersions"})
}

// Without a port of its own, the one that begins asks; tshark does not look elsewhere.
func TestElsewhere(t *testing.T) {
	b := newBench()
	b.Port = 19092
	if r := b.Stream(Protocol, toBroker(metadataOf))[0]; r.Layers != "" {
		t.Errorf("layers %q in compat mode", r.Layers)
	}
	b.P.Options.Wireshark = false
	r := dissecttest.Merge(b.Stream(Protocol, toBroker(metadataOf), fromBroker(answer))...)
	r.Check(t, map[string]string{"kafka.api": "Metadata,Metadata"})
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, toBroker(versions+metadataOf), fromBroker(message(u32(1))+answer))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		metadataOf:      {true, true},
		metadataOf[:20]: {true, true},
		versions:        {true, true},
		"\x00":          {true, false},
		"\xff":          {false, false},
		answer:          {true, false},
		message(u16(3), u16(0), u32(1), "\xff\xff", u32(-1)): {true, false},
		message(u16(3), u16(0), u32(1), str("a\x01b")):       {true, false},
		message(u16(3), u16(99), u32(1), str("ab")):          {true, false},
		"GET / HTTP/1.1\r\n":                                 {false, false},
		"\x00\x00\x00\x01abcdefghijklmnop":                   {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{"Metadata Request payments": {toBroker(metadataOf)}, "Metadata Response": {toBroker(metadataOf), fromBroker(answer)}, "Response": {fromBroker(answer)},
		"ApiVersions, Metadata Request payments": {toBroker(versions + metadataOf)}, "Credentials": {toBroker(versions), toBroker(message("\x00Alice\x00c4n4ry"))}} {
		b.Stream(Protocol, pieces...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzKafka(f *testing.F) {
	f.Add([]byte(versions+metadataOf), []byte(answer), 9)
	f.Add([]byte(requestOf(0, 9, 1, "\x00", compact("tx"), u16(1), u32(100), "\x02", compact("a"), "\x02", u32(0), "\x0612345", "\x00", "\x00")), []byte(message(u32(1))), 1)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, toBroker(string(fromClient)), fromBroker(string(fromServer[:at])), dissecttest.Piece{Dir: 1, Data: fromServer[at:], Wire: len(fromServer) + 1})...)
		b.Invariants(t)
		if len(r.Fields["kafka.api_key"]) > len(r.Fields["kafka.api"]) {
			t.Fatalf("%v", r.Fields)
		}
		if len(fromClient) > 0 && guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
