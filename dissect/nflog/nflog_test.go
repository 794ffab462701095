// SPDX-License-Identifier: Apache-2.0

package nflog

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
		{Name: "IPv4 that this host sends", Frame: "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45", Layers: "nflog:ip",
			Want: map[string]string{"nflog.family": "2", "nflog.res_id": "40", "nflog.protocol": "0", "nflog.hook": "3", "nflog.prefix": "", "nflog.ifindex_outdev": "2", "nflog.uid": "1612", "nflog.gid": "1026"}},
		{Name: "big-endian headers", Frame: "02 00 0028 0008 0001 0800 01 00 0008 000a 64726f70 0008 0004 00000002 0005 0009 45", Layers: "nflog:ip",
			Want: map[string]string{"nflog.protocol": "2048", "nflog.hook": "1", "nflog.prefix": "drop", "nflog.ifindex_indev": "2"}},
		{Name: "IPv6 and the sender's address", Frame: "0a 00 0028 1000 0800 0006 0000 0a0b0c0d0e0f 0000 0500 0900 60", Layers: "nflog:ipv6",
			Want: map[string]string{"nflog.family": "10", "nflog.hwaddr": "0A-0B-0C-0D-0E-0F"}},
		{Name: "bridge goes by the EtherType", Frame: "07 00 0028 0800 0100 86dd 01 00 0500 0900 60", Layers: "nflog:ipv6",
			Want: map[string]string{"nflog.protocol": "34525"}},
		{Name: "prefix with its final zero", Frame: "02 00 0028 0900 0a00 64726f7000 000000 0500 0900 45", Layers: "nflog:ip",
			Want: map[string]string{"nflog.prefix": "drop"}},
		{Name: "unknown family", Frame: "00 00 0028 0500 0900 45", Layers: "nflog",
			Want: map[string]string{"nflog.family": "0"}},
		{Name: "no attribute", Frame: "02 00 0028", Layers: "nflog",
			Want: map[string]string{"nflog.res_id": "40"}},
		{Name: "unknown and short attributes", Frame: "02 00 0028 0400 ff00 0500 0400 00 000000 0500 0900 45", Layers: "nflog:ip",
			Want: map[string]string{"nflog.ifindex_indev": ""}},
		{Name: "length below the header", Frame: "02 00 0028 0300 0100 0000", Layers: "nflog", Malformed: "nflog"},
		{Name: "length beyond the packet", Frame: "02 00 0028 0900 0100 0000", Layers: "nflog", Malformed: "nflog"},
		{Name: "half an attribute's header", Frame: "02 00 0028 0800 01", Layers: "nflog", Malformed: "nflog"},
		{Name: "too short", Frame: "02 00 00", Layers: "nflog", Malformed: "nflog",
			Want: map[string]string{"nflog.family": ""}},
		{Name: "cut in an attribute", Frame: "02 00 0028 0800 0100 0000", Wire: 60, Layers: "nflog", Truncated: true},
		{Name: "cut in the packet", Frame: "02 00 0028 2000 0900 45", Wire: 60, Layers: "nflog:ip"},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzNFLOG(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45"), 49)
	f.Add(dissecttest.Unhex(f, "02 00 0028 0008 0001 0800 01 00 0008 000a 64726f70 0008 0004 00000002 0005 0009 45"), 33)
	f.Add(dissecttest.Unhex(f, "0a 00 0028 1000 0800 0006 0000 0a0b0c0d0e0f 0000 0500 0900 60"), 25)
	f.Add(dissecttest.Unhex(f, "07 00 0028 0800 0100 86dd 01 00 0500 0900 60"), 17)
	f.Add(dissecttest.Unhex(f, "02 00 0028 0900 0a00 64726f7000 000000 0500 0900 45"), 21)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
