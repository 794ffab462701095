// SPDX-License-Identifier: Apache-2.0

package udpencap

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	security = &dissect.Protocol{Name: "esp", Dissect: func(*dissect.Packet, []byte, int) {}}
	keys     = &dissect.Protocol{Name: "isakmp", Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "ESP", frame: []byte{0, 0, 0, 9, 0}, layers: "udpencap:esp"},
		{name: "IKE", frame: []byte{0, 0, 0, 0, 1}, layers: "udpencap:isakmp"},
		{name: "keep-alive", frame: []byte{255}, layers: "udpencap",
			want: map[string]string{"udpencap.nat_keepalive": "true"}},
		{name: "too short", frame: []byte{0, 0}, layers: "udpencap", malformed: "udpencap"},
	}
	b := dissecttest.New(nil, Protocol, security, keys)
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

func FuzzUDPEncap(f *testing.F) {
	f.Add([]byte{0, 0, 0, 9, 0}, 0)
	f.Add([]byte{0, 0, 0, 0, 1}, 0)
	f.Add([]byte{255}, 0)
	f.Add([]byte{0, 0}, 0)
	b := dissecttest.New(nil, Protocol, security, keys)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
