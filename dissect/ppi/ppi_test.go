// SPDX-License-Identifier: Apache-2.0

package ppi

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/wlan"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, wlan.Protocol, wlan.Radio, &dissect.Protocol{Name: "llc", Dissect: nothing}, &dissect.Protocol{Name: "eth", LinkTypes: []uint32{1}, Dissect: nothing})
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
		{name: "802.11 with FCS", frame: "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304", layers: "ppi:wlan_radio:wlan:llc",
			want: map[string]string{"ppi.length": "32", "ppi.dlt": "105", "ppi.datarate": "300", "ppi.channel_freq": "2422", "ppi.dbm_antsignal": "-56", "ppi.dbm_antnoise": "-96"}},
		{name: "802.11 without fields", frame: "00 00 0800 69000000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "ppi:wlan_radio:wlan:llc",
			want: map[string]string{"ppi.channel_freq": ""}},
		{name: "Ethernet", frame: "00 00 0800 01000000 00", layers: "ppi:eth",
			want: map[string]string{"ppi.dlt": "1"}},
		{name: "unknown link type", frame: "00 00 0800 ff000000 00", layers: "ppi"},
		{name: "itself", frame: "00 00 0800 c0000000 00 00 0800 c0000000", layers: "ppi"},
		{name: "unknown field", frame: "00 00 0d00 01000000 0300 0100 ff 00", layers: "ppi:eth"},
		{name: "field beyond the header", frame: "00 00 0d00 01000000 0300 0200 ff 00", layers: "ppi:eth", malformed: "ppi"},
		{name: "length below the header", frame: "00 00 0700 01000000 00", layers: "ppi", malformed: "ppi"},
		{name: "length beyond the packet", frame: "00 00 0a00 01000000 00", layers: "ppi", malformed: "ppi"},
		{name: "too short", frame: "00 00 0800 010000", layers: "ppi", malformed: "ppi"},
		{name: "cut by the capture", frame: "00 00 2000 69000000", wire: 60, layers: "ppi", truncated: true},
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
	frame := unhex(t, "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPI(f *testing.F) {
	f.Add(unhex(f, "00 00 2000 69000000 0200 1400 637ecdf300000000 0100 5802 7609 c000 0000 c8 a0 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304"), 63)
	f.Add(unhex(f, "00 00 0800 69000000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 35)
	f.Add(unhex(f, "00 00 0800 01000000 00"), 9)
	f.Add(unhex(f, "00 00 0800 ff000000 00"), 9)
	f.Add(unhex(f, "00 00 0800 c0000000 00 00 0800 c0000000"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
