// SPDX-License-Identifier: Apache-2.0

package ip

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// upper stands for what IPv4 carries.
var upper = &dissect.Protocol{Name: "upper", IPProtocols: []uint8{17}, Dissect: func(*dissect.Packet, []byte, int) {}}

// header makes an IPv4 header with a right checksum; options must be a multiple of 4 bytes.
func header(total int, frag uint16, proto byte, options ...byte) []byte {
	b := []byte{0x45 + byte(len(options)/4), 0xb9, 0, 0, 0x12, 0x34, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	binary.BigEndian.PutUint16(b[2:], uint16(total))
	binary.BigEndian.PutUint16(b[6:], frag)
	b = append(b, options...)
	binary.BigEndian.PutUint16(b[10:], ^checksum.Fold(checksum.Sum(0, b)))
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestDissect(t *testing.T) {
	pay := []byte{1, 2, 3, 4}
	badSum := header(24, 0, 17)
	badSum[10] ^= 1
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "plain", frame: join(header(24, 0x4000, 17), pay), layers: "ip:upper", want: map[string]string{
			"ip.version": "4", "ip.hdr_len": "20", "ip.dsfield.value": "185", "ip.dsfield.dscp": "46", "ip.dsfield.ecn": "1", "ip.len": "24",
			"ip.id": "4660", "ip.flags.value": "2", "ip.flags.df": "true", "ip.flags.mf": "false", "ip.flags.rb": "false", "ip.frag_offset": "0",
			"ip.ttl": "64", "ip.proto": "17", "ip.checksum.status": "1", "ip.src": "10.0.0.1", "ip.dst": "10.0.0.2", "ip.opt.type": ""}},
		{name: "bad checksum", frame: join(badSum, pay), layers: "ip:upper", want: map[string]string{"ip.checksum.status": "0"}},
		{name: "length 0 of segmentation offload", frame: join(header(0, 0, 17), pay), layers: "ip:upper", want: map[string]string{"ip.len": "24"}},
		{name: "longer than the wire", frame: join(header(100, 0, 17), pay), layers: "ip:upper", malformed: "ip", want: map[string]string{"ip.len": "100"}},
		{name: "padding only", frame: join(header(20, 0, 17), pay), layers: "ip"},
		{name: "shorter than the header", frame: join(header(19, 0, 17), pay), layers: "ip", malformed: "ip", want: map[string]string{"ip.src": ""}},
		{name: "header length of 16", frame: append([]byte{0x44}, header(24, 0, 17)[1:]...), layers: "ip", malformed: "ip", want: map[string]string{"ip.hdr_len": "16"}},
		{name: "version 5", frame: []byte{0x55, 0}, layers: "ip", malformed: "ip", want: map[string]string{"ip.version": "5"}},
		{name: "one byte", frame: []byte{0x45}, wire: 60, layers: "ip", truncated: true},
		{name: "cut by the capture in the header", frame: header(40, 0, 17)[:19], wire: 40, layers: "ip", truncated: true, want: map[string]string{"ip.len": "40", "ip.src": ""}},
		{name: "cut by the capture in the options", frame: header(40, 0, 17, 148, 4, 0, 0)[:22], wire: 40, layers: "ip", malformed: "ip", truncated: true,
			want: map[string]string{"ip.checksum.status": "2", "ip.src": "10.0.0.1"}},
		{name: "fragment", frame: join(header(24, 0x2005, 17), pay), layers: "ip", want: map[string]string{"ip.flags.mf": "true", "ip.frag_offset": "5"}},
		{name: "first fragment, cut", frame: join(header(44, 0x2000, 17), pay), wire: 44, layers: "ip:upper"},
	}
	b := dissecttest.New(nil, Protocol, upper)
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

func TestOptions(t *testing.T) {
	tests := []struct {
		name    string
		options []byte
		want    map[string]string
	}{
		{"router alert", []byte{148, 4, 0, 7}, map[string]string{"ip.opt.type": "148", "ip.opt.ra": "7"}},
		{"end hides the rest", []byte{1, 0, 148, 4}, map[string]string{"ip.opt.type": "1,0"}},
		{"unknown kind", []byte{250, 4, 0, 0}, map[string]string{"ip.opt.type": "", "ip.opt.len": "4"}},
		{"length past the end", []byte{7, 9, 4, 0}, map[string]string{"ip.opt.type": "7", "ip.opt.len": ""}},
		{"record route", []byte{7, 11, 8, 1, 1, 1, 1, 0, 0, 0, 0, 0}, map[string]string{"ip.rec_rt": "1.1.1.1", "ip.opt.ptr": "8", "ip.dst": "10.0.0.2"}},
		{"loose source route", []byte{131, 11, 4, 1, 1, 1, 1, 2, 2, 2, 2, 0}, map[string]string{"ip.src_rt": "1.1.1.1,2.2.2.2", "ip.dst": "2.2.2.2", "ip.cur_rt": "10.0.0.2"}},
		{"source route exhausted", []byte{131, 7, 8, 1, 1, 1, 1, 0}, map[string]string{"ip.rec_rt": "1.1.1.1", "ip.dst": "10.0.0.2", "ip.cur_rt": ""}},
		{"timestamps with addresses", []byte{68, 12, 13, 0x21, 1, 1, 1, 1, 0, 0, 1, 0}, map[string]string{"ip.opt.overflow": "2", "ip.opt.flag": "1",
			"ip.opt.time_stamp_addr": "1.1.1.1", "ip.opt.time_stamp": "256"}},
		{"security of RFC 791", []byte{130, 11, 0xf1, 0x35, 0, 2, 'A', 'B', 'x', 'y', 'z', 0}, map[string]string{"ip.opt.sec_rfc791_sec": "61749",
			"ip.opt.sec_rfc791_comp": "2", "ip.opt.sec_rfc791_hr": "AB", "ip.opt.sec_rfc791_tcc": "xyz"}},
		{"CIPSO", []byte{134, 10, 0, 0, 0, 3, 1, 4, 0, 9, 0, 0}, map[string]string{"ip.cipso.doi": "3", "ip.cipso.tag_type": "1", "ip.cipso.sensitivity_level": "9"}},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.Run(Protocol, header(20+len(tt.options), 0, 17, tt.options...), 20+len(tt.options)).Check(t, tt.want)
		})
	}
}

