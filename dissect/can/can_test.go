// SPDX-License-Identifier: Apache-2.0

package can

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "standard", Frame: "00000123 02 000000 0102", Layers: "can",
			Want: map[string]string{"can.id": "291", "can.flags.xtd": "false", "can.flags.rtr": "false", "can.flags.err": "false", "can.len": "2"}},
		{Name: "extended", Frame: "98765432 00 000000", Layers: "can",
			Want: map[string]string{"can.id": "410407986", "can.flags.xtd": "true"}},
		{Name: "remote request has no data", Frame: "40000123 08 000000", Layers: "can",
			Want: map[string]string{"can.id": "291", "can.flags.rtr": "true", "can.len": "8"}},
		{Name: "error", Frame: "20000004 08 000000 0000000000000000", Layers: "can",
			Want: map[string]string{"can.flags.err": "true", "can.id": "4"}},
		{Name: "length beyond the frame", Frame: "00000123 02 000000 01", Layers: "can", Malformed: "can",
			Want: map[string]string{"can.len": "2"}},
		{Name: "too short", Frame: "00000123 02 0000", Layers: "can", Malformed: "can",
			Want: map[string]string{"can.id": ""}},
		{Name: "cut by the capture", Frame: "00000123", Wire: 16, Layers: "can", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "00000123 02 000000 0102")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCAN(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "00000123 02 000000 0102"), 10)
	f.Add(dissecttest.Unhex(f, "98765432 00 000000"), 8)
	f.Add(dissecttest.Unhex(f, "40000123 08 000000"), 8)
	f.Add(dissecttest.Unhex(f, "20000004 08 000000 0000000000000000"), 16)
	f.Add(dissecttest.Unhex(f, "00000123 02 000000 01"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
