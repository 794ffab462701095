// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, Radio, &dissect.Protocol{Name: "llc", Dissect: nothing})
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
		{name: "data to the access point", frame: "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.type": "2", "wlan.fc.type_subtype": "32", "wlan.fc.ds": "1", "wlan.fc.retry": "false", "wlan.fc.protected": "false", "wlan.duration": "44", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.da": "00-00-00-00-00-03", "wlan.frag": "0", "wlan.seq": "5"}},
		{name: "QoS data from the access point", frame: "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.type_subtype": "40", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-02", "wlan.sa": "00-00-00-00-00-03"}},
		{name: "between stations", frame: "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.da": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-03"}},
		{name: "four addresses, QoS and HT control", frame: "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.ds": "3", "wlan.da": "00-00-00-00-00-03", "wlan.sa": "00-00-00-00-00-04", "wlan.bssid": ""}},
		{name: "aggregate", frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03", layers: "wlan:llc:llc"},
		{name: "aggregate with a length beyond the frame", frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0004 aaaa03", layers: "wlan", malformed: "wlan"},
		{name: "encrypted", frame: "8841 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.fc.protected": "true"}},
		{name: "first fragment", frame: "0805 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan"},
		{name: "later fragment", frame: "0801 2c00 000000000001 000000000002 000000000003 5100 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.frag": "1"}},
		{name: "null function", frame: "4801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "36"}},
		{name: "beacon", frame: "8000 0000 000000000001 000000000002 000000000003 50bd 0000", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "0", "wlan.fc.type_subtype": "8", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-03", "wlan.seq": "3029"}},
		{name: "beacon with name and channel", frame: "8000 0000 000000000001 000000000002 000000000003 50bd 000000000000000064000100 0003616263 010100 030106 0000", layers: "wlan",
			want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": "6"}},
		{name: "probe request with HT control", frame: "4080 0000 000000000001 000000000002 000000000003 50bd 00000000 0003616263", layers: "wlan",
			want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": ""}},
		{name: "element beyond the frame", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 0003616263 030206", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ssid": "abc"}},
		{name: "encrypted management frame", frame: "4040 0000 000000000001 000000000002 000000000003 50bd 0003616263", layers: "wlan",
			want: map[string]string{"wlan.ssid": ""}},
		{name: "deauthentication has no elements", frame: "c000 0000 000000000001 000000000002 000000000003 50bd 0003", layers: "wlan",
			want: map[string]string{"wlan.seq": "3029"}},
		{name: "Ack", frame: "d400 0000 000000000001", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "1", "wlan.fc.type_subtype": "29", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{name: "RTS", frame: "b408 0000 000000000001 000000000002", layers: "wlan",
			want: map[string]string{"wlan.fc.retry": "true", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{name: "half an RTS", frame: "b400 0000 000000000001 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{name: "control frame of another form", frame: "2400 0000", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "18", "wlan.ra": ""}},
		{name: "extension", frame: "0c00 0000", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "3"}},
		{name: "no fourth address", frame: "0803 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": ""}},
		{name: "no QoS", frame: "8801 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": "00-00-00-00-00-01"}},
		{name: "data without a body", frame: "0801 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan"},
		{name: "too short for addresses", frame: "0801 2c00 000000000001", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.duration": "44", "wlan.ra": ""}},
		{name: "too short", frame: "08", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": ""}},
		{name: "cut by the capture", frame: "0801 2c00 0000", wire: 60, layers: "wlan", truncated: true},
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
	frame := unhex(t, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzWLAN(f *testing.F) {
	f.Add(unhex(f, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(unhex(f, "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03"), 29)
	f.Add(unhex(f, "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(unhex(f, "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03"), 39)
	f.Add(unhex(f, "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03"), 63)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
