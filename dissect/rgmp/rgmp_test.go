// SPDX-License-Identifier: Apache-2.0

package rgmp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const join = "fd 00 1234 e0010203"

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "join", Frame: join, Layers: "rgmp", Want: map[string]string{"rgmp.type": "253", "rgmp.checksum": "4660", "rgmp.maddr": "224.1.2.3"}},
		{Name: "ends in the group", Frame: "fd 00 1234 e001", Malformed: "rgmp", Want: map[string]string{"rgmp.type": "253", "rgmp.maddr": ""}},
		{Name: "cut in the group", Frame: "fd 00 1234 e001", Wire: 8, Truncated: true},
	})
	frame := dissecttest.Unhex(t, join)
	b.Run(Protocol, frame, len(frame))
	if got, want := b.Summary(Protocol), "Join 224.1.2.3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Cut(t, Protocol, frame)
}

func FuzzRGMP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, join))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if whole := len(data) >= 8; whole != (len(r.Fields["rgmp.maddr"]) == 1) {
			t.Fatal("a packet without its fields, or fields without a packet")
		}
		b.Summary(Protocol)
	})
}
