// SPDX-License-Identifier: Apache-2.0

package gre

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/erspan"
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
		{name: "plain", frame: []byte{0, 0, 8, 0, 0x45}, layers: "gre:ip",
			want: map[string]string{"gre.proto": "2048", "gre.key": "", "gre.version": "0", "tunnel.type": "gre", "tunnel.id": ""}},
		{name: "checksum, key and sequence", frame: []byte{0xb0, 0, 0x65, 0x58, 0x12, 0x34, 0, 0, 0, 0, 0, 9, 0, 0, 0, 5, 1}, layers: "gre:eth",
			want: map[string]string{"gre.key": "9", "gre.sequence_number": "5", "gre.checksum.value": "4660", "gre.checksum.status": "0", "tunnel.type": "gre", "tunnel.id": "9"}},
		{name: "NVGRE", frame: []byte{0x20, 0, 0x65, 0x58, 0, 0x10, 1, 7, 1}, layers: "gre:eth",
			want: map[string]string{"gre.key": "1048839", "gre.vsid": "4097", "gre.flow_id": "7", "tunnel.type": "nvgre", "tunnel.id": "4097"}},
		{name: "bridged with a small key", frame: []byte{0x20, 0, 0x65, 0x58, 0, 0x0f, 1, 7, 1}, layers: "gre:eth",
			want: map[string]string{"gre.vsid": "", "tunnel.type": "gre", "tunnel.id": "983303"}},
		{name: "PPTP", frame: []byte{0x30, 0x81, 0x88, 0x0b, 0, 4, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 1}, layers: "gre",
			want: map[string]string{"gre.version": "1", "gre.payload_length": "4", "gre.call_id": "7", "gre.sequence_number": "1", "gre.ack_number": "2", "gre.key": "", "tunnel.type": "pptp", "tunnel.id": "7"}},
		{name: "source routes", frame: []byte{0x40, 0, 8, 0, 0, 0, 0, 4, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0x45}, layers: "gre:ip",
			want: map[string]string{"gre.offset": "4"}},
		{name: "ERSPAN without a header", frame: []byte{0, 0, 0x88, 0xbe, 1}, layers: "gre:erspan:eth", want: map[string]string{"tunnel.type": "erspan", "tunnel.id": ""}},
		{name: "ERSPAN with one", frame: []byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 7, 0, 5, 0, 0, 0, 9, 1}, layers: "gre:erspan:eth",
			want: map[string]string{"erspan.vlan": "7", "erspan.spanid": "5", "erspan.index": "9", "tunnel.type": "erspan", "tunnel.id": "5"}},
		{name: "too short", frame: []byte{0, 0, 8}, layers: "gre", malformed: "gre"},
		{name: "key cut by the capture", frame: []byte{0x20, 0, 8, 0, 0}, layers: "gre", wire: 60, truncated: true},
		{name: "nothing inside", frame: []byte{0, 0, 8, 0}, layers: "gre"},
	}
	b := dissecttest.New(nil, Protocol, inner, frame, erspan.Protocol)
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

// The flows of NVGRE differ by direction, and a connection is one all the same; plain keys keep tenants apart.
func TestTunnelKey(t *testing.T) {
	b := dissecttest.New(nil, Protocol, inner, frame, erspan.Protocol)
	b.P.Options.Wireshark = false
	key := func(f ...byte) uint64 {
		b.Dissect(Protocol, append([]byte{0x20, 0, 0x65, 0x58}, append(f, 1)...), 9)
		return b.P.TunnelKey()
	}
	if key(0, 0x10, 1, 7) != key(0, 0x10, 1, 8) || key(0, 0x10, 1, 7) == key(0, 0x10, 2, 7) || key(0, 0, 0, 7) == key(0, 0, 0, 8) {
		t.Error("keys of tunnels")
	}
}

func FuzzGRE(f *testing.F) {
	f.Add([]byte{0, 0, 8, 0, 0x45}, 0)
	f.Add([]byte{0xb0, 0, 0x65, 0x58, 0x12, 0x34, 0, 0, 0, 0, 0, 9, 0, 0, 0, 5, 1}, 0)
	f.Add([]byte{0x30, 0x81, 0x88, 0x0b, 0, 4, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 1}, 0)
	f.Add([]byte{0x40, 0, 8, 0, 0, 0, 0, 4, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0x45}, 0)
	f.Add([]byte{0, 0, 0x88, 0xbe, 1}, 0)
	f.Add([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 7, 0, 5, 0, 0, 0, 9, 1}, 0)
	f.Add([]byte{0, 0, 8}, 0)
	f.Add([]byte{0x20, 0, 8, 0, 0}, 60)
	f.Add([]byte{0, 0, 8, 0}, 0)
	b := dissecttest.New(nil, Protocol, inner, frame, erspan.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
