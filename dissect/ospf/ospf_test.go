// SPDX-License-Identifier: Apache-2.0

package ospf

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	hello2 = "02 01 0030 c0a80001 00000001 1234 0000 0000000000000000 " +
		"ffffff00 000a 12 01 00000028 c0a80001 c0a80002 0a000001"
	router2 = "02 04 0040 c0a80001 00000000 1234 0000 0000000000000000 00000001 " +
		"8001 22 01 c0a80001 c0a80002 80000003 abcd 0024  01 00 0001 0a000001 ffffff00 03 00 000a"
	router3  = "03 04 003c c0a80001 00000000 1234 00 00 00000001 0001 2001 00000000 c0a80001 80000002 abcd 0028 01 000013 02 00 000a 00000005 00000006 c0a80002"
	intra3   = "03 04 0040 c0a80001 00000000 1234 00 00 00000001 0001 2009 00000000 c0a80001 80000002 abcd 002c 0001 2001 00000000 c0a80001 40 00 0005 20010db800010000"
	ipv4AF   = "03 04 003c c0a80001 00000000 1234 40 00 00000001 0001 2009 00000000 c0a80001 80000002 abcd 0028 0001 2001 00000000 c0a80001 18 00 0005 0a010200"
	external = "02 04 0040 c0a80001 00000000 1234 0000 0000000000000000 00000001 " +
		"0001 02 05 0a000000 c0a80002 80000001 abcd 0024  ff000000 80 000014 c0a80063 00000007"
)

