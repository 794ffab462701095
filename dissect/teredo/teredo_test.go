// SPDX-License-Identifier: Apache-2.0

package teredo

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	inner6 = &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, IPProtocols: []uint8{41}, Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "bare", frame: []byte{0x60, 0}, layers: "teredo:ipv6"},
		{name: "authentication and origin", frame: []byte{0, 1, 1, 1, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0xff, 0xfe, 0xf5, 0xff, 0xff, 0xfe, 0x60}, layers: "teredo:ipv6",
			want: map[string]string{"teredo.auth.nonce": "0102030405060708", "tunnel.type": "teredo"}},
		{name: "origin", frame: []byte{0, 0, 0xff, 0xfe, 0xf5, 0xff, 0xff, 0xfe, 0x60, 0}, layers: "teredo:ipv6",
			want: map[string]string{"teredo.orig.port": "1", "teredo.orig.addr": "10.0.0.1"}},
		{name: "authentication longer than the wire", frame: []byte{0, 1, 255, 1}, layers: "teredo", malformed: "teredo"},
		{name: "cut by the capture", frame: []byte{0}, layers: "teredo", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, inner6)
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

func FuzzTeredo(f *testing.F) {
	f.Add([]byte{0x60}, 0)
	f.Add([]byte{0, 1, 1, 1, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0xff, 0xfe, 0xf5, 0xff, 0xff, 0xfe, 0x60}, 0)
	f.Add([]byte{0, 0, 0xff, 0xfe, 0xf5, 0xff, 0xff, 0xfe, 0x60, 0}, 0)
	f.Add([]byte{0, 1, 255, 1}, 0)
	f.Add([]byte{0}, 60)
	b := dissecttest.New(nil, Protocol, inner6)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
