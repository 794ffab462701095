// SPDX-License-Identifier: Apache-2.0

package vlan

import (
	"slices"
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
	return dissecttest.New(nil, eth.Protocol, Protocol, Service, next("ip", 0x0800), &dissect.Protocol{Name: "llc", Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "ipx", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		vlans             []uint16
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "one tag", vlans: []uint16{100}, frame: "000102030405 0a0b0c0d0e0f 8100 2064 0800 45", layers: "eth:vlan:ip",
			want: map[string]string{"vlan.id": "100", "vlan.priority": "1", "vlan.dei": "false", "vlan.etype": "2048", "vlan.len": ""}},
		{name: "drop eligible, highest priority", vlans: []uint16{4095}, frame: "000102030405 0a0b0c0d0e0f 8100 ffff 0800 45", layers: "eth:vlan:ip",
			want: map[string]string{"vlan.id": "4095", "vlan.priority": "7", "vlan.dei": "true"}},
		{name: "service and customer tag", vlans: []uint16{1, 2}, frame: "000102030405 0a0b0c0d0e0f 88a8 0001 8100 0002 0800 45", layers: "eth:ieee8021ad:vlan:ip",
			want: map[string]string{"vlan.id": "1,2", "vlan.etype": "2048"}},
		{name: "QinQ of 0x9100", vlans: []uint16{1, 2}, frame: "000102030405 0a0b0c0d0e0f 9100 0001 8100 0002 0800 45", layers: "eth:vlan:vlan:ip",
			want: map[string]string{"vlan.id": "1,2", "vlan.etype": "33024,2048"}},
		{name: "length behind the tag", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 8100 0005 0003 424203", layers: "eth:vlan:llc",
			want: map[string]string{"vlan.len": "3", "vlan.etype": ""}},
		{name: "IPX without LLC behind the tag", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 8100 0005 0004 ffff 0022", layers: "eth:vlan:ipx",
			want: map[string]string{"vlan.len": "4"}},
		{name: "length beyond the frame", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 8100 0005 0030 424203", layers: "eth:vlan:llc", malformed: "vlan",
			want: map[string]string{"vlan.len": "48"}},
		{name: "neither type nor length", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 8100 0005 05de 00", layers: "eth:vlan",
			want: map[string]string{"vlan.etype": "1502"}},
		{name: "more tags than are remembered", vlans: []uint16{1, 2, 3, 4}, frame: "000102030405 0a0b0c0d0e0f 8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800 45", layers: "eth:vlan:vlan:vlan:vlan:vlan:ip",
			want: map[string]string{"vlan.id": "1,2,3,4,5"}},
		{name: "half a tag", frame: "000102030405 0a0b0c0d0e0f 8100 00", layers: "eth:vlan", malformed: "vlan",
			want: map[string]string{"vlan.id": ""}},
		{name: "tag without a type", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 8100 0005", layers: "eth:vlan", malformed: "vlan",
			want: map[string]string{"vlan.id": "5", "vlan.etype": ""}},
		{name: "service tag cut by the capture", vlans: []uint16{5}, frame: "000102030405 0a0b0c0d0e0f 88a8 0005 08", wire: 60, layers: "eth:ieee8021ad", truncated: true,
			want: map[string]string{"vlan.id": "5"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			r := b.Run(eth.Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
			if got := r.Core.VLANs[:r.Core.VLANCount]; !slices.Equal(got, tt.vlans) {
				t.Errorf("VLANs %v, want %v", got, tt.vlans)
			}
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "000102030405 0a0b0c0d0e0f 88a8 0001 8100 0002 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(eth.Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzVLAN(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 8100 2064 0800 45"), 19)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 8100 ffff 0800 45"), 19)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 88a8 0001 8100 0002 0800 45"), 23)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 9100 0001 8100 0002 0800 45"), 23)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(eth.Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
