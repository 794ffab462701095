// SPDX-License-Identifier: Apache-2.0

package ipcomp

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
		{name: "plain", frame: []byte{6, 0, 0, 2, 1}, layers: "ipcomp",
			want: map[string]string{"ipcomp.cpi": "2", "ipcomp.next_header": "6"}},
		{name: "cut by the capture", frame: []byte{6}, layers: "ipcomp", wire: 9, truncated: true},
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

func FuzzIPComp(f *testing.F) {
	f.Add([]byte{6, 0, 0, 2, 1}, 0)
	f.Add([]byte{6}, 9)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
