// SPDX-License-Identifier: Apache-2.0

package lwapp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "wlan", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "data", Frame: "08 1d 0018 e3 42 0040", Layers: "lwapp:wlan",
			Want: map[string]string{"lwapp.version": "0", "lwapp.slot_id": "1", "lwapp.flags.type": "false", "lwapp.length": "24", "lwapp.rssi": "227", "lwapp.snr": "66"}},
		{Name: "control", Frame: "04 c0 005a 00 00 0c 96 0052 52cc", Layers: "lwapp",
			Want: map[string]string{"lwapp.flags.type": "true", "lwapp.control.type": "12", "lwapp.control.seqno": "150"}},
		{Name: "fragment", Frame: "0a 1d 0018 e3 42 0040", Layers: "lwapp",
			Want: map[string]string{"lwapp.flags.fragment": "true"}},
		{Name: "control message cut short", Frame: "04 c0 005a 00 00 0c", Layers: "lwapp", Malformed: "lwapp"},
		{Name: "cut by the capture", Frame: "08 1d 00", Wire: 60, Layers: "lwapp", Truncated: true},
		{Name: "too short", Frame: "08 1d 00", Layers: "lwapp", Malformed: "lwapp",
			Want: map[string]string{"lwapp.version": ""}},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "08 1d 0018 e3 42 0040")
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
	frame := dissecttest.Unhex(t, "000b8524e890 04 00 0008 00 00 0d 96 0000 8048e4e0")
	b.Run(udp, frame, len(frame)).Check(t, map[string]string{"lwapp.apid": "00-0B-85-24-E8-90", "lwapp.control.type": "13"})
	if r := b.Run(udp, frame[:5], 5); r.Malformed != "lwapp" {
		t.Errorf("malformed %q", r.Malformed)
	}
}

func FuzzLWAPP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "08 1d 0018 e3 42 0040"), 8)
	f.Add(dissecttest.Unhex(f, "04 c0 005a 00 00 0c 96 0052 52cc"), 12)
	f.Add(dissecttest.Unhex(f, "0a 1d 0018 e3 42 0040"), 8)
	f.Add(dissecttest.Unhex(f, "04 c0 005a 00 00 0c"), 7)
	f.Add(dissecttest.Unhex(f, "08 1d 00"), 3)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
