// SPDX-License-Identifier: Apache-2.0

package mipv6

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
		{name: "binding update", frame: []byte{59, 1, 5, 0, 0, 1, 0, 7, 0x80, 0, 0, 9, 1, 2, 0, 0}, layers: "mipv6",
			want: map[string]string{"mip6.mhtype": "5", "mip6.bu.seqnr": "7", "mip6.bu.flags": "32768", "mip6.bu.lifetime": "9"}},
		{name: "binding acknowledgement", frame: []byte{59, 1, 6, 0, 0, 1, 3, 0, 0, 7, 0, 9, 1, 2, 0, 0}, layers: "mipv6",
			want: map[string]string{"mip6.ba.status": "3", "mip6.ba.seqnr": "7", "mip6.ba.lifetime": "9"}},
		{name: "payload behind", frame: []byte{17, 0, 0, 0, 0, 1, 0, 0, 1}, layers: "mipv6:upper"},
		{name: "longer than the wire", frame: []byte{59, 9, 5, 0, 0, 1, 0, 7}, layers: "mipv6", malformed: "mipv6"},
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

func FuzzMIPv6(f *testing.F) {
	f.Add([]byte{59, 1, 5, 0, 0, 1, 0, 7, 0x80, 0, 0, 9, 1, 2, 0, 0}, 0)
	f.Add([]byte{59, 1, 6, 0, 0, 1, 3, 0, 0, 7, 0, 9, 1, 2, 0, 0}, 0)
	f.Add([]byte{17, 0, 0, 0, 0, 1, 0, 0, 1}, 0)
	f.Add([]byte{59, 9, 5, 0, 0, 1, 0, 7}, 0)
	b := dissecttest.New(nil, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
