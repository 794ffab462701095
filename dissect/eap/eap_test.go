// SPDX-License-Identifier: Apache-2.0

package eap

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "request", Frame: "01 02 0006 04 00", Layers: "eap",
			Want: map[string]string{"eap.code": "1", "eap.id": "2", "eap.len": "6", "eap.type": "4"}},
		{Name: "identity", Frame: "02 02 0008 01 626f62", Layers: "eap",
			Want: map[string]string{"eap.type": "1", "eap.identity": "bob"}},
		{Name: "empty identity", Frame: "02 02 0005 01", Layers: "eap",
			Want: map[string]string{"eap.type": "1", "eap.identity": ""}},
		{Name: "identity asked for", Frame: "01 02 0008 01 626f62", Layers: "eap",
			Want: map[string]string{"eap.identity": ""}},
		{Name: "notification", Frame: "01 02 000a 02 68656c6c6f", Layers: "eap",
			Want: map[string]string{"eap.notification": "hello"}},
		{Name: "NAK", Frame: "02 02 0007 03 0d15", Layers: "eap",
			Want: map[string]string{"eap.type": "3", "eap.desired_type": "13,21"}},
		{Name: "TLS start", Frame: "01 02 0006 0d 20", Layers: "eap",
			Want: map[string]string{"eap.tls.flags": "32", "eap.tls.len": ""}},
		{Name: "TLS fragment", Frame: "01 02 000c 19 c0 00000100 1603", Layers: "eap",
			Want: map[string]string{"eap.tls.flags": "192", "eap.tls.len": "256"}},
		{Name: "TLS acknowledgment without flags", Frame: "02 02 0005 0d", Layers: "eap",
			Want: map[string]string{"eap.tls.flags": ""}},
		{Name: "TLS length cut short", Frame: "01 02 0008 0d 80 0000", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.tls.flags": "128", "eap.tls.len": ""}},
		{Name: "SIM identity", Frame: "02 02 0014 12 0a 0000 0e03 0004 31323334 00000000", Layers: "eap",
			Want: map[string]string{"eap.sim.subtype": "10", "eap.identity": "1234"}},
		{Name: "AKA without attributes", Frame: "01 02 0008 17 05 0000", Layers: "eap",
			Want: map[string]string{"eap.aka.subtype": "5"}},
		{Name: "attribute of no length", Frame: "01 02 000a 17 05 0000 0e00", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.aka.subtype": "5"}},
		{Name: "attribute beyond the packet", Frame: "01 02 000a 32 05 0000 0e02", Layers: "eap", Malformed: "eap"},
		{Name: "identity longer than its attribute", Frame: "02 02 000c 12 0a 0000 0e01 0004", Layers: "eap",
			Want: map[string]string{"eap.identity": ""}},
		{Name: "LEAP", Frame: "02 02 000e 11 01 00 02 ffff 626f62 21", Layers: "eap",
			Want: map[string]string{"eap.leap.name": "bob!"}},
		{Name: "LEAP challenge beyond the packet", Frame: "02 02 0008 11 01 00 09", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.leap.name": ""}},
		{Name: "MS-CHAP challenge", Frame: "01 02 0010 1a 01 02 000b 02 ffff 73727631", Layers: "eap",
			Want: map[string]string{"eap.ms_chap_v2.opcode": "1", "eap.ms_chap_v2.name": "srv1"}},
		{Name: "MS-CHAP success", Frame: "02 02 0006 1a 03", Layers: "eap",
			Want: map[string]string{"eap.ms_chap_v2.opcode": "3", "eap.ms_chap_v2.name": ""}},
		{Name: "MS-CHAP value beyond the packet", Frame: "02 02 000b 1a 02 02 000b 31 ff", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.ms_chap_v2.opcode": "2"}},
		{Name: "expanded method", Frame: "01 02 000d fe 00372a 00000001 04", Layers: "eap",
			Want: map[string]string{"eap.ext.vendor_id": "14122", "eap.ext.vendor_type": "1"}},
		{Name: "expanded method cut short", Frame: "01 02 0008 fe 00372a", Layers: "eap", Malformed: "eap"},
		{Name: "success", Frame: "03 02 0004", Layers: "eap",
			Want: map[string]string{"eap.code": "3", "eap.type": ""}},
		{Name: "padding behind the length", Frame: "02 02 0007 01 626f 62", Layers: "eap",
			Want: map[string]string{"eap.identity": "bo"}},
		{Name: "length below the header", Frame: "01 02 0003 12", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.len": "3", "eap.type": ""}},
		{Name: "length beyond the packet", Frame: "01 02 0006 12", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.type": ""}},
		{Name: "too short", Frame: "01 02 00", Layers: "eap", Malformed: "eap",
			Want: map[string]string{"eap.code": ""}},
		{Name: "cut by the capture", Frame: "01 02 0006", Wire: 60, Layers: "eap", Truncated: true,
			Want: map[string]string{"eap.code": "1"}},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "01 02 0006 12 00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// What answers a challenge is in no field, so that no document helps to guess a password.
func TestSecrets(t *testing.T) {
	const canary = "c0ffeec0ffeec0ffee"
	for name, frame := range map[string]string{"MD5": "02 02 000f 04 09 " + canary, "LEAP": "02 02 0013 11 01 00 09 " + canary + " 62", "MS-CHAP": "02 02 0015 1a 02 02 0010 09 " + canary + " 6262"} {
		b := bench()
		f := dissecttest.Unhex(t, frame)
		for id, values := range b.Run(Protocol, f, len(f)).Fields {
			for _, v := range values {
				if strings.Contains(strings.ToLower(hex.EncodeToString([]byte(v)))+v, canary) {
					t.Errorf("%s: %s = %q", name, id, v)
				}
			}
		}
	}
}

func FuzzEAP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01 02 0006 12 00"), 6)
	f.Add(dissecttest.Unhex(f, "02 02 0008 01 626f62"), 8)
	f.Add(dissecttest.Unhex(f, "02 02 0005 01"), 5)
	f.Add(dissecttest.Unhex(f, "01 02 0008 01 626f62"), 8)
	f.Add(dissecttest.Unhex(f, "03 02 0004"), 4)
	f.Add(dissecttest.Unhex(f, "02 02 0012 12 0a 0000 0e03 0004 31323334 00000000"), 18)
	f.Add(dissecttest.Unhex(f, "01 02 0010 1a 01 02 000b 02 ffff 73727631"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
