// SPDX-License-Identifier: Apache-2.0

package modbus

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// adu makes a message of unit 1.
func adu(transaction uint16, pdu string) string {
	b := binary.BigEndian.AppendUint16(nil, transaction)
	b = binary.BigEndian.AppendUint16(append(b, 0, 0), uint16(unitLen+len(pdu)))
	return string(append(b, 1)) + pdu
}

var (
	readRegs   = adu(7, "\x03\x00\x10\x00\x02")
	regs       = adu(7, "\x03\x04\x12\x34\x00\x05")
	excepted   = adu(7, "\x83\x02")
	identify   = adu(8, "\x2b\x0e\x01\x00")
	identified = adu(8, "\x2b\x0e\x01\x01\x00\x00\x02\x00\x04ACME\x01\x02P1")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, TCP, UDP)
	b.Port = port
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name      string
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"registers", []dissecttest.Piece{client(readRegs), server(regs)}, "mbtcp:modbus:mbtcp:modbus", "", map[string]string{"mbtcp.trans_id": "7,7", "mbtcp.unit_id": "1,1", "modbus.func_code": "3,3",
			"modbus.reference_num": "16", "modbus.word_cnt": "2", "modbus.byte_cnt": "4", "modbus.regval_uint16": "4660,5", "request_in": "1", "event.duration": "1000000", "transaction.id": "flow:1,flow:1"}},
		{"exception", []dissecttest.Piece{client(readRegs), server(excepted)}, "mbtcp:modbus:mbtcp:modbus", "", map[string]string{"modbus.func_code": "3,3", "modbus.exception_code": "2", "request_in": "1"}},
		{"identification", []dissecttest.Piece{client(identify), server(identified)}, "mbtcp:modbus:mbtcp:modbus", "", map[string]string{"modbus.mei": "14,14", "modbus.object_str_value": "ACME,P1"}},
		{"coils", []dissecttest.Piece{client(adu(1, "\x01\x00\x00\x00\x0a")), server(adu(1, "\x01\x02\xff\x03"))}, "mbtcp:modbus:mbtcp:modbus", "", map[string]string{"modbus.bit_cnt": "10", "modbus.data": "ff03"}},
		{"writing", []dissecttest.Piece{client(adu(1, "\x05\x00\x07\xff\x00") + adu(2, "\x06\x00\x08\x01\x00") + adu(3, "\x0f\x00\x09\x00\x02\x01\x03") + adu(4, "\x10\x00\x0a\x00\x01\x02\x00\x09") + adu(5, "\x16\x00\x0b\xff\xff\x00\x00"))},
			"mbtcp:modbus:modbus:modbus:modbus:modbus", "", map[string]string{"modbus.func_code": "5,6,15,16,22", "modbus.reference_num": "7,8,9,10,11", "modbus.data": "ff00,03", "modbus.regval_uint16": "256,9", "modbus.bit_cnt": "2", "modbus.word_cnt": "1"}},
		{"what was written", []dissecttest.Piece{server(adu(3, "\x0f\x00\x09\x00\x02") + adu(4, "\x10\x00\x0a\x00\x01"))}, "mbtcp:modbus:modbus", "", map[string]string{"modbus.reference_num": "9,10", "modbus.byte_cnt": ""}},
		{"reading and writing", []dissecttest.Piece{client(adu(1, "\x17\x00\x01\x00\x02\x00\x03\x00\x01\x02\x00\x05")), server(adu(1, "\x17\x04\x00\x01\x00\x02"))}, "mbtcp:modbus:mbtcp:modbus", "",
			map[string]string{"modbus.reference_num": "1,3", "modbus.word_cnt": "2,1", "modbus.regval_uint16": "5,1,2"}},
		{"diagnostics and a queue", []dissecttest.Piece{client(adu(1, "\x08\x00\x01\xff\x00") + adu(2, "\x18\x00\x04"))}, "mbtcp:modbus:modbus", "", map[string]string{"modbus.diagnostic_code": "1", "modbus.reference_num": "4"}},
		{"transactions that are not counted", []dissecttest.Piece{client(readRegs), client(readRegs), server(regs)}, "mbtcp:modbus:mbtcp:modbus:mbtcp:modbus", "", map[string]string{"request_in": "2"}},
		{"a count beyond the end", []dissecttest.Piece{server(adu(1, "\x03\x08\x00\x01"))}, "mbtcp:modbus", "modbus", map[string]string{"modbus.regval_uint16": "1"}},
		{"a request without data", []dissecttest.Piece{client(adu(1, "\x03"))}, "mbtcp:modbus", "modbus", map[string]string{"modbus.func_code": "3"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(readRegs)[:9], Wire: len(readRegs)}}, "mbtcp:modbus", "", map[string]string{"modbus.func_code": "3", "modbus.reference_num": ""}},
		{"another protocol number", []dissecttest.Piece{client("\x00\x01\x00\x01\x00\x06\x01\x03\x00\x00\x00\x01")}, "", "", nil},
		{"a length of 300", []dissecttest.Piece{client("\x00\x01\x00\x00\x01\x2c\x01\x03")}, "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(TCP, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// On another port, who began the conversation asks; what tshark does not look for there is left alone in its mode.
func TestElsewhere(t *testing.T) {
	b := newBench()
	b.Port = 1502
	b.P.Options.Wireshark = false
	r := dissecttest.Merge(b.Stream(TCP, client(readRegs), server(regs))...)
	r.Check(t, map[string]string{"modbus.reference_num": "16", "modbus.regval_uint16": "4660,5", "request_in": "1"})
	b.P.Options.Wireshark = true
	if r := b.Stream(TCP, client(readRegs)); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
	if r := b.Datagrams(UDP, client(readRegs)); r[0].Layers != "" {
		t.Errorf("a datagram: layers %q", r[0].Layers)
	}
}

func TestDatagrams(t *testing.T) {
	r := newBench().Datagrams(UDP, client(readRegs), server(regs), dissecttest.Piece{Data: []byte(readRegs)[:9], Wire: len(readRegs)})
	for i, got := range r {
		if got.Layers != "mbudp:modbus" || got.Truncated != (i == 2) {
			t.Errorf("layers %q, truncated %v", got.Layers, got.Truncated)
		}
	}
	r[1].Check(t, map[string]string{"request_in": "1"})
	dissecttest.Recognises(t, UDP.AcceptUDP, UDP.GuessUDP, map[string][2]bool{regs: {true, true}, identify: {true, false}, regs + "x": {false, false}})
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, TCP, client(readRegs), server(regs), client(identify), server(identified))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		readRegs: {true, true}, regs: {true, true}, excepted: {true, false}, identify: {true, false}, readRegs + "x": {true, false}, "\x00\x07\x00": {true, false}, "\x00\x07\x01": {false, false}, "": {false, false},
		adu(1, "\x01\x00\x00\x00\x00"): {true, false}, adu(1, "\x01\x00\x00\x07\xd1"): {true, false}, adu(1, "\x03\x03\x00\x00\x00"): {true, false}, adu(1, "\x05\x00\x07\xff\x00"): {true, true},
		adu(1, "\x0f\x00\x09\x00\x02\x01\x03"): {true, true}, adu(1, "\x10\x00\x0a\x00\x01\x02\x00\x09"): {true, true}, adu(1, "\x10\x00\x0a\x00\x01\x03\x00\x09"): {true, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{readRegs: "Trans: 7; Unit: 1, Func: 3: Read Holding Registers, from 16, count 2", identify: "Trans: 8; Unit: 1, Func: 43: Encapsulated Interface Transport",
		excepted: "Trans: 7; Unit: 1, Func: 3: Read Holding Registers, exception 2", adu(1, "\x65\x01"): "Trans: 1; Unit: 1, Func: 101: Unknown function"} {
		b.Stream(TCP, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzModbus(f *testing.F) {
	f.Add([]byte(readRegs+identify), []byte(regs+identified), 9)
	f.Add([]byte(adu(1, "\x17\x00\x01\x00\x02\x00\x03\x00\x01\x02\x00\x05")), []byte(excepted+strings.Repeat("\x00", 9)), 3)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(TCP, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["modbus.func_code"]) > len(r.Fields["mbtcp.unit_id"]) || len(r.Fields["mbtcp.unit_id"]) > len(r.Fields["mbtcp.trans_id"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Datagrams(UDP, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
