// SPDX-License-Identifier: Apache-2.0

package dccp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	request = "cdbb 1389 08 00 a766 01 00 0007b8bb9240 00000000"
	ack     = "cdbb 1389 09 12 df09 07 00 0007b8bb9241 0000 000072c54151 00000000"
)

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "Request", Frame: request, Want: map[string]string{"dccp.srcport": "52667", "dccp.dstport": "5001", "dccp.type": "0", "dccp.x": "true",
			"dccp.data_offset": "8", "dccp.checksum": "42854", "dccp.seq_raw": "33164071488", "dccp.ack_raw": "", "dccp.service_code": "0"}},
		{Name: "Ack", Frame: ack, Want: map[string]string{"dccp.type": "3", "dccp.seq_raw": "33164071489", "dccp.ack_raw": "1925529937", "dccp.service_code": "",
			"dccp.ccval": "1", "dccp.cscov": "2"}},
		{Name: "Response", Frame: "cdbb 1389 08 00 a766 03 00 000000000001 0000 000000000002 2a000000",
			Want: map[string]string{"dccp.type": "1", "dccp.seq_raw": "1", "dccp.ack_raw": "2", "dccp.service_code": "704643072"}},
		{Name: "Reset", Frame: "cdbb 1389 08 00 a766 0f 00 000000000001 0000 000000000002 01000000",
			Want: map[string]string{"dccp.type": "7", "dccp.reset_code": "1"}},
		{Name: "Data with short numbers", Frame: "cdbb 1389 03 00 a766 04 000005", Want: map[string]string{"dccp.type": "2", "dccp.x": "false", "dccp.seq_raw": "5", "dccp.ack_raw": ""}},
		{Name: "DataAck with short numbers", Frame: "cdbb 1389 04 00 a766 08 000005 00 000009", Want: map[string]string{"dccp.type": "4", "dccp.seq_raw": "5", "dccp.ack_raw": "9"}},
		{Name: "reserved type", Frame: "cdbb 1389 04 00 a766 1e 000005 00 000009", Want: map[string]string{"dccp.type": "15"}},
		{Name: "no acknowledgement", Frame: "cdbb 1389 04 00 a766 08 000005", Malformed: "dccp", Want: map[string]string{"dccp.seq_raw": "5", "dccp.ack_raw": ""}},
		{Name: "no service code", Frame: "cdbb 1389 08 00 a766 01 00 0007b8bb9240", Malformed: "dccp", Want: map[string]string{"dccp.service_code": ""}},
		{Name: "no extended number", Frame: "cdbb 1389 08 00 a766 01 000007b8", Malformed: "dccp", Want: map[string]string{"dccp.type": "0", "dccp.seq_raw": ""}},
		{Name: "too short", Frame: "cdbb 1389 08 00 a766 01", Malformed: "dccp", Want: map[string]string{"dccp.srcport": ""}},
		{Name: "cut by the capture", Frame: "cdbb 1389 08 00 a766 01 000007b8", Wire: 60, Truncated: true, Want: map[string]string{"dccp.type": "0"}},
	}
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, tests)
}

func FuzzDCCP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, request), 20)
	f.Add(dissecttest.Unhex(f, ack), 28)
	f.Add(dissecttest.Unhex(f, "cdbb 1389 04 00 a766 08 000005 00 000009"), 16)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
