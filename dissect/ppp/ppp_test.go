// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, LCP, IPCP, IPV6CP, CCP, &dissect.Protocol{Name: "ip", PPPTypes: []uint16{0x21}, Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "chdlc", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "HDLC-like framing", Frame: "ff03 0021 45", Layers: "ppp:ip",
			Want: map[string]string{"ppp.address": "255", "ppp.control": "3", "ppp.protocol": "33"}},
		{Name: "address and control compressed", Frame: "0021 45", Layers: "ppp:ip",
			Want: map[string]string{"ppp.address": "", "ppp.protocol": "33"}},
		{Name: "protocol compressed", Frame: "ff03 21 45", Layers: "ppp:ip",
			Want: map[string]string{"ppp.protocol": "33"}},
		{Name: "all compressed", Frame: "21 45", Layers: "ppp:ip",
			Want: map[string]string{"ppp.protocol": "33"}},
		{Name: "unknown protocol", Frame: "ff03 7e00 00", Layers: "ppp",
			Want: map[string]string{"ppp.protocol": "32256"}},
		{Name: "Cisco HDLC under this link type", Frame: "0f00 0800 45", Layers: "ppp:chdlc",
			Want: map[string]string{"ppp.protocol": ""}},
		{Name: "link control", Frame: "ff03 c021 09 05 0008 00000000", Layers: "ppp:lcp",
			Want: map[string]string{"ppp.protocol": "49185", "ppp.code": "9", "ppp.identifier": "5", "ppp.length": "8"}},
		{Name: "network control", Frame: "8021 01 05 0004", Layers: "ppp:ipcp",
			Want: map[string]string{"ppp.code": "1"}},
		{Name: "control packet with a length below its header", Frame: "8021 01 05 0003", Layers: "ppp:ipcp", Malformed: "ipcp",
			Want: map[string]string{"ppp.length": "3"}},
		{Name: "control packet with a length beyond the packet", Frame: "8021 01 05 0005", Layers: "ppp:ipcp", Malformed: "ipcp"},
		{Name: "control packet cut short", Frame: "8021 01 05", Layers: "ppp:ipcp", Malformed: "ipcp",
			Want: map[string]string{"ppp.code": ""}},
		{Name: "link options", Frame: "c021 01 05 001f 0104 05d4 0305 c22305 0404 c025 0506 1a2b3c4d 0702 1104 05dc 0802", Layers: "ppp:lcp",
			Want: map[string]string{"lcp.opt.type": "1,3,4,5,7,17,8", "lcp.opt.mru": "1492", "lcp.opt.auth_protocol": "49699", "lcp.opt.algorithm": "5", "lcp.opt.quality_protocol": "49189", "lcp.opt.magic_number": "439041101", "lcp.opt.mrru": "1500"}},
		{Name: "echo", Frame: "c021 09 05 0008 1a2b3c4d", Layers: "ppp:lcp",
			Want: map[string]string{"lcp.magic_number": "439041101"}},
		{Name: "identification", Frame: "c021 0c 05 000b 1a2b3c4d 626f62", Layers: "ppp:lcp",
			Want: map[string]string{"lcp.message": "bob"}},
		{Name: "protocol reject returns a packet", Frame: "c021 08 05 000e 8057 01 06 000e 010a 0011", Layers: "ppp:lcp:ipv6cp", Malformed: "ipv6cp",
			Want: map[string]string{"lcp.rej_proto": "32855", "ppp.code": "8,1"}},
		{Name: "terminate", Frame: "c021 05 05 0007 627965", Layers: "ppp:lcp",
			Want: map[string]string{"ppp.code": "5", "lcp.magic_number": ""}},
		{Name: "addresses", Frame: "8021 01 05 0022 0206 002d0f01 0306 0a000001 8106 0a000035 8206 00000000 8306 0a000036", Layers: "ppp:ipcp",
			Want: map[string]string{"ipcp.opt.type": "2,3,129,130,131", "ipcp.opt.compress_proto": "45", "ipcp.opt.ip_address": "10.0.0.1", "ipcp.opt.pri_dns_address": "10.0.0.53", "ipcp.opt.sec_dns_address": "10.0.0.54", "ipcp.opt.pri_nbns_address": "0.0.0.0"}},
		{Name: "interface identifier", Frame: "8057 01 05 000e 010a 0211223344556677", Layers: "ppp:ipv6cp",
			Want: map[string]string{"ipv6cp.interface_identifier": "0211223344556677"}},
		{Name: "compression has no reader", Frame: "80fd 01 05 0006 0102", Layers: "ppp:ccp",
			Want: map[string]string{"ppp.code": "1"}},
		{Name: "option below its header", Frame: "8021 01 05 0008 0301 0a00", Layers: "ppp:ipcp", Malformed: "ipcp",
			Want: map[string]string{"ipcp.opt.type": ""}},
		{Name: "option beyond the packet", Frame: "8021 01 05 0008 0306 0a00", Layers: "ppp:ipcp", Malformed: "ipcp",
			Want: map[string]string{"ipcp.opt.ip_address": ""}},
		{Name: "half an option", Frame: "8021 01 05 0005 03", Layers: "ppp:ipcp", Malformed: "ipcp"},
		{Name: "echo without a number", Frame: "c021 09 05 0006 1a2b", Layers: "ppp:lcp", Malformed: "lcp",
			Want: map[string]string{"lcp.magic_number": ""}},
		{Name: "reject of nothing", Frame: "c021 08 05 0005 80", Layers: "ppp:lcp", Malformed: "lcp"},
		{Name: "address alone", Frame: "ff", Layers: "ppp", Malformed: "ppp",
			Want: map[string]string{"ppp.address": "255"}},
		{Name: "no protocol", Frame: "ff03", Layers: "ppp", Malformed: "ppp",
			Want: map[string]string{"ppp.control": "3"}},
		{Name: "half a protocol", Frame: "ff03 00", Layers: "ppp", Malformed: "ppp"},
		{Name: "cut by the capture", Frame: "ff03 00", Wire: 60, Layers: "ppp", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "ff03 0021 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "ff03 0021 45"), 5)
	f.Add(dissecttest.Unhex(f, "0021 45"), 3)
	f.Add(dissecttest.Unhex(f, "ff03 21 45"), 4)
	f.Add(dissecttest.Unhex(f, "21 45"), 2)
	f.Add(dissecttest.Unhex(f, "c021 01 05 001e 0104 05d4 0305 c22305 0404 c025 0506 1a2b3c4d 0702 1104 05dc 0802"), 32)
	f.Add(dissecttest.Unhex(f, "c021 08 05 000e 8057 01 06 000e 010a 0011"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
