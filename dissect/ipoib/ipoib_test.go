// SPDX-License-Identifier: Apache-2.0

package ipoib

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing})
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
		{name: "without a route header", frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45", layers: "ipoib:ip",
			want: map[string]string{"ipoib.type": "2048", "ipoib.daddr.qpn": "1360", "ipoib.dgid": "fe80::10:e000:664a:b451", "ipoib.grh.sgid": ""}},
		{name: "with a route header", frame: "60000000 00000551 fe800000000000000010e000664ab451 fe800000000000000010e000664ab451 0800 0000 45", layers: "ipoib:ip",
			want: map[string]string{"ipoib.grh.sqpn": "1361", "ipoib.grh.sgid": "fe80::10:e000:664a:b451", "ipoib.dgid": "fe80::10:e000:664a:b451", "ipoib.daddr.qpn": ""}},
		{name: "unknown type", frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 1234 0000 45", layers: "ipoib",
			want: map[string]string{"ipoib.type": "4660"}},
		{name: "too short", frame: "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 00", layers: "ipoib", malformed: "ipoib",
			want: map[string]string{"ipoib.type": ""}},
		{name: "cut by the capture", frame: "00", wire: 60, layers: "ipoib", truncated: true},
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
	frame := unhex(t, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzIPoIB(f *testing.F) {
	f.Add(unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 0000 45"), 45)
	f.Add(unhex(f, "60000000 00000551 fe800000000000000010e000664ab451 fe800000000000000010e000664ab451 0800 0000 45"), 45)
	f.Add(unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 1234 0000 45"), 45)
	f.Add(unhex(f, "0000000000000000000000000000000000000000 80000550 fe800000000000000010e000664ab451 0800 00"), 43)
	f.Add(unhex(f, "00"), 1)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
