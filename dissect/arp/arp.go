// SPDX-License-Identifier: Apache-2.0

// Package arp dissects the Address Resolution Protocol (RFC 826) and what shares its packet: RARP (RFC 903), InARP (RFC 2390), DRARP (RFC 1931).
//
//	0       2          4      5      6        8     8+h   8+h+p 8+2h+p
//	| htype | protocol | hlen | plen | opcode | sha | spa | tha | tpa |
//
// Addresses have the lengths that the packet says: those of 6-byte hardware addresses of Ethernet and of 4-byte IPv4 have fields of
// their type, others are bytes. Not decoded: ATM's and AX.25's variants (hardware types 19 and 3) beyond the fixed part.
package arp

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	fixedLen = 8

	hwEthernet = 1
	hwAX25     = 3
	hwIEEE802  = 6
	hwATM      = 19

	protoIPv4 = 0x0800
)

// Operations (IANA "arp-parameters").
const (
	opRequest      = 1
	opReply        = 2
	opRARPRequest  = 3
	opRARPReply    = 4
	opDRARPRequest = 5
	opDRARPReply   = 6
	opDRARPError   = 7
	opInARPRequest = 8
	opInARPReply   = 9
)

// Protocol is ARP.
var Protocol = &dissect.Protocol{
	Name: "arp", Title: "ARP", Reference: "RFC 826",
	EtherTypes: []uint16{0x0806, 0x8035},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields     = field.Group("arp")
	fHWType    = fields.Add("hw.type", field.Uint16, "arp.hw.type", "Hardware type", field.Detail, field.Rare)
	fHWSize    = fields.Add("hw.size", field.Uint8, "arp.hw.size", "Length of hardware addresses, bytes", field.Rare, field.Detail)
	fProtoType = fields.Add("proto.type", field.Uint16, "arp.proto.type", "Protocol type, an EtherType", field.Detail, field.Rare)
	fProtoSize = fields.Add("proto.size", field.Uint8, "arp.proto.size", "Length of protocol addresses, bytes", field.Rare, field.Detail)
	fOpcode    = fields.Add("opcode", field.Uint16, "arp.opcode", "Operation: 1 request, 2 reply, 3 and 4 reverse, 8 and 9 inverse request and reply", field.Core)
	fSrcMAC    = fields.Add("src.hw_mac", field.MAC, "arp.src.hw_mac", "Sender's MAC address")
	fSrcHW     = fields.Add("src.hw", field.Hex, "arp.src.hw", "Sender's hardware address that is no MAC address", field.Rare)
	fSrcIP     = fields.Add("src.proto_ipv4", field.IP, "arp.src.proto_ipv4", "Sender's IPv4 address", field.Core)
	fSrcProto  = fields.Add("src.proto", field.Hex, "arp.src.proto", "Sender's protocol address that is no IPv4 address", field.Rare)
	fDstMAC    = fields.Add("dst.hw_mac", field.MAC, "arp.dst.hw_mac", "Target's MAC address")
	fDstHW     = fields.Add("dst.hw", field.Hex, "arp.dst.hw", "Target's hardware address that is no MAC address", field.Rare)
	fDstIP     = fields.Add("dst.proto_ipv4", field.IP, "arp.dst.proto_ipv4", "Target's IPv4 address", field.Core)
	fDstProto  = fields.Add("dst.proto", field.Hex, "arp.dst.proto", "Target's protocol address that is no IPv4 address", field.Rare)
	fGratuit   = fields.Add("isgratuitous", field.Bool, "arp.isgratuitous", "Sender and target protocol address are the same; absent otherwise")
	fProbe     = fields.Add("isprobe", field.Bool, "arp.isprobe", "Asks whether an address is free (RFC 5227); absent otherwise")
	fAnnounce  = fields.Add("isannouncement", field.Bool, "arp.isannouncement", "Gratuitous request that announces an address (RFC 5227); absent otherwise")
)

