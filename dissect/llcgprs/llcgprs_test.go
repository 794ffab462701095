// SPDX-License-Identifier: Apache-2.0

package llcgprs

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/gsm"
)

// Whole frames with their check sequences.
const (
	activate    = "01 c015 0a410503021b1b020121280403696d7327088080210401010004 060951"
	unprotected = "01 c014 0a410503021b1b020121280403696d7327088080210401010004 029ad8"
	ciphered    = "01 c017 0a410503021b1b020121280403696d7327088080210401010004 190c19"
	service     = "41 c015 080c11 434559"
	userData    = "05 c015 6500 1f0727"
	xid         = "43 fb 1605dc 5b5a54"
	supervisory = "05 a405 e6f6ff"
	information = "03 412a31 aabbcc 8ae245"
)

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, gsm.DTAP) }

func TestFrames(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "UI", Frame: activate, Layers: "llcgprs:gsm_a.dtap", Want: map[string]string{"llcgprs.sapi": "1", "llcgprs.nu": "5", "llcgprs.e": "false",
			"llcgprs.pm": "true", "llcgprs.fcs": "5310726", "llcgprs.fcs_status": "1", "gsm_a.gm.sm.apn": "ims", "llcgprs.ns": "", "llcgprs.ucom": ""}},
		{Name: "unprotected UI", Frame: unprotected, Layers: "llcgprs:gsm_a.dtap", Want: map[string]string{"llcgprs.pm": "false", "llcgprs.fcs_status": "1"}},
		{Name: "unprotected UI shorter than what its FCS may cover", Frame: "01 c014 080c f874f1", Layers: "llcgprs:gsm_a.dtap", Want: map[string]string{"llcgprs.fcs_status": "1"}},
		{Name: "unprotected UI, an error behind what its FCS covers", Frame: "01 c014 0a410503021b1b020121280403696d7327088080210401010003 029ad8",
			Want: map[string]string{"llcgprs.fcs_status": "1"}},
		{Name: "ciphered UI", Frame: ciphered, Layers: "llcgprs", Want: map[string]string{"llcgprs.e": "true", "llcgprs.fcs_status": "2"}},
		{Name: "of the network", Frame: service, Layers: "llcgprs:gsm_a.dtap", Want: map[string]string{"gsm_a.dtap.msg_gmm_type": "12"}},
		{Name: "user data", Frame: userData, Layers: "llcgprs", Want: map[string]string{"llcgprs.sapi": "5", "llcgprs.nu": "5"}},
		{Name: "U", Frame: xid, Layers: "llcgprs", Want: map[string]string{"llcgprs.ucom": "11", "llcgprs.nu": "", "llcgprs.fcs_status": "1"}},
		{Name: "S", Frame: supervisory, Layers: "llcgprs", Want: map[string]string{"llcgprs.nr": "257", "llcgprs.ns": "", "llcgprs.fcs_status": "1"}},
		{Name: "I", Frame: information, Layers: "llcgprs", Want: map[string]string{"llcgprs.ns": "18", "llcgprs.nr": "140", "llcgprs.fcs_status": "2"}},
		{Name: "wrong FCS", Frame: "41 c015 080c11 434558", Layers: "llcgprs:gsm_a.dtap", Want: map[string]string{"llcgprs.fcs_status": "0"}},
		{Name: "no information", Frame: "01 c015 000000", Layers: "llcgprs"},

		{Name: "no LLC", Frame: "81 c015 080c11 434559", Layers: "llcgprs", Malformed: "llcgprs", Want: map[string]string{"llcgprs.sapi": ""}},
		{Name: "no FCS", Frame: "01 c015", Malformed: "llcgprs", Want: map[string]string{"llcgprs.sapi": "1", "llcgprs.nu": "", "llcgprs.fcs": ""}},
		{Name: "no control field", Frame: "01 000000", Malformed: "llcgprs", Want: map[string]string{"llcgprs.fcs": ""}},
		{Name: "half a control field", Frame: "01 c0 000000", Malformed: "llcgprs", Want: map[string]string{"llcgprs.nu": ""}},
		{Name: "half a control field of S", Frame: "01 80 000000", Malformed: "llcgprs", Want: map[string]string{"llcgprs.nr": ""}},
		{Name: "half a control field of I", Frame: "01 0000 000000", Malformed: "llcgprs", Want: map[string]string{"llcgprs.ns": ""}},
		{Name: "cut by the capture", Frame: "41 c015 08", Wire: 9, Layers: "llcgprs:gsm_a.dtap", Truncated: true,
			Want: map[string]string{"llcgprs.nu": "5", "llcgprs.fcs": "", "llcgprs.fcs_status": "2", "gsm_a.dtap.protocol_discriminator": "8"}},
		{Name: "cut in the FCS", Frame: "41 c015 080c11 4345", Wire: 9, Layers: "llcgprs:gsm_a.dtap", Truncated: true,
			Want: map[string]string{"llcgprs.fcs": "", "llcgprs.fcs_status": "2", "gsm_a.dtap.msg_gmm_type": "12"}},
	})
}

// Without verification of checksums there is the check sequence, and nothing says whether it is right.
func TestUnverified(t *testing.T) {
	b := bench()
	b.P.Options.Checksums = false
	frame := dissecttest.Unhex(t, service)
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"llcgprs.fcs": "5850435", "llcgprs.fcs_status": ""})
}

func TestCut(t *testing.T) {
	for _, frame := range []string{activate, ciphered, xid, supervisory, information} {
		bench().Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, activate)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for frame, want := range map[string]string{
		service: "SAPI: LLGMM, UI, N(U) = 5", ciphered: "SAPI: LLGMM, UI, N(U) = 5, ciphered", xid: "SAPI: LL3, U, XID", information: "SAPI: LL3, N(S) = 18, N(R) = 140",
		supervisory: "SAPI: LL5, N(R) = 257", "04 c015 000000": "SAPI: 4, UI, N(U) = 5", "01 ef 000000": "SAPI: LLGMM, U, command 15",
	} {
		whole := dissecttest.Unhex(t, frame)
		b.Dissect(Protocol, whole, len(whole))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%s: %q, want %q", frame, got, want)
		}
	}
}

func FuzzLLC(f *testing.F) {
	for _, frame := range []string{activate, unprotected, ciphered, service, userData, xid, supervisory, information} {
		f.Add(dissecttest.Unhex(f, frame), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if got, want := crc24(data), bitwise(data); got != want {
			t.Fatalf("check sequence %06x, want %06x", got, want)
		}
	})
}

// bitwise computes the check sequence bit by bit.
func bitwise(data []byte) uint32 {
	sum := uint32(1<<24 - 1)
	for _, o := range data {
		for bit := range 8 {
			odd := sum&1 != uint32(o>>bit&1)
			if sum >>= 1; odd {
				sum ^= 0xad85dd
			}
		}
	}
	return sum ^ (1<<24 - 1)
}
