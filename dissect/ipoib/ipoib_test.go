// SPDX-License-Identifier: Apache-2.0

package ipoib

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "without a route header", Frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45", Layers: "ipoib:ip",
			Want: map[string]string{"ipoib.type": "2048", "ipoib.daddr.qpn": "1360", "ipoib.dgid": "fe80::10:e000:664a:b451", "ipoib.grh.sgid": ""}},
		{Name: "with a route header", Frame: "60000000 00000551 fe800000000000000010e000664ab451 fe800000000000000010e000664ab451 0800 0000 45", Layers: "ipoib:ip",
			Want: map[string]string{"ipoib.grh.sqpn": "1361", "ipoib.grh.sgid": "fe80::10:e000:664a:b451", "ipoib.dgid": "fe80::10:e000:664a:b451", "ipoib.daddr.qpn": ""}},
		{Name: "unknown type", Frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 1234 0000 45", Layers: "ipoib",
			Want: map[string]string{"ipoib.type": "4660"}},
		{Name: "too short", Frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 00", Layers: "ipoib", Malformed: "ipoib",
			Want: map[string]string{"ipoib.type": ""}},
		{Name: "cut by the capture", Frame: "00", Wire: 60, Layers: "ipoib", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzIPoIB(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45"), 45)
	f.Add(dissecttest.Unhex(f, "60000000 00000551 fe800000000000000010e000664ab451 fe800000000000000010e000664ab451 0800 0000 45"), 45)
	f.Add(dissecttest.Unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 1234 0000 45"), 45)
	f.Add(dissecttest.Unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 00"), 43)
	f.Add(dissecttest.Unhex(f, "00"), 1)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
