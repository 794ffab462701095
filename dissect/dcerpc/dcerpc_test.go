// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

var le = binary.LittleEndian

// pdu makes a PDU of the connection-oriented protocol. What verifier adds stands behind the body, its token counted.
func pdu(kind, flags byte, id uint32, body, verifier string) string {
	token := max(0, len(verifier)-trailerLen)
	b := []byte{5, 0, kind, flags, 0x10, 0, 0, 0}
	b = le.AppendUint16(b, uint16(commonLen+len(body)+len(verifier))) //nolint:gosec // short
	b = le.AppendUint16(b, uint16(token))                             //nolint:gosec // short
	return string(le.AppendUint32(b, id)) + body + verifier
}

// wire is a UUID in little-endian order, as Windows sends it.
func wire(text string) string {
	u := parse(text)
	b := le.AppendUint32(nil, binary.BigEndian.Uint32(u[:]))
	b = le.AppendUint16(b, binary.BigEndian.Uint16(u[4:]))
	b = le.AppendUint16(b, binary.BigEndian.Uint16(u[6:]))
	return string(b) + string(u[8:])
}

const (
	svcctlUUID = "367abb81-9844-35f1-ad32-98f038001003"
	epmUUID    = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"
	mdsUUID    = "885d85fb-c754-4062-a0e7-6872ce0064f4"
	ndrUUID    = "8a885d04-1ceb-11c9-9fe8-08002b104860"
	pnUUID     = "dea00001-6c97-11d1-8271-00a02442df7d"
)

// context is one of a bind.
func context(id byte, uuid string) string {
	return string([]byte{id, 0, 1, 0}) + wire(uuid) + "\x01\x00\x00\x00" + wire(ndrUUID) + "\x02\x00\x00\x00"
}

func bind(contexts ...string) string {
	return "\xd0\x16\xd0\x16\x00\x00\x00\x00" + string([]byte{byte(len(contexts)), 0, 0, 0}) + strings.Join(contexts, "")
}

func invoke(context, opnum byte, stub string) string {
	return "\x00\x00\x00\x00" + string([]byte{context, 0, opnum, 0}) + stub
}

var (
	whole      = byte(flagFirst | flagLast)
	bound      = pdu(typeBindAck, whole, 1, "\xd0\x16\xd0\x16\x01\x00\x00\x00\x04\x00135\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"+wire(ndrUUID)+"\x02\x00\x00\x00", "")
	binding    = pdu(typeBind, whole, 1, bind(context(0, svcctlUUID)), "")
	request    = pdu(typeRequest, whole, 2, invoke(0, 12, "stub"), "")
	response   = pdu(typeResponse, whole, 2, invoke(0, 0, "stub"), "")
	fault      = pdu(typeFault, whole, 2, invoke(0, 0, "\x05\x00\x00\x00\x00\x00\x00\x00"), "")
	ntlm       = &dissect.Protocol{Name: "ntlmssp", Dissect: func(p *dissect.Packet, _ []byte, _ int) { p.Push(token) }}
	gss        = &dissect.Protocol{Name: "gss-api", Dissect: func(p *dissect.Packet, _ []byte, _ int) { p.Push(token) }}
	token      = &dissect.Protocol{Name: "token"}
	spnegoed   = "\x09\x06\x00\x00\x00\x00\x00\x00tok"
	ntlmed     = "\x0a\x05\x02\x00\x00\x00\x00\x00tok"
	netlogoned = "\x44\x05\x00\x00\x00\x00\x00\x00tok"
)

func newBench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, Spotlight, ntlm, gss) }