func TestUnknownOption(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Options = &dissect.Options{}
	b.Run(Protocol, header(24, 0, 17, 250, 4, 0, 0), 24).Check(t, map[string]string{"ip.opt.type": "250"})
}

// joiner is a State that joins two fragments.
type joiner struct {
	dissecttest.Stateless
	keys []dissect.FragmentKey
	data []byte
}

func (j *joiner) Fragment(_ *dissect.Packet, k dissect.FragmentKey, f dissect.Fragment) dissect.Joined {
	j.keys = append(j.keys, k)
	j.data = append(j.data[:f.Offset], f.Data...)
	if f.More {
		return dissect.Joined{Overlap: f.Offset > 0}
	}
	return dissect.Joined{Payload: j.data, Packets: []uint64{1, 2}, Overlap: true, Conflict: true}
}

func TestFragments(t *testing.T) {
	j := &joiner{}
	b := dissecttest.New(j, Protocol, upper)
	if r := b.Run(Protocol, join(header(28, 0x2000, 17), make([]byte, 8)), 28); r.Layers != "ip" {
		t.Errorf("first fragment: layers %s", r.Layers)
	}
	r := b.Run(Protocol, join(header(24, 1, 17), make([]byte, 4)), 24)
	if r.Layers != "ip:upper" || j.keys[0] != j.keys[1] {
		t.Errorf("last fragment: layers %s, keys %v", r.Layers, j.keys)
	}
	r.Check(t, map[string]string{"ip.reassembled_length": "12", "ip.fragments.count": "2", "ip.fragments.packets": "1,2", "ip.fragments.overlap": "true",
		"ip.fragments.conflict": "true"})
	if b.P.Reassembled {
		t.Error("still reassembled after the upper layers")
	}
	b.P.AddVLAN(7)
	if InnerVLAN(&b.P) != 7 {
		t.Error("the VLAN is no part of the key")
	}
}

func TestNested(t *testing.T) {
	b := dissecttest.New(nil, Protocol, upper)
	frame := join(header(44, 0, 4), header(24, 0, 17), make([]byte, 4))
	b.P.Options = &dissect.Options{}
	r := b.Run(Protocol, frame, len(frame))
	if r.Layers != "ip:ip:upper" || r.Core.Networks != 2 || b.P.TunnelKey() == 0 {
		t.Errorf("layers %s, %d networks, tunnel %d", r.Layers, r.Core.Networks, b.P.TunnelKey())
	}
	r.Check(t, map[string]string{"ip.checksum.status": "", "tunnel.type": "ipip"}) // the checksum: not asked for
	var deep []byte
	for i := 40; i > 0; i-- {
		deep = append(deep, header(20*i, 0, 4)...)
	}
	if r := b.Run(Protocol, deep, len(deep)); strings.Count(r.Layers, "ip") != dissect.MaxTunnels+2 {
		t.Errorf("nesting is bounded at %s", r.Layers)
	}
}

func TestWithin(t *testing.T) {
	v4 := []byte{192, 0, 2, 1}
	v6, isatap, global := make([]byte, 16), []byte{0xfe, 0x80, 10: 0x5e, 11: 0xfe, 12: 192, 15: 1}, []byte{0xfe, 0x80, 8: 2, 10: 0x5e, 11: 0xfe, 12: 192, 15: 1}
	sixToFour := []byte{0x20, 2, 192, 0, 2, 1, 15: 1}
	kinds := &dissect.Protocol{Name: "kinds"}
	b := dissecttest.New(nil, kinds)
	for _, c := range []struct {
		outer, inner uint8
		src, dst     []byte
		want         string
	}{
		{4, 4, v4, v4, "ipip"}, {6, 4, v4, v4, "4in6"}, {6, 6, v6, v6, "6in6"}, {4, 6, v6, v6, "6in4"}, {4, 6, isatap, v6, "isatap"},
		{4, 6, v6, global, "isatap"}, {4, 6, v6, sixToFour, "6to4"}, {6, 6, isatap, sixToFour, "6in6"},
	} {
		kinds.Dissect = func(p *dissect.Packet, _ []byte, _ int) {
			p.Core.IPVersion = c.outer
			Within(p, c.inner, c.src, c.dst)
		}
		b.Run(kinds, []byte{0}, 1).Check(t, map[string]string{"tunnel.type": c.want, "tunnel.id": ""})
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(nil, Protocol, upper)
	f := join(header(24, 0, 17), []byte{1, 2, 3, 4})
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, f, len(f)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzIP(f *testing.F) {
	f.Add(join(header(24, 0, 17), []byte{1, 2, 3, 4}), 24)
	f.Add(header(40, 0x2000, 4, 131, 11, 4, 1, 1, 1, 1, 2, 2, 2, 2, 0), 60)
	f.Add(header(36, 0, 17, 134, 10, 0, 0, 0, 3, 1, 4, 0, 9, 68, 6, 0, 1, 0, 0), 36)
	b := dissecttest.New(nil, Protocol, upper)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
