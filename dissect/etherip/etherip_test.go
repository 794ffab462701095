// SPDX-License-Identifier: Apache-2.0

package etherip

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	frame = &dissect.Protocol{Name: "eth", GREProtocol: []uint16{0x6558}, Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "frame", frame: []byte{0x30, 0, 1}, layers: "etherip:eth",
			want: map[string]string{"etherip.ver": "3", "tunnel.type": "etherip"}},
		{name: "too short", frame: []byte{0x30}, layers: "etherip", malformed: "etherip"},
	}
	b := dissecttest.New(nil, Protocol, frame)
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

func FuzzEtherIP(f *testing.F) {
	f.Add([]byte{0x30, 0, 1}, 0)
	f.Add([]byte{0x30}, 0)
	b := dissecttest.New(nil, Protocol, frame)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
