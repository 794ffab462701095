// SPDX-License-Identifier: Apache-2.0

package dissect_test

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// layer makes a protocol that does f.
func layer(name string, f func(p *dissect.Packet, b []byte, wire int)) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Dissect: f}
}

// A packet of packets ends at the limits of layers and tunnels, whatever it says.
func TestDepth(t *testing.T) {
	var matryoshka *dissect.Protocol
	calls, tunnels := 0, 0
	matryoshka = layer("doll", func(p *dissect.Packet, b []byte, wire int) {
		calls++
		if p.Tunnel(1) {
			tunnels++
		}
		p.Call(matryoshka, b, wire)
	})
	r := dissecttest.New(nil, matryoshka).Run(matryoshka, []byte{1}, 1)
	if calls != dissect.MaxLayers || tunnels != dissect.MaxTunnels || r.Malformed != "" {
		t.Errorf("%d layers, %d tunnels, malformed %q", calls, tunnels, r.Malformed)
	}
}

func TestCall(t *testing.T) {
	var got, capacity, left = "", 0, 0
	next := layer("next", func(_ *dissect.Packet, b []byte, wire int) { got, capacity, left = string(b), cap(b), wire })
	for _, c := range []struct {
		name      string
		to        *dissect.Protocol
		n, wire   int
		layers    string
		truncated bool
	}{
		{"bytes", next, 3, 5, "first:next", false},
		{"nobody speaks next", nil, 3, 5, "first", false},
		{"nothing follows", next, 0, 0, "first", false},
		{"less than nothing", next, 0, -4, "first", false},
		{"what follows was cut", next, 0, 5, "first", true},
	} {
		got, capacity, left = "", 0, 0
		first := layer("first", func(p *dissect.Packet, b []byte, _ int) { p.Call(c.to, b[:c.n], c.wire) })
		r := dissecttest.New(nil, first, next).Run(first, []byte("abcdef"), 6)
		if r.Layers != c.layers || r.Truncated != c.truncated || got != "" && (got != "abc" || capacity != 3 || left != 5) {
			t.Errorf("%s: %s, truncated %v, %q of capacity %d, %d on the wire", c.name, r.Layers, r.Truncated, got, capacity, left)
		}
	}
}

func TestNeed(t *testing.T) {
	for _, c := range []struct {
		name                     string
		have, wire, need         int
		ok, truncated, malformed bool
	}{
		{"enough", 4, 4, 4, true, false, false},
		{"cut by the capture", 3, 4, 4, false, true, false},
		{"too short on the wire", 3, 3, 4, false, false, true},
		{"cut, and too short", 2, 3, 4, false, false, true},
	} {
		ok := false
		r := dissecttest.New(nil).Run(layer("short", func(p *dissect.Packet, b []byte, wire int) { ok = p.Need(b, wire, c.need) }), make([]byte, c.have), c.wire)
		if ok != c.ok || r.Truncated != c.truncated || (r.Malformed == "short") != c.malformed {
			t.Errorf("%s: %v, truncated %v, malformed %q", c.name, ok, r.Truncated, r.Malformed)
		}
	}
}

// The first layer that contradicts itself is named, and a packet forgets what the one before it was.
func TestBegin(t *testing.T) {
	b := dissecttest.New(nil)
	inner := layer("inner", func(p *dissect.Packet, _ []byte, _ int) { p.Bad() })
	outer := layer("outer", func(p *dissect.Packet, b []byte, wire int) {
		p.SetMAC(make([]byte, 6), make([]byte, 20))
		p.SetIP(4, []byte{192, 0, 2, 1}, []byte{192, 0, 2, 2}, 6)
		p.SetPorts(1, 2)
		for id := range uint16(10) {
			p.AddVLAN(id)
		}
		p.Tunnel(7)
		p.Call(inner, b, wire)
		p.Bad()
	})
	r := b.Run(outer, []byte{1}, 1)
	if r.Malformed != "inner" || r.Core.VLANCount != dissect.MaxVLANs || r.Core.Destination.MACLen != 8 || b.P.TunnelKey() != 0 {
		t.Errorf("malformed %q, %+v, tunnel %d", r.Malformed, r.Core, b.P.TunnelKey())
	}
	b.Dissect(layer("next", func(*dissect.Packet, []byte, int) {}), []byte{1}, 1)
	if p := &b.P; p.Core != (dissect.Core{}) || p.Malformed != nil || p.Depth != 1 || p.TunnelKey() != 0 || p.Conversation != nil {
		t.Errorf("%+v", p.Core)
	}
}

// An inner header replaces what the outer one said.
func TestInnermost(t *testing.T) {
	b := dissecttest.New(nil)
	r := b.Run(layer("ip", func(p *dissect.Packet, _ []byte, _ int) {
		p.SetIP(4, []byte{192, 0, 2, 1}, []byte{192, 0, 2, 2}, 17)
		p.SetPorts(1, 2)
		p.SetIP(6, make([]byte, 16), make([]byte, 16), 50)
	}), []byte{1}, 1)
	if c := r.Core; c.Ports || c.Source.Port != 0 || c.Source.Addr != netip.IPv6Unspecified() || c.IPProtocol != 50 || c.Networks != 2 || c.Transports != 1 {
		t.Errorf("%+v", c)
	}
}

func TestRequests(t *testing.T) {
	c, p := &dissect.Conversation{}, &dissect.Packet{}
	for i := range uint64(100) {
		p.Number = i + 1
		if got := c.Ask(p, i%2); got != i+1 {
			t.Fatalf("request %d has ordinal %d", i+1, got)
		}
	}
	// The oldest 36 were forgotten; the oldest open one of a key answers first.
	for _, want := range []uint64{37, 39, 41} {
		if r, ok := c.Answer(0); !ok || r.Number != want {
			t.Errorf("%+v, %v; want %d", r, ok, want)
		}
	}
	if _, ok := c.Answer(7); ok {
		t.Error("an answer to no request")
	}
}

func TestRegistryRejectsDoubles(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two protocols claim one port")
		}
	}()
	dissect.NewRegistry(&dissect.Protocol{Name: "a", UDPPorts: []uint16{7}}, &dissect.Protocol{Name: "b", UDPPorts: []uint16{7}})
}
