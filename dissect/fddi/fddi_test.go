// SPDX-License-Identifier: Apache-2.0

package fddi

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "llc", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "LLC", Frame: "50 aa0004 0083a7 aa0004 0082a7 aaaa03", Layers: "fddi:llc",
			Want: map[string]string{"fddi.fc": "80", "fddi.dst": "55-00-20-00-C1-E5", "fddi.src": "55-00-20-00-41-E5"}},
		{Name: "synchronous LLC", Frame: "d7 aa00040083a7 aa00040082a7 aaaa03", Layers: "fddi:llc"},
		{Name: "station management", Frame: "41 aa00040083a7 aa00040082a7 00", Layers: "fddi",
			Want: map[string]string{"fddi.fc": "65"}},
		{Name: "too short", Frame: "50 aa00040083a7 aa00040082", Layers: "fddi", Malformed: "fddi",
			Want: map[string]string{"fddi.dst": ""}},
		{Name: "cut by the capture", Frame: "50 aa", Wire: 60, Layers: "fddi", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "50 aa0004 0083a7 aa0004 0082a7 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzFDDI(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "50 aa0004 0083a7 aa0004 0082a7 aaaa03"), 16)
	f.Add(dissecttest.Unhex(f, "d7 aa00040083a7 aa00040082a7 aaaa03"), 16)
	f.Add(dissecttest.Unhex(f, "41 aa00040083a7 aa00040082a7 00"), 14)
	f.Add(dissecttest.Unhex(f, "50 aa00040083a7 aa00040082"), 12)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
