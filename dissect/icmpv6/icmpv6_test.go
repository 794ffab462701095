// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/ipv6"
)

var self = address(1)

// carrier sets the addresses of the pseudo-header.
var carrier = &dissect.Protocol{Name: "carrier", Dissect: func(p *dissect.Packet, b []byte, wire int) {
	p.SetIP(6, self, self, number)
	p.Call(Protocol, b, wire)
}}

func address(last byte) []byte { return []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last} }

// sealed completes the checksum.
func sealed(parts ...[]byte) []byte {
	b := bytes.Join(parts, nil)
	sum := checksum.Sum(checksum.Sum(uint64(number)+uint64(len(b)), self), self)
	binary.BigEndian.PutUint16(b[2:], ^checksum.Fold(checksum.Sum(sum, b)))
	return b
}

func head(kind, code byte, word ...byte) []byte { return append([]byte{kind, code, 0, 0}, word...) }

func quoted(next byte, payload ...byte) []byte {
	b := append([]byte{0x60, 0, 0, 0, 0, 99, next, 7}, address(8)...)
	return append(append(b, address(9)...), payload...)
}

func TestDissect(t *testing.T) {
	link := []byte{1, 1, 2, 0, 0, 0, 0, 1}
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "echo", frame: sealed(head(128, 0, 0x12, 0x34, 0, 7)), want: map[string]string{"icmpv6.type": "128", "icmpv6.echo.identifier": "4660",
			"icmpv6.echo.sequence_number": "7", "icmpv6.checksum.status": "1"}},
		{name: "bad checksum", frame: head(128, 0, 0, 0, 0, 0), want: map[string]string{"icmpv6.checksum.status": "0"}},
		{name: "cut by the capture", frame: head(128, 0, 0)[:5], wire: 64, truncated: true, want: map[string]string{"icmpv6.checksum.status": "2"}},
		{name: "too short", frame: head(128, 0)[:3], malformed: "icmpv6"},
		{name: "packet too big", frame: sealed(head(2, 0, 0, 0, 5, 0), quoted(58, 128, 0, 0, 0, 0, 3, 0, 4)), layers: "carrier:icmpv6:ipv6:icmpv6",
			want: map[string]string{"icmpv6.mtu": "1280", "icmpv6.type": "2,128", "icmpv6.echo.identifier": "3", "ipv6.src": "fd00::8", "ipv6.hlim": "7"}},
		{name: "neighbor solicitation", frame: sealed(head(135, 0, 0, 0, 0, 0), address(2), link), want: map[string]string{"icmpv6.nd.ns.target_address": "fd00::2",
			"icmpv6.opt.type": "1", "icmpv6.opt.linkaddr": "020000000001"}},
		{name: "neighbor advertisement", frame: sealed(head(136, 0, 0xa0, 0, 0, 0), address(2)), want: map[string]string{"icmpv6.nd.na.target_address": "fd00::2",
			"icmpv6.nd.na.flag.r": "true", "icmpv6.nd.na.flag.s": "false", "icmpv6.nd.na.flag.o": "true"}},
		{name: "router advertisement", frame: sealed(head(134, 0, 64, 0xc8, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2), []byte{3, 4, 64, 0xc0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0}, address(0),
			[]byte{25, 3, 0, 0, 0, 0, 0, 9}, address(5), []byte{31, 2, 0, 0, 0, 0, 0, 9, 1, 'a', 2, 'b', 'c', 0, 0, 0}, []byte{5, 1, 0, 0, 0, 0, 5, 0}),
			want: map[string]string{"icmpv6.nd.ra.router_lifetime": "1800", "icmpv6.nd.ra.flag.m": "true", "icmpv6.nd.ra.flag.prf": "1", "icmpv6.opt.type": "3,25,31,5",
				"icmpv6.opt.prefix.address": "fd00::", "icmpv6.opt.prefix.length": "64", "icmpv6.opt.rdnss.address": "fd00::5", "icmpv6.opt.dnssl.name": "a.bc", "icmpv6.opt.mtu": "1280"}},
		{name: "redirect quoting a packet", frame: sealed(head(137, 0, 0, 0, 0, 0), address(2), address(3), []byte{4, 6, 0, 0, 0, 0, 0, 0}, quoted(59)),
			layers: "carrier:icmpv6:ipv6", want: map[string]string{"icmpv6.nd.rd.target_address": "fd00::2", "icmpv6.rd.na.destination_address": "fd00::3", "ipv6.dst": "fd00::9"}},
		{name: "option of length 0", frame: sealed(head(133, 0, 0, 0, 0, 0), []byte{1, 0, 0, 0}), malformed: "icmpv6", want: map[string]string{"icmpv6.opt.type": "1"}},
		{name: "option past the end", frame: sealed(head(133, 0, 0, 0, 0, 0), []byte{1, 9, 0, 0}), malformed: "icmpv6"},
		{name: "listener query of version 1", frame: sealed(head(130, 0, 0, 9, 0, 0), address(7)), want: map[string]string{"icmpv6.mld.maximum_response_delay": "9",
			"icmpv6.mld.multicast_address": "fd00::7"}},
		{name: "listener query of version 2", frame: sealed(head(130, 0, 0, 9, 0, 0), address(7), []byte{0x0a, 20, 0, 1}, address(6)), want: map[string]string{
			"icmpv6.mld.maximum_response_code": "9", "icmpv6.mld.flag.qrv": "2", "icmpv6.mld.source_address": "fd00::6"}},
		{name: "listener report of version 2", frame: sealed(head(143, 0, 0, 0, 0, 1), []byte{4, 0, 0, 1}, address(7), address(6)), want: map[string]string{
			"icmpv6.mldr.mar.record_type": "4", "icmpv6.mldr.mar.multicast_address": "fd00::7", "icmpv6.mldr.mar.source_address": "fd00::6"}},
		{name: "RPL information object", frame: sealed(head(155, 1, 30, 1, 1, 0, 0x88, 2, 0, 0), address(4), []byte{0, 1, 2, 0, 0}), want: map[string]string{
			"icmpv6.rpl.dio.instance": "30", "icmpv6.rpl.dio.rank": "256", "icmpv6.rpl.dio.dagid": "fd00::4", "icmpv6.rpl.opt.type": "0,1"}},
		{name: "RPL destination advertisement", frame: sealed(head(155, 2, 30, 0x40, 0, 5), address(4)), want: map[string]string{"icmpv6.rpl.dao.sequence": "5", "icmpv6.rpl.dao.dodagid": "fd00::4"}},
		{name: "RPL message cut", frame: sealed(head(155, 1, 30, 1, 1, 0)), malformed: "icmpv6"},
	}
	b := dissecttest.New(nil, carrier, Protocol, ipv6.Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.layers == "" {
				tt.layers = "carrier:icmpv6"
			}
			r := b.Run(carrier, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
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

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(&oneFlow{}, carrier, Protocol, ipv6.Protocol)
	f := sealed(head(135, 0, 0, 0, 0, 0), address(2), []byte{1, 1, 2, 0, 0, 0, 0, 1})
	if n := testing.AllocsPerRun(100, func() { b.Dissect(carrier, f, len(f)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzICMPv6(f *testing.F) {
	f.Add(sealed(head(137, 0, 0, 0, 0, 0), address(2), address(3), []byte{4, 6, 0, 0, 0, 0, 0, 0}, quoted(59)), 88)
	f.Add(sealed(head(134, 0, 64, 0xc8, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2), []byte{31, 2, 0, 0, 0, 0, 0, 9, 1, 'a', 2, 'b', 'c', 0, 0, 0}), 32)
	f.Add(sealed(head(143, 0, 0, 0, 0, 1), []byte{4, 0, 0, 1}, address(7), address(6)), 44)
	f.Add(sealed(head(155, 0x82, 0, 0, 0x80, 0, 0, 0, 0, 0), address(4), address(5)), 44)
	b := dissecttest.New(nil, carrier, Protocol, ipv6.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(carrier, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
