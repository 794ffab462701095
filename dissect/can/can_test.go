// SPDX-License-Identifier: Apache-2.0

package can

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
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
		{name: "standard", frame: "00000123 02 000000 0102", layers: "can",
			want: map[string]string{"can.id": "291", "can.flags.xtd": "false", "can.flags.rtr": "false", "can.flags.err": "false", "can.len": "2"}},
		{name: "extended", frame: "98765432 00 000000", layers: "can",
			want: map[string]string{"can.id": "410407986", "can.flags.xtd": "true"}},
		{name: "remote request has no data", frame: "40000123 08 000000", layers: "can",
			want: map[string]string{"can.id": "291", "can.flags.rtr": "true", "can.len": "8"}},
		{name: "error", frame: "20000004 08 000000 0000000000000000", layers: "can",
			want: map[string]string{"can.flags.err": "true", "can.id": "4"}},
		{name: "length beyond the frame", frame: "00000123 02 000000 01", layers: "can", malformed: "can",
			want: map[string]string{"can.len": "2"}},
		{name: "too short", frame: "00000123 02 0000", layers: "can", malformed: "can",
			want: map[string]string{"can.id": ""}},
		{name: "cut by the capture", frame: "00000123", wire: 16, layers: "can", truncated: true},
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
	frame := unhex(t, "00000123 02 000000 0102")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCAN(f *testing.F) {
	f.Add(unhex(f, "00000123 02 000000 0102"), 10)
	f.Add(unhex(f, "98765432 00 000000"), 8)
	f.Add(unhex(f, "40000123 08 000000"), 8)
	f.Add(unhex(f, "20000004 08 000000 0000000000000000"), 16)
	f.Add(unhex(f, "00000123 02 000000 01"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