func TestDissect(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello of version 2", Frame: hello2, Want: map[string]string{"ospf.version": "2", "ospf.msg": "1", "ospf.srcrouter": "192.168.0.1", "ospf.area_id": "0.0.0.1",
			"ospf.auth.type": "0", "ospf.hello.network_mask": "255.255.255.0", "ospf.hello.hello_interval": "10", "ospf.hello.router_dead_interval": "40",
			"ospf.hello.designated_router": "192.168.0.1", "ospf.hello.backup_designated_router": "192.168.0.2", "ospf.hello.active_neighbor": "10.0.0.1", "ospf.v2.options": "18"}},
		{Name: "hello of version 3", Frame: "03 01 0024 01010101 00000001 fb86 05 00 00000005 01 000013 000a 0028 00000000 00000000",
			Want: map[string]string{"ospf.version": "3", "ospf.instance_id": "5", "ospf.hello.interface_id": "5", "ospf.v3.options": "19", "ospf.hello.hello_interval": "10",
				"ospf.hello.router_dead_interval": "40", "ospf.hello.active_neighbor": ""}},
		{Name: "database description", Frame: "02 02 0034 c0a80001 00000000 1234 0000 0000000000000000 05dc 42 07 00001d46 0001 22 02 c0a80001 c0a80002 80000001 abcd 0020",
			Want: map[string]string{"ospf.db.interface_mtu": "1500", "ospf.dbd": "7", "ospf.db.dd_sequence": "7494", "ospf.lsa.type": "2", "ospf.lsa.id": "192.168.0.1", "ospf.advrouter": "192.168.0.2"}},
		{Name: "database description of version 3", Frame: "03 02 001c 01010101 00000001 fb86 00 00 00 000013 05dc 00 07 00001d46",
			Want: map[string]string{"ospf.db.interface_mtu": "1500", "ospf.dbd": "7", "ospf.v3.options": "19"}},
		{Name: "link state request", Frame: "02 03 0024 c0a80001 00000000 1234 0000 0000000000000000 00000001 c0a80009 c0a80008",
			Want: map[string]string{"ospf.lsa.type": "1", "ospf.link_state_id": "192.168.0.9", "ospf.advrouter": "192.168.0.8"}},
		{Name: "link state request of version 3", Frame: "03 03 001c 01010101 00000001 fb86 00 00 0000 2001 00000000 c0a80008",
			Want: map[string]string{"ospf.v3.lsa.type": "8193", "ospf.lsa.type": "", "ospf.link_state_id": "0.0.0.0"}},
		{Name: "router LSA", Frame: router2, Want: map[string]string{"ospf.lsa.age": "1", "ospf.lsa.router.linkid": "10.0.0.1", "ospf.lsa.router.linkdata": "255.255.255.0",
			"ospf.lsa.router.linktype": "3", "ospf.lsa.router.metric0": "10", "ospf.lsa.seqnum": "2147483651"}},
		{Name: "network LSA", Frame: "02 04 003c c0a80001 00000000 1234 0000 0000000000000000 00000001 0001 02 02 0a000000 c0a80002 80000001 abcd 0020 ffffff00 01010101 02020202",
			Want: map[string]string{"ospf.lsa.network.netmask": "255.255.255.0", "ospf.lsa.network.attchrtr": "1.1.1.1,2.2.2.2"}},
		{Name: "summary LSA", Frame: "02 04 0038 c0a80001 00000000 1234 0000 0000000000000000 00000001 0001 02 03 0a000000 c0a80002 80000001 abcd 001c ffffff00 00 000014",
			Want: map[string]string{"ospf.lsa.asbr.netmask": "255.255.255.0", "ospf.metric": "20"}},
		{Name: "external LSA", Frame: external, Want: map[string]string{"ospf.lsa.asext.netmask": "255.0.0.0", "ospf.lsa.asext.type": "true", "ospf.metric": "20",
			"ospf.lsa.asext.fwdaddr": "192.168.0.99", "ospf.lsa.asext.extrttag": "7"}},
		{Name: "opaque LSA", Frame: "02 04 0030 c0a80001 00000000 1234 0000 0000000000000000 00000001 0001 02 0a 04000005 c0a80002 80000001 abcd 0014",
			Want: map[string]string{"ospf.lsa.type": "10", "ospf.lsid_opaque_type": "4", "ospf.lsid.opaque_id": "5", "ospf.lsa.id": ""}},
		{Name: "router LSA of version 3", Frame: router3, Want: map[string]string{"ospf.v3.lsa.type": "8193", "ospf.v3.router_lsa_flags": "1", "ospf.v3.lsa.link_type": "2",
			"ospf.v3.lsa.interface_id": "5", "ospf.link_state_id": "0.0.0.0", "ospf.v3.lsa.neighbor_router_id": "192.168.0.2", "ospf.metric": "10"}},
		{Name: "intra-area prefix LSA", Frame: intra3, Want: map[string]string{"ospf.v3.address_prefix": "2001:db8:1::", "ospf.prefix_length": "64", "ospf.v3.lsa.referenced_ls_type": "8193"}},
		{Name: "prefix of the address family IPv4", Frame: ipv4AF, Want: map[string]string{"ospf.v3.address_prefix": "10.1.2.0", "ospf.prefix_length": "24"}},
		{Name: "external LSA of version 3", Frame: "03 04 0048 c0a80001 00000000 1234 00 00 00000001 0001 4005 00000000 c0a80001 80000002 abcd 0034 " +
			"03 000005 20 00 0000 20010db8 20010db8000000000000000000000009 00000063",
			Want: map[string]string{"ospf.v3.address_prefix": "2001:db8::", "ospf.v3.lsa.forwarding_address": "2001:db8::9", "ospf.lsa.asext.extrttag": "99"}},
		{Name: "link LSA", Frame: "03 04 004c c0a80001 00000000 1234 00 00 00000001 0001 0008 00000000 c0a80001 80000002 abcd 0038 " +
			"01 000013 fe800000000000000000000000000001 00000001 40 00 0000 20010db800010000",
			Want: map[string]string{"ospf.v3.lsa.link_local_interface_address": "fe80::1", "ospf.v3.address_prefix": "2001:db8:1::", "ospf.v3.lsa.router_priority": "1"}},
		{Name: "inter-area LSAs", Frame: "03 04 0054 c0a80001 00000000 1234 00 00 00000002 " +
			"0001 2003 00000000 c0a80001 80000002 abcd 0020 00 00000a 20 00 0000 20010db8 " +
			"0001 2004 00000000 c0a80001 80000002 abcd 0020 00 000013 00 000014 0a000009",
			Want: map[string]string{"ospf.v3.address_prefix": "2001:db8::", "ospf.metric": "10,20", "ospf.v3.lsa.destination_router_id": "10.0.0.9"}},
		{Name: "network LSA of version 3", Frame: "03 04 0030 c0a80001 00000000 1234 00 00 00000001 0001 2002 00000000 c0a80001 80000002 abcd 001c 00 000013 01010101",
			Want: map[string]string{"ospf.v3.lsa.attached_router": "1.1.1.1"}},
		{Name: "prefix too long", Frame: strings.Replace(intra3, "40 00 0005", "81 00 0005", 1), Malformed: "ospf", Want: map[string]string{"ospf.v3.address_prefix": ""}},
		{Name: "LSA shorter than its header", Frame: strings.Replace(router2, "abcd 0024", "abcd 0013", 1), Malformed: "ospf", Want: map[string]string{"ospf.lsa.type": "1", "ospf.lsa.router.linkid": ""}},
		{Name: "unknown version", Frame: "04 01 0030 c0a80001 00000001 1234", Want: map[string]string{"ospf.version": "4", "ospf.hello.hello_interval": ""}},
		{Name: "length below the header", Frame: strings.Replace(hello2, "0030", "0010", 1), Malformed: "ospf", Want: map[string]string{"ospf.hello.hello_interval": ""}},
		{Name: "length beyond the packet", Frame: strings.Replace(hello2, "0030", "0100", 1), Malformed: "ospf", Want: map[string]string{"ospf.hello.hello_interval": "10"}},
		{Name: "header only", Frame: "02 01", Malformed: "ospf", Want: map[string]string{"ospf.msg": "1"}},
	})
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, strings.Replace(hello2, "0000 0000000000000000", "0001 43414e4152593432", 1)), []byte("CANARY42"), "ospf.auth.simple")
	digest := "00112233445566778899aabbccddeeff"
	frame := dissecttest.Unhex(t, strings.Replace(hello2, "0000 0000000000000000", "0002 0000 01 10 00000007", 1)+digest)
	b.Keeps(t, Protocol, frame, dissecttest.Unhex(t, digest), "ospf.auth.crypt.data")
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"ospf.auth.crypt.key_id": "1", "ospf.auth.crypt.seq_nbr": "7", "ospf.hello.active_neighbor": "10.0.0.1"})
}

func TestCut(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for _, s := range []string{hello2, router2, router3, intra3, external} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, s))
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	frame := dissecttest.Unhex(t, intra3)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzOSPF(f *testing.F) {
	for _, s := range []string{hello2, router2, router3, intra3, ipv4AF, external} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
