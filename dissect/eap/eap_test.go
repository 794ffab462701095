// SPDX-License-Identifier: Apache-2.0

package eap

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
		{name: "request", frame: "01 02 0006 12 00", layers: "eap",
			want: map[string]string{"eap.code": "1", "eap.id": "2", "eap.len": "6", "eap.type": "18"}},
		{name: "identity", frame: "02 02 0008 01 626f62", layers: "eap",
			want: map[string]string{"eap.type": "1", "eap.identity": "bob"}},
		{name: "empty identity", frame: "02 02 0005 01", layers: "eap",
			want: map[string]string{"eap.type": "1", "eap.identity": ""}},
		{name: "identity asked for", frame: "01 02 0008 01 626f62", layers: "eap",
			want: map[string]string{"eap.identity": ""}},
		{name: "success", frame: "03 02 0004", layers: "eap",
			want: map[string]string{"eap.code": "3", "eap.type": ""}},
		{name: "padding behind the length", frame: "02 02 0007 01 626f 62", layers: "eap",
			want: map[string]string{"eap.identity": "bo"}},
		{name: "length below the header", frame: "01 02 0003 12", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.len": "3", "eap.type": ""}},
		{name: "length beyond the packet", frame: "01 02 0006 12", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.type": ""}},
		{name: "too short", frame: "01 02 00", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.code": ""}},
		{name: "cut by the capture", frame: "01 02 0006", wire: 60, layers: "eap", truncated: true,
			want: map[string]string{"eap.code": "1"}},
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
	frame := unhex(t, "01 02 0006 12 00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzEAP(f *testing.F) {
	f.Add(unhex(f, "01 02 0006 12 00"), 6)
	f.Add(unhex(f, "02 02 0008 01 626f62"), 8)
	f.Add(unhex(f, "02 02 0005 01"), 5)
	f.Add(unhex(f, "01 02 0008 01 626f62"), 8)
	f.Add(unhex(f, "03 02 0004"), 4)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
