// SPDX-License-Identifier: Apache-2.0

package s7comm

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// message makes a message of PDU reference 7.
func message(kind byte, err, parameters, data string) string {
	b := []byte{protocolID, kind, 0, 0, 0, 7}
	b = binary.BigEndian.AppendUint16(b, uint16(len(parameters)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return string(b) + err + parameters + data
}

var (
	readVars = message(job, "", "\x04\x03\x12\x0a\x10\x02\x00\x10\x00\x01\x84\x00\x00\x41\x12\x0a\x10\x1d\x00\x01\x00\x00\x1d\x00\x00\x05\x12\x03\xb2\x01\x02\x00", "")
	varsRead = message(ackData, "\x00\x00", "\x04\x03", "\xff\x04\x00\x08\xab\x00\x0a\x00\x00\x04\xff\x09\x00\x02\x01\x02")
	written  = message(ackData, "\x00\x00", "\x05\x02", "\xff\x05")
	upload   = message(job, "", "\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0B00000A", "")
	refused  = message(ack, "\xd2\x41", "", "")
	invoke   = message(job, "", "\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x02\x01\x02\x05_INSE", "")
	stopped  = message(job, "", "\x29\x00\x00\x00\x00\x00\x09P_PROGRAM", "")
	askSZL   = message(userData, "", "\x00\x01\x12\x04\x11\x44\x01\x00", "\xff\x09\x00\x04\x00\x11\x00\x00")
	giveSZL  = message(userData, "", "\x00\x01\x12\x08\x12\x84\x01\x00\x00\x00\x00\x00", "\xff\x09\x00\x08\x00\x11\x00\x00\x00\x1c\x00\x00")
)

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes     string
		malformed string
		want      map[string]string
	}{
		"read": {readVars, "", map[string]string{"s7comm.rosctr": "1", "s7comm.pduref": "7", "s7comm.func": "4", "s7comm.itemcount": "3", "s7comm.item.area": "132,29", "s7comm.item.db": "1,0",
			"s7comm.item.address": "65,5", "s7comm.item.transp_size": "2,29", "s7comm.item.length": "16,1", "s7comm.errcod": ""}},
		"what was read":             {varsRead, "", map[string]string{"s7comm.rosctr": "3", "s7comm.errcod": "0", "s7comm.func": "4", "s7comm.returncode": "255,10,255", "s7comm.item.area": ""}},
		"what was written":          {written, "", map[string]string{"s7comm.returncode": "255,5"}},
		"upload":                    {upload, "", map[string]string{"s7comm.func": "29", "s7comm.filename": "_0B00000A"}},
		"refusal":                   {refused, "", map[string]string{"s7comm.rosctr": "2", "s7comm.errcod": "53825", "s7comm.func": ""}},
		"invocation":                {invoke, "", map[string]string{"s7comm.func": "40", "s7comm.pi_service": "_INSE"}},
		"stop":                      {stopped, "", map[string]string{"s7comm.func": "41", "s7comm.pi_service": "P_PROGRAM"}},
		"list asked for":            {askSZL, "", map[string]string{"s7comm.rosctr": "7", "s7comm.func": "", "s7comm.userdata_type": "4", "s7comm.funcgroup": "4", "s7comm.subfunc": "1", "s7comm.szl_id": "17", "s7comm.errcod": ""}},
		"list":                      {giveSZL, "", map[string]string{"s7comm.userdata_type": "8", "s7comm.errcod": "0", "s7comm.returncode": "255", "s7comm.szl_id": "17"}},
		"parameters beyond the end": {readVars[:20], "s7comm", map[string]string{"s7comm.func": "4", "s7comm.item.area": ""}},
		"a name beyond the end":     {message(job, "", "\x29\x00\x00\x00\x00\x00\x09P_P", ""), "s7comm", map[string]string{"s7comm.pi_service": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := dissecttest.New(nil, Protocol).Run(Protocol, []byte(tt.bytes), len(tt.bytes))
			if r.Malformed != tt.malformed || r.Truncated {
				t.Errorf("malformed %q, truncated %v", r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
	for _, m := range []string{readVars, varsRead, upload, askSZL, giveSZL} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, []byte(m))
	}
}

func TestTransactions(t *testing.T) {
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(readVars), server(varsRead), client(askSZL), server(giveSZL), client(upload), server(refused), server(refused))
	for i, want := range []string{"", "1", "", "3", "", "5", ""} {
		r[i].Check(t, map[string]string{"request_in": want})
	}
	r[3].Check(t, map[string]string{"transaction.id": "flow:2", "event.duration": "1000000"})
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{readVars: true, askSZL: true, "2": false, "\x32\x04": false, "\x72\x01": false, "": false} {
		if Guess([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	many := "\x04\x06" + strings.Repeat("\x12\x0a\x10\x02\x00\x01\x00\x00\x83\x00\x00\x08", 6)
	for data, want := range map[string]string{readVars: "Job, Read Var DB1 8.1 T 5", varsRead: "Ack_Data, Read Var", upload: "Job, Start upload _0B00000A", refused: "Ack, error 0xd241",
		stopped: "Job, PLC Stop P_PROGRAM", giveSZL: "Userdata, Response, CPU functions, 1, SZL 0x0011", message(job, "", many, ""): "Job, Read Var M 1.0 M 1.0 M 1.0 M 1.0 …", message(job, "", "\x33", ""): "Job, 0x33"} {
		b.Dissect(Protocol, []byte(data), len(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzS7comm(f *testing.F) {
	for _, m := range []string{readVars, varsRead, written, upload, refused, invoke, stopped, askSZL, giveSZL} {
		f.Add([]byte(m), len(m))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(data) > 0 && len(b.P.Layers[:b.P.Depth]) != 1 {
			t.Fatalf("%d layers", b.P.Depth)
		}
	})
}
