// SPDX-License-Identifier: Apache-2.0

package tpkt

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/mms"
	"github.com/espbeat/espbeat/dissect/rdp"
	"github.com/espbeat/espbeat/dissect/s7comm"
)

var client, server = dissecttest.Client, dissecttest.Server

// packet puts TPKT's header before a unit.
func packet(unit string) string {
	return string(binary.BigEndian.AppendUint16([]byte{version, 0}, uint16(headerLen+len(unit)))) + unit
}

// connect makes a connection request or confirmation.
func connect(kind byte, rest string) string {
	return packet(string([]byte{byte(connectionLen - 1 + len(rest)), kind << 4, 0, 0, 0, 1, 0}) + rest)
}

func dataUnit(last bool, b string) string {
	if last {
		return packet("\x02\xf0\x80" + b)
	}
	return packet("\x02\xf0\x00" + b)
}

const (
	taps  = "\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"
	setup = "\x32\x01\x00\x00\x00\x01\x00\x08\x00\x00\xf0\x00\x00\x01\x00\x01\x01\xe0"
	tls   = "\x16\x03\x01\x00\x05hello"
)

var (
	toController = connect(connectionRequest, taps)
	toDesktop    = connect(connectionRequest, "Cookie: mstshash=alice\r\n\x01\x00\x08\x00\x01\x00\x00\x00")
	secured      = connect(connectionConfirm, "\x02\x00\x08\x00\x01\x00\x00\x00")
	unsecured    = connect(connectionConfirm, "")
)

