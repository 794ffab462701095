// SPDX-License-Identifier: Apache-2.0

package mysql

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// packet makes a packet of a payload.
func packet(sequence byte, payload string) string {
	return string([]byte{byte(len(payload)), byte(len(payload) >> 8), byte(len(payload) >> 16), sequence}) + payload
}

// packets makes packets that follow each other.
func packets(sequence byte, payloads ...string) string {
	var b strings.Builder
	for i, p := range payloads {
		b.WriteString(packet(sequence+byte(i), p)) //nolint:gosec // few
	}
	return b.String()
}

func le32(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

const (
	proof   = "proof-of-0123456789a"
	column  = "\x03def\x04shop\x01t\x01t\x01n\x01n\x0c\x21\x00\x4b\x00\x00\x00\xfd\x00\x00\x1f\x00\x00"
	eof     = "\xfe\x00\x00\x02\x00"
	eofMore = "\xfe\x00\x00\x0a\x00"
	okay    = "\x00\x03\x07\x02\x00\x01\x00\x05Hello"
)

// hello is a greeting of a server with these capabilities beside protocol 4.1.
func hello(caps uint32) string {
	caps |= capProtocol41 | capSecure
	all := le32(caps)
	return packet(0, "\x0a8.0.32\x00\x05\x00\x00\x00saltsalt\x00"+all[:2]+"\x21\x02\x00"+all[2:]+"\x15"+strings.Repeat("\x00", 10)+"saltsaltsalt\x00mysql_native_password\x00")
}

func login(caps uint32) string {
	s := le32(caps|capProtocol41|capSecure|capDatabase) + le32(1<<24) + "\x21" + strings.Repeat("\x00", 23) + "alice\x00\x14" + proof + "shop\x00"
	if caps&capPlugin != 0 {
		s += "mysql_native_password\x00"
	}
	return packet(1, s)
}

func newBench(other ...*dissect.Protocol) *dissecttest.Bench {
	b := dissecttest.New(nil, append(other, Protocol)...)
	b.Port = 3306
	return b
}

var opening = []dissecttest.Piece{server(hello(capPlugin)), client(login(capPlugin)), server(packet(2, okay))}

func TestConversations(t *testing.T) {
	tabular := packets(1, "\x01", column, eof, "\x01a", "\x01b", eof)
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"login", opening, map[string]string{"mysql.type": "Server Greeting,Login Request,OK", "mysql.version": "8.0.32", "mysql.thread_id": "5", "user.name": "alice", "mysql.schema": "shop",
			"mysql.auth_plugin": "mysql_native_password,mysql_native_password", "mysql.affected_rows": "3", "mysql.insert_id": "0000000000000007", "mysql.warnings": "1", "mysql.message": "Hello", "request_in": "2", "mysql.passwd": "[redacted]"}},
		{"login refused", []dissecttest.Piece{server(hello(0)), client(login(0)), server(packet(2, "\xff\x15\x04#28000Access denied"))},
			map[string]string{"mysql.type": "Server Greeting,Login Request,Error", "mysql.error_code": "1045", "mysql.sqlstate": "28000", "mysql.error_message": "Access denied", "request_in": "2"}},
		{"host refused", []dissecttest.Piece{server(packet(0, "\xff\x6a\x04Host refused"))}, map[string]string{"mysql.type": "Error", "mysql.error_code": "1130", "mysql.error_message": "Host refused"}},
		{"another way of authentication", []dissecttest.Piece{server(hello(0)), client(login(0)), server(packet(2, "\xfemysql_clear_password\x00salt")), client(packet(3, "hunter2\x00")), server(packet(4, "\x01\x03") + packet(5, okay))},
			map[string]string{"mysql.type": "Server Greeting,Login Request,Auth Switch Request,Authentication,Authentication,OK", "mysql.passwd": "[redacted],[redacted]", "mysql.command": "", "request_in": "2"}},
		{"before 4.1", []dissecttest.Piece{server(packet(0, "\x0a3.23.54\x00\x05\x00\x00\x00saltsalt\x00\x2c\x00")), client(packet(1, "\x0d\x00\x00\x00\x00bob\x00abcdefgh\x00shop\x00")), server(packet(2, "\x00\x00\x00")),
			client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, "\xfe", "\x01a", "\xfe"))},
			map[string]string{"mysql.type": "Server Greeting,Login Request,OK,Request,TABULAR,Rows,EOF", "user.name": "bob", "mysql.schema": "shop", "mysql.rows": "1"}},
		{"query", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(tabular)},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,EOF", "mysql.command": "3", "mysql.query": "select 1", "mysql.num_fields": "1", "mysql.rows": "2", "request_in": "1", "transaction.id": "flow:1,flow:1", "event.duration": "1000000"}},
		{"rows in two packets", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(tabular[:len(tabular)-12]), server(tabular[len(tabular)-12:])},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,Rows,EOF", "mysql.rows": "1,1", "request_in": "1"}},
		{"no EOF behind the columns", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, "\x01a", "\xfe\x00\x00\x02\x00\x00\x00"))},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,OK", "mysql.rows": "1"}},
		{"no row and no EOF behind the columns", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, "\xfe\x00\x00\x02\x00\x00\x00"))},
			map[string]string{"mysql.type": "Request,TABULAR,OK", "mysql.rows": ""}},
		{"two results", []dissecttest.Piece{client(packet(0, "\x03select 1; update t")), server(packets(1, "\x01", column, eof, "\x01a", eofMore, okay))},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,EOF,OK", "mysql.affected_rows": "3", "request_in": "1"}},
		{"an error among rows", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, eof, "\x01a", "\xff\x01\x00#HY000x"))},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,Error", "mysql.error_code": "1"}},
		{"an error among columns", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(packets(1, "\x02", column, "\xff\x01\x00#HY000x"))},
			map[string]string{"mysql.type": "Request,TABULAR,Error", "mysql.error_code": "1"}},
		{"prepared statement", []dissecttest.Piece{client(packet(0, "\x16select ?")), server(packets(1, "\x00\x09\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00", column, eof, column, eof)),
			client(packet(0, "\x17\x09\x00\x00\x00\x00\x01\x00\x00\x00")), server(packets(1, "\x01", column, eof, "\x00\x00\x01a", eof)), client(packet(0, "\x19\x09\x00\x00\x00") + packet(0, "\x0e")), server(packet(1, okay))},
			map[string]string{"mysql.type": "Request,Prepared,Request,TABULAR,Rows,EOF,Request,Request,OK", "mysql.command": "22,23,25,14", "mysql.query": "select ?", "mysql.stmt_id": "9,9,9", "request_in": "1,3,5"}},
		{"a file of the client", []dissecttest.Piece{client(packet(0, "\x03load data local")), server(packet(1, "\xfb/tmp/x")), client(packet(2, "a,b") + packet(3, "")), server(packet(4, okay))},
			map[string]string{"mysql.type": "Request,File,File,OK", "mysql.command": "3"}},
		{"fields, statistics, fetch", []dissecttest.Piece{client(packet(0, "\x04t\x00")), server(packets(1, column, eof)), client(packet(0, "\x09")), server(packet(1, "Uptime: 1")), client(packet(0, "\x1c\x09\x00\x00\x00\x01\x00\x00\x00")), server(packets(1, "\x00\x00\x01a", eof))},
			map[string]string{"mysql.type": "Request,TABULAR,EOF,Request,Text,Request,Rows,EOF", "mysql.table_name": "t", "mysql.rows": "1"}},
		{"use, change user, quit", []dissecttest.Piece{client(packet(0, "\x02shop")), server(packet(1, okay)), client(packet(0, "\x11bob\x00abcdefgh\x00db\x00")), server(packet(1, okay)), client(packet(0, "\x01"))},
			map[string]string{"mysql.command": "2,17,1", "mysql.schema": "shop,db", "user.name": "bob", "mysql.passwd": "[redacted]", "transaction.id": "flow:1,flow:1,flow:2,flow:2"}},
		{"binary log", []dissecttest.Piece{client(packet(0, "\x12\x04\x00\x00\x00\x00\x00\x01\x00\x00\x00log")), server(packets(1, "\x00event", "\x00event"))}, map[string]string{"mysql.type": "Request", "mysql.command": "18"}},
		{"attributes of a query", append(append([]dissecttest.Piece{}, server(hello(capAttributes)), client(login(capAttributes)), server(packet(2, okay))),
			client(packet(0, "\x03\x03\x01\x04\x01\xfe\x00\x01a\x03\x00\x01b\x06\x00\x01c\x05valuexxxxselect 1"))), map[string]string{"mysql.query": "select 1"}},
		{"no attributes", append(append([]dissecttest.Piece{}, server(hello(capAttributes)), client(login(capAttributes)), server(packet(2, okay))), client(packet(0, "\x03\x00\x01select 1"))),
			map[string]string{"mysql.query": "select 1"}},
		{"compression", []dissecttest.Piece{server(hello(capCompress)), client(login(capCompress)), server(packet(2, okay)), client("\x05\x00\x00\x00\x09\x00\x00zzzzz")},
			map[string]string{"mysql.type": "Server Greeting,Login Request,OK,Compressed", "mysql.compressed_bytes": "5"}},
		{"a large row", []dissecttest.Piece{client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, eof) + "\x00\x00\x02\x04" + strings.Repeat("x", 100)), server(strings.Repeat("x", 0x20000-100) + packet(5, eof))},
			map[string]string{"mysql.type": "Request,TABULAR,Rows,EOF", "mysql.rows": "1"}},
		{"a password", []dissecttest.Piece{client(packet(0, "\x03SET PASSWORD = 'hunter2'"))}, map[string]string{"mysql.query": "SET PASSWORD = [redacted]"}},
		{"a message cut by the capture", []dissecttest.Piece{{Data: []byte(packet(0, "\x03select 1"))[:9], Wire: 13}}, map[string]string{"mysql.query": "sele"}},
		{"another protocol", []dissecttest.Piece{client("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}, map[string]string{"mysql.type": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Malformed != "" {
				t.Errorf("malformed %s", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestMalformed(t *testing.T) {
	for name, pieces := range map[string][]dissecttest.Piece{
		"greeting": {server(packet(0, "\x0a8.0.32\x00\x05"))},
		"login":    {server(hello(0)), client(packet(1, "\x00"))},
		"error":    {client(packet(0, "\x0e")), server(packet(1, "\xff\x01"))},
		"OK":       {client(packet(0, "\x0e")), server(packet(1, "\x00\xfc"))},
		"proof":    {server(hello(0)), client(packet(1, login(0)[4:50]))},
	} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, pieces...)...); r.Malformed != "mysql" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestSecret(t *testing.T) {
	b := newBench()
	for _, r := range b.Stream(Protocol, server(hello(0)), client(login(0)), server(packet(2, "\xfemysql_clear_password\x00")), client(packet(3, proof))) {
		for name, values := range r.Fields {
			if all := strings.Join(values, ""); strings.Contains(all, proof) || strings.Contains(all, hex.EncodeToString([]byte(proof))) {
				t.Errorf("%s holds the secret", name)
			}
		}
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	request := packet(1, le32(capProtocol41|capSSL)+strings.Repeat("\x00", 28))
	if r := dissecttest.Merge(newBench(tls).Stream(Protocol, server(hello(capSSL)), client(request), client("\x16\x03\x01\x00\x05hello"), server("\x16"))...); r.Layers != "mysql:mysql:tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
	if r := dissecttest.Merge(newBench(tls).Stream(Protocol, server(hello(0)), client(login(0)), server(packet(2, okay)), client(packet(0, "\x03"+strings.Repeat("x", 0x315))))...); r.Layers != "mysql:mysql:mysql:mysql" {
		t.Errorf("a query whose length reads as TLS: layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, append(opening[:3:3], client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, eof, "\x01a", eof)))...)
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		hello(0):                          {true, true},
		hello(capPlugin):                  {true, true},
		packet(0, "\x0a8.0.32\x00"):       {true, false},
		packet(0, "\x0ahello\x00"+proof):  {true, false},
		packet(0, "\x03select 1"):         {true, false},
		packets(1, "\x01", column):        {true, false},
		packet(1, "\x01") + packet(1, ""): {false, false},
		"\x00\x00\x00\x00\x00":            {false, false},
		"GET / HTTP/1.1\r\n\r\n":          {false, false},
		"\x01\x00":                        {true, false},
	})
}

func TestSummary(t *testing.T) {
	for want, pieces := range map[string][]dissecttest.Piece{
		"Server Greeting proto=10 version=8.0.32":   opening[:1],
		"Login Request user=alice db=shop":          opening[:2],
		"Request Query select 1":                    {client(packet(0, "\x03select 1"))},
		"Request Unknown (90)":                      {client(packet(0, "\x0e")), client(packet(0, "\x5a"))},
		"TABULAR, Rows, EOF rows=1":                 {client(packet(0, "\x03select 1")), server(packets(1, "\x01", column, eof, "\x01a", eof))},
		"Error code=1045 Access denied":             {server(hello(0)), client(login(0)), server(packet(2, "\xff\x15\x04#28000Access denied"))},
		"Request Query " + strings.Repeat("x", 200): {client(packet(0, "\x03"+strings.Repeat("x", 300)))},
		"Request, Request Quit":                     {client(packet(0, "\x0e") + packet(0, "\x01"))},
	} {
		b := newBench()
		b.Stream(Protocol, pieces...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzMySQL(f *testing.F) {
	f.Add([]byte(login(capPlugin)+packet(0, "\x03select 1")), []byte(hello(capPlugin)+packet(2, okay)), 5)
	f.Add([]byte(packet(0, "\x16select ?")), []byte(packets(1, "\x01", column, eof, "\x01a", eof)), 0)
	f.Add([]byte(packet(0, "\x11bob\x00abcdefgh\x00db\x00")), []byte(packet(0, "\xff\x15\x04#28000x")), 0)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, server(string(fromServer[:at])), client(string(fromClient)), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["mysql.type"]); n > (len(fromClient)+len(fromServer))/headerLen || len(r.Fields["mysql.query"]) > n {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
