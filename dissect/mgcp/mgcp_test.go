// SPDX-License-Identifier: Apache-2.0

package mgcp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/sdp"
)

const (
	create  = "CRCX 1204 aaln/1@gateway.example.net MGCP 1.0\r\nC: A3C4\r\nM: sendrecv\r\nD: c4n4ry\r\n"
	created = "200 1204 OK\r\nI: FDE2\r\n\r\nv=0\r\nc=IN IP4 192.0.2.1\r\n"
	pending = "100 1204\r\n"
)

func TestMessages(t *testing.T) {
	b := dissecttest.New(nil, Protocol, sdp.Protocol)
	for text, want := range map[string]map[string]string{
		create:       {"mgcp.verb": "CRCX", "mgcp.transaction_id": "1204", "mgcp.endpoint": "aaln/1@gateway.example.net", "mgcp.call_id": "A3C4", "mgcp.response_code": ""},
		created:      {"mgcp.response_code": "200", "mgcp.response_text": "OK", "mgcp.connection_id": "FDE2", "sdp.connection_address": "192.0.2.1", "mgcp.verb": ""},
		"RSIP":       {"mgcp.verb": "RSIP", "mgcp.transaction_id": "", "mgcp.endpoint": ""},
		"200 x\r\n":  {"mgcp.response_code": "200", "mgcp.transaction_id": ""},
		"\r\nC:\r\n": {"mgcp.call_id": "", "mgcp.verb": ""},
	} {
		r := b.Run(Protocol, []byte(text), len(text))
		r.Check(t, want)
		r.Lacks(t, "c4n4ry")
	}
	b.Cut(t, Protocol, []byte(created))
	r := b.Datagrams(Protocol, dissecttest.Client(create), dissecttest.Client(create), dissecttest.Server(pending), dissecttest.Server(created))
	for i, want := range []map[string]string{{"transaction.id": "flow:1"}, {"transaction.id": "flow:1"}, {"request_in": "1"}, {"request_in": "1", "event.duration": "3000000"}} {
		r[i].Check(t, want)
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{create: {true, true}, created: {true, false}, pending: {true, false}, "FOOX 1 a MGCP 1.0": {}, "200 OK\r\n": {}, "": {}, "CRCX": {}})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for text, want := range map[string]string{create: "CRCX 1204 aaln/1@gateway.example.net", created: "200 1204 OK"} {
		if b.Dissect(Protocol, []byte(text), len(text)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzMGCP(f *testing.F) {
	f.Add([]byte(create), 0)
	f.Add([]byte(created), 0)
	b := dissecttest.New(nil, Protocol, sdp.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		r := b.Run(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(r.Fields["mgcp.verb"])+len(r.Fields["mgcp.response_code"]) > 1 {
			t.Fatal("a message is both")
		}
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
