// SPDX-License-Identifier: Apache-2.0

package nflog

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing})
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
		{name: "IPv4 that this host sends", frame: "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45", layers: "nflog:ip",
			want: map[string]string{"nflog.family": "2", "nflog.res_id": "40", "nflog.protocol": "0", "nflog.hook": "3", "nflog.prefix": "", "nflog.ifindex_outdev": "2", "nflog.uid": "1612", "nflog.gid": "1026"}},
		{name: "big-endian headers", frame: "02 00 0028 0008 0001 0800 01 00 0008 000a 64726f70 0008 0004 00000002 0005 0009 45", layers: "nflog:ip",
			want: map[string]string{"nflog.protocol": "2048", "nflog.hook": "1", "nflog.prefix": "drop", "nflog.ifindex_indev": "2"}},
		{name: "IPv6 and the sender's address", frame: "0a 00 0028 1000 0800 0006 0000 0a0b0c0d0e0f 0000 0500 0900 60", layers: "nflog:ipv6",
			want: map[string]string{"nflog.family": "10", "nflog.hwaddr": "0A-0B-0C-0D-0E-0F"}},
		{name: "bridge goes by the EtherType", frame: "07 00 0028 0800 0100 86dd 01 00 0500 0900 60", layers: "nflog:ipv6",
			want: map[string]string{"nflog.protocol": "34525"}},
		{name: "prefix with its final zero", frame: "02 00 0028 0900 0a00 64726f7000 000000 0500 0900 45", layers: "nflog:ip",
			want: map[string]string{"nflog.prefix": "drop"}},
		{name: "unknown family", frame: "00 00 0028 0500 0900 45", layers: "nflog",
			want: map[string]string{"nflog.family": "0"}},
		{name: "no attribute", frame: "02 00 0028", layers: "nflog",
			want: map[string]string{"nflog.res_id": "40"}},
		{name: "unknown and short attributes", frame: "02 00 0028 0400 ff00 0500 0400 00 000000 0500 0900 45", layers: "nflog:ip",
			want: map[string]string{"nflog.ifindex_indev": ""}},
		{name: "length below the header", frame: "02 00 0028 0300 0100 0000", layers: "nflog", malformed: "nflog"},
		{name: "length beyond the packet", frame: "02 00 0028 0900 0100 0000", layers: "nflog", malformed: "nflog"},
		{name: "half an attribute's header", frame: "02 00 0028 0800 01", layers: "nflog", malformed: "nflog"},
		{name: "too short", frame: "02 00 00", layers: "nflog", malformed: "nflog",
			want: map[string]string{"nflog.family": ""}},
		{name: "cut in an attribute", frame: "02 00 0028 0800 0100 0000", wire: 60, layers: "nflog", truncated: true},
		{name: "cut in the packet", frame: "02 00 0028 2000 0900 45", wire: 60, layers: "nflog:ip"},
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
	frame := unhex(t, "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzNFLOG(f *testing.F) {
	f.Add(unhex(f, "02 00 0028 0800 0100 0000 03 16 0500 0a00 00 000000 0800 0500 00000002 0800 0b00 0000064c 0800 0e00 00000402 0500 0900 45"), 49)
	f.Add(unhex(f, "02 00 0028 0008 0001 0800 01 00 0008 000a 64726f70 0008 0004 00000002 0005 0009 45"), 33)
	f.Add(unhex(f, "0a 00 0028 1000 0800 0006 0000 0a0b0c0d0e0f 0000 0500 0900 60"), 25)
	f.Add(unhex(f, "07 00 0028 0800 0100 86dd 01 00 0500 0900 60"), 17)
	f.Add(unhex(f, "02 00 0028 0900 0a00 64726f7000 000000 0500 0900 45"), 21)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
