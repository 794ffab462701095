// SPDX-License-Identifier: Apache-2.0

package icmp

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/field"
)

// carrier sets the addresses that a conversation needs.
var carrier = &dissect.Protocol{Name: "carrier", Dissect: func(p *dissect.Packet, b []byte, wire int) {
	p.SetIP(4, []byte{1, 1, 1, 1}, []byte{2, 2, 2, 2}, 1)
	p.Call(Protocol, b, wire)
}}

var fPort = field.Group("upper").Add("port", field.Uint16, "", "A field of what lies above the network layer")

// upper stands for a transport protocol.
var upper = &dissect.Protocol{Name: "upper", IPProtocols: []uint8{17}, Dissect: func(p *dissect.Packet, b []byte, _ int) {
	p.Out.Uint(fPort, uint64(b[0]))
	p.SetPorts(5, 6)
	if !p.Quoted {
		panic("the quote is not marked")
	}
}}

// sealed completes the checksum.
func sealed(parts ...[]byte) []byte {
	b := bytes.Join(parts, nil)
	binary.BigEndian.PutUint16(b[2:], ^checksum.Fold(checksum.Sum(0, b)))
	return b
}

// quoted is an IPv4 header from 10.0.0.1 to 10.0.0.2 with the first bytes of its payload.
func quoted(proto byte, payload ...byte) []byte {
	return append([]byte{0x45, 0, 0, 60, 0, 1, 0, 0, 9, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, payload...)
}

func TestDissect(t *testing.T) {
	bad := sealed([]byte{8, 0, 0, 0, 0, 1, 0, 2})
	bad[3] ^= 1
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "echo request", frame: sealed([]byte{8, 0, 0, 0, 0x12, 0x34, 0, 7, 'x'}), layers: "carrier:icmp", want: map[string]string{
			"icmp.type": "8", "icmp.code": "0", "icmp.ident": "4660", "icmp.seq": "7", "icmp.checksum.status": "1"}},
		{name: "bad checksum", frame: bad, layers: "carrier:icmp", want: map[string]string{"icmp.checksum.status": "0"}},
		{name: "cut by the capture", frame: bad[:6], wire: 64, layers: "carrier:icmp", truncated: true, want: map[string]string{"icmp.checksum.status": "2", "icmp.ident": ""}},
		{name: "too short", frame: bad[:5], layers: "carrier:icmp", malformed: "icmp"},
		{name: "unknown type", frame: sealed([]byte{200, 1, 0, 0}), layers: "carrier:icmp", want: map[string]string{"icmp.type": "200"}},
		{name: "fragmentation needed", frame: sealed([]byte{3, 4, 0, 0, 0, 0, 5, 0xdc}, quoted(17, 9, 9)), layers: "carrier:icmp:ip:upper",
			want: map[string]string{"icmp.mtu": "1500", "ip.src": "10.0.0.1", "ip.ttl": "9", "upper.port": ""}},
		{name: "redirect", frame: sealed([]byte{5, 1, 0, 0, 192, 0, 2, 1}, quoted(17, 9)), layers: "carrier:icmp:ip:upper", want: map[string]string{"icmp.redir_gw": "192.0.2.1"}},
		{name: "parameter problem quoting an echo", frame: sealed([]byte{12, 0, 0, 0, 7, 0, 0, 0}, quoted(1, 8, 0, 0, 0, 0, 3, 0, 4)), layers: "carrier:icmp:ip:icmp",
			want: map[string]string{"icmp.pointer": "7", "icmp.type": "12,8", "icmp.ident": "3", "icmp.seq": "4"}},
		{name: "error without a quote", frame: sealed([]byte{11, 0, 0, 0, 0, 0, 0, 0}), layers: "carrier:icmp"},
		{name: "extension with MPLS labels", frame: sealed([]byte{11, 0, 0, 0, 0, 6, 0, 0}, quoted(17, 1, 2, 3, 4), []byte{0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x31, 5}),
			layers: "carrier:icmp:ip:upper", want: map[string]string{"icmp.length": "6", "icmp.ext.class": "1", "icmp.mpls.label": "19", "icmp.mpls.s": "true", "icmp.mpls.ttl": "5"}},
		{name: "router advertisement", frame: sealed([]byte{9, 0, 0, 0, 1, 2, 7, 8, 10, 0, 0, 9, 255, 255, 255, 255}), layers: "carrier:icmp",
			want: map[string]string{"icmp.router_address": "10.0.0.9", "icmp.pref_level": "-1", "icmp.lifetime": "1800"}},
		{name: "timestamps", frame: sealed([]byte{14, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5}), layers: "carrier:icmp",
			want: map[string]string{"icmp.originate_timestamp": "3", "icmp.receive_timestamp": "4", "icmp.transmit_timestamp": "5"}},
		{name: "mask", frame: sealed([]byte{18, 0, 0, 0, 0, 1, 0, 2, 255, 255, 0, 0}), layers: "carrier:icmp", want: map[string]string{"icmp.address_mask": "255.255.0.0"}},
		{name: "extended echo reply", frame: sealed([]byte{43, 0, 0, 0, 0, 1, 9, 0x46}), layers: "carrier:icmp",
			want: map[string]string{"icmp.ident": "1", "icmp.seq": "", "icmp.ext.echo.seq": "9", "icmp.ext.echo.rsp.state": "2", "icmp.ext.echo.rsp.active": "true"}},
	}
	b := dissecttest.New(nil, carrier, ip.Protocol, Protocol, upper)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(carrier, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			if r.Core.Source.Addr.String() != "1.1.1.1" || r.Core.Ports || r.Core.ICMPType != tt.frame[0] && len(tt.frame) > 3 {
				t.Errorf("the quote changed the core: %+v", r.Core)
			}
			if b.P.Quoted || b.P.Conversation == nil {
				t.Error("the quote changed the packet's state")
			}
			r.Check(t, tt.want)
		})
	}
}

