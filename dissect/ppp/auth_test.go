// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/field"
)

func TestAuthentication(t *testing.T) {
	tests := []struct {
		name      string
		proto     *dissect.Protocol
		frame     string
		wire      int // 0: all was captured
		malformed bool
		truncated bool
		want      map[string]string
	}{
		{name: "PAP request", proto: PAP, frame: "01 05 000c 03626f62 03 313233",
			want: map[string]string{"pap.code": "1", "pap.peer_id": "bob", "pap.password": field.Redacted}},
		{name: "PAP ack", proto: PAP, frame: "02 05 0005 00", want: map[string]string{"pap.code": "2", "pap.peer_id": ""}},
		{name: "PAP answer with a text", proto: PAP, frame: "03 05 0007 02 6e6f", want: map[string]string{"pap.message": "no"}},
		{name: "PAP answer without a length", proto: PAP, frame: "03 05 0004", want: map[string]string{"pap.message": ""}},
		{name: "PAP text beyond the length", proto: PAP, frame: "02 05 0006 09 6e", malformed: true, want: map[string]string{"pap.message": ""}},
		{name: "PAP without names", proto: PAP, frame: "01 05 0006 00 00", want: map[string]string{"pap.peer_id": "", "pap.password": ""}},
		{name: "PAP peer beyond the length", proto: PAP, frame: "01 05 0007 03626f62", malformed: true, want: map[string]string{"pap.peer_id": ""}},
		{name: "PAP without a password", proto: PAP, frame: "01 05 0008 03626f62", malformed: true, want: map[string]string{"pap.peer_id": "bob"}},
		{name: "CHAP challenge", proto: CHAP, frame: "01 05 000a 02 ffff 626f62", want: map[string]string{"chap.code": "1", "chap.name": "bob"}},
		{name: "CHAP success", proto: CHAP, frame: "03 05 0004", want: map[string]string{"chap.code": "3", "chap.name": ""}},
		{name: "CHAP value beyond the length", proto: CHAP, frame: "02 05 0006 02 ff", malformed: true, want: map[string]string{"chap.code": "2", "chap.name": ""}},
		{name: "length below the header", proto: CHAP, frame: "02 05 0003", malformed: true, want: map[string]string{"chap.code": "2"}},
		{name: "length beyond the packet", proto: CHAP, frame: "02 05 0005", malformed: true, want: map[string]string{"chap.code": "2"}},
		{name: "too short", proto: PAP, frame: "01 05", malformed: true, want: map[string]string{"pap.code": ""}},
		{name: "cut by the capture", proto: PAP, frame: "01 05 000c 03", wire: 12, truncated: true, want: map[string]string{"pap.code": "1"}},
	}
	b := dissecttest.New(nil, PAP, CHAP)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			r := b.Run(tt.proto, frame, max(tt.wire, len(frame)))
			if (r.Malformed != "") != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("malformed %q truncated %v, want %v %v", r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// Passwords, and what proves that one is known, are neither in a field nor in what the record keeps.
func TestSecrets(t *testing.T) {
	const canary = "canary-7f3a"
	b := dissecttest.New(nil, PAP, CHAP)
	for name, tt := range map[string]struct {
		proto *dissect.Protocol
		frame string
	}{
		"PAP password":   {PAP, "01 05 0014 03626f62 0b" + hex.EncodeToString([]byte(canary))},
		"CHAP challenge": {CHAP, "01 05 0013 0b" + hex.EncodeToString([]byte(canary)) + "626f62"},
		"CHAP response":  {CHAP, "02 05 0013 0b" + hex.EncodeToString([]byte(canary)) + "626f62"},
		"CHAP success":   {CHAP, "03 05 000f" + hex.EncodeToString([]byte(canary))},
	} {
		frame := dissecttest.Unhex(t, tt.frame)
		r := b.Run(tt.proto, frame, len(frame))
		if r.Malformed != "" || bytes.Contains(b.Out.Arena, []byte(canary)) {
			t.Errorf("%s: malformed %q, kept %q", name, r.Malformed, b.Out.Arena)
		}
		for id, values := range r.Fields {
			for _, v := range values {
				if strings.Contains(v, canary) || strings.Contains(v, hex.EncodeToString([]byte(canary))) {
					t.Errorf("%s: %s = %q", name, id, v)
				}
			}
		}
	}
}

func FuzzAuthentication(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01 05 000c 03626f62 03 313233"), 12)
	f.Add(dissecttest.Unhex(f, "01 05 000a 02 ffff 626f62"), 10)
	b := dissecttest.New(nil, PAP, CHAP)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{PAP, CHAP} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
