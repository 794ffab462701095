// SPDX-License-Identifier: Apache-2.0

package shim6

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
		{name: "payload", frame: []byte{17, 0, 0x80, 0, 0, 0, 0, 9, 1}, layers: "shim6:upper",
			want: map[string]string{"shim6.p": "true", "shim6.ct": "9"}},
		{name: "control", frame: []byte{59, 0, 1, 0, 0, 9, 0, 0}, layers: "shim6",
			want: map[string]string{"shim6.type": "1", "shim6.checksum": "9"}},
		{name: "too short", frame: []byte{59, 0}, layers: "shim6", malformed: "shim6"},
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

func FuzzShim6(f *testing.F) {
	f.Add([]byte{17, 0, 0x80, 0, 0, 0, 0, 9, 1}, 0)
	f.Add([]byte{59, 0, 1, 0, 0, 9, 0, 0}, 0)
	f.Add([]byte{59, 0}, 0)
	b := dissecttest.New(nil, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
