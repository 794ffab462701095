// SPDX-License-Identifier: Apache-2.0

package geneve

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	inner = &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, IPProtocols: []uint8{4}, Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "options", frame: []byte{2, 0xc0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 0x80, 1, 0, 0, 0, 0, 1}, layers: "geneve:eth",
			want: map[string]string{"geneve.vni": "9", "geneve.option.class": "258", "geneve.option.type": "128", "geneve.option.length": "8", "geneve.flags.oam": "true", "geneve.flags.critical": "true", "tunnel.type": "geneve", "tunnel.id": "9"}},
		{name: "IPv4", frame: []byte{0, 0, 8, 0, 0, 0, 9, 0, 0x45}, layers: "geneve:ip",
			want: map[string]string{"geneve.proto_type": "2048"}},
		{name: "option past the options", frame: []byte{1, 0, 8, 0, 0, 0, 9, 0, 1, 2, 3, 31, 0x45}, layers: "geneve:ip"},
		{name: "unknown version", frame: []byte{0x40, 0, 8, 0, 0, 0, 9, 0, 0x45}, layers: "geneve"},
		{name: "too short", frame: []byte{0, 0}, layers: "geneve", malformed: "geneve"},
		{name: "options cut by the capture", frame: []byte{2, 0, 8, 0, 0, 0, 9, 0}, layers: "geneve", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, inner, frame)
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

func FuzzGENEVE(f *testing.F) {
	f.Add([]byte{2, 0xc0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 0x80, 1, 0, 0, 0, 0, 1}, 0)
	f.Add([]byte{0, 0, 8, 0, 0, 0, 9, 0, 0x45}, 0)
	f.Add([]byte{1, 0, 8, 0, 0, 0, 9, 0, 1, 2, 3, 31, 0x45}, 0)
	f.Add([]byte{0x40, 0, 8, 0, 0, 0, 9, 0, 0x45}, 0)
	f.Add([]byte{0, 0}, 0)
	f.Add([]byte{2, 0, 8, 0, 0, 0, 9, 0}, 60)
	b := dissecttest.New(nil, Protocol, inner, frame)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
