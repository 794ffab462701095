// SPDX-License-Identifier: Apache-2.0

package vrrp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	version2 = "21 05 64 02 01 01 abcd c0a80001 c0a80002 43414e4152593432"
	version3 = "31 05 64 01 f064 abcd fe800000000000000000000000000001"
)

// under6 stands for an IPv6 header around.
var under6 = &dissect.Protocol{Name: "v6", Dissect: func(p *dissect.Packet, b []byte, wire int) {
	p.Core.IPVersion = 6
	p.Call(Protocol, b, wire)
}}

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, under6)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "version 2", Frame: version2, Want: map[string]string{"vrrp.version": "2", "vrrp.type": "1", "vrrp.virt_rtr_id": "5", "vrrp.prio": "100", "vrrp.addr_count": "2",
			"vrrp.auth_type": "1", "vrrp.adver_int": "1", "vrrp.ip_addr": "192.168.0.1,192.168.0.2", "vrrp.auth_string": "[redacted]"}},
		{Name: "version 2 without authentication data", Frame: "21 05 64 01 00 01 abcd c0a80001", Want: map[string]string{"vrrp.ip_addr": "192.168.0.1", "vrrp.auth_string": ""}},
		{Name: "version 3 over IPv4", Frame: "31 05 64 01 0064 abcd c0a80001", Want: map[string]string{"vrrp.version": "3", "vrrp.short_adver_int": "100", "vrrp.ip_addr": "192.168.0.1", "vrrp.adver_int": ""}},
		{Name: "more addresses than bytes", Frame: "31 05 64 09 0064 abcd c0a80001", Malformed: "vrrp", Want: map[string]string{"vrrp.ip_addr": "192.168.0.1"}},
		{Name: "too short", Frame: "31 05", Malformed: "vrrp", Want: map[string]string{"vrrp.virt_rtr_id": "5"}},
		{Name: "cut by the capture", Frame: "31 05", Wire: 20, Truncated: true},
	})
	b.Cases(t, under6, []dissecttest.Case{
		{Name: "version 3 over IPv6", Frame: version3, Want: map[string]string{"vrrp.ipv6_addr": "fe80::1", "vrrp.ip_addr": "", "vrrp.short_adver_int": "100"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, version2))
	b.Cut(t, under6, dissecttest.Unhex(t, version3))
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, version2), []byte("CANARY42"), "vrrp.auth_string")
	digest := "00112233445566778899aabbccddeeff"
	b.Keeps(t, Protocol, dissecttest.Unhex(t, strings.Replace(version2, "01 01 abcd", "fe 01 abcd", 1)[:len(version2)-16]+digest), dissecttest.Unhex(t, digest), "vrrp.md5_auth_data")
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	frame := dissecttest.Unhex(t, version2)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzVRRP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, version2), 0)
	f.Add(dissecttest.Unhex(f, version3), 0)
	b := dissecttest.New(nil, Protocol, under6)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{Protocol, under6} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
