// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const poll = "04d2 162e 01 00 1234 83f2d6491cb3 0000 00000007 0001 0000"

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "POLL", Frame: poll, Layers: "pgm", Want: map[string]string{"pgm.hdr.type": "1", "pgm.hdr.opts": "0", "pgm.hdr.cksum": "4660", "pgm.hdr.gsi": "83f2d6491cb3", "pgm.hdr.tsdulen": "0", "pgm.sqn": "7"}},
		{Name: "ends in the header", Frame: "04d2 162e 01", Malformed: "pgm", Want: map[string]string{"pgm.hdr.type": "1"}},
		{Name: "cut in the header", Frame: "04d2 162e 01", Wire: 20, Truncated: true},
		{Name: "ends in the ports", Frame: "04d2 16", Malformed: "pgm"},
	})
	if c := b.Run(Protocol, dissecttest.Unhex(t, poll), 24).Core; c.Source.Port != 1234 || c.Destination.Port != 5678 {
		t.Errorf("ports %d and %d", c.Source.Port, c.Destination.Port)
	}
	if got, want := b.Summary(Protocol), "POLL sqn 7 gsi 83f2d6491cb3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Cut(t, Protocol, dissecttest.Unhex(t, "04d2 162e 01 00 1234 83f2d6491cb3 0000 00000007"))
}

func FuzzPGM(f *testing.F) {
	f.Add(dissecttest.Unhex(f, poll))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if whole := len(data) >= 20; whole != (len(r.Fields["pgm.sqn"]) == 1) {
			t.Fatal("a header without its fields, or fields without a header")
		}
	})
}
