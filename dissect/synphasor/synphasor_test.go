// SPDX-License-Identifier: Apache-2.0

package synphasor

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// makeFrame makes a frame of stream 100.
func makeFrame(kind byte, body string) string {
	b := []byte{sync, kind<<4 | 1}
	b = binary.BigEndian.AppendUint16(b, uint16(headerLen+crcLen+len(body)))
	b = append(b, 0, 100, 0x65, 0x53, 0xf1, 0x03, 0, 0, 0, 0)
	b = append(b, body...)
	return string(binary.BigEndian.AppendUint16(b, crc(b)))
}

func station(name string, phasors, analogs, digitals byte) string {
	p, a, d := int(phasors), int(analogs), int(digitals)
	return name + strings.Repeat(" ", nameLen-len(name)) + "\x00\x64\x00\x0f" + string([]byte{0, phasors, 0, analogs, 0, digitals}) + strings.Repeat("x", 16*(p+a+16*d)+4*(p+a+d)) + "\x00\x01\x00\x00"
}

var (
	askConfig = makeFrame(command, "\x00\x05")
	config    = makeFrame(configuration2, "\x00\x0f\x42\x40\x00\x02"+station("Station Alpha", 3, 1, 1)+station("Beta", 2, 0, 0)+"\x00\x1e")
	dataFrame = makeFrame(0, strings.Repeat("\x42", 18))
)

func newBench(port uint16, wireshark bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port, b.P.Options.Wireshark = port, wireshark
	return b
}

func TestCRC(t *testing.T) {
	if got := crc([]byte("123456789")); got != 0x29b1 { // the check value of this CRC
		t.Errorf("%#04x", got)
	}
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name      string
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"configuration", []dissecttest.Piece{client(askConfig), server(config)}, "synphasor:synphasor", "", map[string]string{"synphasor.frtype": "4,3", "synphasor.idcode_stream_source": "100,100", "synphasor.command": "5",
			"synphasor.station_name": "Station Alpha,Beta", "request_in": "1", "synphasor.soc": "2023-11-14T22:13:23.000000000Z,2023-11-14T22:13:23.000000000Z"}},
		{"data", []dissecttest.Piece{server(dataFrame + dataFrame)}, "synphasor", "", map[string]string{"synphasor.frtype": "0,0", "synphasor.version": "1,1"}},
		{"header", []dissecttest.Piece{client(makeFrame(command, "\x00\x03")), server(makeFrame(1, "hello"))}, "synphasor:synphasor", "", map[string]string{"request_in": "1"}},
		{"a command without a code", []dissecttest.Piece{client(makeFrame(command, ""))}, "synphasor", "synphasor", map[string]string{"synphasor.command": ""}},
		{"stations beyond the end", []dissecttest.Piece{server(makeFrame(configuration1, "\x00\x0f\x42\x40\xff\xff"+station("A", 0, 0, 0)+"x"))}, "synphasor", "synphasor", map[string]string{"synphasor.station_name": "A"}},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(config)[:9], Wire: len(config)}}, "synphasor", "", map[string]string{"synphasor.idcode_stream_source": "100", "synphasor.soc": ""}},
		{"another protocol", []dissecttest.Piece{client("hello")}, "", "", nil},
		{"a type that nobody has", []dissecttest.Piece{client("\xaa\x61\x00\x12")}, "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(portTCP, true).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestDatagrams(t *testing.T) {
	r := newBench(portUDP, true).Datagrams(Protocol, client(askConfig), server(config))
	r[1].Check(t, map[string]string{"request_in": "1", "synphasor.station_name": "Station Alpha,Beta"})
	for wireshark, want := range map[bool]string{true: "", false: "synphasor"} { // tshark does not look elsewhere
		if got := newBench(5001, wireshark).Datagrams(Protocol, client(askConfig))[0].Layers; got != want {
			t.Errorf("on another port: layers %q, want %q", got, want)
		}
	}
	newBench(portUDP, true).Cut(t, Protocol, []byte(config))
}

func TestSegmentation(t *testing.T) {
	newBench(portTCP, true).Split(t, Protocol, client(askConfig), server(config+dataFrame))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its ports, on any
		askConfig: {true, true}, config: {true, true}, config[:20]: {true, false}, "\xaa": {true, false}, askConfig[:16] + "xx": {true, false}, "\xaa\x01\x00\x0f": {false, false}, "": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench(portTCP, true)
	for data, want := range map[string]string{askConfig: "Command Frame, send CFG-2 frame", config: "Configuration Frame 2, Station Alpha, Beta", dataFrame: "Data Frame", makeFrame(command, "\x01\x00"): "Command Frame, command 256"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzSynphasor(f *testing.F) {
	f.Add([]byte(askConfig), []byte(config+dataFrame), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		at = max(0, min(at, len(fromServer)))
		b := newBench(portTCP, at%2 == 0)
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["synphasor.idcode_stream_source"]) > len(r.Fields["synphasor.frtype"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Datagrams(Protocol, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
