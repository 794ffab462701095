// SPDX-License-Identifier: Apache-2.0

package ipnet

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
		{name: "IPv4", frame: "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45", layers: "ipnet:ip",
			want: map[string]string{"ipnet.family": "2", "ipnet.htype": "0", "ipnet.pktlen": "84", "ipnet.ifindex": "2", "ipnet.grifindex": "0", "ipnet.zsrc": "4294967295", "ipnet.zdst": "0"}},
		{name: "IPv6", frame: "01 1a 0100 00000054 00000002 00000000 00000000 ffffffff 60", layers: "ipnet:ipv6",
			want: map[string]string{"ipnet.htype": "256"}},
		{name: "unknown family", frame: "01 03 0000 00000054 00000002 00000000 ffffffff 00000000 45", layers: "ipnet"},
		{name: "no packet", frame: "01 02 0000 00000054 00000002 00000000 ffffffff 00000000", layers: "ipnet"},
		{name: "too short", frame: "01 02 0000 00000054 00000002 00000000 ffffffff 000000", layers: "ipnet", malformed: "ipnet",
			want: map[string]string{"ipnet.family": ""}},
		{name: "cut by the capture", frame: "01 02", wire: 60, layers: "ipnet", truncated: true},
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
	frame := unhex(t, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzIPNET(f *testing.F) {
	f.Add(unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000 45"), 25)
	f.Add(unhex(f, "01 1a 0100 00000054 00000002 00000000 00000000 ffffffff 60"), 25)
	f.Add(unhex(f, "01 03 0000 00000054 00000002 00000000 ffffffff 00000000 45"), 25)
	f.Add(unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 00000000"), 24)
	f.Add(unhex(f, "01 02 0000 00000054 00000002 00000000 ffffffff 000000"), 23)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
