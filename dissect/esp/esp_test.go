// SPDX-License-Identifier: Apache-2.0

package esp

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
		{name: "plain", frame: []byte{0, 0, 0, 9, 0, 0, 0, 1, 5}, layers: "esp",
			want: map[string]string{"esp.spi": "9", "esp.sequence": "1"}},
		{name: "too short", frame: []byte{0, 0, 0, 9}, layers: "esp", malformed: "esp",
			want: map[string]string{"esp.spi": "9"}},
		{name: "cut by the capture", frame: []byte{0}, layers: "esp", wire: 60, truncated: true},
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

func FuzzESP(f *testing.F) {
	f.Add([]byte{0, 0, 0, 9, 0, 0, 0, 1, 5}, 0)
	f.Add([]byte{0, 0, 0, 9}, 0)
	f.Add([]byte{0}, 60)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
