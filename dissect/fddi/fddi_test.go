// SPDX-License-Identifier: Apache-2.0

package fddi

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "llc", Dissect: func(*dissect.Packet, []byte, int) {}})
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
		{name: "LLC", frame: "50 aa0004 0083a7 aa0004 0082a7 aaaa03", layers: "fddi:llc",
			want: map[string]string{"fddi.fc": "80", "fddi.dst": "55-00-20-00-C1-E5", "fddi.src": "55-00-20-00-41-E5"}},
		{name: "synchronous LLC", frame: "d7 aa00040083a7 aa00040082a7 aaaa03", layers: "fddi:llc"},
		{name: "station management", frame: "41 aa00040083a7 aa00040082a7 00", layers: "fddi",
			want: map[string]string{"fddi.fc": "65"}},
		{name: "too short", frame: "50 aa00040083a7 aa00040082", layers: "fddi", malformed: "fddi",
			want: map[string]string{"fddi.dst": ""}},
		{name: "cut by the capture", frame: "50 aa", wire: 60, layers: "fddi", truncated: true},
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
	frame := unhex(t, "50 aa0004 0083a7 aa0004 0082a7 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzFDDI(f *testing.F) {
	f.Add(unhex(f, "50 aa0004 0083a7 aa0004 0082a7 aaaa03"), 16)
	f.Add(unhex(f, "d7 aa00040083a7 aa00040082a7 aaaa03"), 16)
	f.Add(unhex(f, "41 aa00040083a7 aa00040082a7 00"), 14)
	f.Add(unhex(f, "50 aa00040083a7 aa00040082"), 12)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
