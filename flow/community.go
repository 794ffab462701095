// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

const (
	protoICMP   = 1
	protoUDP    = 17
	protoICMPv6 = 58
	protoSCTP   = 132
)

// icmpPorts gives the pair that stands for ports of an ICMP message in a community ID, and whether the message is one way only:
// type and its counterpart's type where there is one, else type and code.
func icmpPorts(c *dissect.Core) (src, dst uint16, oneWay bool) {
	table := icmpPairs
	if c.IPProtocol == protoICMPv6 {
		table = icmp6Pairs
	}
	if other, ok := table[c.ICMPType]; ok {
		return uint16(c.ICMPType), uint16(other), false
	}
	return uint16(c.ICMPType), uint16(c.ICMPCode), true
}

// Requests and their replies (RFC 792, 950, 1256; RFC 4443, 2710, 4861).
var (
	icmpPairs = map[uint8]uint8{8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 10: 9, 9: 10, 17: 18, 18: 17}

	icmp6Pairs = map[uint8]uint8{128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139,
		144: 145, 145: 144}
)

// WiresharkCommunityID returns what Wireshark's post-dissector says instead (espbeat.dissect.compat). It joins the innermost IP header's own addresses,
// ICMP's type and code, else the ports of the last transport header, whichever IP header that followed, else the protocol
// number of the outermost IPv4 header; over IPv6 without a transport, and behind a header that it gave up on, there is none.
func WiresharkCommunityID(p *dissect.Packet) string {
	c, passed := p.Core, p.Passed()
	c.Source.Addr, c.Destination.Addr = passed.SrcIP, passed.DstIP
	switch {
	case c.HasICMP && p.Malformed != nil && p.Malformed.Name == "icmpv6":
		return ""
	case c.HasICMP:
	case passed.Transport != 0 && hasPorts(passed.Transport):
		c.IPProtocol, c.Ports, c.HasICMP = passed.Transport, true, false
		c.Source.Port, c.Destination.Port = passed.SrcPort, passed.DstPort
	case c.IPVersion == 4 && passed.IPv4Protocol != 0:
		c.IPProtocol, c.Ports, c.HasICMP = passed.IPv4Protocol, false, false
	default:
		return ""
	}
	return CommunityID(&c)
}

// hasPorts tells the transports whose ports are part of a community ID.
func hasPorts(proto uint8) bool { return proto == protoTCP || proto == protoUDP || proto == protoSCTP }

// CommunityID returns the flow's community ID, version 1 with seed 0 (https://github.com/corelight/community-id-spec), empty for a packet
// without IP addresses.
func CommunityID(c *dissect.Core) string {
	if !c.Source.Addr.IsValid() || !c.Destination.Addr.IsValid() {
		return ""
	}
	src, dst := c.Source.Addr.AsSlice(), c.Destination.Addr.AsSlice()
	sport, dport, oneWay := uint16(0), uint16(0), false
	ports := c.Ports && hasPorts(c.IPProtocol) || c.HasICMP
	if ports {
		sport, dport = c.Source.Port, c.Destination.Port
	}
	if c.HasICMP {
		sport, dport, oneWay = icmpPorts(c)
	}
	if o := c.Source.Addr.Compare(c.Destination.Addr); !oneWay && (o > 0 || o == 0 && sport > dport) {
		src, dst, sport, dport = dst, src, dport, sport
	}
	b := make([]byte, 2, 2+16+16+2+4)
	b = append(append(b, src...), dst...)
	b = append(b, c.IPProtocol, 0)
	if ports {
		b = binary.BigEndian.AppendUint16(b, sport)
		b = binary.BigEndian.AppendUint16(b, dport)
	}
	h := sha1.Sum(b)
	return "1:" + base64.StdEncoding.EncodeToString(h[:])
}
