// SPDX-License-Identifier: Apache-2.0

package dnp3

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// makeFrame makes a frame with its CRCs.
func makeFrame(control byte, dst, src uint16, segment string) string {
	b := []byte{5, 0x64, byte(minLength + len(segment)), control}
	b = binary.LittleEndian.AppendUint16(b, dst)
	b = binary.LittleEndian.AppendUint16(b, src)
	b = binary.LittleEndian.AppendUint16(b, crc(b))
	for block := range slices.Chunk([]byte(segment), blockLen) {
		b = binary.LittleEndian.AppendUint16(append(b, block...), crc(block))
	}
	return string(b)
}

// fromMaster and fromOutstation are frames of unconfirmed data between station 100, the master, and station 5.
func fromMaster(segment string) string     { return makeFrame(0xc4, 5, 100, segment) }
func fromOutstation(segment string) string { return makeFrame(0x44, 100, 5, segment) }

var (
	readClasses = fromMaster("\xc0\xc3\x01\x3c\x02\x06\x3c\x03\x06\x3c\x04\x06\x0a\x02\x00\x00\x07")
	values      = fromOutstation("\xc0\xc3\x81\x80\x01\x01\x02\x00\x03\x04\x01\x01\x1e\x01\x01\x00\x00\x00\x00\x01\x05\x00\x00\x00\x02\x02\x28\x01\x00\x07\x00\x81\x00\x00\x00\x00\x00\x00")
	operate     = fromMaster("\xc0\xc4\x04\x0c\x01\x28\x01\x00\x0a\x00\x41\x01\xe8\x03\x00\x00\x00\x00\x00\x00\x00")
	operated    = fromOutstation("\xc0\xc4\x81\x00\x00\x0c\x01\x28\x01\x00\x0a\x00\x41\x01\xe8\x03\x00\x00\x00\x00\x00\x00\x02")
	status      = makeFrame(0xc9, 5, 100, "")
	statusReply = makeFrame(0x0b, 100, 5, "")
	deleteFile  = fromMaster("\xc0\xc1\x1b\x46\x03\x5b\x01\x1f\x00\x1a\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00CANA\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00a.txt")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = port
	return b
}

func TestCRC(t *testing.T) {
	if got := crc([]byte("123456789")); got != 0xea82 { // the check value of CRC-16/DNP
		t.Errorf("%#04x", got)
	}
}

