// SPDX-License-Identifier: Apache-2.0

package udplite

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             []byte
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "all covered", frame: []byte{0x80, 0, 0, 53, 0, 0, 0x38, 0x45, 1}, layers: "udplite:app",
			want: map[string]string{"udp.srcport": "32768", "udp.dstport": "53", "udp.checksum_coverage": "0", "udp.checksum.value": "14405"}},
		{name: "header covered", frame: []byte{0x80, 0, 0, 54, 0, 8, 0x38, 0x45, 1}, layers: "udplite",
			want: map[string]string{"udp.checksum_coverage": "8"}},
		{name: "less than the header covered", frame: []byte{0x80, 0, 0, 54, 0, 7, 0x38, 0x45, 1}, layers: "udplite", malformed: "udplite",
			want: map[string]string{"udp.checksum_coverage": "7"}},
		{name: "more than the datagram covered", frame: []byte{0x80, 0, 0, 54, 0, 10, 0x38, 0x45, 1}, layers: "udplite", malformed: "udplite",
			want: map[string]string{"udp.dstport": "54"}},
		{name: "too short", frame: []byte{0x80, 0, 0, 54, 0, 10, 0x38}, layers: "udplite", malformed: "udplite", want: map[string]string{"udp.srcport": ""}},
		{name: "cut by the capture", frame: []byte{0x80, 0, 0, 54}, wire: 60, layers: "udplite", truncated: true},
	}
	b := dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "app", UDPPorts: []uint16{53}, Dissect: func(*dissect.Packet, []byte, int) {}})
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

func FuzzUDPLite(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 53, 0, 0, 0x38, 0x45, 1}, 9)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
