// SPDX-License-Identifier: Apache-2.0

package llc

import (
	"encoding/hex"
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
	return dissecttest.New(nil, Protocol, next("ip", 0x0800), &dissect.Protocol{Name: "stp", LLCSAPs: []uint8{0x42}, Dissect: func(*dissect.Packet, []byte, int) {}}, eth.Protocol)
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
		{name: "SNAP with an EtherType", frame: "aaaa03 000000 0800 45", layers: "llc:ip",
			want: map[string]string{"llc.dsap": "170", "llc.ssap": "170", "llc.control": "3", "llc.oui": "0", "llc.type": "2048", "llc.pid": ""}},
		{name: "SNAP with Cisco's own EtherTypes", frame: "aaaa03 0000f8 0800 45", layers: "llc:ip",
			want: map[string]string{"llc.oui": "248", "llc.type": "2048"}},
		{name: "SNAP, UI with the poll bit", frame: "aaaa13 000000 0800 45", layers: "llc:ip",
			want: map[string]string{"llc.control": "19"}},
		{name: "SNAP of a vendor", frame: "aaaa03 00000c 2000 01", layers: "llc",
			want: map[string]string{"llc.oui": "12", "llc.pid": "8192", "llc.type": ""}},
		{name: "spanning tree in SNAP", frame: "aaaa03 00000c 010b 00", layers: "llc:stp",
			want: map[string]string{"llc.pid": "267"}},
		{name: "bridged Ethernet", frame: "aaaa03 0080c2 0007 0000 000102030405 0a0b0c0d0e0f 0800 45", layers: "llc:eth:ip",
			want: map[string]string{"eth.type": "2048"}},
		{name: "SNAP in TEST carries no packet", frame: "aaaaf3 000000 0800 45", layers: "llc",
			want: map[string]string{"llc.control": "243", "llc.type": ""}},
		{name: "spanning tree", frame: "424203 0000", layers: "llc:stp",
			want: map[string]string{"llc.dsap": "66", "llc.control": "3"}},
		{name: "response bit and group bit stay", frame: "4301f3 00", layers: "llc",
			want: map[string]string{"llc.dsap": "67", "llc.ssap": "1"}},
		{name: "information frame has two control bytes", frame: "4242 0202 00", layers: "llc:stp",
			want: map[string]string{"llc.control": "514"}},
		{name: "supervisory frame carries nothing", frame: "4242 0102 00", layers: "llc",
			want: map[string]string{"llc.control": "513"}},
		{name: "one byte", frame: "42", layers: "llc", malformed: "llc",
			want: map[string]string{"llc.dsap": "66", "llc.ssap": ""}},
		{name: "no control", frame: "4242", layers: "llc", malformed: "llc",
			want: map[string]string{"llc.ssap": "66"}},
		{name: "half a control", frame: "424200", layers: "llc", malformed: "llc"},
		{name: "SNAP cut short", frame: "aaaa03 0000", layers: "llc", malformed: "llc",
			want: map[string]string{"llc.oui": ""}},
		{name: "SNAP cut by the capture", frame: "aaaa03 0000", wire: 60, layers: "llc", truncated: true},
		{name: "bridged frame without padding", frame: "aaaa03 0080c2 0007 00", layers: "llc", malformed: "llc"},
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
	frame := unhex(t, "aaaa03 000000 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzLLC(f *testing.F) {
	f.Add(unhex(f, "aaaa03 000000 0800 45"), 9)
	f.Add(unhex(f, "aaaa03 0000f8 0800 45"), 9)
	f.Add(unhex(f, "aaaa13 000000 0800 45"), 9)
	f.Add(unhex(f, "aaaa03 00000c 2000 01"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
