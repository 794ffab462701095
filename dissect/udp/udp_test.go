// SPDX-License-Identifier: Apache-2.0

package udp_test

import (
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/udp"
	"github.com/espbeat/espbeat/flow"
)

// datagram makes a UDP datagram that says it is length bytes long.
func datagram(length uint16, payload string) []byte {
	b := []byte{0x9c, 0x40, 0, 7, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[4:], length)
	return append(b, payload...)
}

// echo speaks on port 7 and writes down what it was given.
type echo struct {
	got  []string
	wire []int
}

func (e *echo) protocol() *dissect.Protocol {
	return &dissect.Protocol{Name: "echo", UDPPorts: []uint16{7}, Application: true, Dissect: func(p *dissect.Packet, b []byte, wire int) {
		e.got, e.wire = append(e.got, string(b)), append(e.wire, wire)
		if cap(b) != len(b) {
			p.Bad()
		}
	}}
}

// over makes the layer around UDP.
func over(version uint8, quoted bool) *dissect.Protocol {
	return &dissect.Protocol{Name: "net", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		addr := make([]byte, 4)
		if version == 6 {
			addr = make([]byte, 16)
		}
		p.SetIP(version, addr, addr, 17)
		p.Quoted, p.InQuote = quoted, quoted
		p.Call(udp.Protocol, b, wire)
	}}
}

func TestUDP(t *testing.T) {
	for _, c := range []struct {
		name      string
		b         []byte
		wire      int // len(b) if 0
		version   uint8
		want      map[string]string
		payload   string
		left      int // length of the payload on the wire
		malformed bool
		truncated bool
	}{
		{name: "plain", b: datagram(12, "data"), payload: "data", left: 4, want: map[string]string{"udp.srcport": "40000", "udp.dstport": "7", "udp.length": "12", "udp.checksum.value": "0",
			"udp.checksum.status": "3"}},
		{name: "over IPv6 a checksum of 0 is bad", b: datagram(12, "data"), version: 6, payload: "data", left: 4, want: map[string]string{"udp.checksum.status": "0"}},
		{name: "no payload", b: datagram(8, ""), want: map[string]string{"udp.length": "8"}},
		{name: "padding behind it", b: datagram(10, "data"), payload: "da", left: 2},
		{name: "longer than its packet", b: datagram(100, "data"), payload: "data", left: 4, malformed: true, want: map[string]string{"udp.length": "100"}},
		{name: "shorter than its header", b: datagram(7, "data"), malformed: true, want: map[string]string{"udp.length": "7", "udp.checksum.value": ""}},
		{name: "length 0", b: datagram(0, "data"), malformed: true, want: map[string]string{"udp.length": "0"}},
		{name: "a jumbogram", b: datagram(0, "data"), version: 6, payload: "data", left: 4},
		{name: "payload cut", b: datagram(1000, "data"), wire: 1000, payload: "data", left: 992},
		{name: "all of the payload cut", b: datagram(1000, ""), wire: 1000, truncated: true},
		{name: "header cut", b: datagram(12, "")[:7], wire: 12, truncated: true, want: map[string]string{"udp.srcport": "40000", "udp.length": "12", "udp.checksum.value": ""}},
		{name: "ports cut", b: datagram(12, "")[:3], wire: 12, truncated: true, want: map[string]string{"udp.srcport": ""}},
		{name: "one byte short", b: datagram(12, "")[:7], malformed: true, want: map[string]string{"udp.length": "12"}},
		{name: "half a length", b: datagram(12, "")[:5], malformed: true, want: map[string]string{"udp.dstport": "7", "udp.length": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.wire == 0 {
				c.wire = len(c.b)
			}
			if c.version == 0 {
				c.version = 4
			}
			e := &echo{}
			r := dissecttest.New(nil, udp.Protocol, e.protocol()).Run(over(c.version, false), c.b, c.wire)
			r.Check(t, c.want)
			if (r.Malformed == "udp") != c.malformed || r.Malformed == "echo" || r.Truncated != c.truncated {
				t.Errorf("malformed %q, truncated %v", r.Malformed, r.Truncated)
			}
			if c.payload == "" && len(e.got) != 0 || c.payload != "" && (len(e.got) != 1 || e.got[0] != c.payload || e.wire[0] != c.left) {
				t.Errorf("payload %q of %v bytes, want %q of %d", e.got, e.wire, c.payload, c.left)
			}
		})
	}
}

func TestQuoted(t *testing.T) {
	e, state := &echo{}, flow.New(flow.Options{})
	r := dissecttest.New(state, udp.Protocol, e.protocol()).Run(over(4, true), datagram(12, "data"), 12)
	r.Check(t, map[string]string{"udp.srcport": "40000"})
	if len(e.got) != 0 || state.Stats().FlowsSeen != 0 {
		t.Errorf("%q, %+v", e.got, state.Stats())
	}
}

func TestKnownFlowDoesNotAllocate(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), udp.Protocol)
	b.P.Options.Checksums = false
	packet := datagram(12, "data")
	net := over(4, false)
	net.Dissect = func(p *dissect.Packet, b []byte, wire int) { p.Call(udp.Protocol, b, wire) }
	next := func() { b.Dissect(net, packet, len(packet)) }
	next()
	if n := testing.AllocsPerRun(200, next); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}

func FuzzUDP(f *testing.F) {
	f.Add(datagram(12, "data"), 0, true)
	f.Add(datagram(0, "jumbo"), 5, false)
	f.Fuzz(func(t *testing.T, data []byte, cut int, v4 bool) {
		e := &echo{}
		b := dissecttest.New(flow.New(flow.Options{}), udp.Protocol, e.protocol())
		version := uint8(6)
		if v4 {
			version = 4
		}
		wire := len(data) + cut&0xffff
		b.Dissect(over(version, false), data, wire)
		b.Invariants(t)
		for i, got := range e.got {
			if len(got) > e.wire[i] || len(got) > len(data)-8 || e.wire[i] > wire-8 {
				t.Fatalf("a payload of %d bytes, %d on the wire, in %d and %d", len(got), e.wire[i], len(data), wire)
			}
		}
	})
}
