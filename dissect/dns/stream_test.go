// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func framed(b []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) }

var (
	request  = msg(0x0100, [4]uint16{1}, asked)
	response = msg(0x8180, [4]uint16{1, 1}, asked, rr(typeA, "\xc0\x00\x02\x01"))
)

func TestTransaction(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	other := append([]byte{9, 9}, request[2:]...)
	r := b.Datagrams(Protocol, dissecttest.Piece{Data: other}, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response}, dissecttest.Piece{Dir: 1, Data: response})
	r[1].Check(t, map[string]string{"transaction.id": "flow:2", "request_in": ""})
	r[2].Check(t, map[string]string{"transaction.id": "flow:2", "request_in": "2", "event.duration": "1000000"})
	r[3].Check(t, map[string]string{"transaction.id": "", "request_in": ""})
}

// A query that is sent again with its id is the same one, and one response answers both.
func TestRetransmission(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	r := b.Datagrams(Protocol, dissecttest.Piece{Data: request}, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response}, dissecttest.Piece{Dir: 1, Data: response},
		dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response})
	for i, want := range []map[string]string{{"transaction.id": "flow:1"}, {"transaction.id": "flow:1"}, {"transaction.id": "flow:1", "dns.response_to": "1", "dns.time": "2000000"},
		{"transaction.id": "", "dns.response_to": ""}, {"transaction.id": "flow:2"}, {"transaction.id": "flow:2", "dns.response_to": "5"}} {
		r[i].Check(t, want)
	}
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol, LLMNR, Elsewhere)
	two := append(framed(request), framed(append([]byte{0, 2}, request[2:]...))...)
	pieces := []dissecttest.Piece{{Data: two}, {Dir: 1, Data: framed(response)}}
	r := b.Stream(Protocol, pieces...)
	if r[0].Layers != "dns:dns" || r[1].Layers != "dns" {
		t.Errorf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
	r[0].Check(t, map[string]string{"dns.id": "4660,2"})
	r[1].Check(t, map[string]string{"request_in": "1", "dns.resolved_ip": "192.0.2.1"})
	b.Split(t, Protocol, pieces...)
	for layers, wireshark := range map[string]bool{"llmnr": false, "": true} {
		b.P.Options = &dissect.Options{Wireshark: wireshark}
		if r := b.Stream(LLMNR, dissecttest.Piece{Data: framed(request)}); r[0].Layers != layers {
			t.Errorf("LLMNR over TCP, compat %v: layers %q", wireshark, r[0].Layers)
		}
	}
	if r := b.Datagrams(Elsewhere, dissecttest.Piece{Data: request}); r[0].Layers != "dns" || r[0].Core.Application != Protocol {
		t.Errorf("DNS on another port: layers %q", r[0].Layers)
	}
	if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte{0, 3, 1, 2, 3}}); r[0].Layers != "" {
		t.Errorf("a length of 3 was taken for DNS")
	}
}

func TestGuess(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want bool
	}{
		{"query", request, true},
		{"response", response, true},
		{"query with OPT", msg(0x0120, [4]uint16{1, 0, 0, 1}, asked, "\x00", u16(41, 1232, 0, 0, 0)), true},
		{"bytes behind the question", append(request[:len(request):len(request)], 1), false},
		{"two questions", msg(0x0100, [4]uint16{2}, asked, asked), false},
		{"unknown type", msg(0x0100, [4]uint16{1}, ask(example, 999, 1)), false},
		{"binary name", msg(0x0100, [4]uint16{1}, ask(name("a\x01"), 1, 1)), false},
		{"answer to nothing", msg(0x0100, [4]uint16{1, 1}, asked, rr(1, "abcd")), false},
		{"NBNS", msg(0x0110, [4]uint16{1}, ask(name(strings.Repeat("CA", 16)), 32, 1)), false},
		{"zeros", make([]byte, 48), false},
		{"text", []byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), false},
		{"empty", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := guess(tt.data); got != tt.want {
				t.Error(got)
			}
		})
	}
}

func TestAllocations(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Quoted = true
	for name, m := range map[string][]byte{"query": request, "response": response} {
		// One: the identifier's text.
		if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, m, len(m)) }); n > 1 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzDNS(f *testing.F) {
	f.Add(request, 60)
	f.Add(response, 600)
	f.Add(msg(0x8000, [4]uint16{1, 1, 0, 1}, asked, rr(typeHTTPS, u16(1)+"\x00"+u16(1, 3)+"\x02h2"), "\x00", u16(41, 1232, 0, 0, 7, 8, 3, 1)+"\x18"), 0)
	f.Add(msg(0x8000, [4]uint16{1, 1}, asked, rr(typeNSEC3, "\x01\x00\x00\x0a\x02\xaa\xbb\x05hello\x00\x01\x22")), 0)
	b := dissecttest.New(nil, Protocol, MDNS)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, r := range append(b.Datagrams(Protocol, dissecttest.Piece{Data: data, Wire: wire}), b.Datagrams(MDNS, dissecttest.Piece{Data: data})...) {
			if len(data) >= headerLen && len(r.Fields["dns.id"]) != 1 {
				t.Fatal("a header without its fields")
			}
		}
		b.Invariants(t)
		b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true})
		b.Invariants(t)
		if guess(data) && len(data) <= headerLen {
			t.Fatal("guessed without a question")
		}
	})
}
