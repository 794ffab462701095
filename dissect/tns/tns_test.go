// SPDX-License-Identifier: Apache-2.0

package tns

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func be16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) } //nolint:gosec // small
func be32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) } //nolint:gosec // small

// packet makes one with a length of 2 bytes, large one of 4.
func packet(t byte, body string) string {
	return be16(len(body)+headerLen) + "\x00\x00" + string([]byte{t, 0}) + "\x00\x00" + body
}

func large(t byte, body string) string {
	return be32(len(body)+headerLen) + string([]byte{t, 0}) + "\x00\x00" + body
}

// hello is a CONNECT with data at offset 58.
func hello(version int, data string) string {
	return packet(typeConnect, be16(version)+be16(300)+strings.Repeat("\x00", 12)+be16(len(data))+be16(58)+strings.Repeat("\x00", 30)+data)
}

const descriptor = "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)(CID=(PROGRAM=sqlplus)(HOST=pc.example.org)(USER=bob)))(ADDRESS=(PROTOCOL=TCP)(HOST=10.1.1.1)(PORT=1521)))"

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 1521
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"accepted", []dissecttest.Piece{client(hello(319, descriptor)), server(packet(typeAccept, be16(319)+strings.Repeat("\x00", 20))), client(large(typeData, "\x00\x00\x03\x5e\x00")), server(large(typeData, "\x00\x00\x06\x00"))},
			map[string]string{"tns.type": "1,2,6,6", "tns.service_name": "orcl", "tns.program": "sqlplus", "tns.client_host": "pc.example.org", "user.name": "bob", "tns.connect_data": descriptor, "tns.version": "319,319", "tns.data_id": "3,6", "tns.call_id": "94",
				"request_in": "1,3", "transaction.id": "flow:1,flow:1,flow:2,flow:2", "event.duration": "1000000,1000000"}},
		{"refused", []dissecttest.Piece{client(hello(310, "(DESCRIPTION=(CONNECT_DATA=(SID=XE)))")), server(packet(typeRefuse, "\x22\x00"+be16(44)+"(DESCRIPTION=(TMP=)(VSNNUM=1)(ERR=12514))   "))}, map[string]string{"tns.sid": "XE", "tns.error_code": "12514", "tns.refuse_reason_user": "34", "tns.client_host": "", "request_in": "1"}},
		{"redirected", []dissecttest.Piece{client(hello(310, descriptor)), server(packet(typeRedirect, be16(10)+"(ADDRESS=)"))}, map[string]string{"tns.redirect_data": "(ADDRESS=)", "request_in": "1"}},
		{"a command for the listener", []dissecttest.Piece{client(hello(310, "(CONNECT_DATA=(COMMAND=status)(PASSWORD=canary2b7e)(ARGUMENTS=64)(password = canary2b7e))"))}, map[string]string{"tns.command": "status", "tns.connect_data": "(CONNECT_DATA=(COMMAND=status)(PASSWORD=[redacted])(ARGUMENTS=64)(password =[redacted]))"}},
		{"connect data of its own", []dissecttest.Piece{client(packet(typeConnect, be16(318)+be16(300)+strings.Repeat("\x00", 12)+be16(300)+be16(58)+strings.Repeat("\x00", 30))), client(packet(typeData, "\x00\x00"+descriptor))}, map[string]string{"tns.service_name": "orcl", "transaction.id": "flow:1"}},
		{"an error", []dissecttest.Piece{client(packet(typeData, "\x00\x00\x03\x76\x00")), server(packet(typeData, "\x00\x00\x04\x01\x00\x21ORA-01017: invalid username/password; logon denied\nmore"))}, map[string]string{"tns.error_code": "1017", "tns.error_message": "ORA-01017: invalid username/password; logon denied", "tns.call_id": "118"}},
		{"secure network services, no data, marker", []dissecttest.Piece{client(packet(typeData, "\x00\x00\xde\xad\xbe\xef\x00") + packet(typeData, "\x00\x40") + packet(12, "\x01\x00\x02"))}, map[string]string{"tns.type": "6,6,12", "tns.data_id": ""}},
		{"a large packet", []dissecttest.Piece{client(be32(0x20000) + string([]byte{typeData, 0, 0, 0}) + "\x00\x00\x03\x5e"), client(strings.Repeat("x", 0x20000-12) + packet(12, "\x01\x00\x02"))}, map[string]string{"tns.type": "6,12"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(hello(319, descriptor))[:110], Wire: 300}}, map[string]string{"tns.service_name": "orcl"}},
		{"a header cut by the capture", []dissecttest.Piece{{Data: []byte("\x00\x20"), Wire: 32}}, map[string]string{"tns.type": ""}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\n")}, map[string]string{"tns.type": ""}},
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
	b := newBench()
	b.Out.Reveal = true
	b.Stream(Protocol, client(hello(310, "(PASSWORD=canary2b7e)")))[0].Check(t, map[string]string{"tns.connect_data": "(PASSWORD=canary2b7e)"})
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{"header": "\x00\x08\x00\x00\x77\x00\x00\x00", "connect": packet(typeConnect, "\x01"), "refuse": packet(typeRefuse, "")} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(packet(12, "abc")), client(data))...); r.Malformed != "tns" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(hello(319, descriptor)), server(packet(typeAccept, be16(319)+strings.Repeat("\x00", 20))), client(large(typeData, "\x00\x00\x03\x5e\x00")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		hello(319, descriptor):                 {true, true},
		hello(99, descriptor):                  {true, false},
		hello(319, "hello"):                    {true, false},
		packet(typeData, "\x00\x00"):           {true, false},
		"\x00\x08":                             {true, false},
		"GET / HTTP/1.1\r\n\r\n":               {false, false},
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc": {false, false},
	})
}

func TestSummary(t *testing.T) {
	for want, piece := range map[string]dissecttest.Piece{
		"Connect service=orcl program=sqlplus user=bob": client(hello(319, descriptor)),
		"Refuse ORA-12514": server(packet(typeRefuse, "\x22\x00"+be16(11)+"(ERR=12514)")),
		"Data, Marker":     client(packet(typeData, "\x00\x00") + packet(12, "abc")),
	} {
		b := newBench()
		b.Stream(Protocol, piece)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzTNS(f *testing.F) {
	f.Add([]byte(hello(319, descriptor)+large(typeData, "\x00\x00\x03\x5e\x00")), []byte(packet(typeAccept, be16(319)+strings.Repeat("\x00", 20))), 5)
	f.Add([]byte(hello(310, "(CONNECT_DATA=(COMMAND=status)(PASSWORD=x))")), []byte(packet(typeRefuse, "\x22\x00"+be16(11)+"(ERR=12514)")), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["tns.type"]); n > (len(fromClient)+len(fromServer))/headerLen || len(r.Fields["request_in"]) > n {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
