// SPDX-License-Identifier: Apache-2.0

package radiotap

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/wlan"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, wlan.Protocol, wlan.Radio, &dissect.Protocol{Name: "llc", Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "usual fields", Frame: "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.length": "24", "radiotap.flags": "0", "radiotap.datarate": "6", "radiotap.channel.freq": "5180", "radiotap.dbm_antsignal": "-44", "radiotap.dbm_antnoise": "-95"}},
		{Name: "FCS is cut off", Frame: "0000 0900 02000000 10 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.flags": "16"}},
		{Name: "nothing but an FCS", Frame: "0000 0900 02000000 10 01020304", Layers: "radiotap",
			Want: map[string]string{"radiotap.flags": "16"}},
		{Name: "padded MAC header", Frame: "0000 0900 02000000 20 8801 2c00 000000000001 000000000002 000000000003 5000 0000 ffff aaaa03", Layers: "radiotap:wlan_radio:wlan:llc"},
		{Name: "802.11n, 40 MHz, long interval", Frame: "0000 0b00 00000800 07 01 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.mcs.index": "7", "radiotap.datarate": "135"}},
		{Name: "802.11n, 20 MHz, short interval, two streams", Frame: "0000 0b00 00000800 07 04 0f 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.datarate": "144.4"}},
		{Name: "802.11n, bandwidth unknown", Frame: "0000 0b00 00000800 02 00 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.mcs.index": "7", "radiotap.datarate": ""}},
		{Name: "alignment", Frame: "0000 0e00 0a000000 00 00 3c14 4001 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.channel.freq": "5180"}},
		{Name: "further present words", Frame: "0000 1100 040000a0 20000080 00000000 0c 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc",
			Want: map[string]string{"radiotap.datarate": "6"}},
		{Name: "fields beyond the header", Frame: "0000 0900 0c000000 0c 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc", Malformed: "radiotap",
			Want: map[string]string{"radiotap.datarate": "6", "radiotap.channel.freq": ""}},
		{Name: "present words beyond the header", Frame: "0000 0a00 000000a0 0000 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "radiotap:wlan_radio:wlan:llc", Malformed: "radiotap"},
		{Name: "length below the header", Frame: "0000 0700 00000000", Layers: "radiotap", Malformed: "radiotap"},
		{Name: "length beyond the packet", Frame: "0000 0900 00000000", Layers: "radiotap", Malformed: "radiotap"},
		{Name: "no frame", Frame: "0000 0800 00000000", Layers: "radiotap"},
		{Name: "too short", Frame: "0000 0800 000000", Layers: "radiotap", Malformed: "radiotap"},
		{Name: "cut by the capture", Frame: "0000 1800 6f000000 57", Wire: 60, Layers: "radiotap", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzRadiotap(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 51)
	f.Add(dissecttest.Unhex(f, "0000 0900 02000000 10 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03 01020304"), 40)
	f.Add(dissecttest.Unhex(f, "0000 0900 02000000 10 01020304"), 13)
	f.Add(dissecttest.Unhex(f, "0000 0900 02000000 20 8801 2c00 000000000001 000000000002 000000000003 5000 0000 ffff aaaa03"), 40)
	f.Add(dissecttest.Unhex(f, "0000 0b00 00000800 07 01 07 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 38)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
