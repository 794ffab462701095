// SPDX-License-Identifier: Apache-2.0

package lwapp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "wlan", Dissect: func(*dissect.Packet, []byte, int) {}})
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
		{name: "data", frame: "08 1d 0018 e3 42 0040", layers: "lwapp:wlan",
			want: map[string]string{"lwapp.version": "0", "lwapp.slot_id": "1", "lwapp.flags.type": "false", "lwapp.length": "24", "lwapp.rssi": "227", "lwapp.snr": "66"}},
		{name: "control", frame: "04 c0 005a 00 00 0c 96 0052 52cc", layers: "lwapp",
			want: map[string]string{"lwapp.flags.type": "true", "lwapp.control.type": "12", "lwapp.control.seqno": "150"}},
		{name: "fragment", frame: "0a 1d 0018 e3 42 0040", layers: "lwapp",
			want: map[string]string{"lwapp.flags.fragment": "true"}},
		{name: "control message cut short", frame: "04 c0 005a 00 00 0c", layers: "lwapp", malformed: "lwapp"},
		{name: "cut by the capture", frame: "08 1d 00", wire: 60, layers: "lwapp", truncated: true},
		{name: "too short", frame: "08 1d 00", layers: "lwapp", malformed: "lwapp",
			want: map[string]string{"lwapp.version": ""}},
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
	frame := unhex(t, "08 1d 0018 e3 42 0040")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// The port tells whether the address of the access point is in front.
func TestAccessPoint(t *testing.T) {
	b := bench()
	udp := &dissect.Protocol{Name: "udp", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.SetPorts(20105, portControl)
		p.Call(Protocol, b, wire)
	}}
	frame := unhex(t, "000b8524e890 04 00 0008 00 00 0d 96 0000 8048e4e0")
	b.Run(udp, frame, len(frame)).Check(t, map[string]string{"lwapp.apid": "00-0B-85-24-E8-90", "lwapp.control.type": "13"})
	if r := b.Run(udp, frame[:5], 5); r.Malformed != "lwapp" {
		t.Errorf("malformed %q", r.Malformed)
	}
}

func FuzzLWAPP(f *testing.F) {
	f.Add(unhex(f, "08 1d 0018 e3 42 0040"), 8)
	f.Add(unhex(f, "04 c0 005a 00 00 0c 96 0052 52cc"), 12)
	f.Add(unhex(f, "0a 1d 0018 e3 42 0040"), 8)
	f.Add(unhex(f, "04 c0 005a 00 00 0c"), 7)
	f.Add(unhex(f, "08 1d 00"), 3)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
