// SPDX-License-Identifier: Apache-2.0

package sap

import (
	"encoding/hex"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/sdp"
)

var (
	description = hex.EncodeToString([]byte("v=0\r\nc=IN IP4 239.1.1.1\r\n"))
	typed       = "20 00 0001 c0000201" + hex.EncodeToString([]byte("application/sdp\x00")) + description
	plain       = "34 01 0001 20010db8000000000000000000000001 00000000" + description
)

func TestAnnouncements(t *testing.T) {
	b := dissecttest.New(nil, Protocol, sdp.Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "typed", Frame: typed, Layers: "sap:sdp", Want: map[string]string{"sap.originating_source": "192.0.2.1", "sap.deletion": "false", "sdp.connection_address": "239.1.1.1"}},
		{Name: "a deletion without a type, with authentication", Frame: plain, Layers: "sap:sdp", Want: map[string]string{"sap.originating_source": "2001:db8::1", "sap.deletion": "true"}},
		{Name: "encrypted", Frame: "22 00 0001 c0000201 00112233", Layers: "sap"},
		{Name: "a type without end", Frame: "20 00 0001 c0000201 6161", Layers: "sap"},
		{Name: "more authentication than bytes", Frame: "20 09 0001 c0000201 6161", Layers: "sap", Malformed: "sap"},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, typed))
	for frame, want := range map[string]string{typed: "Announcement (v1)", plain: "Deletion (v1)"} {
		m := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, m, len(m)); b.Summary(Protocol) != want || !guess(m) {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
	if guess(dissecttest.Unhex(t, "20 00 0001 c0000201 6161")) || guess(dissecttest.Unhex(t, "22"+typed[2:])) {
		t.Error("what is no plain announcement is recognised")
	}
}

func FuzzSAP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, typed), 0)
	f.Add(dissecttest.Unhex(f, plain), 0)
	b := dissecttest.New(nil, Protocol, sdp.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		r := b.Run(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(r.Fields["sap.originating_source"]) > 1 {
			t.Fatal("several origins")
		}
	})
}
