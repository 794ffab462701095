// SPDX-License-Identifier: Apache-2.0

package raw

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
	return dissecttest.New(nil, Protocol, next("ip", 0x0800), next("ipv6", 0x86dd), &dissect.Protocol{Name: "ppp", Dissect: func(*dissect.Packet, []byte, int) {}})
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
		{name: "IPv4", link: 101, frame: "45", layers: "raw:ip"},
		{name: "IPv6", link: 12, frame: "60", layers: "raw:ipv6"},
		{name: "neither", link: 14, frame: "50", layers: "raw"},
		{name: "PPP", link: 101, frame: "ff03 0021", layers: "raw:ppp"},
		{name: "link type IPv4 has no layer of its own", link: 228, frame: "45", layers: "ip"},
		{name: "link type IPv6 has no layer of its own", link: 229, frame: "60", layers: "ipv6"},
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
	frame := dissecttest.Unhex(t, "45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzRaw(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "45"), 1, uint32(101))
	f.Add(dissecttest.Unhex(f, "60"), 1, uint32(101))
	f.Add(dissecttest.Unhex(f, "50"), 1, uint32(101))
	f.Add(dissecttest.Unhex(f, "ff03 0021"), 4, uint32(101))
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int, link uint32) {
		b.P.LinkType = link
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
