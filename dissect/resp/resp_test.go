// SPDX-License-Identifier: Apache-2.0

package resp

import (
	"strconv"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// request makes an array of bulk strings.
func request(words ...string) string {
	s := "*" + strconv.Itoa(len(words)) + "\r\n"
	for _, w := range words {
		s += bulkString(w)
	}
	return s
}

func bulkString(s string) string { return "$" + strconv.Itoa(len(s)) + "\r\n" + s + "\r\n" }

func newBench(wireshark bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.P.Options = &dissect.Options{Wireshark: wireshark}
	b.Port = 6379
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"set", []dissecttest.Piece{client(request("SET", "k", "hello")), server("+OK\r\n")}, "resp:resp",
			map[string]string{"resp.command": "SET", "resp.key": "k", "resp.array_length": "3", "resp.bulk_bytes": "9", "resp.string": "OK", "request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000", "resp.bulk_string": ""}},
		{"get", []dissecttest.Piece{client(request("get", "k")), server(bulkString("hello"))}, "resp:resp", map[string]string{"resp.command": "get", "resp.key": "k", "resp.bulk_bytes": "4,5"}},
		{"error, integer", []dissecttest.Piece{client(request("INCR", "k")), server("-ERR no\r\n"), client(request("INCR", "k")), server(":-3\r\n")}, "resp:resp:resp:resp", map[string]string{"resp.error": "ERR no", "resp.integer": "-3"}},
		{"nothing there", []dissecttest.Piece{client(request("GET", "k")), server("$-1\r\n"), client(request("BLPOP", "k", "1")), server("*-1\r\n"), client(request("GET", "k")), server("_\r\n")}, "resp:resp:resp:resp:resp:resp",
			map[string]string{"resp.array_length": "2,3,-1,2", "request_in": "1,3,5"}},
		{"pipeline", []dissecttest.Piece{client(request("GET", "a") + request("GET", "b") + "PING\r\n"), server("$1\r\nx\r\n$1\r\ny\r\n+PONG\r\n")}, "resp:resp",
			map[string]string{"resp.command": "GET,GET,PING", "resp.key": "a,b", "request_in": "1,1,1", "transaction.id": "flow:1,flow:2,flow:3,flow:1,flow:2,flow:3"}},
		{"more requests than are kept", []dissecttest.Piece{client(strings.Repeat("PING\r\n", 70)), server("+PONG\r\n"), server(strings.Repeat("+PONG\r\n", 69))}, "resp:resp:resp",
			map[string]string{"request_in": strings.TrimSuffix(strings.Repeat("1,", 64), ",")}},
		{"arrays in arrays", []dissecttest.Piece{client(request("XRANGE", "s", "-", "+")), server("*2\r\n*2\r\n$1\r\na\r\n*0\r\n:1\r\n")}, "resp:resp", map[string]string{"resp.array_length": "4,2", "resp.bulk_bytes": "9,1"}},
		{"RESP3", []dissecttest.Piece{client(request("HELLO", "3")), server("|1\r\n+a\r\n+b\r\n%2\r\n+x\r\n#t\r\n+y\r\n,3.14\r\n"), client(request("SMEMBERS", "s")), server("~1\r\n(123\r\n"), client(request("GET", "k")), server("=5\r\ntxt:a\r\n"),
			server(">2\r\n+message\r\n+x\r\n")}, "resp:resp:resp:resp:resp:resp:resp", map[string]string{"resp.command": "HELLO,SMEMBERS,GET", "resp.array_length": "2,1,2,1,2,2", "request_in": "1,3,5"}},
		{"a large value", []dissecttest.Piece{client("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n" + strings.Repeat("x", 50000)), client(strings.Repeat("x", 50000) + "\r\n" + request("GET", "k"))}, "resp",
			map[string]string{"resp.command": "SET,GET", "resp.bulk_bytes": "100004,4"}},
		{"a reply in two packets", []dissecttest.Piece{client(request("KEYS", "*")), server("*2\r\n$1\r\na\r\n"), server("$1\r\nb\r\n")}, "resp:resp", map[string]string{"resp.key": "*", "resp.array_length": "2,2", "request_in": "1"}},
		{"subcommands", []dissecttest.Piece{client(request("CONFIG", "GET", "save") + request("OBJECT", "ENCODING", "k") + request("EVAL", "return 1", "0"))}, "resp", map[string]string{"resp.command": "CONFIG GET,OBJECT ENCODING,EVAL", "resp.key": "k"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(request("GET", "key", "x"))[:20], Wire: 40}}, "resp", map[string]string{"resp.command": "GET"}},
		{"another protocol", []dissecttest.Piece{client("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(false).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" {
				t.Errorf("layers %q, want %q, malformed %q", r.Layers, tt.layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestWireshark(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"values", []dissecttest.Piece{client(request("SET", "k", "hello")), server("*1\r\n*1\r\n$1\r\na\r\n")}, "resp:resp", map[string]string{"resp.bulk_string": "SET,k,hello,a", "resp.array_length": "3,1,1"}},
		{"an array comes again with more of it", []dissecttest.Piece{server("+OK\r\n*2\r\n$1\r\na\r\n$1"), server("\r\nb\r\n")}, "resp:resp", map[string]string{"resp.string": "OK", "resp.bulk_string": "a,a,b", "resp.array_length": "2,2"}},
		{"an array is whole where an element ends with the segment", []dissecttest.Piece{server("*2\r\n$1\r\na\r\n"), server("$1\r\nb\r\n")}, "resp:resp", map[string]string{"resp.bulk_string": "a,b", "resp.array_length": "2"}},
		{"a string that is yet to end", []dissecttest.Piece{server("$1\r\na"), server("\r\n")}, "resp", map[string]string{"resp.bulk_string": "a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(true).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestSecrets(t *testing.T) {
	const canary = "canary2b7e"
	for _, tt := range []struct {
		request string
		want    map[string]string
	}{
		{request("AUTH", canary), map[string]string{"resp.command": "AUTH", "user.name": ""}},
		{"auth " + canary + "\r\n", nil},
		{request("AUTH", "bob", canary), map[string]string{"user.name": "bob"}},
		{request("HELLO", "3", "AUTH", "bob", canary, "SETNAME", "x"), map[string]string{"user.name": "bob"}},
		{request("MIGRATE", "h", "1", "k", "0", "9", "AUTH2", "bob", canary), map[string]string{"user.name": "bob"}},
		{request("MIGRATE", "h", "1", "k", "0", "9", "AUTH", canary), nil},
		{request("CONFIG", "SET", "save", "", "requirepass", canary), map[string]string{"resp.command": "CONFIG SET"}},
		{request("ACL", "SETUSER", "bob", "on", ">"+canary), nil},
	} {
		for _, wireshark := range []bool{false, true} {
			b := newBench(wireshark)
			r := b.Stream(Protocol, client(tt.request))[0]
			r.Check(t, tt.want)
			r.Check(t, map[string]string{"resp.password": "[redacted]"})
			if strings.Contains(string(b.Out.Arena), canary) {
				t.Errorf("%q: the secret stands in the record", tt.request)
			}
			b.Out.Reveal = true
			if r := b.Stream(Protocol, client(tt.request))[0]; strings.TrimPrefix(strings.Join(r.Fields["resp.password"], ""), ">") != canary {
				t.Errorf("%q: revealed %v", tt.request, r.Fields)
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, data := range []string{"*1\r\nhello\r\n", ":x\r\n", "*x\r\n", "hello\r\n"} {
		if r := dissecttest.Merge(newBench(false).Stream(Protocol, server("+OK\r\n"), server(data))...); r.Malformed != "resp" {
			t.Errorf("%q: malformed %q", data, r.Malformed)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench(false).Split(t, Protocol, client(request("SET", "k", "hello")+request("AUTH", "a", "b")+"PING x\r\n"), server("+OK\r\n*2\r\n*1\r\n$3\r\nabc\r\n:1\r\n$-1\r\n"))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		request("GET", "k"):        {true, true},
		request("GET"):             {true, true},
		request("1", "k"):          {true, false},
		"*1\r\n$4\r\nPI":           {true, false},
		"*":                        {true, false},
		"$x\r\n":                   {false, false},
		"+OK\r\n":                  {true, false},
		"PING\r\n":                 {true, false},
		"\x16\x03\x01\x02\x00\x01": {false, false},
		"\r\n":                     {false, false},
		"hello\x00\r\n":            {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"Request: GET k":              client(request("GET", "k")),
		"Request: GET a | GET b":      client(request("GET", "a") + request("GET", "b")),
		"Response: OK":                server("+OK\r\n"),
		"Response: Error: ERR no":     server("-ERR no\r\n"),
		"Response: Array(2) 1 bytes":  server("*2\r\n$1\r\na\r\n:1\r\n"),
		"Response: 1 1 1 1 1 1 1 1 …": server(strings.Repeat(":1\r\n", 9)),
	} {
		b := newBench(false)
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzRESP(f *testing.F) {
	f.Add([]byte(request("SET", "k", "hello")+"PING\r\n"), []byte("+OK\r\n*2\r\n*1\r\n$3\r\nabc\r\n:1\r\n"), 5, false)
	f.Add([]byte(request("HELLO", "3", "AUTH", "a", "b")), []byte("%1\r\n+a\r\n|1\r\n,1\r\n_\r\n>1\r\n$-1\r\n"), 9, true)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int, wireshark bool) {
		b := newBench(wireshark)
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["resp.command"]); n > len(fromClient) || len(r.Fields["resp.key"]) > n || len(r.Fields["request_in"]) > len(fromServer) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
