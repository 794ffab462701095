// SPDX-License-Identifier: Apache-2.0

package atm

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, CLIP, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing}, &dissect.Protocol{Name: "llc", Dissect: nothing}, &dissect.Protocol{Name: "eth", Dissect: nothing})
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
		{name: "LLC", frame: "82 01 0023 aaaa03", layers: "atm:llc",
			want: map[string]string{"atm.traffic_type": "2", "atm.vpi": "1", "atm.vci": "35"}},
		{name: "LAN emulation", frame: "01 00 0023 0001 00", layers: "atm:eth"},
		{name: "LAN emulation, control", frame: "01 00 0023 ff00 00", layers: "atm"},
		{name: "signalling", frame: "06 00 0005 09", layers: "atm",
			want: map[string]string{"atm.traffic_type": "6"}},
		{name: "half an identifier", frame: "01 00 0023 00", layers: "atm", malformed: "atm"},
		{name: "too short", frame: "82 01 00", layers: "atm", malformed: "atm",
			want: map[string]string{"atm.vpi": ""}},
		{name: "cut by the capture", frame: "82 01", wire: 60, layers: "atm", truncated: true},
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
	frame := unhex(t, "82 01 0023 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzATM(f *testing.F) {
	f.Add(unhex(f, "82 01 0023 aaaa03"), 7)
	f.Add(unhex(f, "01 00 0023 0001 00"), 7)
	f.Add(unhex(f, "01 00 0023 ff00 00"), 7)
	f.Add(unhex(f, "06 00 0005 09"), 5)
	f.Add(unhex(f, "01 00 0023 00"), 5)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
