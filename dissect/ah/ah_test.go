// SPDX-License-Identifier: Apache-2.0

package ah

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	upper = &dissect.Protocol{Name: "upper", IPProtocols: []uint8{17}, Dissect: func(*dissect.Packet, []byte, int) {}}
)

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "plain", frame: []byte{17, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 1}, layers: "ah:upper",
			want: map[string]string{"ah.spi": "9", "ah.sequence": "1", "ah.length": "24", "ah.icv": "010203040506070809090909"}},
		{name: "without an ICV", frame: []byte{17, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 1}, layers: "ah:upper",
			want: map[string]string{"ah.icv": ""}},
		{name: "length of 0", frame: []byte{17, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}, layers: "ah:upper",
			want: map[string]string{"ah.length": "8"}},
		{name: "longer than the wire", frame: []byte{17, 9, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}, layers: "ah", malformed: "ah"},
		{name: "cut by the capture", frame: []byte{17, 4}, layers: "ah", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, upper)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzAH(f *testing.F) {
	f.Add([]byte{17, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 1}, 0)
	f.Add([]byte{17, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 1}, 0)
	f.Add([]byte{17, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}, 0)
	f.Add([]byte{17, 9, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}, 0)
	f.Add([]byte{17, 4}, 60)
	b := dissecttest.New(nil, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
