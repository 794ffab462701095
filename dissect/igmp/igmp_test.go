// SPDX-License-Identifier: Apache-2.0

package igmp

import (
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// message completes the checksum.
func message(b ...byte) []byte {
	binary.BigEndian.PutUint16(b[2:], ^checksum.Fold(checksum.Sum(0, b)))
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name      string
		frame     []byte
		wire      int
		malformed string
		truncated bool
		want      map[string]string
	}{
		{name: "query of version 1", frame: message(0x11, 0, 0, 0, 224, 0, 0, 1), want: map[string]string{"igmp.version": "1", "igmp.type": "17", "igmp.maddr": "224.0.0.1",
			"igmp.max_resp": "", "igmp.checksum.status": "1"}},
		{name: "query of version 2", frame: message(0x11, 100, 0, 0, 0, 0, 0, 0), want: map[string]string{"igmp.version": "2", "igmp.max_resp": "100", "igmp.maddr": "0.0.0.0"}},
		{name: "query of version 3", frame: message(0x11, 0x8f, 0, 0, 0, 0, 0, 0, 0x0a, 20, 0, 1, 10, 0, 0, 1), want: map[string]string{"igmp.version": "3",
			"igmp.max_resp": "248", "igmp.s": "true", "igmp.qrv": "2", "igmp.qqic": "20", "igmp.num_src": "1", "igmp.saddr": "10.0.0.1"}},
		{name: "leave", frame: message(0x17, 0, 0, 0, 224, 1, 1, 1), want: map[string]string{"igmp.version": "2"}},
		{name: "report of version 3", frame: message(0x22, 0, 0, 0, 0, 0, 0, 2, 4, 1, 0, 0, 224, 1, 1, 1, 9, 9, 9, 9, 3, 0, 0, 1, 224, 1, 1, 2, 10, 0, 0, 1),
			want: map[string]string{"igmp.num_grp_recs": "2", "igmp.record_type": "4,3", "igmp.maddr": "224.1.1.1,224.1.1.2", "igmp.saddr": "10.0.0.1", "igmp.num_src": "0,1"}},
		{name: "more records than bytes", frame: message(0x22, 0, 0, 0, 0, 0, 255, 255, 4, 0, 0, 0, 224, 1, 1, 1), malformed: "igmp", want: map[string]string{"igmp.record_type": "4"}},
		{name: "cut by the capture", frame: []byte{0x22, 0, 0, 0}, wire: 32, truncated: true, want: map[string]string{"igmp.type": "34"}},
		{name: "too short", frame: []byte{0x16, 0, 0, 0}, malformed: "igmp"},
		{name: "bad checksum", frame: []byte{0x16, 0, 1, 1, 224, 1, 1, 1}, want: map[string]string{"igmp.checksum.status": "0"}},
		{name: "version 0", frame: message(3, 0, 0, 0, 0, 0, 0, 7, 224, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1), want: map[string]string{"igmp.version": "0", "igmp.identifier": "7",
			"igmp.maddr": "224.1.1.1", "igmp.access_key": "[redacted]"}},
		{name: "another protocol", frame: message(0x13, 2, 0, 0, 0, 0, 0, 0), want: map[string]string{"igmp.type": ""}},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("malformed %q truncated %v, want %q %v", r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzIGMP(f *testing.F) {
	f.Add(message(0x22, 0, 0, 0, 0, 0, 0, 2, 4, 1, 0, 0, 224, 1, 1, 1, 9, 9, 9, 9, 3, 0, 0, 1, 224, 1, 1, 2, 10, 0, 0, 1), 32)
	f.Add(message(0x11, 0x8f, 0, 0, 0, 0, 0, 0, 0x0a, 20, 0, 1, 10, 0, 0, 1), 16)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
