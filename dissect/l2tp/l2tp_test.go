// SPDX-License-Identifier: Apache-2.0

package l2tp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	ppp = &dissect.Protocol{Name: "ppp", Dissect: func(*dissect.Packet, []byte, int) {}}
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
		{name: "data", frame: []byte{0x00, 2, 0, 5, 0, 6, 1}, layers: "l2tp:ppp",
			want: map[string]string{"l2tp.type": "0", "l2tp.tunnel": "5", "l2tp.session": "6", "tunnel.type": "l2tp", "tunnel.id": "6"}},
		{name: "length, sequence and offset", frame: []byte{0x4a, 2, 0, 17, 0, 5, 0, 6, 0, 1, 0, 2, 0, 2, 0, 0, 1, 99}, layers: "l2tp:ppp",
			want: map[string]string{"l2tp.length": "17", "l2tp.ns": "1", "l2tp.nr": "2", "l2tp.offset": "2"}},
		{name: "control", frame: []byte{0xc8, 2, 0, 20, 0, 5, 0, 0, 0, 1, 0, 2, 0x80, 8, 0, 0, 0, 0, 0, 1}, layers: "l2tp",
			want: map[string]string{"l2tp.type": "1", "l2tp.avp.message_type": "1", "tunnel.type": ""}},
		{name: "length under the header", frame: []byte{0x40, 2, 0, 2, 0, 5, 0, 6}, layers: "l2tp", malformed: "l2tp"},
		{name: "offset past the end", frame: []byte{0x02, 2, 0, 5, 0, 6, 255, 255}, layers: "l2tp", malformed: "l2tp"},
		{name: "version 3", frame: []byte{0, 3, 0, 0, 0, 0, 0, 9}, layers: "l2tp",
			want: map[string]string{"l2tp.sid": "9"}},
		{name: "cut by the capture", frame: []byte{0xc8, 2, 0}, layers: "l2tp", wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, ppp)
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

// carrier is an IP header.
var carrier = &dissect.Protocol{Name: "ip", Dissect: func(p *dissect.Packet, b []byte, wire int) { p.IPProtocol(115, b, wire) }}

func TestOverIP(t *testing.T) {
	tests := []struct {
		name      string
		frame     []byte
		wire      int
		malformed string
		truncated bool
		want      map[string]string
	}{
		{name: "data", frame: []byte{0, 0, 1, 2, 9, 9}, want: map[string]string{"l2tp.sid": "258", "l2tp.type": "", "tunnel.type": "l2tp", "tunnel.id": "258"}},
		{name: "control", frame: []byte{0, 0, 0, 0, 0xc8, 3, 0, 20, 0, 0, 0, 7, 0, 1, 0, 2, 0x80, 8, 0, 0, 0, 0, 0, 6},
			want: map[string]string{"l2tp.sid": "0", "l2tp.type": "1", "l2tp.version": "3", "l2tp.ccid": "7", "l2tp.ns": "1", "l2tp.avp.message_type": "6", "tunnel.type": ""}},
		{name: "control that is too short", frame: []byte{0, 0, 0, 0, 0xc8}, malformed: "l2tp"},
		{name: "cut by the capture", frame: []byte{0, 0, 1}, wire: 60, truncated: true},
	}
	b := dissecttest.New(nil, Protocol, carrier)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(carrier, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != "ip:l2tp" || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %v", r.Layers, r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzL2TP(f *testing.F) {
	f.Add([]byte{0x00, 2, 0, 5, 0, 6, 1}, 0)
	f.Add([]byte{0x4a, 2, 0, 17, 0, 5, 0, 6, 0, 1, 0, 2, 0, 2, 0, 0, 1, 99}, 0)
	f.Add([]byte{0xc8, 2, 0, 20, 0, 5, 0, 0, 0, 1, 0, 2, 0x80, 8, 0, 0, 0, 0, 0, 1}, 0)
	f.Add([]byte{0x40, 2, 0, 2, 0, 5, 0, 6}, 0)
	f.Add([]byte{0x02, 2, 0, 5, 0, 6, 255, 255}, 0)
	f.Add([]byte{0, 3, 0, 0, 0, 0, 0, 9}, 0)
	f.Add([]byte{0xc8, 2, 0}, 60)
	b, overIP := dissecttest.New(nil, Protocol, ppp), dissecttest.New(nil, Protocol, carrier)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		overIP.Dissect(carrier, data, max(wire, len(data)))
		overIP.Invariants(t)
	})
}
