// SPDX-License-Identifier: Apache-2.0

package udld

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	head  = "21 03 6d85 "
	probe = head + "0001 000f 464f43313033315a374a47 0002 0009 4769302f31 0003 0008 00000000 0006 0006 5331"
)

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "probe", Frame: probe, Layers: "udld", Want: map[string]string{"udld.version": "1", "udld.opcode": "1", "udld.flags": "3", "udld.checksum": "28037", "udld.device_id": "FOC1031Z7JG",
			"udld.sent_through_interface": "Gi0/1", "udld.device_name": "S1"}},
		{Name: "TLV shorter than its header", Frame: head + "0001 0003 0002 0009 4769302f31", Malformed: "udld", Want: map[string]string{"udld.sent_through_interface": ""}},
		{Name: "TLV beyond the end", Frame: head + "0002 0010 4769", Malformed: "udld", Want: map[string]string{"udld.sent_through_interface": "Gi"}},
		{Name: "cut in a TLV", Frame: head + "0001 000f 464f", Wire: 60, Truncated: true},
		{Name: "header alone", Frame: head, Layers: "udld"},
	})
	frame := dissecttest.Unhex(t, probe)
	b.Run(Protocol, frame, len(frame))
	if got, want := b.Summary(Protocol), "Device ID: FOC1031Z7JG  Port ID: Gi0/1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Cut(t, Protocol, frame)
}

func FuzzUDLD(f *testing.F) {
	f.Add(dissecttest.Unhex(f, probe))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if len(data) > 0 && len(r.Fields["udld.opcode"]) != 1 {
			t.Fatal("no opcode")
		}
	})
}
