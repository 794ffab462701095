// SPDX-License-Identifier: Apache-2.0

package gnw

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	position1 = "3c00 000c426d54db 00000001 1eaec299 fc60a464 8000 0000 "
	beacon    = "11 00 05 01  00 10 02 00 0000 01 00 " + position1
	broadcast = "11 00 1a 0a  20 40 02 00 0010 0a 00  0007 0000 " + position1
	single    = "11 00 1a 01  20 50 02 00 0010 01 00 " + position1
)

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "beacon", Frame: beacon, Layers: "gnw", Want: map[string]string{"gnw.version": "1", "gnw.next_header": "1", "gnw.lifetime": "1000", "gnw.rhl": "1", "gnw.header_type": "16",
			"gnw.source.station_type": "15", "gnw.source.mac": "00-0C-42-6D-54-DB", "gnw.source.latitude": "51.4769561", "gnw.source.longitude": "-6.0775324", "gnw.sequence_number": ""}},
		{Name: "broadcast", Frame: broadcast, Want: map[string]string{"gnw.transport": "2", "gnw.header_type": "64", "gnw.sequence_number": "7", "gnw.payload_length": "16", "gnw.lifetime": "60000", "gnw.source.mac": "00-0C-42-6D-54-DB"}},
		{Name: "to neighbours", Frame: single, Want: map[string]string{"gnw.header_type": "80", "gnw.sequence_number": "", "gnw.source.mac": "00-0C-42-6D-54-DB"}},
		{Name: "secured", Frame: "12 00 1a 01 0381", Want: map[string]string{"gnw.next_header": "2", "gnw.header_type": ""}},
		{Name: "version 0", Frame: "00 10 00 00 000001", Want: map[string]string{"gnw.version": "0", "gnw.rhl": "0"}},
		{Name: "a type nobody has", Frame: "11 00 1a 01  20 90 02 00 0010 01 00", Want: map[string]string{"gnw.header_type": "144", "gnw.source.mac": ""}},
		{Name: "ends in the basic header", Frame: "11 00", Malformed: "gnw"},
		{Name: "ends in the position", Frame: beacon[:60], Malformed: "gnw", Want: map[string]string{"gnw.header_type": "16"}},
		{Name: "cut in the position", Frame: beacon[:60], Wire: 40, Truncated: true},
	})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{beacon: "Beacon", broadcast: "GeoBroadcast", "12 00 1a 01 03": "Secured", "00 10 00 00": "Version 0", "11 00 1a 01  20 90 02 00 0010 01 00": "Type 144"} {
		b.Run(Protocol, dissecttest.Unhex(t, frame), 64)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzGeoNetworking(f *testing.F) {
	for _, s := range []string{beacon, broadcast, single} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if len(r.Fields["gnw.source.latitude"]) != len(r.Fields["gnw.source.longitude"]) {
			t.Fatal("half a position")
		}
	})
}
