// SPDX-License-Identifier: Apache-2.0

package ipcomp

import (
	"bytes"
	"compress/flate"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
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
		{name: "plain", frame: []byte{6, 0, 0, 2, 1}, layers: "ipcomp",
			want: map[string]string{"ipcomp.cpi": "2", "ipcomp.next_header": "6"}},
		{name: "cut by the capture", frame: []byte{6}, layers: "ipcomp", wire: 9, truncated: true},
	}
	b := dissecttest.New(nil, Protocol)
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

// upper is what is compressed.
var (
	upperSaw string
	upper    = &dissect.Protocol{Name: "upper", IPProtocols: []uint8{6}, Dissect: func(_ *dissect.Packet, b []byte, _ int) { upperSaw = string(b) }}
)

func deflated(cpi uint16, next byte, b []byte) []byte {
	var out bytes.Buffer
	out.Write([]byte{next, 0, byte(cpi >> 8), byte(cpi)})
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func TestInflate(t *testing.T) {
	text := []byte("compressed compressed compressed")
	whole := deflated(2, 6, text)
	for _, tt := range []struct {
		name        string
		frame       []byte
		wire        int
		layers, saw string
	}{
		{"well-known", whole, 0, "ipcomp:upper", string(text)},
		{"negotiated", deflated(0x635c, 6, text), 0, "ipcomp:upper", string(text)},
		{"another compression", deflated(3, 6, text), 0, "ipcomp", ""},
		{"broken", append([]byte{6, 0, 0, 2}, 0xff, 0xff, 0xff), 0, "ipcomp", ""},
		{"incomplete", whole[:len(whole)-4], 0, "ipcomp", ""},
		{"cut by the capture", whole, len(whole) + 9, "ipcomp", ""},
		{"nothing", deflated(2, 6, nil), 0, "ipcomp", ""},
		{"longer than a packet", deflated(2, 6, make([]byte, 1<<20)), 0, "ipcomp", ""},
		{"compressed twice", deflated(2, 108, whole), 0, "ipcomp:ipcomp", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			upperSaw = ""
			b := dissecttest.New(nil, Protocol, upper)
			if r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame))); r.Layers != tt.layers || upperSaw != tt.saw {
				t.Errorf("layers %q, %q inflated; want %q, %q", r.Layers, upperSaw, tt.layers, tt.saw)
			}
		})
	}
}

func FuzzIPComp(f *testing.F) {
	f.Add([]byte{6, 0, 0, 2, 1}, 0)
	f.Add([]byte{6}, 9)
	f.Add(deflated(256, 6, []byte("compressed compressed")), 0)
	f.Add(deflated(2, 108, deflated(2, 6, []byte("compressed compressed"))), 0)
	b := dissecttest.New(nil, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
