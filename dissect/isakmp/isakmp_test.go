// SPDX-License-Identifier: Apache-2.0

package isakmp

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
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
		malformed bool // what stands for a certificate is none
		want      map[string]string
	}{
		{name: "IKEv2", frame: message(0x20, 30, 2), layers: "isakmp", want: map[string]string{"isakmp.ispi": "0102030405060708", "isakmp.rspi": "0000000000000009",
			"isakmp.nextpayload": "33", "isakmp.version": "32", "isakmp.exchangetype": "34", "isakmp.flags": "8", "isakmp.messageid": "7", "isakmp.length": "30"}},
		{name: "a certificate", frame: chain(0x10, 0, certificate1, "0000 0006 04 30"), layers: "isakmp", malformed: true},
		{name: "a certificate of IKEv2, second", frame: chain(0x20, 0, 33, "2500 0005 00 0000 0006 04 30"), layers: "isakmp", malformed: true},
		{name: "a certificate of another encoding", frame: chain(0x20, 0, certificate2, "0000 0006 0c 30"), layers: "isakmp"},
		{name: "an encrypted message", frame: chain(0x10, flagEncrypted, certificate1, "0000 0006 04 30"), layers: "isakmp"},
		{name: "an encrypted payload", frame: chain(0x20, 0, encrypted2, "2500 0006 04 30"), layers: "isakmp"},
		{name: "a payload beyond the end", frame: chain(0x20, 0, certificate2, "0000 0100 04 30"), layers: "isakmp"},
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
			if r.Layers != tt.layers || (r.Malformed != "") != tt.malformed || r.Truncated != tt.truncated || (r.Core.Application == Protocol) != (tt.layers != "") {
				t.Errorf("layers %q malformed %q truncated %v, want %q, truncated %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// chain is a message whose first payload is of that type.
func chain(version, flags, first byte, payloads string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(payloads), ""))
	if err != nil {
		panic(err)
	}
	m := append(message(version, uint32(headerLen+len(b)), 0), b...)
	m[16], m[19] = first, flags
	return m
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