var zero [6]byte

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 2) {
		return
	}
	hw := binary.BigEndian.Uint16(b)
	p.Out.Uint(fHWType, uint64(hw))
	if !p.Need(b, wire, fixedLen) {
		return
	}
	proto := binary.BigEndian.Uint16(b[2:])
	hlen, plen := int(b[4]), int(b[5])
	op := binary.BigEndian.Uint16(b[6:])
	p.Out.Uint(fProtoType, uint64(proto))
	p.Out.Uint(fHWSize, uint64(hlen))
	p.Out.Uint(fProtoSize, uint64(plen))
	p.Out.Uint(fOpcode, uint64(op))
	if hw == hwATM {
		return
	}
	total := fixedLen + 2*hlen + 2*plen
	if !p.Need(b, wire, total) {
		return
	}
	sha, rest := b[fixedLen:fixedLen+hlen], b[fixedLen+hlen:total]
	spa, tha, tpa := rest[:plen], rest[plen:plen+hlen], rest[plen+hlen:]
	mac := (hw == hwEthernet || hw == hwIEEE802) && hlen == 6
	ip := proto == protoIPv4 && plen == 4
	address(p, mac, fSrcMAC, fSrcHW, sha)
	address(p, ip, fSrcIP, fSrcProto, spa)
	address(p, mac, fDstMAC, fDstHW, tha)
	address(p, ip, fDstIP, fDstProto, tpa)
	if hw != hwAX25 {
		flags(p, op, spa, tha, tpa)
	}
}

// address writes an address to the field of its type, if it has that type, else as bytes.
func address(p *dissect.Packet, typed bool, fTyped, fBytes field.ID, v []byte) {
	switch {
	case len(v) == 0:
	case !typed:
		p.Out.Bytes(fBytes, v)
	case len(v) == 4:
		p.Out.IP(fTyped, v)
	default:
		p.Out.MAC(fTyped, v)
	}
}

// flags says what a request or reply is for, as Wireshark does.
func flags(p *dissect.Packet, op uint16, spa, tha, tpa []byte) {
	if op != opRequest && op != opReply {
		return
	}
	asks := op == opRequest && bytes.Equal(tha, zero[:])
	switch {
	case len(spa) > 0 && bytes.Equal(spa, tpa):
		p.Out.Bool(fGratuit, true)
		if asks {
			p.Out.Bool(fAnnounce, true)
		}
	case asks && bytes.Equal(spa, zero[:4]):
		p.Out.Bool(fProbe, true)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	op, _ := v.Uint(fOpcode)
	_, gratuitous := v.Uint(fGratuit)
	switch op {
	case opRequest:
		if _, ok := v.Uint(fProbe); ok {
			return append(target(append(dst, "Who has "...), v), "? (ARP Probe)"...)
		}
		if _, ok := v.Uint(fAnnounce); ok {
			return target(append(dst, "ARP Announcement for "...), v)
		}
		if gratuitous {
			return append(target(append(dst, "Gratuitous ARP for "...), v), " (Request)"...)
		}
		dst = target(append(dst, "Who has "...), v)
		return sender(append(dst, "? Tell "...), v)
	case opReply, opInARPReply:
		if gratuitous {
			return append(sender(append(dst, "Gratuitous ARP for "...), v), " (Reply)"...)
		}
		dst = append(sender(dst, v), " is at "...)
		return either(dst, v, fSrcMAC, fSrcHW)
	case opRARPRequest, opDRARPRequest, opInARPRequest:
		dst = either(append(dst, "Who is "...), v, fDstMAC, fDstHW)
		return either(append(dst, "? Tell "...), v, fSrcMAC, fSrcHW)
	case opRARPReply, opDRARPReply:
		dst = either(dst, v, fDstMAC, fDstHW)
		return target(append(dst, " is at "...), v)
	case opDRARPError:
		return append(dst, "DRARP Error"...)
	}
	return fmt.Appendf(dst, "Unknown ARP opcode 0x%04x", op)
}

func sender(dst []byte, v dissect.View) []byte { return either(dst, v, fSrcIP, fSrcProto) }
func target(dst []byte, v dissect.View) []byte { return either(dst, v, fDstIP, fDstProto) }

// either appends the first of two fields that the packet has.
func either(dst []byte, v dissect.View, a, b field.ID) []byte {
	if out, ok := v.Text(dst, a); ok {
		return out
	}
	dst, _ = v.Text(dst, b)
	return dst
}
