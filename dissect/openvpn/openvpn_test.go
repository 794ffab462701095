// SPDX-License-Identifier: Apache-2.0

package openvpn

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var (
	reset = []byte{7 << 3, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0}
	data2 = []byte{9<<3 | 1, 0, 0, 5, 'x', 'y'}
)

func framed(b []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) }

func TestDatagram(t *testing.T) {
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "reset", frame: reset, layers: "openvpn", want: map[string]string{"openvpn.opcode": "7", "openvpn.keyid": "0", "openvpn.sessionid": "0102030405060708", "tunnel.type": ""}},
		{name: "data for a peer", frame: data2, layers: "openvpn", want: map[string]string{"openvpn.opcode": "9", "openvpn.keyid": "1", "openvpn.peerid": "5", "tunnel.type": "openvpn", "tunnel.id": "5"}},
		{name: "data", frame: []byte{6 << 3, 'x'}, layers: "openvpn", want: map[string]string{"openvpn.opcode": "6", "tunnel.type": "openvpn", "tunnel.id": ""}},
		{name: "too short", frame: reset[:8], layers: "openvpn", malformed: "openvpn", want: map[string]string{"openvpn.opcode": "7"}},
		{name: "cut by the capture", frame: reset[:8], wire: 14, layers: "openvpn", truncated: true},
		{name: "unknown opcode", frame: []byte{31 << 3, 1}},
	}
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
	b.P.Options.Wireshark = true
	if r := b.Run(Protocol, []byte{31 << 3, 1, 2, 3, 4, 5, 6, 7, 8}, 9); r.Layers != "openvpn" {
		t.Errorf("compat: layers %q", r.Layers)
	}
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	pieces := []dissecttest.Piece{{Data: framed(reset)}, {Dir: 1, Data: bytes.Join([][]byte{framed(data2), framed(data2)}, nil), FIN: true}}
	r := b.Stream(Protocol, pieces...)
	if r[0].Layers != "openvpn" || r[1].Layers != "openvpn:openvpn" {
		t.Errorf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
	r[1].Check(t, map[string]string{"openvpn.opcode": "9,9", "openvpn.plen": "6,6"})
	b.Split(t, Protocol, pieces...)
	for name, other := range map[string][]byte{"another protocol": []byte("GET / HTTP/1.1\r\n"), "no length": {0, 0, 1}} {
		if r := b.Stream(Protocol, dissecttest.Piece{Data: other}, dissecttest.Piece{Data: framed(reset)}); r[0].Layers+r[1].Layers != "" {
			t.Errorf("%s: layers %q, %q", name, r[0].Layers, r[1].Layers)
		}
	}
}

func FuzzOpenVPN(f *testing.F) {
	f.Add(reset, 0, true)
	f.Add(data2, 64, true)
	f.Add(append(framed(reset), framed(data2)...), 0, false)
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	f.Fuzz(func(t *testing.T, data []byte, wire int, udp bool) {
		if udp {
			b.Dissect(Protocol, data, max(wire, len(data)))
			b.Invariants(t)
			return
		}
		b.Stream(Protocol, dissecttest.Piece{Data: data})
		b.Invariants(t)
		if len(data) < 64 {
			b.Split(t, Protocol, dissecttest.Piece{Data: data})
		}
	})
}
