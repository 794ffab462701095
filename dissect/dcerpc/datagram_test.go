// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// datagramOf makes a datagram in network byte order.
func datagramOf(kind, flags byte, sequence uint32, opnum, fragment uint16, stub string) string {
	b := append([]byte{4, kind, flags, 0, 0, 0, 0, 0}, make([]byte, uuidLen)...)
	for _, text := range []string{pnUUID, svcctlUUID} {
		u := parse(text)
		b = append(b, u[:]...)
	}
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint32(b, sequence)
	b = binary.BigEndian.AppendUint16(b, opnum)
	b = append(b, 0xff, 0xff, 0xff, 0xff)
	b = binary.BigEndian.AppendUint16(b, uint16(len(stub))) //nolint:gosec // short
	b = binary.BigEndian.AppendUint16(b, fragment)
	return string(append(b, 0, 0)) + stub
}

// exchanges is a State that knows exchanges.
type exchanges struct {
	dissecttest.Stateless
	of       map[uint64]*dissect.Conversation
	expected []dissect.Expectation
}

func (s *exchanges) Exchange(_ *dissect.Packet, _ *dissect.Protocol, _ netip.Addr, id uint64) *dissect.Conversation {
	if s.of[id] == nil {
		s.of[id] = &dissect.Conversation{ID: "exchange"}
	}
	return s.of[id]
}

func (s *exchanges) Expect(_ *dissect.Packet, e dissect.Expectation) {
	s.expected = append(s.expected, e)
}

func TestDatagrams(t *testing.T) {
	var stubs []string
	io := &dissect.Protocol{Name: "pn_io", Dissect: func(_ *dissect.Packet, b []byte, _ int) { stubs = append(stubs, string(b)) }}
	b := dissecttest.New(&exchanges{of: map[uint64]*dissect.Conversation{}}, Protocol, io)
	b.P.Registry.Named("pn_io").Dissect = io.Dissect
	connect := datagramOf(typeRequest, 0, 7, 0, 0, "connect")
	r := b.Datagrams(Protocol, client(connect), client(connect), server(datagramOf(typeResponse, flagFragment, 7, 0, 0, "con")), server(datagramOf(typeResponse, flagFragment|flagLastFragment, 7, 0, 1, "nected")),
		server(datagramOf(typeReject, 0, 8, 5, 0, "\x1c\x01\x00\x03")), server(datagramOf(1, 0, 8, 5, 0, "")), client("\x04\x00 something else"), dissecttest.Piece{Data: []byte(connect)[:82], Wire: len(connect)})
	for i, want := range []string{"dcerpc", "dcerpc", "dcerpc", "dcerpc", "dcerpc", "dcerpc", "", "dcerpc"} {
		if r[i].Layers != want || r[i].Truncated != (i == 7) || r[i].Malformed != "" {
			t.Errorf("datagram %d: layers %q, truncated %v, malformed %q", i, r[i].Layers, r[i].Truncated, r[i].Malformed)
		}
	}
	if got := strings.Join(stubs, "|"); got != "connect|connect|connected" {
		t.Errorf("arguments %q", got)
	}
	r[0].Check(t, map[string]string{"dcerpc.opnum": "0", "dcerpc.interface": pnUUID, "dcerpc.interface_name": "PNIO-CM", "dcerpc.operation": "Connect", "dcerpc.activity": svcctlUUID, "dcerpc.object": "", "transaction.id": "exchange:1"})
	r[1].Check(t, map[string]string{"transaction.id": "exchange:1"})
	r[3].Check(t, map[string]string{"request_in": "1", "event.duration": "3000000"})
	r[4].Check(t, map[string]string{"dcerpc.status": "469827587", "request_in": ""})
	long := []byte(connect)
	long[75] = 99
	if r := b.Datagrams(Protocol, client(string(long))); r[0].Malformed != "dcerpc" {
		t.Error("a length beyond the datagram is not malformed")
	}
}

