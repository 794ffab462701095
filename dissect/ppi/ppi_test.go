// SPDX-License-Identifier: Apache-2.0

package ppi

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/wlan"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, wlan.Protocol, wlan.Radio, &dissect.Protocol{Name: "llc", Dissect: nothing}, &dissect.Protocol{Name: "eth", LinkTypes: []uint32{1}, Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "802.11 with FCS", Frame: "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304", Layers: "ppi:wlan_radio:wlan:llc",
			Want: map[string]string{"ppi.length": "32", "ppi.dlt": "105", "ppi.datarate": "300", "ppi.channel_freq": "2422", "ppi.dbm_antsignal": "-56", "ppi.dbm_antnoise": "-96"}},
		{Name: "802.11 without fields", Frame: "00 00 0800 69000000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "ppi:wlan_radio:wlan:llc",
			Want: map[string]string{"ppi.channel_freq": ""}},
		{Name: "Ethernet", Frame: "00 00 0800 01000000 00", Layers: "ppi:eth",
			Want: map[string]string{"ppi.dlt": "1"}},
		{Name: "unknown link type", Frame: "00 00 0800 ff000000 00", Layers: "ppi"},
		{Name: "itself", Frame: "00 00 0800 c0000000 00 00 0800 c0000000", Layers: "ppi"},
		{Name: "unknown field", Frame: "00 00 0d00 01000000 0300 0100 ff 00", Layers: "ppi:eth"},
		{Name: "field beyond the header", Frame: "00 00 0d00 01000000 0300 0200 ff 00", Layers: "ppi:eth", Malformed: "ppi"},
		{Name: "length below the header", Frame: "00 00 0700 01000000 00", Layers: "ppi", Malformed: "ppi"},
		{Name: "length beyond the packet", Frame: "00 00 0a00 01000000 00", Layers: "ppi", Malformed: "ppi"},
		{Name: "too short", Frame: "00 00 0800 010000", Layers: "ppi", Malformed: "ppi"},
		{Name: "cut by the capture", Frame: "00 00 2000 69000000", Wire: 60, Layers: "ppi", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPI(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304"), 63)
	f.Add(dissecttest.Unhex(f, "00 00 0800 69000000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 35)
	f.Add(dissecttest.Unhex(f, "00 00 0800 01000000 00"), 9)
	f.Add(dissecttest.Unhex(f, "00 00 0800 ff000000 00"), 9)
	f.Add(dissecttest.Unhex(f, "00 00 0800 c0000000 00 00 0800 c0000000"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
