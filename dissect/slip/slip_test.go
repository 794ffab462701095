// SPDX-License-Identifier: Apache-2.0

package slip

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
		{name: "IPv4", frame: "00 45 0000000000000000000000000000 45", layers: "slip:ip",
			want: map[string]string{"slip.direction": "0"}},
		{name: "sent IPv6", frame: "01 60 0000000000000000000000000000 60", layers: "slip:ipv6",
			want: map[string]string{"slip.direction": "1"}},
		{name: "no IP", frame: "01 60 0000000000000000000000000000 30", layers: "slip"},
		{name: "unknown direction", frame: "30 45 0000000000000000000000000000 45", layers: "slip", malformed: "slip"},
		{name: "no packet", frame: "00 45 0000000000000000000000000000", layers: "slip"},
		{name: "too short", frame: "00 0000000000000000000000000000", layers: "slip", malformed: "slip",
			want: map[string]string{"slip.direction": ""}},
		{name: "cut by the capture", frame: "00 45 0000000000000000000000000000", wire: 60, layers: "slip", truncated: true},
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
	frame := unhex(t, "00 45 0000000000000000000000000000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSLIP(f *testing.F) {
	f.Add(unhex(f, "00 45 0000000000000000000000000000 45"), 17)
	f.Add(unhex(f, "01 60 0000000000000000000000000000 60"), 17)
	f.Add(unhex(f, "01 60 0000000000000000000000000000 30"), 17)
	f.Add(unhex(f, "30 45 0000000000000000000000000000 45"), 17)
	f.Add(unhex(f, "00 45 0000000000000000000000000000"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
