// SPDX-License-Identifier: Apache-2.0

package gquic

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	// tags: SNI "a.example", UAID "Chrome".
	tags  = "43484c4f 0200 0000 534e4900 09000000 55414944 0f000000 612e6578616d706c65 4368726f6d65"
	q046  = "c3 51303436 50 76d7a6a1a2a3a4a5 00000001 000102030405060708090a0b a00100 " + tags
	q024  = "0d 76d7a6a1a2a3a4a5 51303234 01 000102030405060708090a0b 01 a001 " + tags
	later = "0c 76d7a6a1a2a3a4a5 02 000102030405060708090a0b ffff"
	brief = "40 76d7a6a1a2a3a4a5 00000004 ffff"
	back  = "40 00000004 ffff0102"
)

func run(t testing.TB, frames ...string) []dissecttest.Result {
	t.Helper()
	var pieces []dissecttest.Piece
	for _, f := range frames {
		piece := dissecttest.Piece{Data: dissecttest.Unhex(t, f)}
		if f == back {
			piece.Dir = 1
		}
		pieces = append(pieces, piece)
	}
	return dissecttest.New(nil, Protocol).Datagrams(Protocol, pieces...)
}

func TestConversations(t *testing.T) {
	hello := map[string]string{"gquic.tag.sni": "a.example", "gquic.tag.uaid": "Chrome", "gquic.cid": "76d7a6a1a2a3a4a5", "related.hosts": "a.example"}
	got := run(t, q046, brief, back)
	got[0].Check(t, hello)
	got[0].Check(t, map[string]string{"gquic.version": "Q046", "gquic.puflags": "195"})
	got[1].Check(t, map[string]string{"gquic.version": "", "gquic.cid": "76d7a6a1a2a3a4a5"})
	got[2].Check(t, map[string]string{"gquic.puflags": "64", "gquic.cid": ""})
	got = run(t, q024, later)
	got[0].Check(t, hello)
	got[0].Check(t, map[string]string{"gquic.version": "Q024"})
	got[1].Check(t, map[string]string{"gquic.version": "", "gquic.cid": "76d7a6a1a2a3a4a5"})
	for _, r := range run(t, later, brief) { // without a version nobody knows
		if r.Layers != "" {
			t.Errorf("layers %s", r.Layers)
		}
	}
}

func TestEdges(t *testing.T) {
	for name, frame := range map[string]string{
		"more tags than bytes":       "c3 51303436 50 76d7a6a1a2a3a4a5 00000001 43484c4f ffff 0000 534e4900",
		"a tag that ends before one": "c3 51303436 50 76d7a6a1a2a3a4a5 00000001 43484c4f 0200 0000 55414944 02000000 534e4900 01000000 6161",
		"a tag that ends outside":    "c3 51303436 50 76d7a6a1a2a3a4a5 00000001 43484c4f 0100 0000 534e4900 09000000 6161",
		"a count cut":                "c3 51303436 50 76d7a6a1a2a3a4a5 00000001 43484c4f 02",
	} {
		if r := run(t, frame)[0]; r.Layers != "gquic" || r.Fields["gquic.tag.sni"] != nil || r.Malformed != "" {
			t.Errorf("%s: %v", name, r)
		}
	}
	if r := run(t, "c3 51303436 50 76d7")[0]; r.Malformed != "gquic" {
		t.Errorf("a connection id of two bytes: malformed %q", r.Malformed)
	}
}

func TestGuess(t *testing.T) {
	for bytes, want := range map[string]bool{q046: true, q024: true, later: false, brief: false, "c3 51303530 50 76d7a6a1a2a3a4a5": false, "c3 00000001 08 76d7a6a1a2a3a4a5": false,
		"0d 76d7a6a1a2a3a4a5 51303436 01": false, "": false} {
		if guess(dissecttest.Unhex(t, bytes)) != want {
			t.Errorf("%s: %v", bytes, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{q046: "Client Hello, SNI=a.example, CID 76d7a6a1a2a3a4a5, Q046"} {
		b.Run(Protocol, dissecttest.Unhex(t, frame), 128)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzGQUIC(f *testing.F) {
	for _, s := range []string{q046, q024, later, brief} {
		f.Add(dissecttest.Unhex(f, s))
	}
	first := dissecttest.Unhex(f, q046)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		got := b.Datagrams(Protocol, dissecttest.Piece{Data: first}, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data})
		b.Invariants(t)
		if len(data) > 0 && got[1].Layers != "gquic" {
			t.Fatal("the conversation is forgotten")
		}
		if guess(data) && b.Datagrams(Protocol, dissecttest.Piece{Data: data})[0].Layers == "" {
			t.Fatal("what is told by its bytes is not dissected")
		}
	})
}
