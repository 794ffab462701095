// SPDX-License-Identifier: Apache-2.0

package all

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/flow"
)

// samples are a usual header of each protocol, by its name, with the first bytes of what it carries. Protocols of streams have no header of their own.
var samples = []struct{ name, frame string }{
	// Link
	{"arp", "0001 0800 06 04 0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002"},
	{"cdp", "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001"},
	{"chdlc", "0f00 0800 45"},
	{"eapol", "01 00 0005 01 01 0005 01"},
	{"eth", "000102030405 0a0b0c0d0e0f 0800 45"},
	{"fr", "1861 03 cc 45"},
	{"juniper", "4d4743 80 0010 03 01 01 06 01 0e 01 02 8a00 04 04 4b010000 ff"},
	{"llc", "aaaa03 000000 0800 45"},
	{"lldp", "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000"},
	{"macsec", "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000"},
	{"mpls", "00064 140 45"},
	{"null", "02000000 45"},
	{"ppp", "ff03 0021 45"},
	{"pppoes", "11 00 0001 0003 0021 45"},
	{"radiotap", "0000 1800 6f000000 57e1ec6058f10600 00 0c 3c14 4001 d4 a1 0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"},
	{"sll", "0000 0001 0006 0a0b0c0d0e0f0000 0800 45"},
	{"slow", "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00"},
	{"stp", "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00"},
	{"vlan", "2064 0800 45"},
	{"wlan", "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"},

	// Network
	{"ah", "11 04 0000 00000009 00000001 0102030405060708090a0b0c 01"},
	{"esp", "00000009 00000001 05"},
	{"icmp", "0800 f7fe 0000 0001 6162636465666768"},
	{"icmpv6", "8700 0000 00000000 fe800000000000000000000000000001 0101 0a0b0c0d0e0f"},
	{"igmp", "2200 0000 0000 0001 04000000 e0010101"},
	{"ip", "4500 001c 1234 4000 40 11 0000 0a000001 0a000002 0035003500080000"},
	{"ipv6", "60000000 0008 11 40 fe800000000000000000000000000001 fe800000000000000000000000000002 0035003500080000"},

	// Tunnels
	{"erspan", "1007 a405 00000001 00"},
	{"geneve", "02c06558 00000900 01028001 00000000 01"},
	{"gre", "2000 0800 00000009 45"},
	{"gtp", "30ff 0001 00000009 45"},
	{"l2tp", "0002 0005 0006 ff03"},
	{"nsh", "0fc60103 0000ff01 00000000000000000000000000000000 45"},
	{"vxlan", "08000000 00123400 01"},

	// Transport
	{"dccp", "0035 1000 06 00 0000 00 40 0000 00000001 00000001 00000000"},
	{"sctp", "0b59 0b59 00000001 00000000 0003 0010 00000001 0000ffff 0000 0000"},
	{"tcp", "9c40 0050 00000001 00000001 8010 0100 0000 0000 0101 080a 00000001 00000002"},
	{"udp", "9c40 9c41 0010 0000 0102030405060708"},
	{"udplite", "0035 0035 0008 0000 01"},

	// Control
	{"bfd", "20c0 0318 00000001 00000002 000f4240 000f4240 00000000"},
	{"eigrp", "0205 0000 00000000 00000000 00000000 00000001 0001000c 010001000000000f"},
	{"hsrp", "00 00 10 03 0a 78 01 00 636973636f000000 0a000001"},
	{"isis", "831b0100 12010000 001b 04b0 0000000000010000 00000001 0000 03"},
	{"ldp", "0001 001e 0a000001 0000 0100 0014 00000001 0400 0004 000f 0000 0401 0004 0a000001"},
	{"ospf", "0201 002c 0a000001 00000000 0000 0000 0000000000000000 ffffff00 000a 02 01 00000028 00000000 00000000"},
	{"pim", "2000 0000 0001 0002 0069 0014 0004 00000001"},
	{"rip", "0202 0000 0002 0000 0a000000 ff000000 00000000 00000001"},
	{"rsvp", "1001 0000 40 00 0014 000c 0101 0a000001 00000001"},
	{"vrrp", "2101 6401 0001 0000 0a000001 0000000000000000"},

	// Application
	{"dns", "1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001"},
	{"radius", "0101 0014 00000000000000000000000000000000"},
}

// BenchmarkLayer measures each protocol alone: what its header carries is handed to nobody. The time is that of one header.
func BenchmarkLayer(b *testing.B) {
	known := map[string]*dissect.Protocol{}
	for _, p := range Registry().All {
		known[p.Name] = p
	}
	for _, s := range samples {
		b.Run(s.name, func(b *testing.B) {
			proto := known[s.name]
			if proto == nil {
				b.Fatalf("no protocol is called %s", s.name)
			}
			bench := dissecttest.New(flow.New(flow.Options{}), proto)
			frame := dissecttest.Unhex(b, s.frame)
			if bench.Dissect(proto, frame, len(frame)); bench.P.Malformed != nil || len(bench.Out.Entries) == 0 {
				b.Fatalf("malformed %v, %d fields", bench.P.Malformed, len(bench.Out.Entries))
			}
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				bench.Dissect(proto, frame, len(frame))
			}
		})
	}
}
