// SPDX-License-Identifier: Apache-2.0

package isakmp

import (
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// message is a header of that version and length with n bytes of payload.
func message(version byte, length uint32, n int) []byte {
	b := append([]byte{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9, 33, version, 34, 8, 0, 0, 0, 7}, make([]byte, 4+n)...)
	binary.BigEndian.PutUint32(b[24:], length)
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name      string
		frame     []byte
		wire      int
		layers    string
		truncated bool
		want      map[string]string
	}{
		{name: "IKEv2", frame: message(0x20, 30, 2), layers: "isakmp", want: map[string]string{"isakmp.ispi": "0102030405060708", "isakmp.rspi": "0000000000000009",
			"isakmp.nextpayload": "33", "isakmp.version": "32", "isakmp.exchangetype": "34", "isakmp.flags": "8", "isakmp.messageid": "7", "isakmp.length": "30"}},
		{name: "another version", frame: message(0x90, 28, 0), layers: "isakmp", want: map[string]string{"isakmp.version": "144", "isakmp.exchangetype": ""}},
		{name: "keep-alive", frame: []byte{0xff}, layers: ""},
		{name: "length below the header's", frame: message(0x20, 27, 9), layers: ""},
		{name: "too short", frame: message(0x20, 30, 0)[:27], layers: ""},
		{name: "cut by the capture", frame: message(0x20, 30, 0)[:20], wire: 60, layers: "isakmp", truncated: true, want: map[string]string{"isakmp.ispi": ""}},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated != tt.truncated || (r.Core.Application == Protocol) != (tt.layers != "") {
				t.Errorf("layers %q malformed %q truncated %v, want %q, truncated %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzISAKMP(f *testing.F) {
	f.Add(message(0x20, 30, 2), 0)
	f.Add(message(0x10, 28, 0), 99)
	f.Add([]byte{0xff}, 1)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
