// SPDX-License-Identifier: Apache-2.0

package llc

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eth"
)

// next stands for the protocols that follow.
func next(name string, etherType uint16) *dissect.Protocol {
	return &dissect.Protocol{Name: name, EtherTypes: []uint16{etherType}, Dissect: func(*dissect.Packet, []byte, int) {}}
}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, next("ip", 0x0800), &dissect.Protocol{Name: "stp", LLCSAPs: []uint8{0x42}, Dissect: func(*dissect.Packet, []byte, int) {}}, eth.Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "SNAP with an EtherType", Frame: "aaaa03 000000 0800 45", Layers: "llc:ip",
			Want: map[string]string{"llc.dsap": "170", "llc.ssap": "170", "llc.control": "3", "llc.oui": "0", "llc.type": "2048", "llc.pid": ""}},
		{Name: "SNAP with Cisco's own EtherTypes", Frame: "aaaa03 0000f8 0800 45", Layers: "llc:ip",
			Want: map[string]string{"llc.oui": "248", "llc.type": "2048"}},
		{Name: "SNAP, UI with the poll bit", Frame: "aaaa13 000000 0800 45", Layers: "llc:ip",
			Want: map[string]string{"llc.control": "19"}},
		{Name: "SNAP of a vendor", Frame: "aaaa03 00000c 2000 01", Layers: "llc",
			Want: map[string]string{"llc.oui": "12", "llc.pid": "8192", "llc.type": ""}},
		{Name: "spanning tree in SNAP", Frame: "aaaa03 00000c 010b 00", Layers: "llc:stp",
			Want: map[string]string{"llc.pid": "267"}},
		{Name: "bridged Ethernet", Frame: "aaaa03 0080c2 0007 0000 000102030405 0a0b0c0d0e0f 0800 45", Layers: "llc:eth:ip",
			Want: map[string]string{"eth.type": "2048"}},
		{Name: "SNAP in TEST carries no packet", Frame: "aaaaf3 000000 0800 45", Layers: "llc",
			Want: map[string]string{"llc.control": "243", "llc.type": ""}},
		{Name: "spanning tree", Frame: "424203 0000", Layers: "llc:stp",
			Want: map[string]string{"llc.dsap": "66", "llc.control": "3"}},
		{Name: "response bit and group bit stay", Frame: "4301f3 00", Layers: "llc",
			Want: map[string]string{"llc.dsap": "67", "llc.ssap": "1"}},
		{Name: "information frame has two control bytes", Frame: "4242 0202 00", Layers: "llc:stp",
			Want: map[string]string{"llc.control": "514"}},
		{Name: "supervisory frame carries nothing", Frame: "4242 0102 00", Layers: "llc",
			Want: map[string]string{"llc.control": "513"}},
		{Name: "one byte", Frame: "42", Layers: "llc", Malformed: "llc",
			Want: map[string]string{"llc.dsap": "66", "llc.ssap": ""}},
		{Name: "no control", Frame: "4242", Layers: "llc", Malformed: "llc",
			Want: map[string]string{"llc.ssap": "66"}},
		{Name: "half a control", Frame: "424200", Layers: "llc", Malformed: "llc"},
		{Name: "SNAP cut short", Frame: "aaaa03 0000", Layers: "llc", Malformed: "llc",
			Want: map[string]string{"llc.oui": ""}},
		{Name: "SNAP cut by the capture", Frame: "aaaa03 0000", Wire: 60, Layers: "llc", Truncated: true},
		{Name: "bridged frame without padding", Frame: "aaaa03 0080c2 0007 00", Layers: "llc", Malformed: "llc"},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "aaaa03 000000 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzLLC(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "aaaa03 000000 0800 45"), 9)
	f.Add(dissecttest.Unhex(f, "aaaa03 0000f8 0800 45"), 9)
	f.Add(dissecttest.Unhex(f, "aaaa13 000000 0800 45"), 9)
	f.Add(dissecttest.Unhex(f, "aaaa03 00000c 2000 01"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
