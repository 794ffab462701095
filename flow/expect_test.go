// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"
	"testing"
	"time"

	"github.com/espbeat/espbeat/dissect"
)

// packetOf counts a datagram from src to dst, and returns its conversation.
func packetOf(s *State, p *dissect.Packet, src, dst string) *dissect.Conversation {
	from, to := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	p.Begin()
	p.Number++
	p.Time += 1e6
	p.Core = dissect.Core{IPVersion: 4, IPProtocol: 17, Ports: true, Source: dissect.Endpoint{Addr: from.Addr(), Port: from.Port()},
		Destination: dissect.Endpoint{Addr: to.Addr(), Port: to.Port()}}
	return s.Converse(p)
}

func TestExpect(t *testing.T) {
	const client, server, other = "192.0.2.1:5000", "192.0.2.2:69", "192.0.2.3:69"
	app := &dissect.Protocol{Name: "media"}
	at := netip.MustParseAddrPort(client)
	peer := func(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
	for _, c := range []struct {
		name     string
		e        dissect.Expectation
		src, dst string
		wait     time.Duration
		met      bool
	}{
		{name: "any peer", src: client, dst: server, met: true},
		{name: "any peer, which speaks first", src: server, dst: client, met: true},
		{name: "this peer", e: dissect.Expectation{Peer: peer(server)}, src: server, dst: client, met: true},
		{name: "another peer", e: dissect.Expectation{Peer: peer(server)}, src: other, dst: client},
		{name: "any port of this peer", e: dissect.Expectation{Peer: peer("192.0.2.2:0")}, src: "192.0.2.2:77", dst: client, met: true},
		{name: "another port of this peer", e: dissect.Expectation{Peer: peer(server)}, src: "192.0.2.2:77", dst: client},
		{name: "this port of any peer", e: dissect.Expectation{Peer: netip.AddrPortFrom(netip.Addr{}, 69)}, src: other, dst: client, met: true},
		{name: "another place", src: "192.0.2.1:5001", dst: server},
		{name: "another transport", e: dissect.Expectation{Transport: protoTCP}, src: client, dst: server},
		{name: "at the end of its life", src: client, dst: server, wait: time.Second - time.Millisecond, met: true},
		{name: "too late", src: client, dst: server, wait: time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{})
			p := &dissect.Packet{State: s, Options: &dissect.Options{}}
			if c.e.Transport == 0 {
				c.e.Transport = 17
			}
			c.e.At, c.e.App, c.e.State, c.e.Lifetime = at, app, "state", time.Second
			s.Expect(p, c.e)
			p.Time += int64(c.wait)
			if conv := packetOf(s, p, c.src, c.dst); (conv.App == app) != c.met || (conv.AppState == "state") != c.met {
				t.Errorf("application %v, state %v", conv.App, conv.AppState)
			}
		})
	}
	t.Run("a conversation that has begun", func(t *testing.T) {
		s := New(Options{})
		p := &dissect.Packet{State: s, Options: &dissect.Options{}}
		if conv := packetOf(s, p, client, server); conv.App != nil {
			t.Fatalf("application %v", conv.App)
		}
		s.Expect(p, dissect.Expectation{Transport: 17, At: at, App: app, Lifetime: time.Second})
		if conv := packetOf(s, p, server, client); conv.App != app {
			t.Errorf("application %v", conv.App)
		}
		if conv := packetOf(s, p, other, client); conv.App != app {
			t.Errorf("a second conversation: application %v", conv.App)
		}
	})
	t.Run("another tunnel", func(t *testing.T) {
		s := New(Options{})
		p := &dissect.Packet{State: s, Options: &dissect.Options{}}
		p.Tunnel(7)
		s.Expect(p, dissect.Expectation{Transport: 17, At: at, App: app, Lifetime: time.Second})
		if conv := packetOf(s, p, client, server); conv.App != nil {
			t.Errorf("application %v", conv.App)
		}
	})
}

// A TCP connection is expected once, is spoken to before its port is looked at, and keeps to its application over a gap, but not against its bytes.
func TestExpectedConnection(t *testing.T) {
	b := newBench(t, Options{})
	got := ""
	data := &dissect.Protocol{Name: "data", Stream: func(_ *dissect.Packet, c *dissect.Conversation, data []byte) int {
		if data[0] == '!' {
			return dissect.Reject
		}
		got += c.AppState.(string) + string(data)
		return len(data)
	}}
	b.s.Expect(&b.p, dissect.Expectation{Transport: protoTCP, At: netip.MustParseAddrPort("192.0.2.2:7"), App: data, State: ">", Lifetime: time.Minute})
	b.connect()
	b.send(segment{flags: flagACK, seq: 1001, data: "one"})
	b.send(segment{flags: flagACK, seq: 1014, data: "two"}) // "missing ten" was lost by the capture
	b.send(segment{server: true, flags: flagACK, seq: 5001, ack: 1017})
	b.send(segment{flags: flagACK, seq: 1017, data: "three"})
	if got != ">one>two>three" {
		t.Errorf("got %q", got)
	}
	b.send(segment{flags: flagACK, seq: 1022, data: "!"})
	b.send(segment{flags: flagACK, seq: 1023, data: "rest"})
	b.want(0, "rest")
	b.send(segment{flags: flagSYN, seq: 2000, port: 5})
	b.send(segment{flags: flagACK, seq: 2001, port: 5, data: "again"})
	b.want(0, "restagain")
}

// Expectations of more conversations than are kept push each other out, and those that are over go by themselves.
func TestExpectationFlood(t *testing.T) {
	const many = 3 * maxExpected
	s := New(Options{})
	p := &dissect.Packet{State: s, Options: &dissect.Options{}}
	expect := func(n int) {
		s.Expect(p, dissect.Expectation{Transport: 17, At: netip.AddrPortFrom(spoofed(uint32(n)), 5000), App: &dissect.Protocol{}, Lifetime: time.Minute})
	}
	check := func(held, evicted int) {
		t.Helper()
		if x := &s.expected; len(x.byPlace) != held || x.made.Len() != held || s.Stats().ExpectedEvicted != uint64(evicted) {
			t.Fatalf("%d by place, %d listed, %+v", len(x.byPlace), x.made.Len(), s.Stats())
		}
	}
	for n := range many {
		expect(n)
	}
	check(maxExpected, many-maxExpected)
	for range many {
		expect(0) // one place
	}
	check(maxExpected, many-maxExpected+1)
	p.Time += int64(2 * time.Minute)
	expect(1)
	check(1, many-maxExpected+1)
}
