// SPDX-License-Identifier: Apache-2.0

package tacplus

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	start  = "c0 01 01 04 deadbeef 00000006 010203040506 "
	reply  = "c0 01 02 00 deadbeef 00000002 0102 "
	author = "c1 02 01 01 00000007 00000008 0102030405060708 "
)

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	pieces := []dissecttest.Piece{{Data: dissecttest.Unhex(t, start)}, {Dir: 1, Data: dissecttest.Unhex(t, reply)}, {Data: dissecttest.Unhex(t, author+author)}}
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"tacplus.type": "1", "tacplus.seqno": "1", "tacplus.flags.unencrypted": "false",
		"tacplus.session_id": "3735928559", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"tacplus.seqno": "2", "transaction.id": "flow:1", "request_in": "1"})
	got[2].Check(t, map[string]string{"tacplus.type": "2,2", "tacplus.flags.unencrypted": "true,true", "transaction.id": "flow:2,flow:3"})
	b.Split(t, Protocol, pieces...)
	for name, bytes := range map[string]string{"version 13": "d0 01", "type 4": "c0 04", "a length of 4 GiB": "c0 01 01 00 deadbeef ffffffff"} {
		if r := b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, bytes)}, dissecttest.Piece{Data: dissecttest.Unhex(t, start)})[1]; r.Layers != "" {
			t.Errorf("%s: what follows is %s", name, r.Layers)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for bytes, want := range map[string]string{start: "Q: Authentication", reply: "R: Authentication", author: "Q: Authorization, unencrypted"} {
		b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, bytes)})
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestGuess(t *testing.T) {
	for bytes, want := range map[string]bool{start: true, author: true, reply: false, "c0 01 01 08 deadbeef 00000006 010203040506": false, "c0 01 01 04 deadbeef 00000007 010203040506": false,
		"c0 01 01 04 00000000 00000006 010203040506": false, "c0 01": false} {
		if guess(dissecttest.Unhex(t, bytes)) != want {
			t.Errorf("%s: %v", bytes, !want)
		}
	}
}

func FuzzTACACS(f *testing.F) {
	for _, s := range []string{start, reply, author} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true}) {
			if len(r.Fields["tacplus.type"]) != len(r.Fields["tacplus.session_id"]) {
				t.Fatal("a header without its fields")
			}
		}
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
