// SPDX-License-Identifier: Apache-2.0

package arcnet

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
	return dissecttest.New(nil, Protocol, next("ip", 0x0800), next("arp", 0x0806), &dissect.Protocol{Name: "llc", Dissect: func(*dissect.Packet, []byte, int) {}})
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
		{name: "IP on BSD", frame: "be 50 d4 00 0165 45", layers: "arcnet:ip",
			want: map[string]string{"arcnet.src": "190", "arcnet.dst": "80", "arcnet.protocol_id": "212", "arcnet.split_flag": "0", "arcnet.sequence": "357"}},
		{name: "ARP on Linux", link: 129, frame: "be 00 ea08 d5 00 0165 00", layers: "arcnet:arp",
			want: map[string]string{"arcnet.protocol_id": "213"}},
		{name: "old IP has no split flag", frame: "be 50 f0 45", layers: "arcnet:ip",
			want: map[string]string{"arcnet.split_flag": ""}},
		{name: "old ARP", frame: "be 50 f1 00", layers: "arcnet:arp"},
		{name: "LLC", frame: "be 50 cd 8282", layers: "arcnet:llc"},
		{name: "exception", frame: "be 50 d4 ff ffffff 00 0165 45", layers: "arcnet:ip",
			want: map[string]string{"arcnet.split_flag": "0"}},
		{name: "split packet", frame: "be 50 d4 01 0165 45", layers: "arcnet",
			want: map[string]string{"arcnet.split_flag": "1"}},
		{name: "unknown protocol", frame: "be 50 01 00", layers: "arcnet",
			want: map[string]string{"arcnet.protocol_id": "1"}},
		{name: "no sequence number", frame: "be 50 d4 00 01", layers: "arcnet", malformed: "arcnet"},
		{name: "half an exception", frame: "be 50 d4 ff ff", layers: "arcnet", malformed: "arcnet"},
		{name: "nothing behind the protocol", frame: "be 50 d6", layers: "arcnet", malformed: "arcnet"},
		{name: "too short", frame: "be 50", layers: "arcnet", malformed: "arcnet"},
		{name: "cut by the capture", link: 129, frame: "be 00 ea08", wire: 60, layers: "arcnet", truncated: true},
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
	frame := dissecttest.Unhex(t, "be 50 d4 00 0165 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzArcnet(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "be 50 d4 00 0165 45"), 7, uint32(7))
	f.Add(dissecttest.Unhex(f, "be 00 ea08 d5 00 0165 00"), 9, uint32(7))
	f.Add(dissecttest.Unhex(f, "be 50 f0 45"), 4, uint32(7))
	f.Add(dissecttest.Unhex(f, "be 50 f1 00"), 4, uint32(7))
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int, link uint32) {
		b.P.LinkType = link
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
