// SPDX-License-Identifier: Apache-2.0

// Package nflog dissects LINKTYPE_NFLOG: packets that Linux' netfilter logged (libpcap's description of the link type).
//
//	0        1         2             4
//	| family | version | resource ID | attributes …
//
//	attribute  0 length 2 (with this header), 2 type 2, 4 value, padding to 4 bytes
//
// Family and version are single bytes, the resource ID is big-endian; an attribute's header has the byte order of the machine that
// captured, which its first one tells. Values are big-endian. Not decoded: attributes other than those with a field.
package nflog

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen, attrHeader = 4, 4
	// maxAttrs bounds the attributes; the kernel has about twenty types.
	maxAttrs = 64
)

// Address families of Linux.
const (
	familyIPv4   = 2
	familyBridge = 7
	familyIPv6   = 10
)

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// Attributes (nfnetlink_log.h).
const (
	attrPacket = 1
	attrInDev  = 4
	attrOutDev = 5
	attrHwAddr = 8
	attrData   = 9
	attrPrefix = 10
	attrUID    = 11
	attrGID    = 14
)

// Protocol is NFLOG.
var Protocol = &dissect.Protocol{
	Name: "nflog", Title: "NFLOG", Reference: "LINKTYPE_NFLOG",
	LinkTypes: []uint32{239},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields    = field.Group("nflog")
	fFamily   = fields.Add("family", field.Uint8, "nflog.family", "Address family: 2 IPv4, 7 bridge, 10 IPv6")
	fResource = fields.Add("res_id", field.Uint16, "nflog.res_id", "Group of the log target")
	fProtocol = fields.Add("protocol", field.Uint16, "nflog.protocol", "EtherType; 0 in packets that this host sent")
	fHook     = fields.Add("hook", field.Uint8, "nflog.hook", "Hook: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting")
	fIn       = fields.Add("ifindex_indev", field.Uint32, "nflog.ifindex_indev", "Index of the interface that the packet came by")
	fOut      = fields.Add("ifindex_outdev", field.Uint32, "nflog.ifindex_outdev", "Index of the interface that the packet leaves by")
	fPrefix   = fields.Add("prefix", field.Keyword, "nflog.prefix", "Text of the rule that logged the packet")
	fUID      = fields.Add("uid", field.Uint32, "nflog.uid", "User that the sending socket belongs to")
	fGID      = fields.Add("gid", field.Uint32, "nflog.gid", "Group that the sending socket belongs to")
	fHwAddr   = fields.Add("hwaddr", field.MAC, "", "Link-layer address of the sender", field.Address)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	family := b[0]
	p.Out.Uint(fFamily, uint64(family))
	p.Out.Uint(fResource, uint64(binary.BigEndian.Uint16(b[2:])))
	b, wire = b[headerLen:], wire-headerLen
	order := byteOrder(b)
	var proto uint16
	for range maxAttrs {
		if wire == 0 || !p.Need(b, wire, attrHeader) {
			return
		}
		n, t := int(order.Uint16(b)), order.Uint16(b[2:])
		if n < attrHeader || n > wire {
			p.Bad()
			return
		}
		v, vWire := b[attrHeader:min(n, len(b))], n-attrHeader
		if t == attrData {
			payload(p, family, proto, v, vWire)
			return
		}
		if len(b) < n {
			p.Truncated = true
			return
		}
		if t == attrPacket && len(v) >= 3 {
			proto = binary.BigEndian.Uint16(v)
		}
		attribute(p, t, v)
		n = min((n+3)&^3, len(b))
		b, wire = b[n:], wire-n
	}
}

// byteOrder tells the order of the attributes' headers by the first one's length: the kernel writes a header of a few bytes first.
func byteOrder(b []byte) binary.ByteOrder {
	if len(b) >= 2 && b[0] == 0 && b[1] >= attrHeader {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func attribute(p *dissect.Packet, t uint16, v []byte) {
	switch {
	case t == attrPrefix:
		if v, _, _ = bytes.Cut(v, []byte{0}); len(v) > 0 {
			p.Out.Text(fPrefix, v)
		}
	case t == attrPacket && len(v) >= 3:
		p.Out.Uint(fProtocol, uint64(binary.BigEndian.Uint16(v)))
		p.Out.Uint(fHook, uint64(v[2]))
	case t == attrHwAddr && len(v) >= 4:
		// a length of 2 bytes, 2 bytes of padding, the address
		if n := int(binary.BigEndian.Uint16(v)); n == 6 && len(v) >= 4+n {
			p.SetMAC(v[4:4+n], nil)
			p.Out.MAC(fHwAddr, v[4:4+n])
		}
	case len(v) >= 4:
		n := uint64(binary.BigEndian.Uint32(v))
		switch t {
		case attrInDev:
			p.Out.Uint(fIn, n)
		case attrOutDev:
			p.Out.Uint(fOut, n)
		case attrUID:
			p.Out.Uint(fUID, n)
		case attrGID:
			p.Out.Uint(fGID, n)
		}
	}
}

func payload(p *dissect.Packet, family uint8, proto uint16, b []byte, wire int) {
	switch family {
	case familyIPv4:
		p.EtherType(etherTypeIPv4, b, wire)
	case familyIPv6:
		p.EtherType(etherTypeIPv6, b, wire)
	case familyBridge:
		p.EtherType(proto, b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "Prefix "...), fPrefix); ok {
		return text
	}
	dst, _ = v.Text(append(dst, "Family "...), fFamily)
	return dst
}
