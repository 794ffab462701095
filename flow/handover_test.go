// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// newHandOverBench has a protocol of lines, in which the client's "up" asks for another protocol and the server's "ok" agrees; the other
// takes two bytes at a time. got is what each was given, by direction.
func newHandOverBench(t *testing.T, other *dissect.Protocol) (b *bench, got *[2]string) {
	b, got = newBench(t, Options{}), new([2]string)
	lines := &dissect.Protocol{Name: "lines", TCPPorts: []uint16{serverPort}}
	asked := false
	lines.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		if asked && p.Direction == 0 || len(data) < 2 {
			return 0
		}
		got[p.Direction] += string(data[:2]) + ";"
		c.Ask(p, 0)
		switch string(data[:2]) {
		case "up":
			asked = true
		case "ok":
			c.HandOver(other, "state")
		}
		return 2
	}
	if other != nil {
		other.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
			if c.AppState != "state" {
				t.Errorf("state %v", c.AppState)
			}
			if _, open := c.Asked(0); open {
				t.Error("requests of another protocol are open")
			}
			n := len(data) &^ 1
			got[p.Direction] += "(" + string(data[:n]) + ")"
			return n
		}
	}
	b.p.Registry = dissect.NewRegistry(lines)
	b.p.Out = &field.Buffer{}
	b.connect()
	return b, got
}

func TestHandOver(t *testing.T) {
	for _, c := range []struct {
		name           string
		send           []segment
		client, server string
	}{
		{"in turn", []segment{{data: "hiup"}, {server: true, data: "yook"}, {data: "abcd"}, {server: true, data: "efgh"}}, "hi;up;(abcd)", "yo;ok;(efgh)"},
		{"with the answer's packet", []segment{{data: "up"}, {server: true, data: "okef"}, {data: "ab"}}, "up;(ab)", "ok;(ef)"},
		{"bytes sent early", []segment{{data: "upab"}, {data: "cd"}, {server: true, data: "ok"}, {data: "ef"}}, "up;(abcd)(ef)", "ok;"},
		{"bytes sent early, and no more", []segment{{data: "upab"}, {server: true, data: "ok"}, {}}, "up;(ab)", "ok;"},
		{"half a message sent early", []segment{{data: "upa"}, {server: true, data: "ok"}, {data: "b"}}, "up;()(ab)", "ok;"},
		{"no answer", []segment{{data: "upab"}, {server: true, data: "no"}, {data: "cd"}}, "up;", "no;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := &dissect.Protocol{Name: "other"}
			b, got := newHandOverBench(t, other)
			seq := [2]uint32{1001, 5001}
			for _, g := range c.send {
				dir := 0
				if g.server {
					dir = 1
				}
				g.flags, g.seq = flagACK, seq[dir]
				seq[dir] += uint32(len(g.data))
				b.send(g)
			}
			if got[0] != c.client || got[1] != c.server {
				t.Errorf("client %q, server %q; want %q, %q", got[0], got[1], c.client, c.server)
			}
		})
	}
}

// When nobody takes over, what follows is offered to whoever its port and first bytes find.
func TestHandOverToNobody(t *testing.T) {
	b, got := newHandOverBench(t, nil)
	b.send(segment{server: true, flags: flagACK, seq: 5001, data: "ok"})
	if c := b.p.Conversation; c.App != nil {
		t.Errorf("application %v", c.App)
	}
	b.send(segment{flags: flagACK, seq: 1001, data: "hi"})
	if got[0] != "hi;" {
		t.Errorf("client %q", got[0])
	}
}
