// SPDX-License-Identifier: Apache-2.0

package rx

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	header  = "38e6a0f1 00000014 00000122 00000001 00000007 "
	request = header + "01 05 00 00 0000 0001 00000084 01020304"
	reply   = header + "01 04 00 02 0000 0001 00000000"
	ack     = header + "02 21 00 00 0000 0001 0000"
)

func bench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, AFS)
	b.Port = 7000
	return b
}

func datagrams(t testing.TB, b *dissecttest.Bench, frames ...string) []dissecttest.Result {
	t.Helper()
	var pieces []dissecttest.Piece
	for i, f := range frames {
		pieces = append(pieces, dissecttest.Piece{Dir: i & 1, Data: dissecttest.Unhex(t, f)})
	}
	return b.Datagrams(Protocol, pieces...)
}

func TestCall(t *testing.T) {
	got := datagrams(t, bench(), request, reply, ack)
	got[0].Check(t, map[string]string{"rx.cid": "20", "rx.callnumber": "290", "rx.type": "1", "rx.serviceid": "1", "afs.service": "FS", "afs.opcode": "132", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"afs.service": "FS", "afs.opcode": "", "rx.securityindex": "2", "transaction.id": "flow:1", "request_in": "1"})
	got[2].Check(t, map[string]string{"rx.type": "2", "afs.service": ""})
	for i, want := range []string{"rx:afs", "rx:afs", "rx"} {
		if got[i].Layers != want {
			t.Errorf("layers %s, want %s", got[i].Layers, want)
		}
	}
}

func TestEdges(t *testing.T) {
	b := dissecttest.New(nil, Protocol, AFS)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "header alone", Frame: header + "01 04 00 00 0000 0001", Layers: "rx", Want: map[string]string{"rx.type": "1"}},
		{Name: "a later packet of a call", Frame: "38e6a0f1 00000014 00000122 00000002 00000007 01 05 00 00 0000 0001 00000084", Layers: "rx:afs", Want: map[string]string{"afs.opcode": ""}},
		{Name: "ends in the operation", Frame: header + "01 05 00 00 0000 0001 0000", Malformed: "afs"},
		{Name: "ends in the header", Frame: header + "01 05", Malformed: "rx", Want: map[string]string{"rx.type": "1"}},
		{Name: "cut in the header", Frame: header + "01 05", Wire: 40, Truncated: true},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, header+"01 05 00 00 0000 0001 00000084"))
}

func TestGuess(t *testing.T) {
	for frame, want := range map[string]bool{request: true, reply: true, ack: false, header + "0e 05 00 00 0000 0001": false, header + "01 05 07 00 0000 0001": false, header: false,
		"00000001 00000014 00000122 00000001 00000007 01 05 00 00 0000 0001": false} {
		if guess(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
	if !plausible(dissecttest.Unhex(t, ack)) || plausible(dissecttest.Unhex(t, header+"0e 05 00 00 0000 0001")) || plausible(nil) {
		t.Error("an acknowledgement is plausible on the port, a type that is not and nothing are not")
	}
}

func TestSummary(t *testing.T) {
	for frame, want := range map[string]string{request: "FS operation 132", ack: "ACK, call 290"} {
		b := bench()
		datagrams(t, b, frame)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzRx(f *testing.F) {
	for _, s := range []string{request, reply, ack} {
		f.Add(dissecttest.Unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := bench()
		for _, r := range b.Datagrams(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data}) {
			if r.Core.Application == (*dissect.Protocol)(nil) && r.Layers != "" {
				t.Fatal("a layer without a message")
			}
		}
		b.Invariants(t)
	})
}