func TestConversations(t *testing.T) {
	long := "\xc3\x81\x00\x00\x01\x01\x01\x00\x00\xff\x7f" + strings.Repeat("\x55", 4096)
	bad := []byte(values)
	bad[len(bad)-1] ^= 1
	for _, tt := range []struct {
		name      string
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"read and response", []dissecttest.Piece{client(readClasses), server(values)}, "dnp3:dnp3", "", map[string]string{"dnp3.dst": "5,100", "dnp3.src": "100,5", "dnp3.ctl.prifunc": "4,4", "dnp3.ctl.secfunc": "",
			"dnp3.al.func": "1,129", "dnp3.al.iin": "32769", "dnp3.al.obj": "15362,15363,15364,2562,258,7681,514", "dnp3.al.range.start": "0,3,0", "dnp3.al.range.stop": "7,4,0", "dnp3.al.point_index": "7",
			"transaction.id": "flow:1,flow:1", "request_in": "1", "event.duration": "1000000", "dnp3.bad_crc": "false,false"}},
		{"control", []dissecttest.Piece{client(operate), server(operated)}, "dnp3:dnp3", "", map[string]string{"dnp3.al.func": "4,129", "dnp3.al.obj": "3073,3073", "dnp3.al.point_index": "10,10", "dnp3.ctl.op": "1,1",
			"dnp3.ctl.trip": "1,1", "dnp3.al.ctrlstatus": "0,2", "request_in": "1"}},
		{"link status", []dissecttest.Piece{client(status), server(statusReply)}, "dnp3:dnp3", "", map[string]string{"dnp3.ctl.prifunc": "9", "dnp3.ctl.secfunc": "11", "dnp3.tr.seq": "", "dnp3.al.func": ""}},
		{"two frames in a packet", []dissecttest.Piece{client(status + readClasses)}, "dnp3", "", map[string]string{"dnp3.src": "100,100", "dnp3.al.func": "1"}},
		{"a file", []dissecttest.Piece{client(deleteFile)}, "dnp3", "", map[string]string{"dnp3.al.func": "27", "dnp3.al.file_name": "a.txt"}},
		{"segments", []dissecttest.Piece{server(fromOutstation("\x41" + long[:200])), server(fromOutstation("\x02" + long[200:400])), server(fromOutstation("\x83" + long[400:600]))}, "dnp3:dnp3:dnp3", "dnp3",
			map[string]string{"dnp3.tr.seq": "1,2,3", "dnp3.al.func": "129", "dnp3.al.obj": "257"}},
		{"a segment is missing", []dissecttest.Piece{server(fromOutstation("\x41\xc3\x81")), server(fromOutstation("\x83\x00\x00"))}, "dnp3:dnp3", "", map[string]string{"dnp3.tr.seq": "1,3", "dnp3.al.func": ""}},
		{"the first segment is missing", []dissecttest.Piece{server(fromOutstation("\x81\xc3\x81"))}, "dnp3", "", map[string]string{"dnp3.al.func": ""}},
		{"segments of two stations in turn", []dissecttest.Piece{server(fromOutstation("\x41\xc3")), server(makeFrame(0x44, 100, 6, "\x41\xc5")), server(fromOutstation("\x82\x81\x00\x00")), server(makeFrame(0x44, 100, 6, "\x82\x82\x00\x00"))},
			"dnp3:dnp3:dnp3:dnp3", "", map[string]string{"dnp3.al.func": "129,130"}},
		{"a wrong CRC", []dissecttest.Piece{server(string(bad))}, "dnp3", "", map[string]string{"dnp3.src": "5", "dnp3.bad_crc": "true", "dnp3.al.func": ""}},
		{"a wrong CRC in a header behind a frame", []dissecttest.Piece{client(status + "\x05\x64\x05\xc9\x00\x04\x01\x00ab")}, "dnp3", "", map[string]string{"dnp3.bad_crc": "false,true"}},
		{"cut in the data", []dissecttest.Piece{{Data: []byte(operate)[:29], Wire: len(operate)}}, "dnp3", "", map[string]string{"dnp3.al.func": "4", "dnp3.al.obj": "3073", "dnp3.ctl.op": ""}},
		{"cut in the header", []dissecttest.Piece{{Data: []byte(operate)[:7], Wire: len(operate)}}, "dnp3", "", map[string]string{"dnp3.src": ""}},
		{"an object of which the size is not known", []dissecttest.Piece{server(fromOutstation("\xc0\xc3\x81\x00\x00\x78\x09\x07\x01\x01\x02\x00\x03\x04"))}, "dnp3", "", map[string]string{"dnp3.al.obj": "30729"}},
		{"a range that ends before it begins", []dissecttest.Piece{client(fromMaster("\xc0\xc3\x01\x01\x02\x00\x07\x00"))}, "dnp3", "dnp3", map[string]string{"dnp3.al.obj": "258"}},
		{"four thousand million objects", []dissecttest.Piece{client(fromMaster("\xc0\xc3\x02\x0c\x01\x29\xff\xff\xff\xff"))}, "dnp3", "dnp3", map[string]string{"dnp3.al.obj": "3073"}},
		{"another protocol", []dissecttest.Piece{client("\x05\x64\x04abcdefgh")}, "", "", nil},
		{"behind frames, another protocol", []dissecttest.Piece{client(status + "GET / HTTP/1.1\r\n\r\n")}, "dnp3", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "CANA")
		})
	}
}

// Numbers of segments start anew behind 63, which tshark does not follow.
func TestSequenceStartsAnew(t *testing.T) {
	for wireshark, want := range map[bool]string{false: "129", true: ""} {
		b := newBench()
		b.P.Options = &dissect.Options{Wireshark: wireshark}
		r := dissecttest.Merge(b.Stream(Protocol, server(fromOutstation("\x7f\xc3")), server(fromOutstation("\x80\x81\x00\x00")))...)
		r.Check(t, map[string]string{"dnp3.al.func": want})
	}
}

