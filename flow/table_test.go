// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

func TestConversations(t *testing.T) {
	const syn, ack, fin, rst = flagSYN, flagACK, flagFIN, flagRST
	for _, c := range []struct {
		name string
		send []segment
		want []uint64 // the number of each segment's conversation
	}{
		{"both directions are one", []segment{{flags: syn, seq: 1}, {server: true, flags: syn | ack, seq: 9, ack: 2}, {flags: ack, seq: 2, ack: 10}}, []uint64{0, 0, 0}},
		{"two ports are two", []segment{{flags: syn, seq: 1}, {flags: syn, seq: 1, port: 5}, {flags: ack, seq: 2}}, []uint64{0, 1, 0}},
		{"a repeated SYN is not new", []segment{{flags: syn, seq: 1}, {flags: syn, seq: 1}, {flags: ack, seq: 2}, {flags: syn, seq: 1}}, []uint64{0, 0, 0, 0}},
		{"a SYN of another number is", []segment{{flags: syn, seq: 1}, {flags: ack, seq: 2}, {flags: syn, seq: 77}, {flags: ack, seq: 78}}, []uint64{0, 0, 1, 1}},
		{"a SYN after a FIN", []segment{{flags: syn, seq: 1}, {flags: ack | fin, seq: 2}, {flags: syn, seq: 1}}, []uint64{0, 0, 1}},
		{"a SYN after the other side's RST", []segment{{flags: syn, seq: 1}, {server: true, flags: rst | ack, ack: 2}, {flags: syn, seq: 1}}, []uint64{0, 0, 1}},
		{"packets after the end belong to it", []segment{{flags: ack, seq: 1}, {flags: ack | fin, seq: 1}, {server: true, flags: ack, seq: 5, ack: 2}}, []uint64{0, 0, 0}},
		{"a SYN seen after its answer", []segment{{server: true, flags: syn | ack, seq: 9, ack: 2}, {flags: syn, seq: 1}}, []uint64{0, 0}},
		{"both sides open at once", []segment{{flags: syn, seq: 1}, {server: true, flags: syn, seq: 9}, {server: true, flags: syn | ack, seq: 9, ack: 2}}, []uint64{0, 0, 0}},
		{"a SYN into a connection whose begin was missed", []segment{{flags: ack, seq: 500, ack: 7}, {flags: syn, seq: 1}}, []uint64{0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			for i, g := range c.send {
				if conv, _ := b.send(g); conv.Number != c.want[i] {
					t.Fatalf("segment %d is of conversation %d, want %d", i, conv.Number, c.want[i])
				}
			}
		})
	}
}

func TestInitiator(t *testing.T) {
	for _, c := range []struct {
		name      string
		first     segment
		direction int
		known     bool
	}{
		{"a SYN", segment{flags: flagSYN}, 0, true},
		{"the answer to a SYN that was missed", segment{server: true, flags: flagSYN | flagACK}, 1, true},
		{"data in the middle", segment{flags: flagACK, data: "x"}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			conv, _ := b.send(c.first)
			if b.p.Direction != c.direction || conv.InitiatorKnown != c.known || conv.Packets[c.direction] != 1 {
				t.Errorf("direction %d, initiator known: %v, packets %v", b.p.Direction, conv.InitiatorKnown, conv.Packets)
			}
			c.first.server = !c.first.server
			c.first.flags = flagACK
			if b.send(c.first); b.p.Direction != 1-c.direction || conv.Packets != [2]uint64{1, 1} {
				t.Errorf("back: direction %d, packets %v", b.p.Direction, conv.Packets)
			}
		})
	}
}

// The state of a connection, and the handshake's time in the packet that ends it.
func TestConnection(t *testing.T) {
	const syn, ack, fin, rst = flagSYN, flagACK, flagFIN, flagRST
	for _, c := range []struct {
		name string
		send []segment
		want []dissect.Connection
	}{
		{"to its end", []segment{{flags: syn}, {server: true, flags: syn | ack}, {flags: ack}, {flags: ack | fin}, {server: true, flags: ack}, {server: true, flags: ack | fin}, {flags: ack}},
			[]dissect.Connection{dissect.Opening, dissect.Opening, dissect.Established, dissect.Closing, dissect.Closing, dissect.Closed, dissect.Closed}},
		{"refused", []segment{{flags: syn}, {server: true, flags: rst | ack}}, []dissect.Connection{dissect.Opening, dissect.Reset}},
		{"seen from the middle", []segment{{flags: ack, data: "x"}, {flags: ack | fin}, {flags: rst}}, []dissect.Connection{dissect.Established, dissect.Closing, dissect.Reset}},
		{"a SYN again", []segment{{flags: syn, seq: 1}, {flags: syn, seq: 1}, {flags: ack, seq: 2}, {flags: syn, seq: 1}, {flags: syn, seq: 9}},
			[]dissect.Connection{dissect.Opening, dissect.Opening, dissect.Established, dissect.Established, dissect.Opening}},
	} {
		b := newBench(t, Options{})
		for i, g := range c.send {
			conv, _ := b.send(g)
			if conv.State != c.want[i] {
				t.Errorf("%s: %d after segment %d, want %d", c.name, conv.State, i, c.want[i])
			}
			if i == 2 && c.name == "to its end" != (conv.Handshake == 2e6) || i > 2 && conv.Handshake != 0 && c.name == "to its end" {
				t.Errorf("%s: handshake %d in segment %d", c.name, conv.Handshake, i)
			}
		}
	}
}

