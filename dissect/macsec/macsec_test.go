// SPDX-License-Identifier: Apache-2.0

package macsec

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "integrity only", Frame: "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000", Layers: "macsec:ip",
			Want: map[string]string{"macsec.tci": "8", "macsec.an": "0", "macsec.short_length": "0", "macsec.pn": "68", "macsec.sci": "2E-B7-3F-39-95-C3", "macsec.port": "1", "macsec.etype": "2048"}},
		{Name: "short length, no channel identifier", Frame: "03 03 00000045 0800 45 0000", Layers: "macsec:ip",
			Want: map[string]string{"macsec.an": "3", "macsec.short_length": "3", "macsec.sci": "", "macsec.etype": "2048"}},
		{Name: "encrypted", Frame: "2c 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000", Layers: "macsec",
			Want: map[string]string{"macsec.tci": "11", "macsec.etype": ""}},
		{Name: "no room for the ICV", Frame: "00 00 00000044 0800 45", Layers: "macsec", Malformed: "macsec",
			Want: map[string]string{"macsec.pn": "68"}},
		{Name: "short length beyond the frame", Frame: "00 05 00000044 0800 45", Layers: "macsec", Malformed: "macsec"},
		{Name: "short length below a type", Frame: "00 01 00000044 0800 45", Layers: "macsec", Malformed: "macsec"},
		{Name: "half a channel identifier", Frame: "20 00 00000044 2eb7", Layers: "macsec", Malformed: "macsec",
			Want: map[string]string{"macsec.pn": "68", "macsec.sci": ""}},
		{Name: "too short", Frame: "20 00 000000", Layers: "macsec", Malformed: "macsec"},
		{Name: "cut by the capture", Frame: "00 00 00000044 08", Wire: 60, Layers: "macsec", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzMACsec(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000"), 33)
	f.Add(dissecttest.Unhex(f, "03 03 00000045 0800 45 0000"), 11)
	f.Add(dissecttest.Unhex(f, "2c 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000"), 33)
	f.Add(dissecttest.Unhex(f, "00 00 00000044 0800 45"), 9)
	f.Add(dissecttest.Unhex(f, "00 05 00000044 0800 45"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
