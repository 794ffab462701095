// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// tlv makes an element, with a length of the long form as Active Directory has it when wide is set.
func tlv(tag byte, value string, wide bool) string {
	if wide {
		return string([]byte{tag, 0x84, 0, 0, byte(len(value) >> 8), byte(len(value))}) + value
	}
	return string([]byte{tag, byte(len(value))}) + value
}

func ldapMessage(id byte, op byte, value string) string {
	return tlv(tagSequence, tlv(tagInteger, string([]byte{id}), false)+tlv(op, value, false), false)
}

var (
	binding   = ldapMessage(1, 0x60, tlv(tagInteger, "\x03", false)+tlv(tagOctets, "cn=alice", false)+tlv(0x80, "c4n4ry", false))
	bound     = ldapMessage(1, 0x61, tlv(tagEnumerated, "\x31", false)+tlv(tagOctets, "", false)+tlv(tagOctets, "no", false))
	searching = ldapMessage(2, 0x63, tlv(tagOctets, "dc=example,dc=com", false)+tlv(tagEnumerated, "\x02", false))
	found     = ldapMessage(2, 0x64, tlv(tagOctets, "cn=x", false))
	done      = ldapMessage(2, 0x65, tlv(tagEnumerated, "\x00", false)+tlv(tagOctets, "", false)+tlv(tagOctets, "", false))
	tlsOID    = ldapMessage(3, 0x77, tlv(tagRequestName, "1.3.6.1.4.1.1466.20037", false))
	tlsDone   = ldapMessage(3, 0x78, tlv(tagEnumerated, "\x00", false))
	unbind    = ldapMessage(4, 0x42, "")
	buffers   = "\x00\x00\x00\x08abcdefgh"
)

func newBench(other ...*dissect.Protocol) *dissecttest.Bench {
	b := dissecttest.New(nil, append(other, Protocol, CLDAP)...)
	b.Port = 389
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"bind", []dissecttest.Piece{client(binding), server(bound)}, "ldap:ldap", map[string]string{"ldap.message_id": "1,1", "ldap.protocol_op": "0,1", "ldap.name": "cn=alice", "user.name": "cn=alice",
			"ldap.result_code": "49", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"search", []dissecttest.Piece{client(searching), server(found + found), server(done), client(unbind)}, "ldap:ldap:ldap:ldap:ldap", map[string]string{"ldap.base_object": "dc=example,dc=com",
			"ldap.protocol_op": "3,4,4,5,2", "request_in": "1,1,1", "event.duration": "1000000,1000000,2000000", "ldap.result_code": "0"}},
		{"lengths of the long form", []dissecttest.Piece{client(tlv(tagSequence, tlv(tagInteger, "\x01", true)+tlv(0x63, tlv(tagOctets, "dc=x", true), true), true))}, "ldap", map[string]string{"ldap.base_object": "dc=x"}},
		{"a security layer", []dissecttest.Piece{client(binding), client(buffers + buffers), server("\x00\x00\x01\x00abcd"), server(strings.Repeat("x", 252) + bound)}, "ldap:ldap:ldap:ldap:ldap",
			map[string]string{"ldap.sasl_bytes": "8,8,256", "ldap.protocol_op": "0,1"}},
		{"the middle of a security layer", []dissecttest.Piece{client(buffers)}, "ldap", map[string]string{"ldap.sasl_bytes": "8"}},
		{"a message cut by the capture", []dissecttest.Piece{{Data: []byte(searching)[:20], Wire: len(searching)}}, "ldap", map[string]string{"ldap.base_object": "dc=example,"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
		{"SNMP over TCP", []dissecttest.Piece{client(tlv(tagSequence, tlv(tagInteger, "\x01", false)+tlv(tagOctets, "public", false), false))}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
}

func TestMalformed(t *testing.T) {
	for _, data := range []string{"0\x80abcdef", "0\x85abcdefgh", "0\x03\x04\x01a", "0\x03\x02\x01\x01", "0\x84\x7f\xff\xff\xff", "0\x06\x02\x01\x01\x7f\x22\x00", "\x00\x00\x00\x00abcd", "xyz"} {
		if r := dissecttest.Merge(newBench().Stream(Protocol, client(binding), client(data))...); r.Malformed != "ldap" {
			t.Errorf("%q: layers %q, malformed %q", data, r.Layers, r.Malformed)
		}
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	r := dissecttest.Merge(newBench(tls).Stream(Protocol, client(tlsOID), server(tlsDone), client("\x16\x03\x01\x00\x05hello"), server("\x16"))...)
	if r.Layers != "ldap:ldap:tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
	r.Check(t, map[string]string{"ldap.request_name": "1.3.6.1.4.1.1466.20037"})
}

func TestDatagrams(t *testing.T) {
	r := newBench().Datagrams(CLDAP, client(searching), server(found+done), client("something else"), dissecttest.Piece{Data: []byte(searching)[:20], Wire: len(searching)})
	for i, want := range []string{"cldap", "cldap", "", "cldap"} {
		if r[i].Layers != want || r[i].Truncated != (i == 3) {
			t.Errorf("datagram %d: layers %q, truncated %v", i, r[i].Layers, r[i].Truncated)
		}
	}
	r[1].Check(t, map[string]string{"ldap.message_id": "2,2", "ldap.protocol_op": "4,5", "request_in": "1,1"})
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(binding), server(bound), client(searching), server(found), server(done))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		binding:                          {true, true},
		tlsOID:                           {true, true},
		bound:                            {true, false},
		searching:                        {true, false},
		"0":                              {true, false},
		buffers:                          {true, false},
		"0\x0a\x02\x01\x01\x04\x05abcde": {false, false},
		"\x16\x03\x01\x02\x00\x01":       {false, false},
		strings.Replace(binding, "\x02\x01\x03", "\x02\x01\x07", 1): {true, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{binding: `bindRequest(1) "cn=alice"`, bound: "bindResponse(1) invalidCredentials", searching: `searchRequest(2) "dc=example,dc=com" wholeSubtree`,
		found + done: `searchResEntry(2) | searchResDone(2) "cn=x" success`, tlsOID: `extendedReq(3) "1.3.6.1.4.1.1466.20037"`, buffers: "SASL buffer, 8 bytes", ldapMessage(7, 0x51, ""): "operation 17(7)"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzLDAP(f *testing.F) {
	f.Add([]byte(binding+searching+tlsOID+unbind), []byte(bound+found+done+buffers), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["ldap.message_id"]) != len(r.Fields["ldap.protocol_op"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Datagrams(CLDAP, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
	})
}
