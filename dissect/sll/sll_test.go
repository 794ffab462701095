// SPDX-License-Identifier: Apache-2.0

package sll

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
	return dissecttest.New(nil, Protocol, eth.Protocol, next("ip", 0x0800), &dissect.Protocol{Name: "llc", Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "can", Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "ppp", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		link              uint32
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "received from Ethernet", frame: "0000 0001 0006 0a0b0c0d0e0f0000 0800 45", layers: "sll:ip",
			want: map[string]string{"sll.pkttype": "0", "sll.hatype": "1", "sll.halen": "6", "sll.src.eth": "0A-0B-0C-0D-0E-0F", "sll.etype": "2048", "sll.ltype": ""}},
		{name: "sent, no address", frame: "0004 0200 0000 0000000000000000 0800 45", layers: "sll:ip",
			want: map[string]string{"sll.pkttype": "4", "sll.hatype": "512", "sll.src.eth": "", "sll.src.other": ""}},
		{name: "address of 4 bytes", frame: "0000 0300 0004 0a00000100000000 0800 45", layers: "sll:ip",
			want: map[string]string{"sll.src.ipv4": "10.0.0.1"}},
		{name: "address of 8 bytes", frame: "0000 0020 0008 0102030405060708 0800 45", layers: "sll:ip",
			want: map[string]string{"sll.src.other": "0102030405060708"}},
		{name: "address longer than its room", frame: "0000 0020 ffff 0102030405060708 0800 45", layers: "sll:ip",
			want: map[string]string{"sll.halen": "65535", "sll.src.other": "0102030405060708"}},
		{name: "LLC", frame: "0000 0001 0006 0a0b0c0d0e0f0000 0004 424203", layers: "sll:llc",
			want: map[string]string{"sll.ltype": "4", "sll.etype": ""}},
		{name: "PPP in HDLC", frame: "0000 0200 0000 0a0b0c0d0e0f0000 0007 ff03", layers: "sll:ppp",
			want: map[string]string{"sll.ltype": "7"}},
		{name: "CAN", frame: "0001 0118 0000 0000000000000000 000c 00000123 00 000000", layers: "sll:can",
			want: map[string]string{"sll.ltype": "12"}},
		{name: "CAN FD", frame: "0001 0118 0000 0000000000000000 000d 00000123 00 000000", layers: "sll:can"},
		{name: "Ethernet", frame: "0000 0001 0006 0a0b0c0d0e0f0000 0003 000102030405 0a0b0c0d0e0f 0800 45", layers: "sll:eth:ip"},
		{name: "unknown number of Linux", frame: "0000 0001 0006 0a0b0c0d0e0f0000 0600 45", layers: "sll",
			want: map[string]string{"sll.ltype": "1536", "sll.etype": ""}},
		{name: "GRE interface", frame: "0000 030a 0004 0a0b0c0d0e0f0000 6558 000102030405 0a0b0c0d0e0f 0800 45", layers: "sll:eth:ip",
			want: map[string]string{"sll.gretype": "25944", "sll.etype": ""}},
		{name: "second version", link: 276, frame: "0800 0000 00000007 0001 04 06 0a0b0c0d0e0f0000 45", layers: "sll:ip",
			want: map[string]string{"sll.ifindex": "7", "sll.pkttype": "4", "sll.hatype": "1", "sll.src.eth": "0A-0B-0C-0D-0E-0F", "sll.etype": "2048"}},
		{name: "second version, LLC", link: 276, frame: "0004 0000 00000007 0001 01 06 0a0b0c0d0e0f0000 424203", layers: "sll:llc",
			want: map[string]string{"sll.ltype": "4"}},
		{name: "second version too short", link: 276, frame: "0800 0000 00000007 0001 00 06 0a0b0c0d0e0f00", layers: "sll", malformed: "sll",
			want: map[string]string{"sll.ifindex": ""}},
		{name: "too short", frame: "0000 0001 0006 0a0b0c0d0e0f0000 08", layers: "sll", malformed: "sll",
			want: map[string]string{"sll.pkttype": "0", "sll.etype": ""}},
		{name: "cut by the capture", frame: "0000 00", wire: 60, layers: "sll", truncated: true,
			want: map[string]string{"sll.pkttype": ""}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			b.P.LinkType = tt.link
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0000 0001 0006 0a0b0c0d0e0f0000 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSLL(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000 0001 0006 0a0b0c0d0e0f0000 0800 45"), 17, uint32(113))
	f.Add(dissecttest.Unhex(f, "0800 0000 00000007 0001 04 06 0a0b0c0d0e0f0000 45"), 21, uint32(276))
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int, link uint32) {
		b.P.LinkType = link
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
