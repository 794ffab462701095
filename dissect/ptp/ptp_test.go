// SPDX-License-Identifier: Apache-2.0

package ptp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	rest         = "02 00 0200 0000000001020000 00000000 007483efffff01ac 1601 1200 00 7f"
	sync         = "00 02 002c " + rest + "00000000000000000000"
	announcement = "0b 02 0040 " + rest + "00000000000000000000 0025 00 80 06 21 4e5d 81 007483efffff01ad 0003 20"
	followUp     = "0001 0001 5f44464c540000000000000000000000 02 01 000102030405 0001 0007 02 00 0000 00000000 0007"
)

func TestDissect(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "Sync", Frame: sync, Layers: "ptp", Want: map[string]string{"ptp.v2.messagetype": "0", "ptp.v2.domainnumber": "2", "ptp.v2.flags": "512", "ptp.v2.correction": "258",
			"ptp.v2.clockidentity": "007483efffff01ac", "ptp.v2.sourceportid": "5633", "ptp.v2.sequenceid": "4608", "ptp.v2.an.grandmaster": ""}},
		{Name: "Announce", Frame: announcement, Layers: "ptp", Want: map[string]string{"ptp.v2.messagetype": "11", "ptp.v2.an.priority1": "128", "ptp.v2.an.clockclass": "6", "ptp.v2.an.priority2": "129",
			"ptp.v2.an.grandmaster": "007483efffff01ad", "ptp.v2.an.stepsremoved": "3"}},
		{Name: "version 1", Frame: followUp, Layers: "ptp", Want: map[string]string{"ptp.v2.messagetype": "", "ptp.controlfield": "2", "ptp.subdomain": "_DFLT", "ptp.sourceuuid": "00-01-02-03-04-05", "ptp.sequenceid": "7"}},
		{Name: "version 1 and no more", Frame: "00 01 0001", Layers: "ptp", Malformed: "ptp", Want: map[string]string{"ptp.controlfield": ""}},
		{Name: "version 3", Frame: "00 03 0001", Layers: "ptp", Want: map[string]string{"ptp.v2.messagetype": "", "ptp.controlfield": ""}},
		{Name: "a length beyond the frame", Frame: "00 02 0030 " + rest, Layers: "ptp", Malformed: "ptp", Want: map[string]string{"ptp.v2.sequenceid": "4608"}},
		{Name: "an Announce that ends early", Frame: "0b 02 0022 " + rest, Layers: "ptp", Malformed: "ptp"},
		{Name: "a type and no more", Frame: "00", Layers: "ptp", Malformed: "ptp"},
		{Name: "cut by the capture", Frame: "00 02 002c 02 00", Wire: 44, Layers: "ptp", Truncated: true, Want: map[string]string{"ptp.v2.domainnumber": "2"}},
	})
}

func TestCut(t *testing.T) {
	const read = 33 // of version 1, whose body is not looked at
	for _, frame := range [][]byte{dissecttest.Unhex(t, announcement), dissecttest.Unhex(t, followUp)[:read]} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, frame)
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for want, frame := range map[string]string{"Sync, sequence 4608": sync, "Follow_Up, sequence 7": followUp, "": "00 01 0001"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzPTP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, sync), 0)
	f.Add(dissecttest.Unhex(f, announcement), 64)
	f.Add(dissecttest.Unhex(f, followUp), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
