// SPDX-License-Identifier: Apache-2.0

package ndp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const hello = "0a000001 000115 83 0c 02 03"

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello", Frame: hello, Layers: "ndp", Want: map[string]string{"ndp.ipaddress": "10.0.0.1", "ndp.segmentident": "000115", "ndp.chassis": "131", "ndp.backplane": "12", "ndp.state": "2", "ndp.numberoflinks": "3"}},
		{Name: "ends in the segment", Frame: "0a000001 0001", Malformed: "ndp", Want: map[string]string{"ndp.ipaddress": "10.0.0.1", "ndp.segmentident": ""}},
		{Name: "cut in the segment", Frame: "0a000001 0001", Wire: 11, Truncated: true},
	})
	frame := dissecttest.Unhex(t, hello)
	b.Run(Protocol, frame, len(frame))
	if got, want := b.Summary(Protocol), "Heartbeat, Address: 10.0.0.1 Segment: 000115"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Cut(t, Protocol, frame)
}

func FuzzNDP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, hello))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if whole := len(data) >= 11; whole != (len(r.Fields["ndp.numberoflinks"]) == 1) {
			t.Fatal("a packet without its fields, or fields without a packet")
		}
	})
}
