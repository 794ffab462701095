// SPDX-License-Identifier: Apache-2.0

package chdlc

import (
	"encoding/hex"
	"strings"
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

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "IPv4", frame: "0f00 0800 45", layers: "chdlc:ip",
			want: map[string]string{"chdlc.address": "15", "chdlc.control": "0", "chdlc.protocol": "2048"}},
		{name: "OSI behind a padding byte", frame: "0f00 fefe 03 83", layers: "chdlc:osi",
			want: map[string]string{"chdlc.protocol": "65278"}},
		{name: "CDP", frame: "8f00 2000 01", layers: "chdlc:cdp"},
		{name: "keepalive", frame: "8f00 8035 00000002 00000011 00000012 ffff 00000000", layers: "chdlc:slarp",
			want: map[string]string{"slarp.ptype": "2", "slarp.mysequence": "17", "slarp.yoursequence": "18", "slarp.address": ""}},
		{name: "keepalive of another reliability", frame: "8f00 8035 00000002 00000011 00000012 04ff", layers: "chdlc:slarp", malformed: "slarp",
			want: map[string]string{"slarp.yoursequence": "18"}},
		{name: "address request", frame: "8f00 8035 00000000 0a000001 ffffff00 0000", layers: "chdlc:slarp",
			want: map[string]string{"slarp.ptype": "0", "slarp.address": "10.0.0.1", "slarp.netmask": "255.255.255.0"}},
		{name: "unknown SLARP", frame: "8f00 8035 00000005 0a000001", layers: "chdlc:slarp",
			want: map[string]string{"slarp.ptype": "5"}},
		{name: "SLARP cut short", frame: "8f00 8035 00000002 00", layers: "chdlc:slarp", malformed: "slarp",
			want: map[string]string{"slarp.ptype": "2", "slarp.mysequence": ""}},
		{name: "SLARP without a type", frame: "8f00 8035 0000", layers: "chdlc:slarp", malformed: "slarp"},
		{name: "too short", frame: "0f00 08", layers: "chdlc", malformed: "chdlc"},
		{name: "OSI without a byte", frame: "0f00 fefe", layers: "chdlc", malformed: "chdlc"},
		{name: "cut by the capture", frame: "0f00", wire: 60, layers: "chdlc", truncated: true},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
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
	frame := unhex(t, "0f00 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCHDLC(f *testing.F) {
	f.Add(unhex(f, "0f00 0800 45"), 5)
	f.Add(unhex(f, "0f00 fefe 03 83"), 6)
	f.Add(unhex(f, "8f00 2000 01"), 5)
	f.Add(unhex(f, "8f00 8035 00000002 00000011 00000012 ffff 00000000"), 22)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
