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

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "request", frame: "01 02 0006 04 00", layers: "eap",
			want: map[string]string{"eap.code": "1", "eap.id": "2", "eap.len": "6", "eap.type": "4"}},
		{name: "identity", frame: "02 02 0008 01 626f62", layers: "eap",
			want: map[string]string{"eap.type": "1", "eap.identity": "bob"}},
		{name: "empty identity", frame: "02 02 0005 01", layers: "eap",
			want: map[string]string{"eap.type": "1", "eap.identity": ""}},
		{name: "identity asked for", frame: "01 02 0008 01 626f62", layers: "eap",
			want: map[string]string{"eap.identity": ""}},
		{name: "notification", frame: "01 02 000a 02 68656c6c6f", layers: "eap",
			want: map[string]string{"eap.notification": "hello"}},
		{name: "NAK", frame: "02 02 0007 03 0d15", layers: "eap",
			want: map[string]string{"eap.type": "3", "eap.desired_type": "13,21"}},
		{name: "TLS start", frame: "01 02 0006 0d 20", layers: "eap",
			want: map[string]string{"eap.tls.flags": "32", "eap.tls.len": ""}},
		{name: "TLS fragment", frame: "01 02 000c 19 c0 00000100 1603", layers: "eap",
			want: map[string]string{"eap.tls.flags": "192", "eap.tls.len": "256"}},
		{name: "TLS acknowledgment without flags", frame: "02 02 0005 0d", layers: "eap",
			want: map[string]string{"eap.tls.flags": ""}},
		{name: "TLS length cut short", frame: "01 02 0008 0d 80 0000", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.tls.flags": "128", "eap.tls.len": ""}},
		{name: "SIM identity", frame: "02 02 0014 12 0a 0000 0e03 0004 31323334 00000000", layers: "eap",
			want: map[string]string{"eap.sim.subtype": "10", "eap.identity": "1234"}},
		{name: "AKA without attributes", frame: "01 02 0008 17 05 0000", layers: "eap",
			want: map[string]string{"eap.aka.subtype": "5"}},
		{name: "attribute of no length", frame: "01 02 000a 17 05 0000 0e00", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.aka.subtype": "5"}},
		{name: "attribute beyond the packet", frame: "01 02 000a 32 05 0000 0e02", layers: "eap", malformed: "eap"},
		{name: "identity longer than its attribute", frame: "02 02 000c 12 0a 0000 0e01 0004", layers: "eap",
			want: map[string]string{"eap.identity": ""}},
		{name: "LEAP", frame: "02 02 000e 11 01 00 02 ffff 626f62 21", layers: "eap",
			want: map[string]string{"eap.leap.name": "bob!"}},
		{name: "LEAP challenge beyond the packet", frame: "02 02 0008 11 01 00 09", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.leap.name": ""}},
		{name: "MS-CHAP challenge", frame: "01 02 0010 1a 01 02 000b 02 ffff 73727631", layers: "eap",
			want: map[string]string{"eap.ms_chap_v2.opcode": "1", "eap.ms_chap_v2.name": "srv1"}},
		{name: "MS-CHAP success", frame: "02 02 0006 1a 03", layers: "eap",
			want: map[string]string{"eap.ms_chap_v2.opcode": "3", "eap.ms_chap_v2.name": ""}},
		{name: "MS-CHAP value beyond the packet", frame: "02 02 000b 1a 02 02 000b 31 ff", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.ms_chap_v2.opcode": "2"}},
		{name: "expanded method", frame: "01 02 000d fe 00372a 00000001 04", layers: "eap",
			want: map[string]string{"eap.ext.vendor_id": "14122", "eap.ext.vendor_type": "1"}},
		{name: "expanded method cut short", frame: "01 02 0008 fe 00372a", layers: "eap", malformed: "eap"},
		{name: "success", frame: "03 02 0004", layers: "eap",
			want: map[string]string{"eap.code": "3", "eap.type": ""}},
		{name: "padding behind the length", frame: "02 02 0007 01 626f 62", layers: "eap",
			want: map[string]string{"eap.identity": "bo"}},
		{name: "length below the header", frame: "01 02 0003 12", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.len": "3", "eap.type": ""}},
		{name: "length beyond the packet", frame: "01 02 0006 12", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.type": ""}},
		{name: "too short", frame: "01 02 00", layers: "eap", malformed: "eap",
			want: map[string]string{"eap.code": ""}},
		{name: "cut by the capture", frame: "01 02 0006", wire: 60, layers: "eap", truncated: true,
			want: map[string]string{"eap.code": "1"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "01 02 0006 12 00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// What answers a challenge is in no field, so that no document helps to guess a password.
func TestSecrets(t *testing.T) {
	const canary = "c0ffeec0ffeec0ffee"
	for name, frame := range map[string]string{"MD5": "02 02 000f 04 09 " + canary, "LEAP": "02 02 0013 11 01 00 09 " + canary + " 62", "MS-CHAP": "02 02 0015 1a 02 02 0010 09 " + canary + " 6262"} {
		b := bench()
		f := unhex(t, frame)
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
	f.Add(unhex(f, "01 02 0006 12 00"), 6)
	f.Add(unhex(f, "02 02 0008 01 626f62"), 8)
	f.Add(unhex(f, "02 02 0005 01"), 5)
	f.Add(unhex(f, "01 02 0008 01 626f62"), 8)
	f.Add(unhex(f, "03 02 0004"), 4)
	f.Add(unhex(f, "02 02 0012 12 0a 0000 0e03 0004 31323334 00000000"), 18)
	f.Add(unhex(f, "01 02 0010 1a 01 02 000b 02 ffff 73727631"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
