// SPDX-License-Identifier: Apache-2.0

package dccp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

const (
	request = "cdbb 1389 08 00 a766 01 00 0007b8bb9240 00000000"
	ack     = "cdbb 1389 09 12 df09 07 00 0007b8bb9241 0000 000072c54151 00000000"
)

func TestDissect(t *testing.T) {
	tests := []struct {
		name      string
		frame     string
		wire      int // 0: all was captured
		malformed string
		truncated bool
		want      map[string]string
	}{
		{name: "Request", frame: request, want: map[string]string{"dccp.srcport": "52667", "dccp.dstport": "5001", "dccp.type": "0", "dccp.x": "true",
			"dccp.data_offset": "8", "dccp.checksum": "42854", "dccp.seq_raw": "33164071488", "dccp.ack_raw": "", "dccp.service_code": "0"}},
		{name: "Ack", frame: ack, want: map[string]string{"dccp.type": "3", "dccp.seq_raw": "33164071489", "dccp.ack_raw": "1925529937", "dccp.service_code": "",
			"dccp.ccval": "1", "dccp.cscov": "2"}},
		{name: "Response", frame: "cdbb 1389 08 00 a766 03 00 000000000001 0000 000000000002 2a000000",
			want: map[string]string{"dccp.type": "1", "dccp.seq_raw": "1", "dccp.ack_raw": "2", "dccp.service_code": "704643072"}},
		{name: "Reset", frame: "cdbb 1389 08 00 a766 0f 00 000000000001 0000 000000000002 01000000",
			want: map[string]string{"dccp.type": "7", "dccp.reset_code": "1"}},
		{name: "Data with short numbers", frame: "cdbb 1389 03 00 a766 04 000005", want: map[string]string{"dccp.type": "2", "dccp.x": "false", "dccp.seq_raw": "5", "dccp.ack_raw": ""}},
		{name: "DataAck with short numbers", frame: "cdbb 1389 04 00 a766 08 000005 00 000009", want: map[string]string{"dccp.type": "4", "dccp.seq_raw": "5", "dccp.ack_raw": "9"}},
		{name: "reserved type", frame: "cdbb 1389 04 00 a766 1e 000005 00 000009", want: map[string]string{"dccp.type": "15"}},
		{name: "no acknowledgement", frame: "cdbb 1389 04 00 a766 08 000005", malformed: "dccp", want: map[string]string{"dccp.seq_raw": "5", "dccp.ack_raw": ""}},
		{name: "no service code", frame: "cdbb 1389 08 00 a766 01 00 0007b8bb9240", malformed: "dccp", want: map[string]string{"dccp.service_code": ""}},
		{name: "no extended number", frame: "cdbb 1389 08 00 a766 01 000007b8", malformed: "dccp", want: map[string]string{"dccp.type": "0", "dccp.seq_raw": ""}},
		{name: "too short", frame: "cdbb 1389 08 00 a766 01", malformed: "dccp", want: map[string]string{"dccp.srcport": ""}},
		{name: "cut by the capture", frame: "cdbb 1389 08 00 a766 01 000007b8", wire: 60, truncated: true, want: map[string]string{"dccp.type": "0"}},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("malformed %q truncated %v, want %q %v", r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func FuzzDCCP(f *testing.F) {
	f.Add(unhex(f, request), 20)
	f.Add(unhex(f, ack), 28)
	f.Add(unhex(f, "cdbb 1389 04 00 a766 08 000005 00 000009"), 16)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
