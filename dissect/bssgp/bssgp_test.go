// SPDX-License-Identifier: Apache-2.0

package bssgp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/gsm"
	"github.com/espbeat/espbeat/dissect/llcgprs"
)

// Parts of PDUs.
const (
	llc  = "0e 89 41c015 080c11 434559 "
	cell = "08 88 00f110 0102 03 0405 "
	imsi = "0d 88 0910101032547698 "
	up   = "01 e0000001 000034 " + cell + "00 80 " + llc
	down = "00 e0000001 000034 16 82 0258 " + imsi + "1f 84 e0000002 00 83 000000 " + llc + llc
)

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, llcgprs.Protocol, gsm.DTAP) }

func TestPDUs(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "up", Frame: up, Layers: "bssgp:llcgprs:gsm_a.dtap", Want: map[string]string{"bssgp.pdu_type": "1", "bssgp.tlli": "3758096385", "bssgp.elem_id": "8,0,14",
			"gsm_a.lac": "258", "gsm_a.gm.gmm.rac": "3", "bssgp.ci": "1029"}},
		{Name: "down, with two frames", Frame: down, Layers: "bssgp:llcgprs:gsm_a.dtap:llcgprs:gsm_a.dtap",
			Want: map[string]string{"bssgp.tlli": "3758096385,3758096386", "e212.imsi": "001010123456789", "llcgprs.sapi": "1,1"}},
		{Name: "length of 2 bytes", Frame: "01 e0000001 000034 0e 0009 41c015 080c11 434559", Layers: "bssgp:llcgprs:gsm_a.dtap"},
		{Name: "frame of multicast", Frame: "05 5c 86 010203040506 " + llc, Layers: "bssgp:llcgprs:gsm_a.dtap", Want: map[string]string{"bssgp.tlli": ""}},
		{Name: "frame of no bytes", Frame: "01 e0000001 000034 0e 80", Layers: "bssgp"},
		{Name: "paging", Frame: "06 0d 87 611010325476f8 1b 86 00f110 0102 03 18 83 000000 20 84 c0000001", Layers: "bssgp",
			Want: map[string]string{"bssgp.tmsi": "3221225473", "e212.imsi": "601012345678", "gsm_a.lac": "258", "bssgp.ci": ""}},
		{Name: "reset of a cell", Frame: "22 04 82 0102 07 81 08 3e 82 0007", Want: map[string]string{"bssgp.bvci": "258", "bssgp.cause": "8", "bssgp.nsei": "7"}},
		{Name: "identity that is no IMSI", Frame: "06 0d 85 f4 e0000001", Want: map[string]string{"e212.imsi": ""}},
		{Name: "identity without digits", Frame: "06 0d 81 f9", Want: map[string]string{"e212.imsi": ""}},

		{Name: "no TLLI", Frame: "01 e000", Malformed: "bssgp", Want: map[string]string{"bssgp.pdu_type": "1", "bssgp.tlli": ""}},
		{Name: "no QoS", Frame: "01 e0000001 00", Malformed: "bssgp", Want: map[string]string{"bssgp.tlli": "3758096385", "bssgp.elem_id": ""}},
		{Name: "no length", Frame: "22 04", Malformed: "bssgp", Want: map[string]string{"bssgp.elem_id": "4", "bssgp.bvci": ""}},
		{Name: "half a length", Frame: "22 04 00", Malformed: "bssgp", Want: map[string]string{"bssgp.bvci": ""}},
		{Name: "element beyond the PDU", Frame: "22 07 81 08 04 83 0102", Malformed: "bssgp", Want: map[string]string{"bssgp.cause": "8", "bssgp.bvci": "258"}},
		{Name: "element too short", Frame: "22 04 81 01 07 81 08", Malformed: "bssgp", Want: map[string]string{"bssgp.cause": "8", "bssgp.bvci": ""}},
		{Name: "identity of no bytes", Frame: "06 0d 80", Malformed: "bssgp", Want: map[string]string{"e212.imsi": ""}},
		{Name: "cut by the capture", Frame: "01 e0000001 000034 08 88 00f110", Wire: 60, Truncated: true, Want: map[string]string{"bssgp.tlli": "3758096385", "bssgp.ci": ""}},
	})
}

func TestCut(t *testing.T) {
	for _, frame := range []string{up, down} {
		bench().Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

// More elements than are looked at.
func TestLimit(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "22"+strings.Repeat("0080", 2000)+"07 81 08")
	if r := b.Run(Protocol, frame, len(frame)); r.Malformed != "" || len(r.Fields["bssgp.cause"]) > 0 {
		t.Errorf("malformed %q, cause %v behind 2000 elements", r.Malformed, r.Fields["bssgp.cause"])
	}
	b.Invariants(t)
}

func TestSummary(t *testing.T) {
	b := bench()
	for frame, want := range map[string]string{up: "UL-UNITDATA, TLLI 3758096385", "22": "BVC-RESET", "f0": "PDU type 240"} {
		whole := dissecttest.Unhex(t, frame)
		b.Dissect(Protocol, whole, len(whole))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%s: %q, want %q", frame, got, want)
		}
	}
}

func FuzzBSSGP(f *testing.F) {
	for _, frame := range []string{up, down, "06 0d 87 611010325476f8 1b 86 00f110 0102 03", "22 04 82 0102 07 81 08 3e 82 0007", "01 e0000001 000034 0e 0009 41c015 080c11 434559"} {
		f.Add(dissecttest.Unhex(f, frame), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
