// SPDX-License-Identifier: Apache-2.0

package pim

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	helloMsg   = "20 00 abcd 0001 0002 0069 0002 0004 81f4 09c4 0013 0004 00000001 0014 0004 12345678 0018 0006 0100 0a000002 "
	join       = "23 00 abcd 0100 0a000001 00 01 00d2 0100 00 20 ef010101 0001 0001 0100 04 20 0a000009 0101 04 20 0a000008 40 02 aabb"
	registers  = "21 00 abcd 00000000 45"
	bootstrap4 = "24 00 abcd 0007 1e 01 0100 0a000001 0100 00 04 e0000000 01 01 0000 0100 0a000002 0096 05 00"
)

var (
	ip4 = &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: func(*dissect.Packet, []byte, int) {}}
	ip6 = &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: func(*dissect.Packet, []byte, int) {}}
	// igmp stands for the protocol whose type version 1 is.
	igmp = &dissect.Protocol{Name: "igmp", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.Core.IPProtocol = 2
		p.Call(Protocol, b, wire)
	}}
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, ip4, ip6, igmp)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello", Frame: helloMsg, Want: map[string]string{"pim.version": "2", "pim.type": "0", "pim.optiontype": "1,2,19,20,24", "pim.holdtime": "105", "pim.propagation_delay": "500",
			"pim.override_interval": "2500", "pim.dr_priority": "1", "pim.generation_id": "305419896", "pim.address_list": "10.0.0.2"}},
		{Name: "join and prune", Frame: join, Want: map[string]string{"pim.type": "3", "pim.upstream_neighbor": "10.0.0.1", "pim.numgroups": "1", "pim.holdtime": "210", "pim.group": "239.1.1.1",
			"pim.numjoins": "1", "pim.numprunes": "1", "pim.join_ip": "10.0.0.9", "pim.prune_ip": "10.0.0.8", "pim.mask_len": "32,32,32"}},
		{Name: "register", Frame: registers, Layers: "pim:ip", Want: map[string]string{"pim.register_flag": "0"}},
		{Name: "register of IPv6", Frame: "21 00 abcd 00000000 60", Layers: "pim:ipv6"},
		{Name: "null register", Frame: "21 00 abcd 40000000 45", Layers: "pim", Want: map[string]string{"pim.register_flag": "1073741824"}},
		{Name: "register-stop", Frame: "22 00 abcd 0100 00 20 ef010101 0100 0a000009", Want: map[string]string{"pim.group": "239.1.1.1", "pim.source": "10.0.0.9"}},
		{Name: "bootstrap", Frame: bootstrap4, Want: map[string]string{"pim.fragment_tag": "7", "pim.bsr_priority": "1", "pim.bsr": "10.0.0.1", "pim.group": "224.0.0.0", "pim.rp": "10.0.0.2",
			"pim.holdtime": "150", "pim.priority": "5"}},
		{Name: "assert", Frame: "25 00 abcd 0100 00 20 ef010101 0100 0a000009 80000064 00000007", Want: map[string]string{"pim.rpt": "true", "pim.metric_pref": "100", "pim.metric": "7"}},
		{Name: "candidate RP", Frame: "28 00 abcd 01 00 0096 0100 0a000002 0100 00 04 e0000000", Want: map[string]string{"pim.rp": "10.0.0.2", "pim.group": "224.0.0.0", "pim.priority": "0"}},
		{Name: "state refresh", Frame: "29 00 abcd 0100 00 20 ef010101 0100 0a000009 0100 0a000003 00000064 00000007 20 40 80 3c", Want: map[string]string{"pim.originator": "10.0.0.3", "pim.rpt": "false"}},
		{Name: "join of IPv6", Frame: "23 00 abcd 0200 fe800000000000000000000000000001 00 00 00d2", Want: map[string]string{"pim.upstream_neighbor": "fe80::1"}},
		{Name: "unknown family", Frame: "22 00 abcd 0900 00 20 ef010101 0100 0a000009", Malformed: "pim", Want: map[string]string{"pim.source": ""}},
		{Name: "attributes without an end", Frame: "23 00 abcd 0100 0a000001 00 01 00d2 0100 00 20 ef010101 0001 0000 0101 04 20 0a000009 00 00", Malformed: "pim", Want: map[string]string{"pim.join_ip": "10.0.0.9"}},
		{Name: "version 1 over PIM's own number", Frame: "14 00 abcd 10", Want: map[string]string{"pim.version": "1", "pim.type": "4"}},
		{Name: "too short", Frame: "20 00", Malformed: "pim", Want: map[string]string{"pim.type": "0"}},
	})
	b.Cases(t, igmp, []dissecttest.Case{
		{Name: "version 1", Frame: "14 00 abcd 10000000 20000069", Want: map[string]string{"pim.version": "1", "pim.code": "0", "pim.type": ""}},
	})
	for _, s := range []string{helloMsg, join, bootstrap4} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, s))
	}
}

func FuzzPIM(f *testing.F) {
	for _, s := range []string{helloMsg, join, registers, bootstrap4} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, ip4, ip6)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
