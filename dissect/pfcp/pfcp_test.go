// SPDX-License-Identifier: Apache-2.0

package pfcp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	setup     = "20 05 000d 000007 00 003c 0005 00 0a000001 "
	accepted  = "20 06 001c 000007 00 0013 0001 01 003c 000f 02 05 75706631 32 07 6578616d706c65 "
	establish = "21 32 000c 0000000000000009 000008 00 "
)

func TestExchange(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	got := b.Datagrams(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, setup)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, accepted)}, dissecttest.Piece{Data: dissecttest.Unhex(t, establish)})
	got[0].Check(t, map[string]string{"pfcp.msg_type": "5", "pfcp.length": "13", "pfcp.seqno": "7", "pfcp.seid": "", "pfcp.node_id": "10.0.0.1", "related.ip": "10.0.0.1", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"pfcp.msg_type": "6", "pfcp.cause": "1", "pfcp.ie_type": "19,60", "pfcp.node_id": "upf12.example", "related.hosts": "upf12.example", "request_in": "1"})
	got[2].Check(t, map[string]string{"pfcp.msg_type": "50", "pfcp.seid": "0000000000000009", "pfcp.seqno": "8", "transaction.id": "flow:2"})
}

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "a node of IPv6", Frame: "20 05 0019 000007 00 003c 0011 01 20010db8000000000000000000000001", Want: map[string]string{"pfcp.node_id": "2001:db8::1"}},
		{Name: "a label beyond its element", Frame: "20 05 000a 000007 00 003c 0002 02 09", Malformed: "pfcp", Want: map[string]string{"pfcp.node_id": ""}},
		{Name: "length beyond the end", Frame: "20 05 0100 000007 00", Malformed: "pfcp", Want: map[string]string{"pfcp.seqno": "7"}},
		{Name: "ends in the endpoint", Frame: "21 32 0004 00000000", Malformed: "pfcp", Want: map[string]string{"pfcp.seqno": ""}},
		{Name: "many elements", Frame: "20 05 0408 000007 00 " + strings.Repeat("0001 0000 ", maxElements+1), Want: map[string]string{"pfcp.ie_type": strings.TrimSuffix(strings.Repeat("1,", maxElements), ",")}},
		{Name: "cut in an element", Frame: setup[:40], Wire: 17, Truncated: true, Want: map[string]string{"pfcp.seqno": "7"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, setup))
	b.Cut(t, Protocol, dissecttest.Unhex(t, establish))
}

func TestGuess(t *testing.T) {
	for frame, want := range map[string]bool{setup: true, accepted: true, establish: true, setup + "00": false, "24" + setup[2:] + "2001 0004 000008 00": true, "40" + setup[2:]: false,
		"20 32 000c 0000000000000009 000008 00": false, "20 10 0004 000007 00": false, "": false} {
		if guess(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
	for kind, want := range map[uint8]bool{1: true, 2: false, 11: false, 12: true, 13: false, 14: true, 50: true, 57: false} {
		if request(kind) != want {
			t.Errorf("type %d: %v", kind, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{setup: "PFCP Association Setup Request", establish: "PFCP Session Establishment Request", "20 63 0004 000007 00": "PFCP type 99"} {
		data := dissecttest.Unhex(t, frame)
		b.Run(Protocol, data, len(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzPFCP(f *testing.F) {
	for _, s := range []string{setup, accepted, establish} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if len(r.Fields["pfcp.ie_type"]) > maxElements {
			t.Fatal("too many elements")
		}
		if guess(data) && len(r.Fields["pfcp.msg_type"]) != 1 {
			t.Fatal("what is told by its bytes is not dissected")
		}
	})
}