// The least recently seen conversation goes first, and is counted.
func TestEviction(t *testing.T) {
	b := newBench(t, Options{Flows: 3})
	for _, port := range []uint16{1, 2, 3, 1, 4, 1, 3} { // 4 takes the place of 2
		b.send(segment{port: port, flags: flagACK})
	}
	if s := b.s.Stats(); s.Flows != 3 || s.FlowsSeen != 4 || s.FlowsEvicted != 1 {
		t.Fatalf("%+v", s)
	}
	for port, number := range map[uint16]uint64{1: 0, 3: 2, 4: 3} {
		if c, _ := b.send(segment{port: port, flags: flagACK}); c.Number != number {
			t.Errorf("port %d is conversation %d, want %d", port, c.Number, number)
		}
	}
	if c, _ := b.send(segment{port: 2, flags: flagACK}); c.Number != 4 || c.Packets[0] != 1 {
		t.Errorf("port 2 came back as conversation %d with %v packets", c.Number, c.Packets)
	}
}

func TestRelativeNumbers(t *testing.T) {
	b := newBench(t, Options{})
	for _, c := range []struct {
		name     string
		g        segment
		seq, ack uint32
		window   uint32
		scale    int
	}{
		{"SYN", segment{flags: flagSYN, seq: 0xffffffff, scale: 8, window: 100}, 0, 0, 100, -1},
		{"SYN, ACK", segment{server: true, flags: flagSYN | flagACK, seq: 9, ack: 0, scale: 3, window: 100}, 0, 1, 100, -1},
		{"client", segment{flags: flagACK, seq: 0, ack: 10, window: 100}, 1, 1, 100 << 7, 7},
		{"server", segment{server: true, flags: flagACK, seq: 10, ack: 5, window: 100}, 1, 6, 100 << 2, 2},
	} {
		_, i := b.send(c.g)
		if i.RelativeSeq != c.seq || i.RelativeAck != c.ack || i.Window != c.window || i.WindowScale != c.scale {
			t.Errorf("%s: %+v", c.name, i)
		}
	}
	b = newBench(t, Options{})
	b.send(segment{flags: flagSYN, seq: 1, scale: 8})
	b.send(segment{server: true, flags: flagSYN | flagACK, seq: 1, ack: 2})
	if _, i := b.send(segment{flags: flagACK, seq: 2, ack: 2, window: 5}); i.WindowScale != -2 || i.Window != 5 {
		t.Errorf("one side without window scale: %+v", i)
	}
	b = newBench(t, Options{})
	if _, i := b.send(segment{flags: flagACK, seq: 500, ack: 900, window: 5}); i.RelativeSeq != 1 || i.RelativeAck != 1 || i.WindowScale != -1 || i.Window != 5 {
		t.Errorf("in the middle: %+v", i)
	}
}

// Equal packets of two inputs, tunnels, times or ends have other ids; equal ones the same.
func TestFlowID(t *testing.T) {
	ids := map[string]string{}
	id := func(name, input string, change func(*dissect.Packet)) string {
		s := New(Options{InputID: input})
		p := &dissect.Packet{State: s, Number: 1, Time: 1e9, Options: &dissect.Options{}}
		p.Core = dissect.Core{IPVersion: 4, IPProtocol: 17, Ports: true, Source: dissect.Endpoint{Addr: netip.MustParseAddr("192.0.2.1"), Port: 1},
			Destination: dissect.Endpoint{Addr: netip.MustParseAddr("192.0.2.2"), Port: 2}}
		change(p)
		got := s.Converse(p).ID
		if other, ok := ids[got]; ok {
			t.Errorf("%s and %s are both %s", name, other, got)
		}
		ids[got] = name
		return got
	}
	same := func(*dissect.Packet) {}
	plain := id("plain", "", same)
	id("input", "eth0", same)
	id("time", "", func(p *dissect.Packet) { p.Time++ })
	id("number", "", func(p *dissect.Packet) { p.Number++ })
	id("port", "", func(p *dissect.Packet) { p.Core.Source.Port++ })
	id("tunnel", "", func(p *dissect.Packet) { p.Tunnel(0) })
	id("another tunnel", "", func(p *dissect.Packet) { p.Tunnel(1) })
	delete(ids, plain)
	if again := id("again", "", same); again != plain {
		t.Errorf("the same packet is %s and %s", plain, again)
	}
}

// Numbers count by transport, and ICMP requests and replies are one conversation.
func TestNumbersByProtocol(t *testing.T) {
	s := New(Options{})
	p := &dissect.Packet{State: s, Options: &dissect.Options{}}
	a, b := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	converse := func(proto uint8, src, dst netip.Addr, icmpType uint8) uint64 {
		p.Core = dissect.Core{IPVersion: 6, IPProtocol: proto, HasICMP: proto == protoICMPv6, ICMPType: icmpType}
		p.Core.Source.Addr, p.Core.Destination.Addr = src, dst
		return s.Converse(p).Number
	}
	if n := converse(17, a, b, 0); n != 0 {
		t.Errorf("UDP %d", n)
	}
	if n := converse(protoICMPv6, a, b, 128); n != 0 {
		t.Errorf("request %d", n)
	}
	if n := converse(protoICMPv6, b, a, 129); n != 0 || p.Direction != 1 {
		t.Errorf("reply %d, direction %d", n, p.Direction)
	}
	if n := converse(protoICMPv6, b, a, 128); n != 1 {
		t.Errorf("the other side's request %d", n)
	}
}
