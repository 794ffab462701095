// SPDX-License-Identifier: Apache-2.0

package rdpudp

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/tls"
)

var client, server = dissecttest.Client, dissecttest.Server

func syn(flags uint16, rest string) string {
	ack := "\xff\xff\xff\xff"
	if flags&flagACK != 0 {
		ack = "\x00\x00\x00\x63"
	}
	return ack + "\x00\x40" + string(binary.BigEndian.AppendUint16(nil, flagSYN|flags)) + "\x00\x00\x00\x63\x04\xd0\x04\xd0" + rest + strings.Repeat("\x00", 8)
}

func carry(number byte, data string) string {
	return "\x00\x00\x00\x63\x04\x00\x00\x0c\x00\x01\x00\x1f\x00\x00\x00" + string([]byte{number}) + "\x00\x00\x00" + string([]byte{number}) + data
}

const (
	alert     = "\x15\x03\x03\x00\x02\x02\x28"
	extension = "\x00\x01\x00\x02"
)

var (
	first  = syn(flagCorrelation|flagExtension, "0123456789abcdef"+strings.Repeat("\x00", 16)+extension)
	second = syn(flagACK|flagExtension, extension)
)

func newBench(wireshark bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, tls.Protocol)
	b.Port, b.P.Options.Wireshark = port, wireshark
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name      string
		wireshark bool
		pieces    []dissecttest.Piece
		layers    string
		malformed string
		want      map[string]string
	}{
		{"handshake", true, []dissecttest.Piece{client(first), server(second)}, "rdpudp:rdpudp", "", map[string]string{"rdpudp.flags": "6145,4101", "rdpudp.correlationid": "30313233343536373839616263646566",
			"rdpudp.initialsequencenumber": "99,99", "rdpudp.upstreammtu": "1232,1232", "rdpudp.synex_version": "2,2", "rdpudp.snsourceack": "4294967295,99"}},
		{"TLS", false, []dissecttest.Piece{client(first), client(carry(100, alert[:3])), client(carry(101, alert[3:]+alert))}, "rdpudp:rdpudp:rdpudp:tls:tls", "", map[string]string{"tls.alert_message.desc": "40,40", "rdpudp.data_source_start": "100,101"}},
		{"TLS, as tshark", true, []dissecttest.Piece{client(first), client(carry(100, alert[:3]))}, "rdpudp:rdpudp:tls", "", map[string]string{"tls.record.content_type": ""}},
		{"sent again", false, []dissecttest.Piece{client(first), client(carry(100, alert)), client(carry(100, alert))}, "rdpudp:rdpudp:tls:rdpudp", "", map[string]string{"tls.record.content_type": "21"}},
		{"a gap", false, []dissecttest.Piece{client(first), client(carry(100, alert[:3])), client(carry(102, alert))}, "rdpudp:rdpudp:rdpudp:tls", "", map[string]string{"tls.record.content_type": "21"}},
		{"the middle of a connection", false, []dissecttest.Piece{client(carry(9, alert))}, "rdpudp:tls", "", map[string]string{"tls.record.content_type": "21"}},
		{"no TLS", false, []dissecttest.Piece{client(carry(9, "hello")), client(carry(10, alert))}, "rdpudp:rdpudp:tls", "", nil},
		{"version 3", false, []dissecttest.Piece{client(first), server(syn(flagACK|flagExtension, "\x00\x01\x01\x01")), client("0123456789")}, "rdpudp:rdpudp:rdpudp", "", map[string]string{"rdpudp.flags": "6145,4101"}},
		{"acknowledgements alone", false, []dissecttest.Piece{client("\x00\x00\x00\x63\x04\x00\x01\x04\x00\x00\x00\x00\x00\x00\x00\x01")}, "rdpudp", "", nil},
		{"a vector beyond the end", false, []dissecttest.Piece{client("\x00\x00\x00\x63\x04\x00\x00\x0c\xff\xff\x00\x00")}, "rdpudp", "rdpudp", map[string]string{"rdpudp.data_source_start": ""}},
		{"cut by the capture", false, []dissecttest.Piece{{Data: []byte(first)[:14], Wire: len(first)}}, "rdpudp", "", map[string]string{"rdpudp.upstreammtu": "1232", "rdpudp.downstreammtu": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(tt.wireshark).Datagrams(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestElsewhere(t *testing.T) {
	for wireshark, want := range map[bool]string{false: "rdpudp", true: ""} { // tshark looks on the port alone
		b := newBench(wireshark)
		b.Port = 40000
		if got := b.Datagrams(Protocol, client(first))[0].Layers; got != want {
			t.Errorf("layers %q, want %q", got, want)
		}
	}
}

// A record that never ends is given up.
func TestHeldIsBounded(t *testing.T) {
	s := &state{stream: [2]stream{{held: make([]byte, 0)}}}
	b := newBench(false)
	for i := range 200 {
		s.stream[0].held = append(s.stream[0].held, "\x16\x03\x03\x40\x00"[i%5])
		s.stream[0].held = append(s.stream[0].held, make([]byte, 1000)...)
		s.offer(&b.P, &s.stream[0])
		if len(s.stream[0].held) > maxHeld+2000 {
			t.Fatalf("%d bytes are held", len(s.stream[0].held))
		}
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		first: {true, true}, second: {true, false}, carry(1, alert): {true, false}, first[:15]: {true, false}, strings.Replace(first, "\x04\xd0", "\x09\xd0", 1): {true, false}, "1234567": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench(true)
	for data, want := range map[string]string{first: "SYN, CORRELATIONID, SYNEX", second: "SYN, ACK, SYNEX", carry(1, alert): "ACK, DATA"} {
		b.Datagrams(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzRDPUDP(f *testing.F) {
	f.Add([]byte(first), []byte(second), []byte(carry(100, alert)), false)
	f.Add([]byte(carry(1, alert[:4])), []byte(carry(2, alert)), []byte(carry(2, alert[4:])), true)
	f.Fuzz(func(t *testing.T, one, two, three []byte, wireshark bool) {
		b := newBench(wireshark)
		r := b.Datagrams(Protocol, dissecttest.Piece{Data: one}, dissecttest.Piece{Dir: 1, Data: two}, dissecttest.Piece{Data: three, Wire: len(three) + len(two)%2})
		b.Invariants(t)
		for i, data := range [][]byte{one, two, three} {
			if len(data) > 0 && !strings.HasPrefix(r[i].Layers, "rdpudp") {
				t.Fatalf("layers %q", r[i].Layers)
			}
		}
		if guess(one) && !accept(one) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
