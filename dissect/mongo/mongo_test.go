// SPDX-License-Identifier: Apache-2.0

package mongo

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func le(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) } //nolint:gosec // bits

func made(opcode, request, response int, body string) string {
	return le(len(body)+headerLen) + le(request) + le(response) + le(opcode) + body
}

// Elements of documents, and a document of them.
func str(name, s string) string     { return "\x02" + name + "\x00" + le(len(s)+1) + s + "\x00" }
func num(name string, n int) string { return "\x10" + name + "\x00" + le(n) }
func double(name string, f float64) string {
	return string(binary.LittleEndian.AppendUint64([]byte("\x01"+name+"\x00"), math.Float64bits(f)))
}
func sub(kind, name, d string) string { return kind + name + "\x00" + d }
func bin(name, s string) string       { return "\x05" + name + "\x00" + le(len(s)) + "\x00" + s }
func doc(elements ...string) string {
	s := strings.Join(elements, "")
	return le(len(s)+5) + s + "\x00"
}

// msg is an OP_MSG of a document and further sections.
func msg(request, response, flags int, d string, sections ...string) string {
	return made(opMsg, request, response, le(flags)+"\x00"+d+strings.Join(sections, ""))
}

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.P.Options = &dissect.Options{}
	b.Port = 27017
	return b
}

