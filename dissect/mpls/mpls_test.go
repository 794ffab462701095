// SPDX-License-Identifier: Apache-2.0

package mpls

import (
	"strings"
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
	return dissecttest.New(nil, Protocol, Pseudowire, ControlWord, NoControlWord, ACH, eth.Protocol, next("ip", 0x0800), next("ipv6", 0x86dd))
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		wireshark         bool // dissect as tshark does
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "IPv4", frame: "0006 41 40 45", layers: "mpls:ip",
			want: map[string]string{"mpls.label": "100", "mpls.exp": "0", "mpls.bottom": "true", "mpls.ttl": "64"}},
		{name: "two labels, IPv6", frame: "00064a ff 000c81 01 60", layers: "mpls:ipv6",
			want: map[string]string{"mpls.label": "100,200", "mpls.exp": "5,0", "mpls.bottom": "false,true", "mpls.ttl": "255,1", "tunnel.type": "mpls", "tunnel.id": "200"}},
		{name: "Ethernet behind a control word", frame: "000641 40 00000007 000102030405 0a0b0c0d0e0f 0800 45", layers: "mpls:pwethheuristic:pwethcw:eth:ip",
			want: map[string]string{"pweth.cw.sequence_number": "7"}},
		{name: "Ethernet without a control word", frame: "000641 40 000102030405 0a0b0c0d0e0f 0800 45", layers: "mpls:pwethheuristic:pwethnocw:eth:ip",
			want: map[string]string{"pweth.cw.sequence_number": ""}},
		{name: "tshark sees a control word in every zero", wireshark: true, frame: "000641 40 000102030405 0a0b0c0d0e0f 0800 45", layers: "mpls:pwethheuristic:pwethcw:eth", malformed: "eth"},
		{name: "802.3 behind a control word", frame: "000641 40 00000000 000102030405 0a0b0c0d0e0f 0003 424203", layers: "mpls:pwethheuristic:pwethcw:eth",
			want: map[string]string{"eth.len": "3"}},
		{name: "associated channel", frame: "000641 40 10000021 45", layers: "mpls:pwach:ip",
			want: map[string]string{"pwach.channel_type": "33"}},
		{name: "generic associated channel label", frame: "0000d1 40 10000057 60", layers: "mpls:pwach:ipv6"},
		{name: "OAM alert label carries no packet", frame: "0000e1 40 45", layers: "mpls"},
		{name: "unknown payload", frame: "000641 40 80", layers: "mpls"},
		{name: "bottom and nothing more", frame: "000641 40 ", layers: "mpls", malformed: "mpls",
			want: map[string]string{"mpls.label": "100"}},
		{name: "no bottom", frame: "000640 40", layers: "mpls", malformed: "mpls",
			want: map[string]string{"mpls.bottom": "false"}},
		{name: "half an entry", frame: "0006", layers: "mpls", malformed: "mpls",
			want: map[string]string{"mpls.label": ""}},
		{name: "channel header too short", frame: "000641 40 1000", layers: "mpls:pwach", malformed: "pwach"},
		{name: "pseudowire of two bytes", frame: "000641 40 0000", layers: "mpls:pwethheuristic"},
		{name: "cut by the capture", frame: "000640 40 00", wire: 60, layers: "mpls", truncated: true,
			want: map[string]string{"mpls.label": "100"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			b.P.Options.Wireshark = tt.wireshark
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
	frame := dissecttest.Unhex(t, "00064a ff 000c81 01 60")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestDepth(t *testing.T) {
	b := bench()
	frame := []byte{}
	for range 40 {
		frame = append(frame, dissecttest.Unhex(t, "000641 40 00000000 000102030405 0a0b0c0d0e0f 8847")...)
	}
	b.Dissect(Protocol, frame, len(frame))
	b.Invariants(t)
	if b.P.Depth != dissect.MaxLayers {
		t.Errorf("%d layers", b.P.Depth)
	}

	frame = []byte(strings.Repeat("\x00\x06\x40\x40", 16000))
	b.Dissect(Protocol, frame, len(frame))
	b.Invariants(t)
}

func FuzzMPLS(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0006 41 40 45"), 5)
	f.Add(dissecttest.Unhex(f, "00064a ff 000c81 01 60"), 9)
	f.Add(dissecttest.Unhex(f, "000641 40 00000007 000102030405 0a0b0c0d0e0f 0800 45"), 23)
	f.Add(dissecttest.Unhex(f, "000641 40 000102030405 0a0b0c0d0e0f 0800 45"), 19)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
