// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, LCP, IPCP, IPV6CP, CCP, &dissect.Protocol{Name: "ip", PPPTypes: []uint16{0x21}, Dissect: func(*dissect.Packet, []byte, int) {}}, &dissect.Protocol{Name: "chdlc", Dissect: func(*dissect.Packet, []byte, int) {}})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "HDLC-like framing", frame: "ff03 0021 45", layers: "ppp:ip",
			want: map[string]string{"ppp.address": "255", "ppp.control": "3", "ppp.protocol": "33"}},
		{name: "address and control compressed", frame: "0021 45", layers: "ppp:ip",
			want: map[string]string{"ppp.address": "", "ppp.protocol": "33"}},
		{name: "protocol compressed", frame: "ff03 21 45", layers: "ppp:ip",
			want: map[string]string{"ppp.protocol": "33"}},
		{name: "all compressed", frame: "21 45", layers: "ppp:ip",
			want: map[string]string{"ppp.protocol": "33"}},
		{name: "unknown protocol", frame: "ff03 7e00 00", layers: "ppp",
			want: map[string]string{"ppp.protocol": "32256"}},
		{name: "Cisco HDLC under this link type", frame: "0f00 0800 45", layers: "ppp:chdlc",
			want: map[string]string{"ppp.protocol": ""}},
		{name: "link control", frame: "ff03 c021 09 05 0008 00000000", layers: "ppp:lcp",
			want: map[string]string{"ppp.protocol": "49185", "ppp.code": "9", "ppp.identifier": "5", "ppp.length": "8"}},
		{name: "network control", frame: "8021 01 05 0004", layers: "ppp:ipcp",
			want: map[string]string{"ppp.code": "1"}},
		{name: "control packet with a length below its header", frame: "8021 01 05 0003", layers: "ppp:ipcp", malformed: "ipcp",
			want: map[string]string{"ppp.length": "3"}},
		{name: "control packet with a length beyond the packet", frame: "8021 01 05 0005", layers: "ppp:ipcp", malformed: "ipcp"},
		{name: "control packet cut short", frame: "8021 01 05", layers: "ppp:ipcp", malformed: "ipcp",
			want: map[string]string{"ppp.code": ""}},
		{name: "link options", frame: "c021 01 05 001f 0104 05d4 0305 c22305 0404 c025 0506 1a2b3c4d 0702 1104 05dc 0802", layers: "ppp:lcp",
			want: map[string]string{"lcp.opt.type": "1,3,4,5,7,17,8", "lcp.opt.mru": "1492", "lcp.opt.auth_protocol": "49699", "lcp.opt.algorithm": "5", "lcp.opt.quality_protocol": "49189", "lcp.opt.magic_number": "439041101", "lcp.opt.mrru": "1500"}},
		{name: "echo", frame: "c021 09 05 0008 1a2b3c4d", layers: "ppp:lcp",
			want: map[string]string{"lcp.magic_number": "439041101"}},
		{name: "identification", frame: "c021 0c 05 000b 1a2b3c4d 626f62", layers: "ppp:lcp",
			want: map[string]string{"lcp.message": "bob"}},
		{name: "protocol reject returns a packet", frame: "c021 08 05 000e 8057 01 06 000e 010a 0011", layers: "ppp:lcp:ipv6cp", malformed: "ipv6cp",
			want: map[string]string{"lcp.rej_proto": "32855", "ppp.code": "8,1"}},
		{name: "terminate", frame: "c021 05 05 0007 627965", layers: "ppp:lcp",
			want: map[string]string{"ppp.code": "5", "lcp.magic_number": ""}},
		{name: "addresses", frame: "8021 01 05 0022 0206 002d0f01 0306 0a000001 8106 0a000035 8206 00000000 8306 0a000036", layers: "ppp:ipcp",
			want: map[string]string{"ipcp.opt.type": "2,3,129,130,131", "ipcp.opt.compress_proto": "45", "ipcp.opt.ip_address": "10.0.0.1", "ipcp.opt.pri_dns_address": "10.0.0.53", "ipcp.opt.sec_dns_address": "10.0.0.54", "ipcp.opt.pri_nbns_address": "0.0.0.0"}},
		{name: "interface identifier", frame: "8057 01 05 000e 010a 0211223344556677", layers: "ppp:ipv6cp",
			want: map[string]string{"ipv6cp.interface_identifier": "0211223344556677"}},
		{name: "compression has no reader", frame: "80fd 01 05 0006 0102", layers: "ppp:ccp",
			want: map[string]string{"ppp.code": "1"}},
		{name: "option below its header", frame: "8021 01 05 0008 0301 0a00", layers: "ppp:ipcp", malformed: "ipcp",
			want: map[string]string{"ipcp.opt.type": ""}},
		{name: "option beyond the packet", frame: "8021 01 05 0008 0306 0a00", layers: "ppp:ipcp", malformed: "ipcp",
			want: map[string]string{"ipcp.opt.ip_address": ""}},
		{name: "half an option", frame: "8021 01 05 0005 03", layers: "ppp:ipcp", malformed: "ipcp"},
		{name: "echo without a number", frame: "c021 09 05 0006 1a2b", layers: "ppp:lcp", malformed: "lcp",
			want: map[string]string{"lcp.magic_number": ""}},
		{name: "reject of nothing", frame: "c021 08 05 0005 80", layers: "ppp:lcp", malformed: "lcp"},
		{name: "address alone", frame: "ff", layers: "ppp", malformed: "ppp",
			want: map[string]string{"ppp.address": "255"}},
		{name: "no protocol", frame: "ff03", layers: "ppp", malformed: "ppp",
			want: map[string]string{"ppp.control": "3"}},
		{name: "half a protocol", frame: "ff03 00", layers: "ppp", malformed: "ppp"},
		{name: "cut by the capture", frame: "ff03 00", wire: 60, layers: "ppp", truncated: true},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "ff03 0021 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPP(f *testing.F) {
	f.Add(unhex(f, "ff03 0021 45"), 5)
	f.Add(unhex(f, "0021 45"), 3)
	f.Add(unhex(f, "ff03 21 45"), 4)
	f.Add(unhex(f, "21 45"), 2)
	f.Add(unhex(f, "c021 01 05 001e 0104 05d4 0305 c22305 0404 c025 0506 1a2b3c4d 0702 1104 05dc 0802"), 32)
	f.Add(unhex(f, "c021 08 05 000e 8057 01 06 000e 010a 0011"), 16)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