func TestConversations(t *testing.T) {
	long := "\x12big\x00" + strings.Repeat("\x01", 8)
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"find", []dissecttest.Piece{client(msg(7, 0, 0, doc(str("find", "users"), sub("\x03", "filter", doc(str("name", "alice"))), long, str("$db", "shop")))),
			server(msg(9, 7, 0, doc(sub("\x03", "cursor", doc(sub("\x04", "firstBatch", doc(sub("\x03", "0", doc()), sub("\x03", "1", doc()))), str("ns", "shop.users"))), double("ok", 1))))},
			map[string]string{"mongo.opcode": "2013,2013", "mongo.command": "find", "mongo.database": "shop,shop", "mongo.collection": "users,users", "mongo.documents": "2", "mongo.ok": "true", "mongo.request_id": "7,9", "mongo.response_to": "7", "mongo.flags": "0,0",
				"request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"insert of a sequence", []dissecttest.Piece{client(msg(7, 0, 1, doc(str("insert", "users"), str("$db", "shop")), "\x01"+le(4+10+5+5)+"documents\x00"+doc()+doc(), "sum!"))}, map[string]string{"mongo.command": "insert", "mongo.documents": "2"}},
		{"insert of an array, nobody answers", []dissecttest.Piece{client(msg(7, 0, 2, doc(str("insert", "users"), sub("\x04", "documents", doc(sub("\x03", "0", doc()))))))}, map[string]string{"mongo.documents": "1", "transaction.id": ""}},
		{"errors", []dissecttest.Piece{client(msg(7, 0, 0, doc(str("create", "x")))), server(msg(9, 7, 0, doc(num("ok", 0), str("errmsg", "exists"), num("code", 48), str("codeName", "NamespaceExists")))),
			server(msg(9, 8, 0, doc(sub("\x04", "writeErrors", doc(sub("\x03", "0", doc(num("code", 11000), str("errmsg", "dup"))))))))},
			map[string]string{"mongo.ok": "false", "mongo.error_code": "48,11000", "mongo.error_name": "NamespaceExists", "mongo.error_message": "exists,dup"}},
		{"login", []dissecttest.Piece{client(msg(1, 0, 0, doc(num("saslStart", 1), str("mechanism", "SCRAM-SHA-256"), bin("payload", "n,,n=bob,r=canary2b7e"), str("$db", "admin")))), client(msg(2, 0, 0, doc(num("saslStart", 1), bin("payload", "\x00eve\x00canary2b7e"))))},
			map[string]string{"user.name": "bob,eve", "mongo.sasl_mechanism": "SCRAM-SHA-256", "mongo.command": "saslStart,saslStart"}},
		{"getMore, a user", []dissecttest.Piece{client(msg(1, 0, 0, doc("\x12getMore\x00"+strings.Repeat("\x01", 8), str("collection", "users")))), client(msg(1, 0, 0, doc(str("createUser", "bob"), str("pwd", "canary2b7e"))))},
			map[string]string{"mongo.command": "getMore,createUser", "mongo.collection": "users"}},
		{"query and reply", []dissecttest.Piece{client(made(opQuery, 3, 0, le(4)+"shop.users\x00"+le(0)+le(10)+doc())), server(made(opReply, 4, 3, le(8)+"\x01\x02\x03\x04\x05\x06\x07\x08"+le(0)+le(2)+doc()+doc()))},
			map[string]string{"mongo.opcode": "2004,1", "mongo.command": "find", "mongo.database": "shop", "mongo.collection": "users", "mongo.documents": "2", "mongo.flags": "4,8", "request_in": "1"}},
		{"command by query", []dissecttest.Piece{client(made(opQuery, 3, 0, le(4)+"shop.$cmd\x00"+le(0)+le(1)+doc(str("count", "users")))), server(made(opReply, 4, 3, le(0)+strings.Repeat("\x00", 12)+le(1)+doc(str("$err", "no"), num("code", 13))))},
			map[string]string{"mongo.command": "count", "mongo.collection": "users", "mongo.error_code": "13", "mongo.error_message": "no"}},
		{"older opcodes", []dissecttest.Piece{client(made(opInsert, 1, 0, le(0)+"a.b\x00"+doc()+doc()) + made(opUpdate, 2, 0, le(0)+"a.c\x00"+le(0)+doc()+doc()) + made(opDelete, 3, 0, le(0)+"a.d\x00"+le(0)+doc()) + made(opGetMore, 4, 0, le(0)+"a.e\x00"+le(1)+le(0)+le(0)) +
			made(opKillCursors, 5, 0, le(0)+le(0)) + made(opCommand, 6, 0, "a\x00ping\x00"+doc())), server(made(opCommandReply, 7, 6, doc(num("ok", 1))))},
			map[string]string{"mongo.command": "insert,update,delete,getMore,killCursors,ping", "mongo.collection": "b,c,d,e", "mongo.documents": "2", "mongo.ok": "true", "transaction.id": "flow:1,flow:2,flow:2"}},
		{"compressed", []dissecttest.Piece{client(made(opCompressed, 1, 0, le(2013)+le(9)+"\x01zzz"))}, map[string]string{"mongo.opcode": "2012", "mongo.original_opcode": "2013"}},
		{"every type", []dissecttest.Piece{client(msg(1, 0, 0, doc(num("ping", 1), "\x0bre\x00a\x00b\x00", "\x0cp\x00"+le(2)+"x\x00"+strings.Repeat("o", 12), sub("\x0f", "js", le(14)+le(1)+"\x00"+doc()), "\x07id\x00"+strings.Repeat("o", 12), "\x0an\x00", str("$db", "shop"))))}, map[string]string{"mongo.database": "shop"}},
		{"a large message", []dissecttest.Piece{client(le(0x20000) + le(1) + le(0) + le(opMsg) + le(0) + "\x00" + le(0x1f000) + str("insert", "users")), client(strings.Repeat("x", 0x20000-43) + msg(2, 0, 0, doc(num("ping", 1))))}, map[string]string{"mongo.command": "insert,ping"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(msg(7, 0, 0, doc(str("find", "users"), str("$db", "shop"))))[:50], Wire: 58}}, map[string]string{"mongo.command": "find"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\n")}, map[string]string{"mongo.opcode": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results := newBench().Stream(Protocol, tt.pieces...)
			for _, r := range results {
				r.Lacks(t, "canary2b7e")
			}
			r := dissecttest.Merge(results...)
			if r.Malformed != "" {
				t.Errorf("malformed %s", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// tshark takes MongoDB's port for TLS.
func TestWireshark(t *testing.T) {
	b := newBench()
	b.P.Options = &dissect.Options{Wireshark: true}
	if r := b.Stream(Protocol, client(msg(1, 0, 0, doc(num("ping", 1)))))[0]; r.Layers != "" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{"header": le(5) + le(1) + le(0) + le(opMsg), "document": msg(1, 0, 0, le(3)), "text beyond the document": msg(1, 0, 0, doc("\x02find\x00"+le(99)+"x")), "name": made(opQuery, 1, 0, le(0)+"abc"), "array": msg(1, 0, 0, doc("\x04a\x00\x00"))} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(msg(1, 0, 0, doc(num("ping", 1)))), client(data))...); r.Malformed != "mongo" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(msg(7, 0, 0, doc(str("find", "users"), str("$db", "shop")))), server(msg(9, 7, 0, doc(double("ok", 1)))))
}

func TestGuess(t *testing.T) {
	ping := doc(num("ping", 1))
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		msg(1, 0, 0, ping):    {true, true},
		msg(1, 0, 1<<5, ping): {true, false},
		msg(1, 2, 0, ping):    {true, false},
		made(opQuery, 1, 0, le(0)+"admin.$cmd\x00"+le(0)+le(1)+ping): {true, true},
		made(opQuery, 1, 0, le(0)+"admin\x00"):                       {true, false},
		made(2269, 1, 0, ping):                                       {false, false},
		"\x10\x00\x00":                                               {true, false},
		"GET / HTTP/1.1\r\n\r\n":                                     {false, false},
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abcdef":         {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"Extensible Message Format find shop.users":    client(msg(7, 0, 0, doc(str("find", "users"), str("$db", "shop")))),
		"Extensible Message Format error=48 exists":    server(msg(9, 7, 0, doc(str("errmsg", "exists"), num("code", 48)))),
		"Query ping admin":                             client(made(opQuery, 1, 0, le(0)+"admin.$cmd\x00"+le(0)+le(1)+doc(num("ping", 1)))),
		"Extensible Message Format saslStart user=bob": client(msg(1, 0, 0, doc(num("saslStart", 1), bin("payload", "n,,n=bob,r=x")))),
	} {
		b := newBench()
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzMongo(f *testing.F) {
	f.Add([]byte(msg(7, 0, 1, doc(str("insert", "users"), str("$db", "shop")), "\x01"+le(4+10+5+5)+"documents\x00"+doc()+doc(), "sum!")), []byte(msg(9, 7, 0, doc(sub("\x03", "cursor", doc(sub("\x04", "firstBatch", doc()), str("ns", "shop.users")))))), 5)
	f.Add([]byte(made(opQuery, 3, 0, le(4)+"shop.$cmd\x00"+le(0)+le(1)+doc(str("count", "users")))), []byte(made(opReply, 4, 3, le(0)+strings.Repeat("\x00", 12)+le(1)+doc(str("$err", "no"), num("code", 13)))), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["mongo.opcode"]); n > (len(fromClient)+len(fromServer))/headerLen || len(r.Fields["request_in"]) > n {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
