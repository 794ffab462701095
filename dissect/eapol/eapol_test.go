// SPDX-License-Identifier: Apache-2.0

package eapol

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "EAP", frame: "01 00 0005 01 01 0005 01", layers: "eapol",
			want: map[string]string{"eapol.version": "1", "eapol.type": "0", "eapol.len": "5", "eap.code": "1", "eap.type": "1"}},
		{name: "start", frame: "01 01 0000 0000", layers: "eapol",
			want: map[string]string{"eapol.type": "1", "eap.code": ""}},
		{name: "key", frame: "02 03 0001 02", layers: "eapol",
			want: map[string]string{"eapol.type": "3", "eapol.keydes.type": "2"}},
		{name: "EAP of no length", frame: "01 00 0000 01", layers: "eapol",
			want: map[string]string{"eap.code": ""}},
		{name: "padding is no EAP", frame: "01 00 0002 01 01 0005 01", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eap.code": ""}},
		{name: "length beyond the packet", frame: "01 00 0005 01", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.len": "5"}},
		{name: "unknown type", frame: "01 09 0001 01", layers: "eapol",
			want: map[string]string{"eapol.type": "9"}},
		{name: "too short", frame: "01 00 00", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.type": ""}},
		{name: "cut by the capture", frame: "01 03 0030", wire: 60, layers: "eapol", truncated: true,
			want: map[string]string{"eapol.type": "3"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "01 00 0005 01 01 0005 01")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzEAPOL(f *testing.F) {
	f.Add(unhex(f, "01 00 0005 01 01 0005 01"), 9)
	f.Add(unhex(f, "01 01 0000 0000"), 6)
	f.Add(unhex(f, "02 03 0001 02"), 5)
	f.Add(unhex(f, "01 00 0000 01"), 5)
	f.Add(unhex(f, "01 00 0002 01 01 0005 01"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
