// SPDX-License-Identifier: Apache-2.0

package hip

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
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
		{name: "parameters", frame: []byte{59, 5, 1, 0x21, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 65, 0, 3, 1, 2, 3, 0}, layers: "hip",
			want: map[string]string{"hip.packet_type": "1", "hip.version": "2", "hip.type": "65", "hip.hit_sndr": "01010101010101010101010101010101", "hip.checksum.status": "2"}},
		{name: "length under the header", frame: []byte{59, 1, 1, 0x21, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, layers: "hip", malformed: "hip"},
		{name: "cut by the capture", frame: []byte{59, 5, 1}, layers: "hip", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol)
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

func FuzzHIP(f *testing.F) {
	f.Add([]byte{59, 5, 1, 0x21, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 65, 0, 3, 1, 2, 3, 0}, 0)
	f.Add([]byte{59, 1, 1, 0x21, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 0)
	f.Add([]byte{59, 5, 1}, 60)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
