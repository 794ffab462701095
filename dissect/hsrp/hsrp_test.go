// SPDX-License-Identifier: Apache-2.0

package hsrp

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	hello1    = "00 00 08 03 0a 64 05 00 43414e4152593432 c0a80001"
	advertise = "00 03 0001 000a 02 00 0003 0004 00000000"
	hello2    = "01 28 02 00 06 04 0005 001122334455 00000064 00000bb8 00002710 c0a80001 000000000000000000000000 03 08 43414e4152593432"
	digest    = "04 1c 01 00 0000 c0a80002 00000007 00112233445566778899aabbccddeeff"
)

// to stands for headers with that destination around.
func to(addr string) *dissect.Protocol {
	return &dissect.Protocol{Name: "to " + addr, Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.Core.Destination.Addr = netip.MustParseAddr(addr)
		p.Core.IPVersion = 4
		if p.Core.Destination.Addr.Is6() {
			p.Core.IPVersion = 6
		}
		p.Call(Protocol, b, wire)
	}}
}

func TestDissect(t *testing.T) {
	routers, four, six, other := to("224.0.0.2"), to("224.0.0.102"), to("ff02::66"), to("10.0.0.1")
	b := dissecttest.New(nil, Protocol, routers, four, six, other)
	b.Cases(t, routers, []dissecttest.Case{
		{Name: "hello of version 1", Frame: hello1, Want: map[string]string{"hsrp.version": "0", "hsrp.opcode": "0", "hsrp.state": "8", "hsrp.hellotime": "3", "hsrp.holdtime": "10",
			"hsrp.priority": "100", "hsrp.group": "5", "hsrp.virt_ip": "192.168.0.1", "hsrp.auth_data": "[redacted]"}},
		{Name: "advertisement", Frame: advertise, Want: map[string]string{"hsrp.opcode": "3", "hsrp.adv.state": "2", "hsrp.adv.activegrp": "3", "hsrp.adv.passivegrp": "4", "hsrp.state": ""}},
		{Name: "digest behind version 1", Frame: hello1 + digest, Want: map[string]string{"hsrp.md5_ip_address": "192.168.0.2", "hsrp2.md5_key_id": "7", "hsrp2.md5_auth_data": "[redacted]"}},
		{Name: "too short", Frame: "00 00 08", Malformed: "hsrp", Want: map[string]string{"hsrp.state": "8"}},
	})
	b.Cases(t, four, []dissecttest.Case{
		{Name: "hello of version 2", Frame: hello2, Want: map[string]string{"hsrp2.version": "2", "hsrp2.opcode": "0", "hsrp2.state": "6", "hsrp2.group": "5", "hsrp2.identifier": "00-11-22-33-44-55",
			"hsrp2.virt_ip": "192.168.0.1", "hsrp2.auth_data": "[redacted]", "hsrp.state": ""}},
		{Name: "interface state", Frame: "02 04 0003 0004", Want: map[string]string{"hsrp2.active_groups": "3", "hsrp2.passive_groups": "4"}},
		{Name: "TLV beyond the end", Frame: "02 09 0003 0004", Malformed: "hsrp", Want: map[string]string{"hsrp2.active_groups": "3"}},
		{Name: "cut by the capture", Frame: "02 04 0003", Wire: 60, Truncated: true, Want: map[string]string{"hsrp2.active_groups": "3"}},
	})
	b.Cases(t, six, []dissecttest.Case{
		{Name: "IPv6", Frame: "01 28 02 00 06 06 0005 001122334455 00000064 00000bb8 00002710 fe800000000000000000000000000001",
			Want: map[string]string{"hsrp2.virt_ip": "fe80::1", "hsrp2.ipversion": "6", "hsrp2.priority": "100", "hsrp2.hellotime": "3000", "hsrp2.holdtime": "10000"}},
	})
	b.Cases(t, other, []dissecttest.Case{
		{Name: "version 1 to an address of its own", Frame: hello1, Want: map[string]string{"hsrp.state": "8"}},
		{Name: "version 2 to an address of its own", Frame: "02 04 0003 0004", Want: map[string]string{"hsrp2.active_groups": "3"}},
	})
	b.Cut(t, routers, dissecttest.Unhex(t, hello1))
}

func TestSecrets(t *testing.T) {
	four, one := to("224.0.0.102"), to("224.0.0.2")
	b := dissecttest.New(nil, Protocol, four, one)
	b.Keeps(t, one, dissecttest.Unhex(t, hello1), []byte("CANARY42"), "hsrp.auth_data")
	b.Keeps(t, four, dissecttest.Unhex(t, "03 08 43414e4152593432"), []byte("CANARY42"), "hsrp2.auth_data")
	b.Keeps(t, four, dissecttest.Unhex(t, digest), dissecttest.Unhex(t, "00112233445566778899aabbccddeeff"), "hsrp2.md5_auth_data")
}

func FuzzHSRP(f *testing.F) {
	one, two := to("224.0.0.2"), to("224.0.0.102")
	for _, s := range []string{hello1 + digest, advertise, hello2} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, one, two)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{one, two} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
