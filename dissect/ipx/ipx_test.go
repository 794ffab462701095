// SPDX-License-Identifier: Apache-2.0

package ipx

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const sap = "ffff 0060 00 04 00000001 ffffffffffff 0452 00000001 00001b1be5be 4008 0002 0004"

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "SAP", Frame: sap, Layers: "ipx", Want: map[string]string{"ipx.len": "96", "ipx.hops": "0", "ipx.packet_type": "4", "ipx.dst.net": "1", "ipx.dst.node": "FF-FF-FF-FF-FF-FF",
			"ipx.dst.socket": "1106", "ipx.src.node": "00-00-1B-1B-E5-BE", "ipx.src.socket": "16392"}},
		{Name: "ends in the source", Frame: sap[:49], Malformed: "ipx", Want: map[string]string{"ipx.dst.socket": "1106", "ipx.src.socket": ""}},
		{Name: "cut in the source", Frame: sap[:49], Wire: 96, Truncated: true},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, "ffff 0060 00 04 00000001 ffffffffffff 0452 00000001 00001b1be5be 4008"))
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{sap: "SAP", "ffff 0060 00 04 00000001 ffffffffffff 4008": "Socket 0x4008"} {
		b.Run(Protocol, dissecttest.Unhex(t, frame), 96)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzIPX(f *testing.F) {
	f.Add(dissecttest.Unhex(f, sap))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if whole := len(data) >= 30; whole != (len(r.Fields["ipx.src.socket"]) == 1) {
			t.Fatal("a header without its fields, or fields without a header")
		}
	})
}
