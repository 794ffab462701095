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
	protoICMPv6 = 58
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

// CommunityID returns the flow's community ID, version 1 with seed 0 (https://github.com/corelight/community-id-spec), empty for a packet
// without IP addresses.
func CommunityID(c *dissect.Core) string {
	if !c.Source.Addr.IsValid() || !c.Destination.Addr.IsValid() {
		return ""
	}
	src, dst := c.Source.Addr.AsSlice(), c.Destination.Addr.AsSlice()
	sport, dport, oneWay := c.Source.Port, c.Destination.Port, false
	if c.HasICMP {
		sport, dport, oneWay = icmpPorts(c)
	}
	if o := c.Source.Addr.Compare(c.Destination.Addr); !oneWay && (o > 0 || o == 0 && sport > dport) {
		src, dst, sport, dport = dst, src, dport, sport
	}
	b := make([]byte, 2, 2+16+16+2+4)
	b = append(append(b, src...), dst...)
	b = append(b, c.IPProtocol, 0)
	if c.Ports || c.HasICMP {
		b = binary.BigEndian.AppendUint16(b, sport)
		b = binary.BigEndian.AppendUint16(b, dport)
	}
	h := sha1.Sum(b)
	return "1:" + base64.StdEncoding.EncodeToString(h[:])
}
