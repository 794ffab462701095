// SPDX-License-Identifier: Apache-2.0

package radiotap

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
	return dissecttest.New(nil, Protocol, wlan.Protocol, wlan.Radio, &dissect.Protocol{Name: "llc", Dissect: nothing})
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
		{name: "usual fields", frame: "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.length": "24", "radiotap.flags": "0", "radiotap.datarate": "6", "radiotap.channel.freq": "5180", "radiotap.dbm_antsignal": "-44", "radiotap.dbm_antnoise": "-95"}},
		{name: "FCS is cut off", frame: "0000 0900 02000000 10 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.flags": "16"}},
		{name: "nothing but an FCS", frame: "0000 0900 02000000 10 01020304", layers: "radiotap",
			want: map[string]string{"radiotap.flags": "16"}},
		{name: "padded MAC header", frame: "0000 0900 02000000 20 8801 2c00 000000000001 000000000002 000000000003 5000 0000 ffff aaaa03", layers: "radiotap:wlan_radio:wlan:llc"},
		{name: "802.11n, 40 MHz, long interval", frame: "0000 0b00 00000800 07 01 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.mcs.index": "7", "radiotap.datarate": "135"}},
		{name: "802.11n, 20 MHz, short interval, two streams", frame: "0000 0b00 00000800 07 04 0f 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.datarate": "144.4"}},
		{name: "802.11n, bandwidth unknown", frame: "0000 0b00 00000800 02 00 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.mcs.index": "7", "radiotap.datarate": ""}},
		{name: "alignment", frame: "0000 0e00 0a000000 00 00 3c14 4001 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.channel.freq": "5180"}},
		{name: "further present words", frame: "0000 1100 040000a0 20000080 00000000 0c 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc",
			want: map[string]string{"radiotap.datarate": "6"}},
		{name: "fields beyond the header", frame: "0000 0900 0c000000 0c 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc", malformed: "radiotap",
			want: map[string]string{"radiotap.datarate": "6", "radiotap.channel.freq": ""}},
		{name: "present words beyond the header", frame: "0000 0a00 000000a0 0000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "radiotap:wlan_radio:wlan:llc", malformed: "radiotap"},
		{name: "length below the header", frame: "0000 0700 00000000", layers: "radiotap", malformed: "radiotap"},
		{name: "length beyond the packet", frame: "0000 0900 00000000", layers: "radiotap", malformed: "radiotap"},
		{name: "no frame", frame: "0000 0800 00000000", layers: "radiotap"},
		{name: "too short", frame: "0000 0800 000000", layers: "radiotap", malformed: "radiotap"},
		{name: "cut by the capture", frame: "0000 1800 6f000000 57", wire: 60, layers: "radiotap", truncated: true},
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
	frame := unhex(t, "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzRadiotap(f *testing.F) {
	f.Add(unhex(f, "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 51)
	f.Add(unhex(f, "0000 0900 02000000 10 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304"), 40)
	f.Add(unhex(f, "0000 0900 02000000 10 01020304"), 13)
	f.Add(unhex(f, "0000 0900 02000000 20 8801 2c00 000000000001 000000000002 000000000003 5000 0000 ffff aaaa03"), 40)
	f.Add(unhex(f, "0000 0b00 00000800 07 01 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 38)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
