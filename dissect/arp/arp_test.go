// SPDX-License-Identifier: Apache-2.0

package arp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		summary           string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "request", summary: "Who has 10.0.0.2? Tell 10.0.0.1", frame: "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002 000000", layers: "arp",
			want: map[string]string{"arp.hw.type": "1", "arp.proto.type": "2048", "arp.hw.size": "6", "arp.proto.size": "4", "arp.opcode": "1", "arp.src.hw_mac": "0A-0B-0C-0D-0E-0F", "arp.src.proto_ipv4": "10.0.0.1", "arp.dst.hw_mac": "00-00-00-00-00-00", "arp.dst.proto_ipv4": "10.0.0.2", "arp.isgratuitous": "", "arp.isprobe": "", "arp.src.hw": ""}},
		{name: "reply", summary: "10.0.0.1 is at 0A-0B-0C-0D-0E-0F", frame: "0001 0800 06 04 0002 0a0b0c0d0e0f 0a000001 010203040506 0a000002", layers: "arp",
			want: map[string]string{"arp.opcode": "2"}},
		{name: "gratuitous request", summary: "Gratuitous ARP for 10.0.0.1 (Request)", frame: "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 ffffffffffff 0a000001", layers: "arp",
			want: map[string]string{"arp.isgratuitous": "true", "arp.isannouncement": ""}},
		{name: "gratuitous reply", summary: "Gratuitous ARP for 10.0.0.1 (Reply)", frame: "0001 0800 06 04 0002 0a0b0c0d0e0f 0a000001 000000000000 0a000001", layers: "arp",
			want: map[string]string{"arp.isgratuitous": "true", "arp.isannouncement": ""}},
		{name: "announcement", summary: "ARP Announcement for 10.0.0.1", frame: "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000001", layers: "arp",
			want: map[string]string{"arp.isgratuitous": "true", "arp.isannouncement": "true"}},
		{name: "probe", summary: "Who has 10.0.0.1? (ARP Probe)", frame: "0001 0800 06 04 0001 0a0b0c0d0e0f 00000000 000000000000 0a000001", layers: "arp",
			want: map[string]string{"arp.isgratuitous": "", "arp.isprobe": "true"}},
		{name: "reverse request", summary: "Who is 0A-0B-0C-0D-0E-0F? Tell 0A-0B-0C-0D-0E-0F", frame: "0001 0800 06 04 0003 0a0b0c0d0e0f 00000000 0a0b0c0d0e0f 00000000", layers: "arp",
			want: map[string]string{"arp.opcode": "3", "arp.isgratuitous": ""}},
		{name: "reverse reply", summary: "0A-0B-0C-0D-0E-0F is at 10.0.0.2", frame: "0001 0800 06 04 0004 0a0b0c0d0e0f 0a000001 0a0b0c0d0e0f 0a000002", layers: "arp"},
		{name: "inverse reply", summary: "10.0.0.1 is at 0A-0B-0C-0D-0E-0F", frame: "0001 0800 06 04 0009 0a0b0c0d0e0f 0a000001 0a0b0c0d0e0f 0a000002", layers: "arp"},
		{name: "unknown operation", summary: "Unknown ARP opcode 0x00ff", frame: "0001 0800 06 04 00ff 0a0b0c0d0e0f 0a000001 0a0b0c0d0e0f 0a000002", layers: "arp"},
		{name: "hardware that is not Ethernet", summary: "Who has 10.0.0.2? Tell 10.0.0.1", frame: "0010 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002", layers: "arp",
			want: map[string]string{"arp.src.hw_mac": "", "arp.src.hw": "0a0b0c0d0e0f", "arp.src.proto_ipv4": "10.0.0.1"}},
		{name: "protocol that is not IPv4", summary: "Who has 0002? Tell 0001", frame: "0001 86dd 06 02 0001 0a0b0c0d0e0f 0001 000000000000 0002", layers: "arp",
			want: map[string]string{"arp.src.proto": "0001", "arp.dst.proto": "0002", "arp.src.proto_ipv4": ""}},
		{name: "no addresses", summary: "Who has ? Tell ", frame: "0001 0800 00 00 0001", layers: "arp",
			want: map[string]string{"arp.src.hw": "", "arp.src.proto": "", "arp.isgratuitous": "", "arp.isprobe": ""}},
		{name: "ATM, fixed part only", summary: "Who has ? Tell ", frame: "0013 0800 14 04 0001 0000", layers: "arp",
			want: map[string]string{"arp.hw.type": "19", "arp.src.hw": ""}},
		{name: "lengths beyond the packet", summary: "Who has ? Tell ", frame: "0001 0800 ff ff 0001 00", layers: "arp", malformed: "arp",
			want: map[string]string{"arp.opcode": "1", "arp.src.hw": ""}},
		{name: "last byte missing", summary: "Who has ? Tell ", frame: "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a0000", layers: "arp", malformed: "arp",
			want: map[string]string{"arp.src.hw_mac": ""}},
		{name: "cut by the capture", summary: "Unknown ARP opcode 0x0000", frame: "0001 08", wire: 28, layers: "arp", truncated: true,
			want: map[string]string{"arp.hw.type": "1", "arp.proto.type": ""}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
			if got := b.Summary(Protocol); got != tt.summary {
				t.Errorf("summary %q, want %q", got, tt.summary)
			}
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzARP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002 000000"), 31)
	f.Add(dissecttest.Unhex(f, "0001 0800 06 04 0002 0a0b0c0d0e0f 0a000001 010203040506 0a000002"), 28)
	f.Add(dissecttest.Unhex(f, "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 ffffffffffff 0a000001"), 28)
	f.Add(dissecttest.Unhex(f, "0001 0800 06 04 0002 0a0b0c0d0e0f 0a000001 000000000000 0a000001"), 28)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
