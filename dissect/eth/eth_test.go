// SPDX-License-Identifier: Apache-2.0

package eth

import (
	"bytes"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var header = []byte{0, 1, 2, 3, 4, 5, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf}

func frame(parts ...[]byte) []byte { return append(bytes.Clone(header), bytes.Join(parts, nil)...) }

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		llc               bool // with LLC and IPX behind it
		payload           int  // bytes handed on
		want              map[string]string
	}{
		{name: "type", frame: frame([]byte{0x12, 0x34, 1}), layers: "eth",
			want: map[string]string{"eth.dst": "00-01-02-03-04-05", "eth.src": "0A-0B-0C-0D-0E-0F", "eth.type": "4660", "eth.len": ""}},
		{name: "length", frame: frame([]byte{0, 3, 0xaa, 0xaa, 3, 0, 0}), layers: "eth",
			want: map[string]string{"eth.len": "3", "eth.type": ""}},
		{name: "padding is cut off at the length", frame: frame([]byte{0, 3, 0xaa, 0xaa, 3, 0, 0}), layers: "eth:llc", payload: 3, llc: true},
		{name: "length beyond the frame", frame: frame([]byte{0, 9, 0xaa, 0xaa, 3}), layers: "eth:llc", malformed: "eth", payload: 3, llc: true,
			want: map[string]string{"eth.len": "9"}},
		{name: "IPX without LLC", frame: frame([]byte{0, 4, 0xff, 0xff, 0, 34, 0}), layers: "eth:ipx", payload: 4, llc: true},
		{name: "longest length", frame: frame([]byte{0x05, 0xdc, 1}), wire: 1514, layers: "eth",
			want: map[string]string{"eth.len": "1500", "eth.type": ""}},
		{name: "neither length nor type", frame: frame([]byte{0x05, 0xff, 1}), layers: "eth",
			want: map[string]string{"eth.len": "", "eth.type": ""}},
		{name: "first type", frame: frame([]byte{0x06, 0x00, 1}), layers: "eth",
			want: map[string]string{"eth.len": "", "eth.type": "1536"}},
		{name: "zero is a type", frame: frame([]byte{0, 0, 1}), layers: "eth",
			want: map[string]string{"eth.len": "", "eth.type": "0"}},
		{name: "cut by the capture", frame: frame(), wire: 60, layers: "eth", truncated: true},
		{name: "too short", frame: frame(), layers: "eth", malformed: "eth"},
	}
	payload := 0
	take := func(_ *dissect.Packet, _ []byte, wire int) { payload = wire }
	alone := dissecttest.New(nil, Protocol)
	with := dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "llc", Dissect: take}, &dissect.Protocol{Name: "ipx", Dissect: take})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := alone
			if tt.llc {
				b = with
			}
			payload = 0
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			if payload != tt.payload {
				t.Errorf("%d bytes handed on, want %d", payload, tt.payload)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	f := frame([]byte{0x08, 0x00, 0x45})
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, f, len(f)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzEth(f *testing.F) {
	f.Add(frame([]byte{0x08, 0x00, 0x45}), 60)
	f.Add(frame([]byte{0, 3, 0xaa, 0xaa, 3}), 17)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
