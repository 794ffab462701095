// SPDX-License-Identifier: Apache-2.0

package ipv6

import (
	"bytes"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/flow"
)

// upper stands for what IPv6 carries.
var upper = &dissect.Protocol{Name: "upper", IPProtocols: []uint8{17}, Dissect: func(*dissect.Packet, []byte, int) {}}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, HopByHop, Destination, Routing, Fragment, upper)
}

// header makes an IPv6 header from 2001::1 to 2001::2.
func header(length int, next byte) []byte {
	b := make([]byte, headerLen)
	copy(b, []byte{0x62, 0xe1, 0x23, 0x45, byte(length >> 8), byte(length), next, 64, 0x20, 1})
	b[23], b[24], b[25], b[39] = 1, 0x20, 1, 2
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func address(last byte) []byte { return []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last} }

func TestDissect(t *testing.T) {
	pay := []byte{1, 2, 3, 4}
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "plain", frame: join(header(4, 17), pay), layers: "ipv6:upper", want: map[string]string{"ip.version": "6", "ipv6.tclass.value": "46",
			"ipv6.tclass.dscp": "11", "ipv6.tclass.ecn": "2", "ipv6.flow": "74565", "ipv6.plen": "4", "ipv6.nxt": "17", "ipv6.hlim": "64", "ipv6.src": "2001::1", "ipv6.dst": "2001::2"}},
		{name: "version 4", frame: []byte{0x45, 0}, layers: "ipv6", malformed: "ipv6"},
		{name: "cut by the capture", frame: header(4, 17)[:30], wire: 44, layers: "ipv6", truncated: true, want: map[string]string{"ipv6.src": "2001::1", "ipv6.dst": ""}},
		{name: "no next header", frame: join(header(4, 59), pay), layers: "ipv6"},
		{name: "longer than the wire", frame: join(header(40, 17), pay), layers: "ipv6:upper", malformed: "ipv6"},
		{name: "padding only", frame: join(header(0, 59), pay), layers: "ipv6"},
		{name: "length 0 of segmentation offload", frame: join(header(0, 17), pay), layers: "ipv6:upper", want: map[string]string{"ipv6.plen": "0"}},
		{name: "jumbogram", frame: join(header(0, 0), []byte{17, 0, 0xc2, 4, 0, 1, 0, 0}, pay), wire: 40 + 65536, layers: "ipv6:ipv6.hopopts:upper",
			want: map[string]string{"ipv6.opt.jumbo": "65536", "ipv6.opt.type": "194"}},
		{name: "hop-by-hop and destination options", frame: join(header(20, 0), []byte{60, 0, 5, 2, 0, 1, 1, 0}, []byte{17, 0, 4, 1, 3, 1, 1, 0}, pay),
			layers: "ipv6:ipv6.hopopts:ipv6.dstopts:upper", want: map[string]string{"ipv6.hopopts.nxt": "60", "ipv6.dstopts.nxt": "17", "ipv6.opt.type": "5,1,4,1",
				"ipv6.opt.router_alert": "1", "ipv6.opt.tel": "3"}},
		{name: "option past the end", frame: join(header(8, 0), []byte{17, 0, 5, 9, 0, 1, 1, 0}), layers: "ipv6:ipv6.hopopts", malformed: "ipv6.hopopts"},
		{name: "extension longer than the payload", frame: join(header(8, 0), []byte{17, 9, 1, 4, 0, 0, 0, 0}), layers: "ipv6:ipv6.hopopts", malformed: "ipv6.hopopts"},
		{name: "atomic fragment", frame: join(header(12, 44), []byte{17, 0, 0, 0, 0, 0, 0, 9}, pay), layers: "ipv6:ipv6.fraghdr:upper",
			want: map[string]string{"ipv6.fraghdr.nxt": "17", "ipv6.fraghdr.offset": "0", "ipv6.fraghdr.more": "false", "ipv6.fraghdr.ident": "9"}},
		{name: "fragment", frame: join(header(12, 44), []byte{17, 0, 0, 0x29, 0, 0, 0, 9}, pay), layers: "ipv6:ipv6.fraghdr",
			want: map[string]string{"ipv6.fraghdr.offset": "5", "ipv6.fraghdr.more": "true"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestRouting(t *testing.T) {
	pay := []byte{1, 2, 3, 4}
	tests := []struct {
		name   string
		header []byte
		final  string
		want   map[string]string
	}{
		{"source route", join([]byte{17, 4, 0, 1, 0, 0, 0, 0}, address(1), address(2)), "fd00::2",
			map[string]string{"ipv6.routing.type": "0", "ipv6.routing.segleft": "1", "ipv6.routing.src.addr": "fd00::1,fd00::2", "ipv6.dst": "2001::2"}},
		{"source route at its end", join([]byte{17, 2, 0, 0, 0, 0, 0, 0}, address(1)), "2001::2", nil},
		{"mobile", join([]byte{17, 2, 2, 1, 0, 0, 0, 0}, address(3)), "fd00::3", map[string]string{"ipv6.routing.mipv6.home_address": "fd00::3"}},
		{"RPL", []byte{17, 1, 3, 2, 0xee, 0x40, 0, 0, 0, 8, 0, 9, 0, 0, 0, 0}, "2001::9", map[string]string{"ipv6.routing.rpl.full_address": "2001::8,2001::9"}},
		{"segments", join([]byte{17, 4, 4, 1, 1, 0, 0, 7}, address(5), address(4)), "fd00::5",
			map[string]string{"ipv6.routing.srh.addr": "fd00::5,fd00::4", "ipv6.routing.srh.tag": "0007", "ipv6.routing.srh.last_entry": "1"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := join(header(len(tt.header)+4, 43), tt.header, pay)
			r := b.Run(Protocol, frame, len(frame))
			if r.Layers != "ipv6:ipv6.routing:upper" || r.Malformed != "" || r.Core.Destination.Addr.String() != tt.final {
				t.Errorf("layers %s malformed %q destination %s, want %s", r.Layers, r.Malformed, r.Core.Destination.Addr, tt.final)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestChainIsBounded(t *testing.T) {
	var chain []byte
	for range dissect.MaxLayers + 1 {
		chain = append(chain, 60, 0, 1, 4, 0, 0, 0, 0)
	}
	b := bench()
	frame := join(header(len(chain), 60), chain)
	b.Dissect(Protocol, frame, len(frame))
	if b.P.Depth != dissect.MaxLayers {
		t.Errorf("%d layers", b.P.Depth)
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	f := join(header(12, 0), []byte{17, 0, 5, 2, 0, 1, 1, 0}, []byte{1, 2, 3, 4})
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, f, len(f)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// The fragment that completes a datagram has what it carries, and says what it was made of.
func TestFragments(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), Protocol, Fragment, upper)
	first, last := join(header(16, 44), []byte{17, 0, 0, 1, 0, 0, 0, 9}, make([]byte, 8)), join(header(12, 44), []byte{17, 0, 0, 8, 0, 0, 0, 9}, make([]byte, 4))
	r := b.Run(Protocol, first, len(first))
	r.Check(t, map[string]string{"ipv6.fraghdr.nxt": "17", "ipv6.fraghdr.more": "true", "ipv6.fragments.count": ""})
	if r.Layers != "ipv6:ipv6.fraghdr" {
		t.Errorf("first fragment: layers %s", r.Layers)
	}
	r = b.Run(Protocol, last, len(last))
	r.Check(t, map[string]string{"ipv6.fraghdr.offset": "1", "ipv6.fragments.count": "2", "ipv6.fragments.packets": "1,2", "ipv6.reassembled_length": "12"})
	if r.Layers != "ipv6:ipv6.fraghdr:upper" {
		t.Errorf("last fragment: layers %s", r.Layers)
	}
}

// A length of 0 that no jumbogram's option explains is the wire's, but to Wireshark it is 0.
func TestLengthOfOffload(t *testing.T) {
	for _, compat := range []bool{false, true} {
		taken := -1
		upper := &dissect.Protocol{Name: "upper", IPProtocols: []uint8{17}, Dissect: func(_ *dissect.Packet, b []byte, _ int) { taken = len(b) }}
		b := dissecttest.New(nil, Protocol, upper)
		b.P.Options.Wireshark = compat
		r := b.Run(Protocol, join(header(0, 17), make([]byte, 4)), 44)
		if want := map[bool]int{false: 4, true: -1}[compat]; r.Layers != "ipv6:upper" || taken != want {
			t.Errorf("compat %v: layers %s, %d bytes, want %d", compat, r.Layers, taken, want)
		}
	}
}

func FuzzIPv6(f *testing.F) {
	f.Add(join(header(4, 17), []byte{1, 2, 3, 4}), 44)
	f.Add(join(header(0, 0), []byte{60, 0, 0xc2, 4, 0, 1, 0, 0}, []byte{44, 0, 4, 1, 3, 1, 1, 0}, []byte{17, 0, 0, 0x29, 0, 0, 0, 9}), 70000)
	f.Add(join(header(24, 43), []byte{17, 2, 3, 2, 0xee, 0x40, 0, 0, 0, 8, 0, 9, 0, 0, 0, 0}), 64)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
