// SPDX-License-Identifier: Apache-2.0

package null

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
	return dissecttest.New(nil, Protocol, next("ip", 0x0800), next("ipv6", 0x86dd), &dissect.Protocol{Name: "ppp", Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "osi", LLCSAPs: []uint8{0xfe}, Dissect: func(*dissect.Packet, []byte, int) {}})
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
		{name: "little-endian IPv4", frame: "02000000 45", layers: "null:ip",
			want: map[string]string{"null.family": "2", "null.type": ""}},
		{name: "big-endian IPv4", frame: "00000002 45", layers: "null:ip",
			want: map[string]string{"null.family": "2"}},
		{name: "IPv6 of NetBSD", frame: "18000000 60", layers: "null:ipv6",
			want: map[string]string{"null.family": "24"}},
		{name: "IPv6 of FreeBSD", frame: "1c000000 60", layers: "null:ipv6",
			want: map[string]string{"null.family": "28"}},
		{name: "IPv6 of Darwin, big-endian", frame: "0000001e 60", layers: "null:ipv6",
			want: map[string]string{"null.family": "30"}},
		{name: "IRIX' 16-bit family", frame: "00020000 45", layers: "null:ip",
			want: map[string]string{"null.family": "2"}},
		{name: "16-bit family in the other order", frame: "00000200 45", layers: "null:ip",
			want: map[string]string{"null.family": "2"}},
		{name: "EtherType", frame: "00000800 45", layers: "null:ip",
			want: map[string]string{"null.type": "2048", "null.family": ""}},
		{name: "EtherType in the other order", frame: "dd860000 60", layers: "null:ipv6",
			want: map[string]string{"null.type": "34525"}},
		{name: "OSI", frame: "07000000 83", layers: "null:osi",
			want: map[string]string{"null.family": "7"}},
		{name: "unknown family", frame: "08000000 00", layers: "null",
			want: map[string]string{"null.family": "8"}},
		{name: "PPP", frame: "ff030021 45", layers: "null:ppp",
			want: map[string]string{"null.family": ""}},
		{name: "loop is big-endian", link: 108, frame: "00000002 45", layers: "null:ip",
			want: map[string]string{"null.family": "2"}},
		{name: "loop is never swapped", link: 108, frame: "02000000 45", layers: "null",
			want: map[string]string{"null.family": "33554432"}},
		{name: "too short", frame: "0200", layers: "null", malformed: "null"},
		{name: "cut by the capture", frame: "020000", wire: 60, layers: "null", truncated: true},
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
	frame := dissecttest.Unhex(t, "02000000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzNull(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "02000000 45"), 5, uint32(0))
	f.Add(dissecttest.Unhex(f, "00000002 45"), 5, uint32(0))
	f.Add(dissecttest.Unhex(f, "18000000 60"), 5, uint32(0))
	f.Add(dissecttest.Unhex(f, "1c000000 60"), 5, uint32(0))
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int, link uint32) {
		b.P.LinkType = link
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
