// SPDX-License-Identifier: Apache-2.0

// Package sll dissects the headers of Linux cooked captures (the "any" interface): LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2.
//
//	SLL   0 packet type 2, 2 ARPHRD 2, 4 address length 2, 6 address 8, 14 protocol 2, 16 payload
//	SLL2  0 protocol 2, 2 reserved 2, 4 interface index 4, 8 ARPHRD 2, 10 packet type 1, 11 address length 1, 12 address 8, 20 payload
//
// The protocol is an EtherType, a GRE protocol type where the interface is a GRE tunnel, or, up to 1536, one of Linux' own numbers.
// Not decoded: netlink.
package sll

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 16
	headerLen2 = 20
	// maxLinux is the largest protocol number that is Linux' own (if_ether.h), by Wireshark's measure.
	maxLinux = 1536
)

// Linux' own protocol numbers (if_ether.h).
const (
	linux8023     = 0x0001 // Novell's IPX without LLC
	linuxEthernet = 0x0003
	linux8022     = 0x0004
	linuxPPPHDLC  = 0x0007
	linuxCAN      = 0x000c
	linuxCANFD    = 0x000d
)

// ARPHRD_ values (if_arp.h) for which the protocol is no EtherType.
const (
	arphrdGRE      = 778
	arphrdRadiotap = 803
	arphrdNetlink  = 824
)

// linkSLL2 is LINKTYPE_LINUX_SLL2.
const linkSLL2 = 276

// Protocol is both versions of the header; the link type tells them apart. Wireshark names both layers sll.
var Protocol = &dissect.Protocol{
	Name: "sll", Title: "SLL", Reference: "LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2",
	LinkTypes: []uint32{113, linkSLL2},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields   = field.Group("sll")
	fPktType = fields.Add("pkttype", field.Uint16, "sll.pkttype", "Packet type: 0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 sent by this host")
	fHAType  = fields.Add("hatype", field.Uint16, "sll.hatype", "Type of the interface, Linux' ARPHRD_ value")
	fHALen   = fields.Add("halen", field.Uint16, "sll.halen", "Length of the link-layer address, bytes", field.Rare, field.Detail)
	fSrcMAC  = fields.Add("src.eth", field.MAC, "sll.src.eth", "Link-layer address of the sender", field.Address)
	fSrcIP   = fields.Add("src.ipv4", field.IP, "sll.src.ipv4", "Address of the sender where the interface's link-layer addresses are IPv4 addresses", field.Rare, field.Detail)
	fSrc     = fields.Add("src.other", field.Hex, "sll.src.other", "Link-layer address of the sender of another length", field.Rare, field.Detail)
	fLType   = fields.Add("ltype", field.Uint16, "sll.ltype", "Protocol, one of Linux' own numbers", field.Rare, field.Detail)
	fGREType = fields.Add("gretype", field.Uint16, "sll.gretype", "Protocol, a GRE protocol type", field.Rare, field.Detail)
	fEType   = fields.Add("etype", field.Uint16, "sll.etype", "Protocol, an EtherType")
	fIfIndex = fields.Add("ifindex", field.Uint32, "sll.ifindex", "Index of the interface (SLL2)")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if p.LinkType == linkSLL2 {
		version2(p, b, wire)
		return
	}
	if !p.Need(b, wire, 4) {
		return
	}
	hatype := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fPktType, uint64(binary.BigEndian.Uint16(b)))
	p.Out.Uint(fHAType, uint64(hatype))
	if !p.Need(b, wire, headerLen) {
		return
	}
	address(p, int(binary.BigEndian.Uint16(b[4:])), b[6:14])
	payload(p, hatype, binary.BigEndian.Uint16(b[14:]), b[headerLen:], wire-headerLen)
}

func version2(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen2) {
		return
	}
	hatype := binary.BigEndian.Uint16(b[8:])
	p.Out.Uint(fIfIndex, uint64(binary.BigEndian.Uint32(b[4:])))
	p.Out.Uint(fHAType, uint64(hatype))
	p.Out.Uint(fPktType, uint64(b[10]))
	address(p, int(b[11]), b[12:20])
	payload(p, hatype, binary.BigEndian.Uint16(b), b[headerLen2:], wire-headerLen2)
}

// address writes the sender's address: the first n of the 8 bytes that the header has for it.
func address(p *dissect.Packet, n int, b []byte) {
	p.Out.Uint(fHALen, uint64(n))
	switch n {
	case 0:
	case 4:
		p.Out.IP(fSrcIP, b[:4])
	case 6:
		p.SetMAC(b[:6], nil)
		p.Out.MAC(fSrcMAC, b[:6])
	default:
		p.Out.Bytes(fSrc, b[:min(n, len(b))])
	}
}

func payload(p *dissect.Packet, hatype, proto uint16, b []byte, wire int) {
	switch {
	case hatype == arphrdRadiotap:
		p.CallName("radiotap", b, wire)
	case hatype == arphrdNetlink:
		p.CallName("netlink", b, wire)
	case hatype == arphrdGRE:
		p.Out.Uint(fGREType, uint64(proto))
		p.GRE(proto, b, wire)
	case proto > maxLinux:
		p.Out.Uint(fEType, uint64(proto))
		p.EtherType(proto, b, wire)
	default:
		p.Out.Uint(fLType, uint64(proto))
		p.CallName(linuxName(proto), b, wire)
	}
}

func linuxName(proto uint16) string {
	switch proto {
	case linux8023:
		return "ipx"
	case linuxEthernet:
		return "eth"
	case linux8022:
		return "llc"
	case linuxPPPHDLC:
		return "ppp"
	case linuxCAN, linuxCANFD:
		return "can"
	}
	return ""
}

var packetTypes = [...]string{"Unicast to us", "Broadcast", "Multicast", "Unicast to another host", "Sent by us"}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fPktType)
	if n < uint64(len(packetTypes)) {
		return append(dst, packetTypes[n]...)
	}
	return fmt.Appendf(dst, "Unknown (%d)", n)
}