func newBench(port uint16, wireshark bool) *dissecttest.Bench {
	secure := &dissect.Protocol{Name: "tls"}
	secure.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(secure); return len(data) }
	b := dissecttest.New(nil, secure, Protocol, COTP, s7comm.Protocol, mms.Session, mms.Presentation, mms.Association, mms.Protocol, rdp.Protocol, rdp.T125, rdp.T124)
	b.Port, b.P.Options.Wireshark = port, wireshark
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name      string
		port      uint16
		wireshark bool
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"a controller", 102, true, []dissecttest.Piece{client(toController), server(connect(connectionConfirm, taps)), client(dataUnit(true, setup))}, "tpkt:cotp:tpkt:cotp:tpkt:cotp:s7comm", "",
			map[string]string{"cotp.type": "14,13,15", "cotp.src_tsap": "0x0100,0x0100", "cotp.dst_tsap": "0x0102,0x0102", "cotp.srcref": "1,1", "cotp.eot": "true", "s7comm.func": "240"}},
		{"an access point that is text", 102, true, []dissecttest.Piece{client(connect(connectionRequest, "\xc2\x04ABCD"))}, "tpkt:cotp", "", map[string]string{"cotp.dst_tsap": "ABCD"}},
		{"a unit in two parts", 102, true, []dissecttest.Piece{client(dataUnit(false, setup[:9])), client(dataUnit(true, setup[9:]))}, "tpkt:cotp:tpkt:cotp:s7comm", "", map[string]string{"cotp.eot": "false,true", "s7comm.func": "240"}},
		{"two packets in a segment", 102, true, []dissecttest.Piece{client(dataUnit(true, "abc") + dataUnit(true, "xyz"))}, "tpkt:cotp:cotp", "", map[string]string{"cotp.type": "15,15"}},
		{"disconnection and error", 102, true, []dissecttest.Piece{client(packet("\x06\x80\x00\x01\x00\x02\x03")), server(packet("\x04\x70\x00\x01\x02"))}, "tpkt:cotp:tpkt:cotp", "", map[string]string{"cotp.type": "8,7", "cotp.cause": "3,2", "cotp.dstref": "1,1"}},
		{"a desktop with TLS", 3389, false, []dissecttest.Piece{client(toDesktop), server(secured), client(tls), server(tls)}, "tpkt:cotp:rdp:tpkt:cotp:rdp:tls:tls", "", map[string]string{"rdp.selected_protocol": "1", "request_in": "1"}},
		{"a desktop with TLS, as tshark", 3389, true, []dissecttest.Piece{client(toDesktop), server(secured), client(tls), server(tls)}, "cotp:rdp:tpkt:cotp:rdp:tpkt:tpkt", "", map[string]string{"rdp.selected_protocol": "1"}},
		{"a desktop without TLS", 3389, true, []dissecttest.Piece{client(toDesktop), server(unsecured), client(dataUnit(true, "\x28"))}, "cotp:rdp:tpkt:cotp:tpkt:cotp:t125", "", map[string]string{"t125.pdu": "10"}},
		{"fast-path", 3389, false, []dissecttest.Piece{client(toDesktop), server(unsecured), server("\xc0\x04ab\xc0\x80\x05cd" + dataUnit(true, "\x28"))}, "tpkt:cotp:rdp:tpkt:cotp:tpkt:rdp:rdp:cotp:t125", "",
			map[string]string{"rdp.fastpath_length": "4,5", "t125.pdu": "10"}},
		{"fast-path in two segments", 3389, false, []dissecttest.Piece{client(toDesktop), server(unsecured), server("\xc0\x80\x08ab"), server("cde")}, "tpkt:cotp:rdp:tpkt:cotp:tpkt:rdp", "", map[string]string{"rdp.fastpath_length": "8"}},
		{"fast-path in two segments, as tshark", 3389, true, []dissecttest.Piece{client(toDesktop), server(unsecured), server("\xc0\x80\x08ab"), server("cde"), server("\xc0\x04ab")}, "cotp:rdp:tpkt:cotp:tpkt:tpkt:tpkt:rdp", "",
			map[string]string{"rdp.fastpath_length": "4"}},
		{"a desktop on another port", 40000, false, []dissecttest.Piece{client(toDesktop), server(unsecured), client(dataUnit(true, "\x28"))}, "tpkt:cotp:rdp:tpkt:cotp:tpkt:cotp:t125", "", map[string]string{"t125.pdu": "10"}},
		{"a desktop on another port, as tshark", 40000, true, []dissecttest.Piece{client(toDesktop)}, "", "", nil},
		{"what tshark takes for T.125 anywhere", 102, true, []dissecttest.Piece{client(dataUnit(true, "\x28"))}, "tpkt:cotp:t125", "", map[string]string{"t125.pdu": "10"}},
		{"MMS", 102, true, []dissecttest.Piece{client(dataUnit(true, "\x19\x03\x11\x01\x0b"))}, "tpkt:cotp:ses", "", map[string]string{"ses.type": "25"}},
		{"a controller on another port", 40000, false, []dissecttest.Piece{client(toController)}, "tpkt:cotp", "", nil},
		{"a controller on another port, as tshark", 40000, true, []dissecttest.Piece{client(toController)}, "", "", nil},
		{"a header beyond the unit", 102, true, []dissecttest.Piece{client(packet("\x20\xf0\x80"))}, "tpkt:cotp", "cotp", map[string]string{"cotp.type": "15"}},
		{"cut by the capture", 102, true, []dissecttest.Piece{{Data: []byte(toController)[:9], Wire: len(toController)}}, "tpkt:cotp", "", map[string]string{"cotp.type": "14", "cotp.src_tsap": ""}},
		{"another protocol", 102, true, []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", "", nil},
		{"another protocol behind packets", 102, false, []dissecttest.Piece{client(toController + "GET")}, "tpkt:cotp", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(tt.port, tt.wireshark).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestUnitsAreBounded(t *testing.T) {
	part := dataUnit(false, strings.Repeat("x", 32000))
	b := newBench(port, true)
	r := b.Stream(Protocol, client(part), client(part), client(part), client(dataUnit(true, setup)))
	if got := r[3].Layers; got != "tpkt:cotp:s7comm" {
		t.Errorf("behind a unit that is too long: layers %q", got)
	}
}

func TestOutsideConversations(t *testing.T) {
	unit := dataUnit(true, setup)[headerLen:]
	b := newBench(0, true)
	b.Cut(t, COTP, []byte(unit))
	if r := b.Run(COTP, []byte(unit), len(unit)); r.Layers != "cotp:s7comm" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench(port, true).Split(t, Protocol, client(toController), server(connect(connectionConfirm, taps)), client(dataUnit(false, setup[:9])), client(dataUnit(true, setup[9:])))
	newBench(portRDP, false).Split(t, Protocol, client(toDesktop), server(unsecured), server("\xc0\x80\x08abcde"))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its ports, on any
		toController: {true, true}, toDesktop: {true, true}, unsecured: {true, true}, dataUnit(true, setup): {true, true}, dataUnit(true, "abc"): {true, false}, dataUnit(false, setup): {true, false}, toController[:9]: {true, false},
		"\x03": {true, false}, "\x03\x00\x00\x06": {false, false}, "\x03\x01": {false, false}, packet("\x06\xe1\x00\x00\x00\x01\x00"): {true, false}, "": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench(port, true)
	for data, want := range map[string]string{toController: "CR TPDU src-ref: 0x0001 dst-ref: 0x0000", dataUnit(true, "abc"): "DT TPDU", packet("\x02\x30\x00"): "TPDU 3"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(COTP); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzTPKT(f *testing.F) {
	f.Add([]byte(toController+dataUnit(true, setup)), []byte(unsecured), 9, true)
	f.Add([]byte(toDesktop+"\xc0\x80\x08abcde"), []byte(secured+tls), 30, false)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int, wireshark bool) {
		at = max(0, min(at, len(fromServer)))
		for _, port := range []uint16{port, portRDP, 40000} {
			b := newBench(port, wireshark)
			r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
			b.Invariants(t)
			if len(r.Fields["cotp.type"]) > len(r.Fields["tpkt.length"]) {
				t.Fatalf("%v", r.Fields)
			}
		}
		if guess(fromClient) && !accept(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