func TestConnections(t *testing.T) {
	mds := pdu(typeBind, whole, 1, bind(context(0, svcctlUUID), context(1, mdsUUID)), "")
	for _, tt := range []struct {
		name      string
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"a call", []dissecttest.Piece{client(binding), server(bound), client(request), server(response)}, "dcerpc:dcerpc:dcerpc:dcerpc", "",
			map[string]string{"dcerpc.pkt_type": "11,12,0,2", "dcerpc.opnum": "12,12", "dcerpc.interface": svcctlUUID + "," + svcctlUUID + "," + svcctlUUID, "dcerpc.interface_name": "SVCCTL,SVCCTL,SVCCTL",
				"dcerpc.operation": "CreateServiceW,CreateServiceW", "dcerpc.secondary_address": "135", "dcerpc.ack_result": "0", "request_in": "1,3", "event.duration": "1000000,1000000",
				"transaction.id": "flow:1,flow:1,flow:2,flow:2", "dcerpc.call_id": "1,1,2,2"}},
		{"several PDUs in a packet", []dissecttest.Piece{client(binding + request)}, "dcerpc", "", map[string]string{"dcerpc.pkt_type": "11,0"}},
		{"a fault", []dissecttest.Piece{client(binding), client(request), server(fault)}, "dcerpc:dcerpc:dcerpc", "", map[string]string{"dcerpc.status": "5", "dcerpc.opnum": "12,12", "request_in": "2"}},
		{"a bind that is refused", []dissecttest.Piece{client(binding), server(pdu(typeBindNak, whole, 1, "\x01\x00", ""))}, "dcerpc:dcerpc", "", map[string]string{"request_in": "1"}},
		{"a context that was not seen to be bound", []dissecttest.Piece{client(request), server(response)}, "dcerpc:dcerpc", "", map[string]string{"dcerpc.opnum": "12", "request_in": "1", "dcerpc.interface": ""}},
		{"fragments", []dissecttest.Piece{client(binding), client(pdu(typeRequest, flagFirst, 2, invoke(0, 12, "a"), "")), client(pdu(typeRequest, flagLast, 2, invoke(0, 12, "b"), "")),
			server(pdu(typeResponse, flagFirst, 2, invoke(0, 0, "a"), "")), server(pdu(typeResponse, flagLast, 2, invoke(0, 0, "b"), ""))}, "dcerpc:dcerpc:dcerpc:dcerpc:dcerpc", "",
			map[string]string{"dcerpc.opnum": "12,12,12,12", "request_in": "2,2"}},
		{"an object", []dissecttest.Piece{client(pdu(typeRequest, whole|flagObject, 2, invoke(0, 12, wire(ndrUUID)), ""))}, "dcerpc", "", map[string]string{"dcerpc.object": ndrUUID}},
		{"SPNEGO", []dissecttest.Piece{client(pdu(typeBind, whole, 1, bind(context(0, svcctlUUID)), spnegoed))}, "dcerpc:token", "", map[string]string{"dcerpc.auth_type": "9", "dcerpc.auth_level": "6"}},
		{"NTLM, and a packet with a layer behind it", []dissecttest.Piece{client(pdu(typeAuth3, whole, 1, "\x00\x00\x00\x00\x00\x00", ntlmed) + request)}, "dcerpc:token", "",
			map[string]string{"dcerpc.auth_type": "10", "dcerpc.auth_level": "5", "dcerpc.pkt_type": "16,0"}},
		{"a verifier of a call", []dissecttest.Piece{client(pdu(typeRequest, whole, 1, invoke(0, 1, "  "), ntlmed))}, "dcerpc", "", map[string]string{"dcerpc.auth_type": "10"}},
		{"who authenticates otherwise", []dissecttest.Piece{client(pdu(typeBind, whole, 1, bind(), netlogoned))}, "dcerpc", "", map[string]string{"dcerpc.auth_type": "68"}},
		{"Spotlight in fragments", []dissecttest.Piece{client(mds), client(pdu(typeRequest, flagFirst, 2, invoke(1, 2, strings.Repeat("\x00", 32)+"4321"), "")), client(pdu(typeRequest, flagLast, 2, invoke(1, 2, "30dm"), ""))},
			"dcerpc:dcerpc:dcerpc:afp", "", map[string]string{"dcerpc.operation": "cmd,cmd"}},
		{"fragments that begin in the middle", []dissecttest.Piece{client(mds), client(pdu(typeRequest, flagLast, 2, invoke(1, 2, "432130dm"), ""))}, "dcerpc:dcerpc", "", nil},
		{"a body too short", []dissecttest.Piece{client(pdu(typeRequest, whole, 1, "\x00\x00", ""))}, "dcerpc", "dcerpc", map[string]string{"dcerpc.opnum": ""}},
		{"more contexts than there are", []dissecttest.Piece{client(pdu(typeBind, whole, 1, "\xd0\x16\xd0\x16\x00\x00\x00\x00\x09\x00\x00\x00"+context(0, svcctlUUID), ""))}, "dcerpc", "dcerpc",
			map[string]string{"dcerpc.interface_name": "SVCCTL"}},
		{"a verifier longer than its PDU", []dissecttest.Piece{client(strings.Replace(request, "\x00\x00\x02\x00\x00\x00", "\x0c\x00\x02\x00\x00\x00", 1))}, "dcerpc", "dcerpc", nil},
		{"cut by the capture", []dissecttest.Piece{{Data: []byte(request)[:24], Wire: len(request)}}, "dcerpc", "", map[string]string{"dcerpc.opnum": "12"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", "", nil},
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

// Our own way ties the number of a response's operation to calls of contexts that were bound before the capture, too.
func TestUnboundContext(t *testing.T) {
	b := newBench()
	b.P.Options = &dissect.Options{}
	dissecttest.Merge(b.Stream(Protocol, client(request), server(response))...).Check(t, map[string]string{"dcerpc.opnum": "12,12"})
}

// The open calls of a connection, its contexts and the arguments that are gathered are bounded.
func TestBounds(t *testing.T) {
	b, c := newBench(), &dissect.Conversation{ID: "flow"}
	feed := func(data string) {
		b.Run(&dissect.Protocol{Name: "packet", Dissect: func(p *dissect.Packet, _ []byte, _ int) { Protocol.Stream(p, c, []byte(data)) }}, []byte{0}, 1)
	}
	feed(pdu(typeBind, whole, 0, bind(context(0, mdsUUID)), ""))
	for i := range byte(200) {
		feed(pdu(typeBind, whole, 0, bind(context(i, mdsUUID)), ""))
		feed(pdu(typeRequest, flagFirst, uint32(i)+1, invoke(0, 2, strings.Repeat("x", 1000)), ""))
	}
	a := c.AppState.(*association)
	if len(a.contexts) != maxContexts || len(a.calls) != maxCalls {
		t.Errorf("%d contexts, %d calls", len(a.contexts), len(a.calls))
	}
	for range 100 {
		feed(pdu(typeRequest, 0, 200, invoke(0, 2, strings.Repeat("x", 1000)), ""))
	}
	if s := a.calls[a.open(200)].stubs[0]; !s.broken || s.b != nil {
		t.Errorf("%d bytes of arguments", len(s.b))
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(binding), server(bound), client(request), server(response))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		binding:     {true, true},
		response:    {true, true},
		"\x05":      {true, false},
		"\x05\x00":  {true, false},
		"\x05\x01a": {false, false},
		strings.Replace(binding, "\x10\x00\x00\x00", "\x10\x00\x00\x01", 1): {true, false},
		"\x05\x00\x0c" + binding[3:8] + "\x0f\x00" + binding[10:]:           {false, false},
		"\x05\x00\x07" + binding[3:]:                                        {false, false},
		"\x05\x00\x15" + binding[3:]:                                        {false, false},
		"\x04" + binding[1:]:                                                {false, false},
		"GET / HTTP/1.1\r\n":                                                {false, false},
	})
	for data, want := range map[string]bool{datagramOf(0, 0, 1, 1, 0, ""): true, datagramOf(11, 0, 1, 1, 0, ""): false, datagramOf(0, 1, 1, 1, 0, ""): false, datagramOf(0, 0, 1, 1, 0, "")[:79]: false} {
		if guessDatagram([]byte(data)) != want {
			t.Errorf("%x", data)
		}
	}
}

// headline is what Wireshark's Protocol column says of the last packet.
func headline(b *dissecttest.Bench) string {
	if b.P.Core.Headline == 0 {
		return Protocol.Title
	}
	return b.P.Core.Headline.String()
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string][2]string{
		binding:           {"DCERPC", "Bind, SVCCTL, call: 1"},
		binding + request: {"SVCCTL", "Bind | Request, opnum: 12"},
		request:           {"DCERPC", "Request, opnum: 12, call: 2"},
		fault:             {"DCERPC", "Fault, call: 2, access denied"},
		pdu(typeFault, whole, 2, invoke(0, 0, "\x09\x00\x00\x00\x00\x00\x00\x00"), ""): {"DCERPC", "Fault, call: 2, status: 0x9"},
	} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want[1] {
			t.Errorf("%q, want %q", got, want[1])
		}
		if got := headline(b); got != want[0] {
			t.Errorf("headline %q, want %q", got, want[0])
		}
	}
	b.Datagrams(Protocol, client(datagramOf(typeResponse, flagFragment, 1, 5, 0, "")))
	if got := headline(b); got != "DCERPC" {
		t.Errorf("a fragment has the headline %q", got)
	}
	b.Datagrams(Protocol, client(datagramOf(typeResponse, 0, 1, 5, 0, "")))
	if got := headline(b) + " " + b.Summary(Protocol); got != "PNIO-CM Read Implicit response" {
		t.Errorf("%q", got)
	}
}

func FuzzDCERPC(f *testing.F) {
	f.Add([]byte(binding+request), []byte(bound+response+fault), 9)
	f.Add([]byte(pdu(typeBind, whole, 1, bind(context(0, epmUUID)), spnegoed)+pdu(typeRequest, whole, 2, invoke(0, opnumMap, "\x00\x00\x00\x00\x01\x00\x00\x00"), "")), []byte(datagramOf(2, 0, 1, 5, 0, "ab")), 3)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["dcerpc.pkt_type"]) != len(r.Fields["dcerpc.call_id"]) || len(r.Fields["dcerpc.opnum"]) > len(r.Fields["dcerpc.pkt_type"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Datagrams(Protocol, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
	})
}