func TestBounds(t *testing.T) {
	var s state
	p := dissect.Packet{Options: &dissect.Options{}}
	for i := range 2 * maxPartial {
		s.add(&p, link{src: uint16(i)}, []byte{1}, 1, true, false, true)
	}
	if len(s.partial) != maxPartial || s.partial[0].src != maxPartial {
		t.Errorf("%d fragments in progress, the first of station %d", len(s.partial), s.partial[0].src)
	}
	s = state{}
	s.add(&p, link{}, make([]byte, maxFragment), 1, true, false, true)
	if f := s.add(&p, link{}, []byte{1}, 2, false, true, true); f != nil || len(s.partial) != 0 {
		t.Errorf("a fragment of %d bytes, %d in progress", len(f), len(s.partial))
	}
	b := newBench()
	many := "\xc0\xc3\x02\x0c\x01\x28\x2c\x01" + strings.Repeat("\x0a\x00\x41\x01\xe8\x03\x00\x00\x00\x00\x00\x00\x00", 300)
	pieces := make([]dissecttest.Piece, 0, 20)
	for i, chunk := range slices.Collect(slices.Chunk([]byte(many[1:]), 249)) {
		flags := byte(i)
		if i == 0 {
			flags |= segmentFirst
		}
		if i == len(many[1:])/249 {
			flags |= segmentFinal
		}
		pieces = append(pieces, client(fromMaster(string(append([]byte{flags}, chunk...)))))
	}
	r := b.Stream(Protocol, pieces...)
	if n := len(r[len(r)-1].Fields["dnp3.al.point_index"]); n != maxIndices {
		t.Errorf("%d indices", n)
	}
	headers := newBench().Datagrams(Protocol, client(fromMaster("\xc0\xc3\x01"+strings.Repeat("\x3c\x02\x06", 80))))
	if n := len(headers[0].Fields["dnp3.al.obj"]); n != 80 {
		t.Errorf("%d headers", n)
	}
}

func TestDatagrams(t *testing.T) {
	r := newBench().Datagrams(Protocol, client(status+readClasses), server(values), client("something else"), dissecttest.Piece{Data: []byte(operate)[:29], Wire: len(operate)})
	for i, want := range []string{"dnp3", "dnp3", "", "dnp3"} {
		if r[i].Layers != want || r[i].Truncated != (i == 3) {
			t.Errorf("datagram %d: layers %q, truncated %v", i, r[i].Layers, r[i].Truncated)
		}
	}
	r[1].Check(t, map[string]string{"request_in": "1"})
}

// tshark looks on the protocol's port alone.
func TestElsewhere(t *testing.T) {
	for wireshark, want := range map[bool]string{false: "dnp3", true: ""} {
		b := newBench()
		b.Port, b.P.Options.Wireshark = 4999, wireshark
		if got := b.Stream(Protocol, client(status))[0].Layers; got != want {
			t.Errorf("layers %q, want %q", got, want)
		}
		if got := b.Datagrams(Protocol, client(status))[0].Layers; got != want {
			t.Errorf("a datagram: layers %q, want %q", got, want)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(readClasses), server(values), client(operate+status), server(operated))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		status: {true, true}, values: {true, true}, "\x05": {true, false}, "\x05\x64\x05\xc9\x00\x04\x01\x00ab": {false, false}, "\x05\x64\x04": {false, false}, "\x64\x05": {false, false}, "": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{readClasses: "Read, Class 123, Binary Output", values: "Response", operate: "Operate, Control", status: "from 100 to 5, len=5, Request Link Status",
		statusReply: "from 5 to 100, len=5, Status of Link", fromOutstation("\x41ab"): "from 5 to 100, len=8, Unconfirmed User Data (segment 1)", makeFrame(0xc6, 5, 100, ""): "from 100 to 5, len=5, Function 6",
		fromMaster("\xc0\xc3\x02\x32\x01\x07\x01\x00\x00\x00\x00\x00\x00"): "Write, Time and Date"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzDNP3(f *testing.F) {
	f.Add([]byte(readClasses+operate), []byte(values+statusReply), []byte("\xc3\x81\x00\x00\x01\x02\x00\x03\x04\x01\x01"), 9)
	f.Fuzz(func(t *testing.T, fromClient, fromServer, fragment []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["dnp3.src"]) != len(r.Fields["dnp3.dst"]) || len(r.Fields["dnp3.al.func"]) > len(r.Fields["dnp3.tr.seq"]) {
			t.Fatalf("%v", r.Fields)
		}
		// What the fuzzer cannot make is a right CRC.
		segment := "\xc0" + string(fragment[:min(len(fragment), 249)])
		b.Datagrams(Protocol, client(fromMaster(segment)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
