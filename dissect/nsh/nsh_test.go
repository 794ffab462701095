// SPDX-License-Identifier: Apache-2.0

package nsh

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the header may carry.
var (
	frame  = &dissect.Protocol{Name: "eth", Dissect: func(*dissect.Packet, []byte, int) {}}
	packet = &dissect.Protocol{Name: "ip", Dissect: func(*dissect.Packet, []byte, int) {}}
)

var (
	fixed    = []byte{0x0f, 0xc6, 1, 3, 0, 3, 9, 255, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 'x'}
	variable = []byte{0x2f, 0xc5, 2, 1, 0, 0, 7, 250, 1, 2, 3, 5, 9, 9, 9, 9, 9, 0, 0, 0, 0x45}
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
		{name: "fixed context headers", frame: fixed, layers: "nsh:eth", want: map[string]string{"nsh.spi": "777", "nsh.si": "255", "nsh.ttl": "63",
			"nsh.contextheader": "01010101,02020202,03030303,04040404", "tunnel.type": "nsh", "tunnel.id": "777"}},
		{name: "variable context headers", frame: variable, layers: "nsh:ip", want: map[string]string{"nsh.oam": "true", "nsh.metadataclass": "258", "nsh.metadatatype": "3", "nsh.spi": "7"}},
		{name: "none", frame: []byte{0, 2, 2, 1, 0, 0, 7, 1, 0x45}, layers: "nsh:ip", want: map[string]string{"nsh.metadataclass": ""}},
		{name: "context header beyond the header", frame: []byte{0, 3, 2, 1, 0, 0, 7, 1, 0, 1, 2, 80, 0x45}, layers: "nsh:ip", want: map[string]string{"nsh.metadatatype": "2"}},
		{name: "unknown next protocol", frame: []byte{0, 2, 2, 254, 0, 0, 7, 1, 1}, layers: "nsh"},
		{name: "length without the path", frame: []byte{0, 1, 2, 1, 0, 0, 7, 1, 1}, layers: "nsh", malformed: "nsh"},
		{name: "fixed context headers of another length", frame: []byte{0, 2, 1, 1, 0, 0, 7, 1, 1}, layers: "nsh", malformed: "nsh"},
		{name: "length beyond the frame", frame: fixed[:20], layers: "nsh", malformed: "nsh"},
		{name: "cut by the capture", frame: fixed[:20], wire: 99, layers: "nsh", truncated: true, want: map[string]string{"nsh.spi": "777"}},
		{name: "too short", frame: fixed[:7], layers: "nsh", malformed: "nsh"},
	}
	b := dissecttest.New(nil, Protocol, frame, packet)
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

func FuzzNSH(f *testing.F) {
	f.Add(fixed, 0)
	f.Add(variable, 64)
	f.Add([]byte{0, 2, 2, 4, 0, 0, 7, 1, 0, 2, 2, 1, 0, 0, 8, 1, 0x45}, 0)
	b := dissecttest.New(nil, Protocol, frame, packet)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
