// SPDX-License-Identifier: Apache-2.0

package cql

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func be16(n int) string    { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) } //nolint:gosec // small
func be32(n int) string    { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) } //nolint:gosec // small
func str(s string) string  { return be16(len(s)) + s }
func long(s string) string { return be32(len(s)) + s }

func message(version, flags byte, stream int, opcode byte, body string) string {
	return string([]byte{version, flags}) + be16(stream) + string([]byte{opcode}) + be32(len(body)) + body
}

func request(stream int, opcode byte, body string) string { return message(4, 0, stream, opcode, body) }
func response(stream int, opcode byte, body string) string {
	return message(0x84, 0, stream, opcode, body)
}

// segment makes one of version 5, without checksums.
func segment(body string) string {
	return string([]byte{byte(len(body)), byte(len(body) >> 8), 2, 0, 0, 0}) + body + "\x00\x00\x00\x00"
}

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 9042
	return b
}

const startup = "\x00\x01\x00\x0bCQL_VERSION\x00\x053.0.0"

func TestConversations(t *testing.T) {
	rows := be32(kindRows) + be32(1) + be32(6) + str("shop") + str("songs") + str("a") + be16(9) + str("b") + be16(0x21) + be16(9) + be16(0x20) + be16(9) + str("c") + be16(0) + str("java.X") +
		str("d") + be16(0x30) + str("k") + str("n") + be16(1) + str("f") + be16(9) + str("e") + be16(0x31) + be16(1) + be16(9) + str("f") + be16(0x22) + be16(9) + be32(3)
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"query", []dissecttest.Piece{client(request(7, opQuery, long("SELECT 1")+be16(10)+"\x00")), server(response(7, opResult, rows))},
			map[string]string{"cql.opcode": "7,8", "cql.query": "SELECT 1", "cql.consistency": "10", "cql.version": "4,4", "cql.stream": "7,7", "cql.result_kind": "2", "cql.keyspace": "shop", "cql.table": "songs", "cql.column_count": "6", "cql.rows": "3",
				"request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"answers in another order", []dissecttest.Piece{client(request(1, opQuery, long("a")+be16(1)) + request(2, opQuery, long("b")+be16(1))), server(response(2, opResult, be32(1)) + response(1, opResult, be32(1)))},
			map[string]string{"transaction.id": "flow:1,flow:2,flow:2,flow:1", "cql.query": "a,b"}},
		{"error", []dissecttest.Piece{client(request(7, opQuery, long("x")+be16(1))), server(response(7, opError, be32(8192)+str("line 1")))}, map[string]string{"cql.error_code": "8192", "cql.error_message": "line 1", "request_in": "1"}},
		{"rows without metadata, rows of several tables", []dissecttest.Piece{server(response(7, opResult, be32(kindRows)+be32(2|4)+be32(1)+long("state")+be32(5)) + response(7, opResult, be32(kindRows)+be32(0)+be32(1)+str("k")+str("t")+str("a")+be16(9)+be32(6)))}, map[string]string{"cql.rows": "5,6"}},
		{"prepared statement", []dissecttest.Piece{client(request(1, opPrepare, long("SELECT ?"))), server(response(1, opResult, be32(kindPrepared)+str("\x01\x02"))), client(request(1, opExecute, str("\x01\x02")+be16(1))),
			client(message(5, 0, 2, opExecute, str("\x03")+str("m")+be16(4)))}, map[string]string{"cql.query": "SELECT ?", "cql.query_id": "0102,0102,03", "cql.consistency": "1,4"}},
		{"batch", []dissecttest.Piece{client(request(1, opBatch, "\x00\x00\x02\x00"+long("INSERT")+"\x00\x01"+long("v")+"\x01"+str("\x09")+"\x00\x00"+be16(6)))}, map[string]string{"cql.query": "INSERT", "cql.query_id": "09", "cql.consistency": "6"}},
		{"keyspace, schema, event", []dissecttest.Piece{server(response(1, opResult, be32(kindKeyspace)+str("shop")) + response(2, opResult, be32(kindSchema)+str("CREATED")+str("TABLE")+str("shop")+str("t")) + response(-1, opEvent, str("STATUS_CHANGE")))},
			map[string]string{"cql.keyspace": "shop,shop", "cql.event": "CREATED,STATUS_CHANGE", "cql.stream": "1,2,-1"}},
		{"login", []dissecttest.Piece{client(request(0, opStartup, startup)), server(response(0, opAuthenticate, str("org.Password"))), client(request(0, opAuthResponse, long("\x00bob\x00canary2b7e"))), client(request(0, opAuthResponse, be32(-1)))},
			map[string]string{"cql.authenticator": "org.Password", "user.name": "bob", "cql.token": "[redacted]"}},
		{"what precedes a body", []dissecttest.Piece{server(message(0x84, flagTracing|flagWarning|flagPayload, 1, opError, strings.Repeat("u", 16)+be16(1)+str("warning")+be16(1)+str("k")+long("v")+be32(1)+str("text")))}, map[string]string{"cql.error_message": "text"}},
		{"compressed", []dissecttest.Piece{client(message(4, flagCompressed, 1, opQuery, "zzzz"))}, map[string]string{"cql.opcode": "7", "cql.query": ""}},
		{"version 1", []dissecttest.Piece{client("\x01\x00\x05\x07" + be32(10) + long("abcd") + be16(1)), server("\x81\x00\x05\x08" + be32(4) + be32(1)), client("\x01\x00\x05\x0a" + be32(3) + str("a"))},
			map[string]string{"cql.opcode": "7,8,10", "cql.query": "abcd", "cql.stream": "5,5,5", "request_in": "1"}},
		{"version 5", []dissecttest.Piece{client(message(5, 0, 0, opStartup, startup)), server(message(0x85, 0, 0, opReady, "")), client(segment(message(5, 0, 1, opQuery, long("SELECT 1")+be16(1)) + message(5, 0, 2, opQuery, long("SELECT 2")+be16(1)))),
			server(segment(message(0x85, 0, 1, opResult, be32(1)+"more")[:15]) + segment("re") + segment(message(0x85, 0, 2, opResult, be32(1))))},
			map[string]string{"cql.opcode": "1,2,7,7,8,8", "cql.query": "SELECT 1,SELECT 2", "request_in": "1,3,3"}},
		{"version 5, compressed", []dissecttest.Piece{client(message(5, 0, 0, opStartup, "\x00\x01\x00\x0bCOMPRESSION\x00\x03lz4")), server(message(0x85, 0, 0, opReady, "")), client("\x05\x00\x02\x00\x00\x00\x00\x00zzzzz\x00\x00\x00\x00")}, map[string]string{"cql.opcode": "1,2"}},
		{"a message that is yet to end", []dissecttest.Piece{client(request(1, opQuery, be32(0x20000)+strings.Repeat("x", 100))[:9] + "\x00\x02\x00\x00"), client(strings.Repeat("x", 20))}, map[string]string{"cql.opcode": ""}},
		{"a password", []dissecttest.Piece{client(request(1, opQuery, long("CREATE ROLE a WITH PASSWORD = 'canary2b7e'")+be16(1)))}, map[string]string{"cql.query": "CREATE ROLE a WITH PASSWORD = [redacted]"}},
		{"another protocol", []dissecttest.Piece{client("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}, map[string]string{"cql.opcode": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			for _, r := range b.Stream(Protocol, tt.pieces...) {
				for name, values := range r.Fields {
					if all := strings.Join(values, ""); strings.Contains(all, "canary2b7e") || strings.Contains(all, hex.EncodeToString([]byte("canary2b7e"))) {
						t.Errorf("%s holds the secret", name)
					}
				}
			}
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Malformed != "" {
				t.Errorf("malformed %s", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestLayers(t *testing.T) {
	r := newBench().Stream(Protocol, client(request(1, opQuery, long("a")+be16(1))+request(2, opQuery, long("b")+be16(1))), dissecttest.Piece{Data: []byte(request(1, opQuery, long("abcdef")))[:15], Wire: 19})
	if r[0].Layers != "cql" || r[0].Core.Messages != 2 || r[1].Layers != "cql" || !r[1].Truncated {
		t.Errorf("%+v", r)
	}
}

func TestMalformed(t *testing.T) {
	for _, data := range []string{"\x84\x00\x00\x00\x77\x00\x00\x00\x00", response(1, opError, be32(1)+be16(9)+"x"), response(1, opResult, be32(kindRows)+be32(0)+be32(2)+str("a")), request(1, opBatch, "\x00\x00\x09\x00")} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, server(response(9, opReady, "")), server(data))...); r.Malformed != "cql" {
			t.Errorf("%q: malformed %q", data, r.Malformed)
		}
	}
	nested := be32(kindRows) + be32(1) + be32(1) + str("k") + str("t") + str("a") + strings.Repeat(be16(0x20), 20)
	newBench().Stream(Protocol, server(response(1, opResult, nested)))[0].Check(t, map[string]string{"cql.rows": "", "cql.keyspace": "k"})
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(request(7, opQuery, long("SELECT 1")+be16(10))), server(response(7, opError, be32(8192)+str("line 1"))))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		request(0, opStartup, startup):         {true, true},
		request(0, 5, ""):                      {true, false},
		response(0, opReady, ""):               {true, false},
		"\x04\x00":                             {true, false},
		"\x04\x00\x00\x00\x00\x00\x00\x00\x00": {true, false},
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc": {false, false},
		"\x04\x00\x00\x00\x07\x7f\x00\x00\x00": {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"QUERY SELECT 1":             client(request(7, opQuery, long("SELECT 1")+be16(10))),
		"ERROR code=8192 line 1":     server(response(7, opError, be32(8192)+str("line 1"))),
		"RESULT rows=5":              server(response(7, opResult, be32(kindRows)+be32(4)+be32(1)+be32(5))),
		"READY, EVENT STATUS_CHANGE": server(response(0, opReady, "") + response(-1, opEvent, str("STATUS_CHANGE"))),
		"AUTH_RESPONSE user=bob":     client(request(0, opAuthResponse, long("\x00bob\x00x"))),
	} {
		b := newBench()
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzCQL(f *testing.F) {
	f.Add([]byte(request(0, opStartup, startup)+request(7, opQuery, long("SELECT 1")+be16(10))), []byte(response(7, opResult, be32(kindRows)+be32(1)+be32(1)+str("k")+str("t")+str("a")+be16(0x21)+be16(9)+be16(9)+be32(3))), 5)
	f.Add([]byte(message(5, 0, 0, opStartup, startup)+segment(message(5, 0, 2, opQuery, long("SELECT 2")))), []byte(message(0x85, 0, 0, opReady, "")), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromClient)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient[:at])), server(string(fromServer)), client(string(fromClient[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["cql.opcode"]); n > (len(fromClient)+len(fromServer))/8 || len(r.Fields["request_in"]) > n {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
