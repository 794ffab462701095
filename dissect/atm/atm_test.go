// SPDX-License-Identifier: Apache-2.0

package atm

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, CLIP, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing}, &dissect.Protocol{Name: "llc", Dissect: nothing}, &dissect.Protocol{Name: "eth", Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "LLC", Frame: "82 01 0023 aaaa03", Layers: "atm:llc",
			Want: map[string]string{"atm.traffic_type": "2", "atm.vpi": "1", "atm.vci": "35"}},
		{Name: "LAN emulation", Frame: "01 00 0023 0001 00", Layers: "atm:eth"},
		{Name: "LAN emulation, control", Frame: "01 00 0023 ff00 00", Layers: "atm"},
		{Name: "signalling", Frame: "06 00 0005 09", Layers: "atm",
			Want: map[string]string{"atm.traffic_type": "6"}},
		{Name: "half an identifier", Frame: "01 00 0023 00", Layers: "atm", Malformed: "atm"},
		{Name: "too short", Frame: "82 01 00", Layers: "atm", Malformed: "atm",
			Want: map[string]string{"atm.vpi": ""}},
		{Name: "cut by the capture", Frame: "82 01", Wire: 60, Layers: "atm", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "82 01 0023 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzATM(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "82 01 0023 aaaa03"), 7)
	f.Add(dissecttest.Unhex(f, "01 00 0023 0001 00"), 7)
	f.Add(dissecttest.Unhex(f, "01 00 0023 ff00 00"), 7)
	f.Add(dissecttest.Unhex(f, "06 00 0005 09"), 5)
	f.Add(dissecttest.Unhex(f, "01 00 0023 00"), 5)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
