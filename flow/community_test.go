// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// The baseline that the specification publishes for its captures, seed 0. For ICMP the pair is type and code, or type and counterpart where
// there is one; -1 stands for a transport without ports.
func TestCommunityID(t *testing.T) {
	for _, c := range []struct {
		name         string
		proto        uint8
		src, dst     string
		sport, dport int
		want         string
	}{
		{"neighbour solicitation", 58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"neighbour advertisement", 58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"the other solicitation", 58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 0, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
		{"icmpv6 time exceeded", 58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
		{"icmpv6 unreachable port", 58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4, "1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
		{"icmpv6 echo request", 58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
		{"icmpv6 echo reply", 58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
		{"router solicitation", 58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
		{"router advertisement", 58, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
		{"icmp echo request", 1, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"icmp echo reply", 1, "192.168.0.1", "192.168.0.89", 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"icmp time exceeded", 1, "10.0.0.1", "10.0.0.2", 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
		{"tcp over IPv6", 6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
		{"tcp over IPv6, back", 6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
		{"sctp", 132, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		{"sctp, back", 132, "192.168.170.56", "192.168.170.8", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		{"tcp", 6, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"tcp, back", 6, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"udp", 17, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"udp, back", 17, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"ports that do not count: dccp", 33, "139.133.209.176", "139.133.209.65", 52667, 5001, "1:QLCjojVJKhTepIzu1+EMrM+Fffo="},
		{"no ports: rsvp", 46, "10.1.12.1", "10.1.12.2", -1, -1, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
		{"no ports: rsvp, back", 46, "10.1.12.2", "10.1.12.1", -1, -1, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	} {
		t.Run(c.name, func(t *testing.T) {
			core := dissect.Core{IPProtocol: c.proto}
			core.Source.Addr, core.Destination.Addr = netip.MustParseAddr(c.src), netip.MustParseAddr(c.dst)
			switch {
			case c.proto == protoICMP || c.proto == protoICMPv6:
				core.HasICMP, core.ICMPType, core.ICMPCode = true, uint8(c.sport), uint8(c.dport)
			case c.sport >= 0:
				core.Ports, core.Source.Port, core.Destination.Port = true, uint16(c.sport), uint16(c.dport)
			}
			if got := CommunityID(&core); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if got := CommunityID(&dissect.Core{IPProtocol: 6}); got != "" {
		t.Errorf("without addresses: %s", got)
	}
}

// What tshark says of packets of the corpus of captures.
func TestWiresharkCommunityID(t *testing.T) {
	outer, inner := netip.MustParseAddr("20.1.1.1"), netip.MustParseAddr("10.1.1.1")
	for _, c := range []struct {
		name   string
		packet func(p *dissect.Packet)
		want   string
	}{
		{"OSPF within GRE", func(p *dissect.Packet) {
			p.SetIP(4, outer.AsSlice(), netip.MustParseAddr("30.1.1.2").AsSlice(), 47)
			p.SetIP(4, inner.AsSlice(), netip.MustParseAddr("224.0.0.5").AsSlice(), 89)
		}, "1:cJV1h/zKOkKyuYUyzRkbsnMrqFU="},
		{"a Teredo bubble", func(p *dissect.Packet) {
			p.SetIP(4, netip.MustParseAddr("65.55.158.80").AsSlice(), netip.MustParseAddr("192.168.2.16").AsSlice(), 17)
			p.SetPorts(3544, 3797)
			p.SetIP(6, netip.MustParseAddr("fe80::708d:fe83:4114:a512").AsSlice(), netip.MustParseAddr("2001:0:4137:9e50:8000:f12a:b9c8:2815").AsSlice(), 59)
		}, "1:lHEhtgD1ZxFL8bU6JIBQv6hNfd0="},
		{"OSPF over IPv6", func(p *dissect.Packet) {
			p.SetIP(6, netip.MustParseAddr("fe80::1").AsSlice(), netip.MustParseAddr("ff02::5").AsSlice(), 89)
		}, ""},
		{"UDP of an impossible length over IPv4", func(p *dissect.Packet) {
			p.SetIP(4, netip.MustParseAddr("127.0.0.1").AsSlice(), netip.MustParseAddr("127.0.0.1").AsSlice(), 17)
			p.SetPorts(13000, 45603)
			p.Unpassed()
		}, "1:b4IBo/uEFcfB2hjYfoydhN5/ms4="},
		{"no addresses", func(*dissect.Packet) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &dissect.Packet{}
			c.packet(p)
			if got := WiresharkCommunityID(p); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
