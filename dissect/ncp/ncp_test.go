// SPDX-License-Identifier: Apache-2.0

package ncp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	request = "446d6454 00000019 00000001 00000064 2222 9b 2a 01 00 48 0102 "
	reply   = "744e6350 00000010 3333 9b 2a 01 00 00 00 "
)

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	pieces := []dissecttest.Piece{{Data: dissecttest.Unhex(t, request)}, {Dir: 1, Data: dissecttest.Unhex(t, reply)}}
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"ncp.type": "8738", "ncp.seq": "155", "ncp.connection": "42", "ncp.task": "1", "ncp.func": "72", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"ncp.type": "13107", "ncp.completion_code": "0", "ncp.connection_status": "0", "transaction.id": "flow:1", "request_in": "1"})
	b.Split(t, Protocol, pieces...)
	if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte("tNcP\xff\xff\xff\xff")})[0]; r.Layers != "" {
		t.Errorf("a length of 4 GiB: %s", r.Layers)
	}
	if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte("GET")})[0]; r.Layers != "" {
		t.Errorf("another protocol: %s", r.Layers)
	}
}

func TestDatagram(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "request", Frame: request, Layers: "ncp", Want: map[string]string{"ncp.func": "72"}},
		{Name: "cut before the function", Frame: "446d6454 00000019 00000001 00000064 2222 9b 2a 01 00", Wire: 25, Truncated: true, Want: map[string]string{"ncp.connection": "42", "ncp.func": ""}},
		{Name: "ends before the function", Frame: "446d6454 00000016 00000001 00000064 2222 9b 2a 01 00", Malformed: "ncp"},
		{Name: "of no signature", Frame: "00000000 00000019", Layers: ""},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, "446d6454 00000017 00000001 00000064 2222 9b 2a 01 00 48"))
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{request: "Request, function 0x48", reply: "Reply, completion code 0x00", "744e6350 00000010 4444 9b 2a 01 00 00 00": "Type 0x4444"} {
		b.Run(Protocol, dissecttest.Unhex(t, frame), len(dissecttest.Unhex(t, frame)))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzNCP(f *testing.F) {
	for _, s := range []string{request, reply} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true}) {
			if len(r.Fields["ncp.seq"]) != len(r.Fields["ncp.connection"]) {
				t.Fatal("a header without its fields")
			}
		}
		b.Invariants(t)
		b.Dissect(Protocol, data, len(data))
		b.Invariants(t)
	})
}
