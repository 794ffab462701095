// SPDX-License-Identifier: Apache-2.0

package dtp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const trunk = "01 0001 0008 4c616200 0002 0005 04 0003 0005 40 0004 000a 001906eab885"

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "all TLVs", Frame: trunk, Layers: "dtp", Want: map[string]string{"dtp.version": "1", "dtp.domain": "Lab", "dtp.status": "4", "dtp.type": "64", "dtp.senderid": "00-19-06-EA-B8-85"}},
		{Name: "padded", Frame: "01 0002 0005 81 00000000 0000", Want: map[string]string{"dtp.status": "129"}},
		{Name: "TLV shorter than its header", Frame: "01 0001 0003 0002 0005 04", Malformed: "dtp", Want: map[string]string{"dtp.status": ""}},
		{Name: "address of 5 bytes", Frame: "01 0004 0009 001906eab8", Malformed: "dtp", Want: map[string]string{"dtp.senderid": ""}},
		{Name: "cut in a TLV", Frame: "01 0004 000a 0019", Wire: 60, Truncated: true},
	})
	frame := dissecttest.Unhex(t, trunk)
	b.Run(Protocol, frame, len(frame))
	if got, want := b.Summary(Protocol), "Domain Lab, sender 00-19-06-EA-B8-85"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Cut(t, Protocol, frame)
}

func FuzzDTP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, trunk))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if len(data) > 0 && len(r.Fields["dtp.version"]) != 1 {
			t.Fatal("no version")
		}
	})
}
