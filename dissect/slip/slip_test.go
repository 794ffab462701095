// SPDX-License-Identifier: Apache-2.0

package slip

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "IPv4", Frame: "00 45 0000000000000000000000000000 45", Layers: "slip:ip",
			Want: map[string]string{"slip.direction": "0"}},
		{Name: "sent IPv6", Frame: "01 60 0000000000000000000000000000 60", Layers: "slip:ipv6",
			Want: map[string]string{"slip.direction": "1"}},
		{Name: "no IP", Frame: "01 60 0000000000000000000000000000 30", Layers: "slip"},
		{Name: "unknown direction", Frame: "30 45 0000000000000000000000000000 45", Layers: "slip", Malformed: "slip"},
		{Name: "no packet", Frame: "00 45 0000000000000000000000000000", Layers: "slip"},
		{Name: "too short", Frame: "00 0000000000000000000000000000", Layers: "slip", Malformed: "slip",
			Want: map[string]string{"slip.direction": ""}},
		{Name: "cut by the capture", Frame: "00 45 0000000000000000000000000000", Wire: 60, Layers: "slip", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "00 45 0000000000000000000000000000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSLIP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "00 45 0000000000000000000000000000 45"), 17)
	f.Add(dissecttest.Unhex(f, "01 60 0000000000000000000000000000 60"), 17)
	f.Add(dissecttest.Unhex(f, "01 60 0000000000000000000000000000 30"), 17)
	f.Add(dissecttest.Unhex(f, "30 45 0000000000000000000000000000 45"), 17)
	f.Add(dissecttest.Unhex(f, "00 45 0000000000000000000000000000"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