// oneFlow keeps one conversation.
type oneFlow struct {
	dissecttest.Stateless
	c dissect.Conversation
}

func (o *oneFlow) Converse(p *dissect.Packet) *dissect.Conversation {
	p.Conversation = &o.c
	return &o.c
}

func TestResponseTime(t *testing.T) {
	b := dissecttest.New(&oneFlow{}, carrier, Protocol)
	request, reply := sealed([]byte{8, 0, 0, 0, 0, 1, 0, 2}), sealed([]byte{0, 0, 0, 0, 0, 1, 0, 2})
	for at, f := range [][]byte{request, request, reply, reply} {
		b.P.Time = int64(at) * 1e6
		want := map[string]string{"icmp.resp_to": "", "icmp.resptime": ""}
		if at == 2 {
			want = map[string]string{"icmp.resp_to": "2", "icmp.resptime": "1"} // the later request
		}
		b.Run(carrier, f, len(f)).Check(t, want)
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(&oneFlow{}, carrier, ip.Protocol, Protocol)
	f := sealed([]byte{3, 4, 0, 0, 0, 0, 5, 0xdc}, quoted(17, 9, 9))
	if n := testing.AllocsPerRun(100, func() { b.Dissect(carrier, f, len(f)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzICMP(f *testing.F) {
	f.Add(sealed([]byte{3, 4, 0, 0, 0, 0, 5, 0xdc}, quoted(1, 8, 0, 0, 0, 0, 3, 0, 4)), 64)
	f.Add(sealed([]byte{11, 0, 0, 0, 0, 6, 0, 0}, quoted(17, 1, 2, 3, 4), []byte{0x20, 0, 0, 0, 0, 16, 2, 15, 0, 0, 0, 1, 0, 1, 0, 0, 1, 2, 3, 4}), 64)
	f.Add(sealed([]byte{42, 0, 0, 0, 0, 1, 9, 1, 0x20, 0, 0, 0, 0, 8, 3, 1, 'e', 't', 'h', 0}), 64)
	b := dissecttest.New(nil, carrier, ip.Protocol, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(carrier, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