// What pipes carry is dissected with what is known of each, which is kept in a conversation of its own.
func TestPipes(t *testing.T) {
	r := newBench().Datagrams(Protocol, client(binding), client(request), server(response), client(binding+request), dissecttest.Piece{Data: []byte(request)[:26], Wire: 26},
		dissecttest.Piece{Data: []byte(request)[:26], Wire: len(request)}, client(request+"rest"))
	for i, truncated := range []bool{false, false, false, false, false, true, false} {
		if r[i].Layers != "dcerpc" || r[i].Malformed != "" || r[i].Truncated != truncated {
			t.Errorf("message %d: layers %q malformed %q truncated %v", i, r[i].Layers, r[i].Malformed, r[i].Truncated)
		}
	}
	r[2].Check(t, map[string]string{"dcerpc.opnum": "12", "dcerpc.interface_name": "SVCCTL", "request_in": "2"})
	r[3].Check(t, map[string]string{"dcerpc.pkt_type": "11,0"})
	r[4].Check(t, map[string]string{"dcerpc.opnum": "12"})
	r[6].Check(t, map[string]string{"dcerpc.pkt_type": "0"})
}

// In the conversation of another protocol nothing is kept.
func TestLonePDU(t *testing.T) {
	b, c := newBench(), &dissect.Conversation{AppState: "another's"}
	carrier := &dissect.Protocol{Name: "carrier", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.Conversation = c
		p.Call(Protocol, b, wire)
	}}
	for _, data := range []string{binding, request} {
		r := b.Run(carrier, []byte(data), len(data))
		if r.Layers != "carrier:dcerpc" || c.AppState != "another's" {
			t.Errorf("layers %q, state %v", r.Layers, c.AppState)
		}
		if data == request {
			r.Check(t, map[string]string{"dcerpc.opnum": "12", "dcerpc.interface": "", "transaction.id": ""})
		}
	}
}

// floor is one of a tower.
func floor(left, right string) string {
	return string([]byte{byte(len(left)), 0}) + left + string([]byte{byte(len(right)), 0}) + right
}

func TestMapper(t *testing.T) {
	octets := "\x05\x00" + floor("\x0d"+wire(svcctlUUID)+"\x02\x00", "\x00\x00") + floor("\x0d"+wire(ndrUUID)+"\x02\x00", "\x00\x00") + floor("\x0b", "\x00\x00") + floor("\x07", "\xc0\x01") + floor("\x09", "\x0a\x00\x00\x09")
	size := string(le.AppendUint32(nil, uint32(len(octets)))) //nolint:gosec // short
	tower := size + size + octets
	tower += strings.Repeat("\x00", -len(octets)&3)
	asked := pdu(typeRequest, whole, 2, invoke(0, opnumMap, "\x01\x00\x00\x00"+strings.Repeat("\x00", 16)+"\x02\x00\x00\x00"+tower+strings.Repeat("\x00", handleLen)), "")
	told := func(count byte, towers string) string {
		n := string([]byte{count, 0, 0, 0})
		return pdu(typeResponse, whole, 2, invoke(0, 0, strings.Repeat("\x00", handleLen)+n+n+"\x00\x00\x00\x00"+n+strings.Repeat("\x03\x00\x00\x00", int(count))+towers+"\x00\x00\x00\x00"), "")
	}
	epm := pdu(typeBind, whole, 1, bind(context(0, epmUUID)), "")
	for _, tt := range []struct{ name, answer, ports, malformed string }{
		{"two towers", told(2, tower+tower), "49153,49153", ""},
		{"none", told(0, ""), "", ""},
		{"more than there are", told(3, tower+tower), "49153,49153", "dcerpc"},
		{"a tower cut short", told(1, tower[:40]), "", "dcerpc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &exchanges{}
			r := dissecttest.New(s, Protocol).Stream(Protocol, client(epm), client(asked), server(tt.answer))
			r[1].Check(t, map[string]string{"dcerpc.mapped_interface": svcctlUUID, "dcerpc.mapped_port": "", "dcerpc.operation": "Map"})
			r[2].Check(t, map[string]string{"dcerpc.mapped_port": tt.ports})
			if r[2].Malformed != tt.malformed {
				t.Errorf("malformed %q", r[2].Malformed)
			}
			if len(s.expected) != len(r[2].Fields["dcerpc.mapped_port"]) || len(s.expected) > 0 && (s.expected[0].At != netip.MustParseAddrPort("10.0.0.9:49153") || s.expected[0].Transport != protoTCP) {
				t.Errorf("expected %v", s.expected)
			}
		})
	}
}
