// SPDX-License-Identifier: Apache-2.0

package ipnet

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
		{Name: "IPv4", Frame: "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45", Layers: "ipnet:ip",
			Want: map[string]string{"ipnet.family": "2", "ipnet.htype": "0", "ipnet.pktlen": "84", "ipnet.ifindex": "2", "ipnet.grifindex": "0", "ipnet.zsrc": "4294967295", "ipnet.zdst": "0"}},
		{Name: "IPv6", Frame: "01 1a 0100 00000054 00000002 00000000 00000000 ffffffff 60", Layers: "ipnet:ipv6",
			Want: map[string]string{"ipnet.htype": "256"}},
		{Name: "unknown family", Frame: "01 03 0000 00000054 00000002 00000000 ffffffff 00000000 45", Layers: "ipnet"},
		{Name: "no packet", Frame: "01 02 0000 00000054 00000002 00000000 ffffffff 00000000", Layers: "ipnet"},
		{Name: "too short", Frame: "01 02 0000 00000054 00000002 00000000 ffffffff 000000", Layers: "ipnet", Malformed: "ipnet",
			Want: map[string]string{"ipnet.family": ""}},
		{Name: "cut by the capture", Frame: "01 02", Wire: 60, Layers: "ipnet", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzIPNET(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45"), 25)
	f.Add(dissecttest.Unhex(f, "01 1a 0100 00000054 00000002 00000000 00000000 ffffffff 60"), 25)
	f.Add(dissecttest.Unhex(f, "01 03 0000 00000054 00000002 00000000 ffffffff 00000000 45"), 25)
	f.Add(dissecttest.Unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000"), 24)
	f.Add(dissecttest.Unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 000000"), 23)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
