// SPDX-License-Identifier: Apache-2.0

package ayiya

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
		{name: "forward", frame: []byte{0x11, 0x10, 0x01, 41, 0, 0, 0, 5, 7, 8, 1, 2, 3, 4, 0x60}, layers: "ayiya:ipv6",
			want: map[string]string{"ayiya.opcode": "1", "ayiya.nextheader": "41", "ayiya.epoch": "5", "ayiya.identity": "0708", "tunnel.type": "ayiya"}},
		{name: "identity longer than the wire", frame: []byte{0xf1, 0x10, 0x01, 41, 0, 0, 0, 5}, layers: "ayiya", malformed: "ayiya"},
		{name: "cut by the capture", frame: []byte{0x11}, layers: "ayiya", wire: 60, truncated: true},
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

func FuzzAYIYA(f *testing.F) {
	f.Add([]byte{0x11, 0x10, 0x01, 41, 0, 0, 0, 5, 7, 8, 1, 2, 3, 4, 0x60}, 0)
	f.Add([]byte{0xf1, 0x10, 0x01, 41, 0, 0, 0, 5}, 0)
	f.Add([]byte{0x11}, 60)
	b := dissecttest.New(nil, Protocol, inner6)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
