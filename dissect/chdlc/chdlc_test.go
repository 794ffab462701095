// SPDX-License-Identifier: Apache-2.0

package chdlc

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// next stands for the protocols that follow.
func next(name string, etherType uint16) *dissect.Protocol {
	return &dissect.Protocol{Name: name, EtherTypes: []uint16{etherType}, Dissect: func(*dissect.Packet, []byte, int) {}}
}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, SLARP, next("ip", 0x0800), &dissect.Protocol{Name: "osi", LLCSAPs: []uint8{0xfe}, Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "cdp", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "IPv4", Frame: "0f00 0800 45", Layers: "chdlc:ip",
			Want: map[string]string{"chdlc.address": "15", "chdlc.control": "0", "chdlc.protocol": "2048"}},
		{Name: "OSI behind a padding byte", Frame: "0f00 fefe 03 83", Layers: "chdlc:osi",
			Want: map[string]string{"chdlc.protocol": "65278"}},
		{Name: "CDP", Frame: "8f00 2000 01", Layers: "chdlc:cdp"},
		{Name: "keepalive", Frame: "8f00 8035 00000002 00000011 00000012 ffff 00000000", Layers: "chdlc:slarp",
			Want: map[string]string{"slarp.ptype": "2", "slarp.mysequence": "17", "slarp.yoursequence": "18", "slarp.address": ""}},
		{Name: "keepalive of another reliability", Frame: "8f00 8035 00000002 00000011 00000012 04ff", Layers: "chdlc:slarp", Malformed: "slarp",
			Want: map[string]string{"slarp.yoursequence": "18"}},
		{Name: "address request", Frame: "8f00 8035 00000000 0a000001 ffffff00 0000", Layers: "chdlc:slarp",
			Want: map[string]string{"slarp.ptype": "0", "slarp.address": "10.0.0.1", "slarp.netmask": "255.255.255.0"}},
		{Name: "unknown SLARP", Frame: "8f00 8035 00000005 0a000001", Layers: "chdlc:slarp",
			Want: map[string]string{"slarp.ptype": "5"}},
		{Name: "SLARP cut short", Frame: "8f00 8035 00000002 00", Layers: "chdlc:slarp", Malformed: "slarp",
			Want: map[string]string{"slarp.ptype": "2", "slarp.mysequence": ""}},
		{Name: "SLARP without a type", Frame: "8f00 8035 0000", Layers: "chdlc:slarp", Malformed: "slarp"},
		{Name: "too short", Frame: "0f00 08", Layers: "chdlc", Malformed: "chdlc"},
		{Name: "OSI without a byte", Frame: "0f00 fefe", Layers: "chdlc", Malformed: "chdlc"},
		{Name: "cut by the capture", Frame: "0f00", Wire: 60, Layers: "chdlc", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0f00 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCHDLC(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0f00 0800 45"), 5)
	f.Add(dissecttest.Unhex(f, "0f00 fefe 03 83"), 6)
	f.Add(dissecttest.Unhex(f, "8f00 2000 01"), 5)
	f.Add(dissecttest.Unhex(f, "8f00 8035 00000002 00000011 00000012 ffff 00000000"), 22)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
