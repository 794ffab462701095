// SPDX-License-Identifier: Apache-2.0

package erspan

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	inner  = &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, IPProtocols: []uint8{4}, Dissect: func(*dissect.Packet, []byte, int) {}}
	inner6 = &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, IPProtocols: []uint8{41}, Dissect: func(*dissect.Packet, []byte, int) {}}
	frame  = &dissect.Protocol{Name: "eth", GREProtocol: []uint16{0x6558}, Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "type III with subheader", frame: []byte{0x20, 7, 0xa4, 5, 0, 0, 0, 1, 0, 9, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1}, layers: "erspan:eth",
			want: map[string]string{"erspan.version": "2", "erspan.cos": "5", "erspan.truncated": "true", "erspan.sgt": "9", "erspan.direction": "1"}},
		{name: "type III with an IPv6 packet", frame: []byte{0x20, 7, 0, 5, 0, 0, 0, 1, 0, 9, 8, 0, 0x60}, layers: "erspan:ipv6",
			want: map[string]string{"erspan.ft": "2"}},
		{name: "unknown version", frame: []byte{0xf0, 7, 0, 5, 0, 0, 0, 1}, layers: "erspan",
			want: map[string]string{"erspan.version": "15", "erspan.spanid": ""}},
		{name: "too short", frame: []byte{0x10, 7}, layers: "erspan", malformed: "erspan"},
		{name: "cut by the capture", frame: []byte{0x20, 7, 0, 5, 0, 0, 0, 1}, layers: "erspan", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, inner, inner6, frame)
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

func FuzzERSPAN(f *testing.F) {
	f.Add([]byte{0x20, 7, 0xa4, 5, 0, 0, 0, 1, 0, 9, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0)
	f.Add([]byte{0x20, 7, 0, 5, 0, 0, 0, 1, 0, 9, 8, 0, 0x60}, 0)
	f.Add([]byte{0xf0, 7, 0, 5, 0, 0, 0, 1}, 0)
	f.Add([]byte{0x10, 7}, 0)
	f.Add([]byte{0x20, 7, 0, 5, 0, 0, 0, 1}, 60)
	b := dissecttest.New(nil, Protocol, inner, inner6, frame)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
