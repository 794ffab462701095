// SPDX-License-Identifier: Apache-2.0

package vxlan

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
		{name: "plain", frame: []byte{8, 0, 0, 0, 0, 0x12, 0x34, 0, 1}, layers: "vxlan:eth",
			want: map[string]string{"vxlan.vni": "4660", "vxlan.flags": "2048", "tunnel.type": "vxlan", "tunnel.id": "4660"}},
		{name: "group policy", frame: []byte{0x88, 0, 0, 5, 0, 0, 1, 0, 1}, layers: "vxlan:eth",
			want: map[string]string{"vxlan.gbp": "5"}},
		{name: "too short", frame: []byte{8, 0, 0}, layers: "vxlan", malformed: "vxlan"},
		{name: "cut by the capture", frame: []byte{8, 0, 0, 0, 0, 0, 1, 0}, layers: "vxlan", wire: 60, truncated: true},
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

func TestGPE(t *testing.T) {
	b := dissecttest.New(nil, GPE, frame)
	for next, layers := range map[byte]string{0: "vxlan_gpe", 3: "vxlan_gpe:eth", 200: "vxlan_gpe"} {
		f := []byte{0x0c, 0, 0, next, 0, 0, 9, 0, 1}
		r := b.Run(GPE, f, len(f))
		if r.Layers != layers {
			t.Errorf("next protocol %d: layers %s, want %s", next, r.Layers, layers)
		}
		r.Check(t, map[string]string{"vxlan.vni": "9", "tunnel.type": "vxlan-gpe", "tunnel.id": "9"})
	}
}

func FuzzVXLAN(f *testing.F) {
	f.Add([]byte{8, 0, 0, 0, 0, 0x12, 0x34, 0, 1}, 0)
	f.Add([]byte{0x88, 0, 0, 5, 0, 0, 1, 0, 1}, 0)
	f.Add([]byte{8, 0, 0}, 0)
	f.Add([]byte{8, 0, 0, 0, 0, 0, 1, 0}, 60)
	b := dissecttest.New(nil, Protocol, frame)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
