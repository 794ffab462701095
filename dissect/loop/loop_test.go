// SPDX-License-Identifier: Apache-2.0

package loop

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
		{name: "reply", frame: "0000 0100 0500 00000000", layers: "loop",
			want: map[string]string{"loop.skipcount": "0", "loop.function": "1", "loop.relevant_function": "1", "loop.receipt_number": "5"}},
		{name: "forward, then reply", frame: "0000 0200 0a0b0c0d0e0f 0100 0700 0000", layers: "loop",
			want: map[string]string{"loop.function": "2,1", "loop.relevant_function": "2", "loop.forwarding_address": "0A-0B-0C-0D-0E-0F", "loop.receipt_number": "7"}},
		{name: "forward is done", frame: "0800 0200 0a0b0c0d0e0f 0100 0700 0000", layers: "loop",
			want: map[string]string{"loop.relevant_function": "1"}},
		{name: "unknown function", frame: "0000 0300", layers: "loop",
			want: map[string]string{"loop.function": "3"}},
		{name: "no function", frame: "0000", layers: "loop", malformed: "loop",
			want: map[string]string{"loop.skipcount": "0"}},
		{name: "half a receipt number", frame: "0000 0100 05", layers: "loop", malformed: "loop",
			want: map[string]string{"loop.receipt_number": ""}},
		{name: "half an address", frame: "0000 0200 0a0b", layers: "loop", malformed: "loop",
			want: map[string]string{"loop.forwarding_address": ""}},
		{name: "one byte", frame: "00", layers: "loop", malformed: "loop"},
		{name: "cut by the capture", frame: "0000 0200 0a0b", wire: 46, layers: "loop", truncated: true},
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

func FuzzLoop(f *testing.F) {
	f.Add(unhex(f, "0000 0100 0500 00000000"), 10)
	f.Add(unhex(f, "0000 0200 0a0b0c0d0e0f 0100 0700 0000"), 16)
	f.Add(unhex(f, "0800 0200 0a0b0c0d0e0f 0100 0700 0000"), 16)
	f.Add(unhex(f, "0000 0300"), 4)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
