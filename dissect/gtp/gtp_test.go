// SPDX-License-Identifier: Apache-2.0

package gtp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// What the tunnel carries.
var (
	inner  = &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, IPProtocols: []uint8{4}, Dissect: func(*dissect.Packet, []byte, int) {}}
	inner6 = &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, IPProtocols: []uint8{41}, Dissect: func(*dissect.Packet, []byte, int) {}}
)

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             []byte
		wire              int
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "packet", frame: []byte{0x30, 255, 0, 1, 0, 0, 0, 9, 0x45}, layers: "gtp:ip",
			want: map[string]string{"gtp.message": "255", "gtp.teid": "9", "tunnel.type": "gtp", "tunnel.id": "9"}},
		{name: "sequence and extension", frame: []byte{0x36, 255, 0, 9, 0, 0, 0, 9, 0, 5, 0, 0x85, 1, 0, 9, 0, 0x60}, layers: "gtp:ipv6",
			want: map[string]string{"gtp.seq_number": "5", "gtp.ext_hdr": "133"}},
		{name: "extension of length 0", frame: []byte{0x34, 255, 0, 9, 0, 0, 0, 9, 0, 5, 0, 0x85, 0, 0, 9, 0, 0x60}, layers: "gtp", malformed: "gtp"},
		{name: "echo", frame: []byte{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 5, 0, 0}, layers: "gtp",
			want: map[string]string{"gtp.message": "1", "tunnel.type": ""}},
		{name: "version 0", frame: []byte{0x1e, 255, 0, 1, 0, 5, 0, 6, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x45}, layers: "gtp:ip",
			want: map[string]string{"gtp.tid": "0102030405060708", "gtp.flow_label": "6", "tunnel.id": "0102030405060708"}},
		{name: "version 2 with a second message", frame: []byte{0x50, 1, 0, 4, 0, 0, 7, 0, 0x48, 32, 0, 8, 0, 0, 0, 9, 0, 0, 8, 0}, layers: "gtp:gtpv2",
			want: map[string]string{"gtpv2.message_type": "1,32", "gtpv2.teid": "9", "gtpv2.seq": "7,8"}},
		{name: "too short", frame: []byte{0x30, 255}, layers: "gtp", malformed: "gtp"},
		{name: "cut by the capture", frame: []byte{0x30, 255, 0, 9, 0, 0, 0, 9}, layers: "gtp", wire: 60},
	}
	b := dissecttest.New(nil, Protocol, inner, inner6, V2)
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

// Addresses, names and options of PPP in control messages.
const (
	create = "32 10 0064 00000000 0001 0000 02 64000812345678f9 0e 05 10 00000011 11 00000012 14 05 80 0002 f121 " +
		"83 000c 0369 6d73 0361 6263 0264 6500 84 001b 80 8021 0a 01 01 000a 03 06 00000000 c021 04 01 01 0004 0001 03 010203 " +
		"85 0004 0a000001 86 0007 91 947111325476"
	created = "1e 11 0024 0001 0002 00000000 0000000000000000 01 80 10 0003 11 0004 12 050006 7f 00000009 80 0006 f121 0a000005 80 0006 f157 20010db8"
)

func TestElements(t *testing.T) {
	ppp := func(name string, number uint16) *dissect.Protocol {
		return &dissect.Protocol{Name: name, PPPTypes: []uint16{number}, Dissect: func(*dissect.Packet, []byte, int) {}}
	}
	b := dissecttest.New(nil, Protocol, ppp("ipcp", 0x8021), ppp("lcp", 0xc021))
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "create", Frame: create, Layers: "gtp:ipcp:lcp", Want: map[string]string{"gtp.ie_id": "2,14,16,17,20,128,131,132,133,134", "e212.imsi": "460080214365879", "gtp.recovery": "5",
			"gtp.teid_data": "17", "gtp.teid_cp": "18", "gtp.nsapi": "5", "gtp.user_ip": "", "gtp.apn": "ims.abc.de", "gtp.gsn_ip": "10.0.0.1", "gtp.msisdn": "491711234567"}},
		{Name: "created, version 0", Frame: created, Layers: "gtp", Want: map[string]string{"gtp.cause": "128", "gtp.teid_data": "", "gtp.chrg_id": "9", "gtp.user_ip": "10.0.0.5"}},
		{Name: "an element of unknown length", Frame: "30 10 0003 00000000 7d 0102", Layers: "gtp", Want: map[string]string{"gtp.ie_id": "125"}},
		{Name: "an element beyond the message", Frame: "30 10 0005 00000000 85 0004 0a00", Malformed: "gtp", Want: map[string]string{"gtp.gsn_ip": ""}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, create))
}

func FuzzGTP(f *testing.F) {
	f.Add([]byte{0x30, 255, 0, 1, 0, 0, 0, 9, 0x45}, 0)
	f.Add([]byte{0x36, 255, 0, 9, 0, 0, 0, 9, 0, 5, 0, 0x85, 1, 0, 9, 0, 0x60}, 0)
	f.Add([]byte{0x34, 255, 0, 9, 0, 0, 0, 9, 0, 5, 0, 0x85, 0, 0, 9, 0, 0x60}, 0)
	f.Add([]byte{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 5, 0, 0}, 0)
	f.Add([]byte{0x1e, 255, 0, 1, 0, 5, 0, 6, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x45}, 0)
	f.Add([]byte{0x50, 1, 0, 4, 0, 0, 7, 0, 0x48, 32, 0, 8, 0, 0, 0, 9, 0, 0, 8, 0}, 0)
	f.Add([]byte{0x30, 255}, 0)
	f.Add([]byte{0x30, 255, 0, 9, 0, 0, 0, 9}, 60)
	b := dissecttest.New(nil, Protocol, inner, inner6, V2)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
