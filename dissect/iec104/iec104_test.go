// SPDX-License-Identifier: Apache-2.0

package iec104

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// apdu makes a frame.
func apdu(control, unit string) string {
	return "\x68" + string([]byte{byte(len(control) + len(unit))}) + control + unit
}

const numbered = "\x02\x00\x06\x00" // 1, and 3 is wanted

var (
	startAct = apdu("\x07\x00\x00\x00", "")
	receipt  = apdu("\x01\x00\x08\x00", "")
	command  = apdu(numbered, "\x2d\x01\x06\x00\x01\x00\x81\x0c\x00\x81")
	done     = apdu(numbered, "\x2d\x01\x47\x00\x01\x00\x81\x0c\x00\x81")
	points   = apdu(numbered, "\x01\x02\x03\x00\x01\x00\x01\x00\x00\x01\x02\x00\x00\x00")
	values   = apdu(numbered, "\x09\x82\x14\x00\x01\x00\x64\x00\x00\x00\x00\x00\x01\x00\x00")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, ASDU)
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
		{"start", []dissecttest.Piece{client(startAct), server(receipt)}, "iec60870_104:iec60870_104", "", map[string]string{"iec60870_104.type": "3,1", "iec60870_104.utype": "1", "iec60870_104.rx": "4", "iec60870_104.tx": ""}},
		{"command", []dissecttest.Piece{client(command), server(done)}, "iec60870_104:iec60870_asdu:iec60870_104:iec60870_asdu", "", map[string]string{"iec60870_104.tx": "1,1", "iec60870_104.rx": "3,3", "iec60870_asdu.typeid": "45,45",
			"iec60870_asdu.causetx": "6,7", "iec60870_asdu.nega": "false,true", "iec60870_asdu.addr": "1,1", "iec60870_asdu.ioa": "3201,3201", "iec60870_asdu.sco": "129,129", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"objects", []dissecttest.Piece{server(points + values)}, "iec60870_104:iec60870_asdu:iec60870_asdu", "", map[string]string{"iec60870_asdu.typeid": "1,9", "iec60870_asdu.numix": "2,2", "iec60870_asdu.ioa": "1,2,100", "iec60870_asdu.causetx": "3,20"}},
		{"a double command and its end", []dissecttest.Piece{client(apdu(numbered, "\x2e\x01\x08\x00\x01\x00\x01\x00\x00\x02")), server(apdu(numbered, "\x2e\x01\x09\x00\x01\x00\x01\x00\x00\x02"))},
			"iec60870_104:iec60870_asdu:iec60870_104:iec60870_asdu", "", map[string]string{"iec60870_asdu.dco": "2,2", "request_in": "1"}},
		{"interrogation", []dissecttest.Piece{client(apdu(numbered, "\x64\x01\x06\x00\xff\xff\x00\x00\x00\x14"))}, "iec60870_104:iec60870_asdu", "", map[string]string{"iec60870_asdu.qoi": "20", "iec60870_asdu.addr": "65535"}},
		{"a type that nobody has", []dissecttest.Piece{client(apdu(numbered, "\xc8\x02\x06\x00\x01\x00\x01\x00\x00abcdef"))}, "iec60870_104:iec60870_asdu", "", map[string]string{"iec60870_asdu.ioa": "1"}},
		{"objects beyond the end", []dissecttest.Piece{server(apdu(numbered, "\x01\x7f\x03\x00\x01\x00\x01\x00\x00\x01"))}, "iec60870_104:iec60870_asdu", "iec60870_asdu", map[string]string{"iec60870_asdu.ioa": "1"}},
		{"information without a unit", []dissecttest.Piece{server(apdu(numbered, ""))}, "iec60870_104", "", map[string]string{"iec60870_104.tx": "1"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(command)[:12], Wire: len(command)}}, "iec60870_104:iec60870_asdu", "", map[string]string{"iec60870_asdu.addr": "1", "iec60870_asdu.ioa": ""}},
		{"another protocol", []dissecttest.Piece{client("hello")}, "", "", nil},
		{"a length of 3", []dissecttest.Piece{client("\x68\x03abc")}, "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// The length of each type's element agrees with what its relatives have: with a time of three or seven bytes it is longer by that.
func TestSizes(t *testing.T) {
	for plain, timed := range map[int][2]int{1: {2, 30}, 3: {4, 31}, 5: {6, 32}, 7: {8, 33}, 9: {10, 34}, 11: {12, 35}, 13: {14, 36}, 15: {16, 37}} {
		if sizes[timed[0]] != sizes[plain]+3 || sizes[timed[1]] != sizes[plain]+7 {
			t.Errorf("type %d: %d, with times %d and %d", plain, sizes[plain], sizes[timed[0]], sizes[timed[1]])
		}
	}
	for command := 45; command <= 51; command++ {
		if sizes[command+13] != sizes[command]+7 {
			t.Errorf("command %d: %d, with a time %d", command, sizes[command], sizes[command+13])
		}
	}
	for kind := range types {
		if sizes[kind] == 255 && kind != 125 { // a segment of a file is as long as it says
			t.Errorf("type %d has no size", kind)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(startAct), server(receipt), client(command), server(done))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		startAct: {true, true}, receipt: {true, false}, command: {true, true}, points: {true, true}, values: {true, true}, command + "x": {true, false}, "\x68": {true, false}, "\x68\x03": {false, false}, "": {false, false},
		apdu("\x0f\x00\x00\x00", ""): {true, false}, apdu("\x03\x00\x00\x00", ""): {true, false}, apdu(numbered, "\xc8\x01\x03\x00\x01\x00\x01\x00\x00\x01"): {true, false}, apdu(numbered, "\x01\x01\x00\x00\x01\x00\x01\x00\x00\x01"): {true, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{startAct: "U (STARTDT act)", receipt: "S (4)", command: "I (1,3) ASDU=1 C_SC_NA_1 Act IOA=3201", done: "I (1,3) ASDU=1 C_SC_NA_1 ActCon NEGA IOA=3201",
		points: "I (1,3) ASDU=1 M_SP_NA_1 Spont IOA=1, …", values: "I (1,3) ASDU=1 M_ME_NA_1 Inrogen IOA=100", apdu(numbered, "\x65\x01\x26\x00\x01\x00\x00\x00\x00\x05"): "I (1,3) ASDU=1 C_CI_NA_1 Reqco1 IOA=0",
		apdu(numbered, "\xc8\x01\x31\x00\x01\x00\x01\x00\x00\x01"): "I (1,3) ASDU=1 <TypeId=200> <CauseTx=49> IOA=1"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzIEC104(f *testing.F) {
	f.Add([]byte(startAct+command), []byte(receipt+done+points+values), 9)
	f.Add([]byte(apdu(numbered, "\x64\x01\x06\x00\xff\xff\x00\x00\x00\x14")), []byte(strings.Repeat(points, 3)), 3)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["iec60870_asdu.typeid"]) > len(r.Fields["iec60870_104.tx"]) || len(r.Fields["iec60870_asdu.addr"]) > len(r.Fields["iec60870_asdu.typeid"]) {
			t.Fatalf("%v", r.Fields)
		}
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
