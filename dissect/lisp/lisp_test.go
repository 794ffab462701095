// SPDX-License-Identifier: Apache-2.0

package lisp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var (
	inner4 = &dissect.Protocol{Name: "ip", Dissect: func(*dissect.Packet, []byte, int) {}}
	inner6 = &dissect.Protocol{Name: "ipv6", Dissect: func(*dissect.Packet, []byte, int) {}}
	// toControl goes to the port of control messages.
	toControl = &dissect.Protocol{Name: "udp", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.SetPorts(portData, portControl)
		p.Call(Data, b, wire)
	}}
)

func TestDissect(t *testing.T) {
	request := []byte{0x10, 0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0}
	tests := []struct {
		name              string
		from              *dissect.Protocol
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "map request", from: Control, frame: request, layers: "lisp", want: map[string]string{"lisp.type": "1", "lisp.records": "2", "lisp.nonce": "0102030405060708"}},
		{name: "info", from: Control, frame: append([]byte{0x70}, request[1:]...), layers: "lisp", want: map[string]string{"lisp.type": "7", "lisp.records": "", "lisp.nonce": "0102030405060708"}},
		{name: "encapsulated", from: Control, frame: []byte{0x80, 0, 0, 0, 0x45}, layers: "lisp:ip", want: map[string]string{"lisp.type": "8", "tunnel.type": "lisp"}},
		{name: "encapsulated with security", from: Control, frame: []byte{0x88, 0, 0, 0, 0x45}, layers: "lisp"},
		{name: "encapsulated nothing", from: Control, frame: []byte{0x80, 0, 0, 0}, layers: "lisp", malformed: "lisp"},
		{name: "unknown type", from: Control, frame: []byte{0xf0, 0, 0, 0}, layers: "lisp", want: map[string]string{"lisp.type": "15"}},
		{name: "nonce missing", from: Control, frame: request[:11], layers: "lisp", malformed: "lisp", want: map[string]string{"lisp.type": "1"}},
		{name: "too short", from: Control, frame: request[:3], layers: "lisp", malformed: "lisp"},
		{name: "data with an instance", from: Data, frame: []byte{0x88, 0, 0, 9, 0, 0, 5, 1, 0x60}, layers: "lisp-data:ipv6",
			want: map[string]string{"lisp_data.nonce": "9", "lisp_data.iid": "5", "tunnel.type": "lisp", "tunnel.id": "5"}},
		{name: "data with versions", from: Data, frame: []byte{0x10, 0, 0x10, 2, 0, 0, 0, 1, 0x45}, layers: "lisp-data:ip", want: map[string]string{"lisp_data.mapver": "4098", "lisp_data.iid": "", "tunnel.id": ""}},
		{name: "data of another protocol", from: Data, frame: []byte{0, 0, 0, 0, 0, 0, 0, 1, 0x15}, layers: "lisp-data"},
		{name: "data cut by the capture", from: Data, frame: []byte{0, 0, 0, 0, 0, 0, 0, 1}, wire: 60, layers: "lisp-data", truncated: true},
		{name: "control from the port of data", from: toControl, frame: request, layers: "udp:lisp-data:lisp", want: map[string]string{"lisp.type": "1"}},
	}
	b := dissecttest.New(nil, Control, Data, inner4, inner6)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(tt.from, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzLISP(f *testing.F) {
	f.Add([]byte{0x10, 0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8}, 0, true)
	f.Add([]byte{0x80, 0, 0, 0, 0x45}, 0, true)
	f.Add([]byte{0x88, 0, 0, 9, 0, 0, 5, 1, 0x60}, 80, false)
	b := dissecttest.New(nil, Control, Data, inner4, inner6)
	f.Fuzz(func(t *testing.T, data []byte, wire int, controlPort bool) {
		from := Data
		if controlPort {
			from = Control
		}
		b.Dissect(from, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
