// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// packet makes a message with invoke id 7.
func packet(command, flags uint16, err uint32, data string) string {
	b := binary.LittleEndian.AppendUint32([]byte{0, 0}, uint32(headerLen+len(data)))
	b = append(b, 10, 0, 0, 1, 1, 1, 0x53, 0x03, 10, 0, 0, 2, 1, 1, 1, 0x80)
	b = binary.LittleEndian.AppendUint16(b, command)
	b = binary.LittleEndian.AppendUint16(b, flags)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, err)
	b = binary.LittleEndian.AppendUint32(b, 7)
	return string(b) + data
}

var (
	askRead   = packet(read, adsCommand, 0, "\x20\x40\x00\x00\x08\x00\x00\x00\x04\x00\x00\x00")
	giveRead  = packet(read, adsCommand|isResponse, 0, "\x00\x00\x00\x00\x04\x00\x00\x00abcd")
	askHandle = packet(readWrite, adsCommand, 0, "\x03\xf0\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x0b\x00\x00\x00MAIN.valve\x00")
	noHandle  = packet(readWrite, adsCommand|isResponse, 0, "\x10\x07\x00\x00\x00\x00\x00\x00")
	info      = packet(readDeviceInfo, adsCommand|isResponse, 0, "\x00\x00\x00\x00\x03\x01\x0f\x00Plc30 App\x00\x00\x00\x00\x00\x00\x00")
	stop      = packet(writeControl, adsCommand, 0, "\x06\x00\x00\x00\x00\x00\x00\x00")
	noPort    = packet(writeControl, adsCommand|isResponse, 6, "")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port, b.P.Options.Wireshark = port, false
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
		{"read", []dissecttest.Piece{client(askRead), server(giveRead)}, "ams:ams", "", map[string]string{"ams.cmdid": "2,2", "ams.stateflags": "4,5", "ams.targetnetid": "10.0.0.1.1.1,10.0.0.1.1.1", "ams.targetport": "851,851",
			"ams.sendernetid": "10.0.0.2.1.1,10.0.0.2.1.1", "ams.senderport": "32769,32769", "ams.invokeid": "7,7", "ams.ads_indexgroup": "16416", "ams.ads_indexoffset": "8", "ams.adsresult": "0", "request_in": "1", "transaction.id": "flow:1,flow:1"}},
		{"a variable by name", []dissecttest.Piece{client(askHandle), server(noHandle)}, "ams:ams", "", map[string]string{"ams.ads_indexgroup": "61443", "ams.ads_symbol": "MAIN.valve", "ams.adsresult": "1808"}},
		{"what the device is", []dissecttest.Piece{client(packet(readDeviceInfo, adsCommand, 0, "")), server(info)}, "ams:ams", "", map[string]string{"ams.ads_devicename": "Plc30 App", "request_in": "1"}},
		{"stop", []dissecttest.Piece{client(stop), server(noPort)}, "ams:ams", "", map[string]string{"ams.ads_state": "6", "ams.errorcode": "0,6", "ams.adsresult": "", "request_in": "1"}},
		{"state", []dissecttest.Piece{server(packet(readState, adsCommand|isResponse, 0, "\x00\x00\x00\x00\x05\x00\x00\x00"))}, "ams", "", map[string]string{"ams.ads_state": "5"}},
		{"two in a packet, and a notification", []dissecttest.Piece{server(giveRead + packet(notification, adsCommand, 0, "abcd"))}, "ams", "", map[string]string{"ams.cmdid": "2,8", "transaction.id": ""}},
		{"a request that is too short", []dissecttest.Piece{client(packet(read, adsCommand, 0, "\x20\x40"))}, "ams", "ams", map[string]string{"ams.cmdid": "2", "ams.ads_indexgroup": ""}},
		{"a name beyond the end", []dissecttest.Piece{client(packet(readWrite, adsCommand, 0, "\x03\xf0\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\xff\xff\xff\xffMAIN"))}, "ams", "ams", map[string]string{"ams.ads_symbol": ""}},
		{"cut in the header", []dissecttest.Piece{{Data: []byte(askRead)[:20], Wire: len(askRead)}}, "ams", "", map[string]string{"ams.cmdid": ""}},
		{"cut in the data", []dissecttest.Piece{{Data: []byte(askRead)[:40], Wire: len(askRead)}}, "ams", "", map[string]string{"ams.cmdid": "2", "ams.ads_indexgroup": ""}},
		{"a message of a megabyte", []dissecttest.Piece{client("\x00\x00\x00\x00\x10\x00" + askRead[leadLen:])}, "ams", "", map[string]string{"ams.cmdid": "2"}},
		{"another protocol", []dissecttest.Piece{client("hello")}, "", "", nil},
		{"a length of 31", []dissecttest.Piece{client("\x00\x00\x1f\x00\x00\x00")}, "", "", nil},
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

// tshark takes a message that ends with its segment alone, and looks on the port alone.
func TestAsTshark(t *testing.T) {
	b := newBench()
	b.P.Options.Wireshark = true
	for data, want := range map[string]string{askRead: "ams", askRead + askRead: ""} {
		if got := b.Stream(Protocol, client(data))[0].Layers; got != want {
			t.Errorf("layers %q, want %q", got, want)
		}
	}
	b.Port = 40000
	if got := b.Stream(Protocol, client(askRead))[0].Layers; got != "" {
		t.Errorf("elsewhere: layers %q", got)
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(askRead), server(giveRead), client(askHandle+stop), server(noHandle+noPort))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		askRead: {true, true}, giveRead: {true, true}, noPort: {true, true}, packet(10, adsCommand, 0, ""): {true, false}, packet(read, 0, 0, ""): {true, false}, askRead[:20]: {true, false}, "\x00": {true, false}, "\x01": {false, false}, "": {false, false},
		strings.Replace(askRead, "\x0c\x00", "\x0d\x00", 1): {true, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{askRead: "ADS Read Request", giveRead: "ADS Read Response", askHandle: "ADS ReadWrite Request MAIN.valve", noHandle: "ADS ReadWrite Response, error 1808",
		info: "ADS Read Device Info Response Plc30 App", noPort: "ADS Write Control Response, error 6", packet(77, 0, 0, ""): "ADS command 77 Request"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzAMS(f *testing.F) {
	f.Add([]byte(askRead+askHandle), []byte(giveRead+noHandle), 50)
	f.Add([]byte(stop+packet(readDeviceInfo, adsCommand, 0, "")), []byte(noPort+info), 3)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["ams.cmdid"]) != len(r.Fields["ams.targetnetid"]) {
			t.Fatalf("%v", r.Fields)
		}
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
