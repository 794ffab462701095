// SPDX-License-Identifier: Apache-2.0

// Package juniper dissects what Juniper's routers put before the packets that they capture (LINKTYPE_JUNIPER_…, a type for each kind of
// interface card).
//
//	0     3       4        6
//	| MGC | flags | length | extensions …            flags 0x80: extensions follow, 0x02: no link header, 0x01: the packet came in
//	| type | length | value …                        an extension, little-endian
//
// Without a link header 4 bytes name the protocol, little-endian; with one a cookie of the card may come first, and the link header is that of the
// card's kind. Old releases write no header at all. Not decoded: the cards' cookies, OAM cells, cards of other kinds (multilink, monitoring, encryption).
package juniper

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// magic begins the header.
const magic = 0x4d4743

// Flags.
const (
	flagIn         = 0x01
	flagNoLink     = 0x02
	flagExtensions = 0x80
)

// Link types, by kind of card.
const (
	linkGGSN       = 133
	linkATM2       = 135
	linkServices   = 136
	linkATM1       = 137
	linkPPPoE      = 167
	linkEthernet   = 178
	linkPPP        = 179
	linkFrameRelay = 180
	linkCHDLC      = 181
	linkVoice      = 183
)

// What a card puts before the packet, bytes.
const (
	atm1Cookie, atm2Cookie       = 4, 8
	servicesInCookie, servicesTo = 16, 12
	voiceCookie                  = 18
	// pppAddress are the address and control bytes of PPP in HDLC-like framing.
	pppAddress = 2
)

// Protocol is the header.
var Protocol = &dissect.Protocol{
	Name: "juniper", Title: "Juniper", Reference: "LINKTYPE_JUNIPER_ETHER",
	LinkTypes: []uint32{linkGGSN, linkATM2, linkServices, linkATM1, linkPPPoE, linkEthernet, linkPPP, linkFrameRelay, linkCHDLC, linkVoice},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields     = field.Group("juniper")
	fDirection = fields.Add("direction", field.Uint8, "juniper.direction", "0 out, 1 in")
	fIFD       = fields.Add("ext.ifd", field.Uint32, "juniper.ext.ifd", "Index of the interface")
	fMedia     = fields.Add("ext.ifmt", field.Uint32, "juniper.ext.ifmt", "Medium of the interface", field.Rare, field.Detail)
	fIFL       = fields.Add("ext.ifl", field.Uint32, "juniper.ext.ifl", "Index of the logical interface")
	fUnit      = fields.Add("ext.unit", field.Uint32, "juniper.ext.unit", "Unit of the logical interface")
	fEncap     = fields.Add("ext.ifle", field.Uint32, "juniper.ext.ifle", "Encapsulation of the logical interface", field.Rare, field.Detail)
	fPayload   = fields.Add("payload_type", field.Uint16, "juniper.payload_type", "What follows, by Juniper's numbers", field.Rare, field.Detail)
	fVLAN      = fields.Add("vlan", field.Uint16, "juniper.vlan", "VLAN identifier that a GGSN card notes")
)

// extensions are the types of extensions with a field.
var extensions = map[uint8]field.ID{1: fIFD, 3: fMedia, 4: fIFL, 5: fUnit, 6: fEncap}

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	flags := uint8(0)
	if len(b) < 3 || uint32(b[0])<<16|uint32(b[1])<<8|uint32(b[2]) == magic {
		c.Skip(3)
		flags = c.U8()
		if c.Failed {
			return
		}
		p.Out.Uint(fDirection, uint64(flags&flagIn))
	}
	if flags&flagExtensions != 0 {
		extended(p, c.Sub(int(c.U16())))
	}
	if flags&flagNoLink != 0 {
		if v := c.Bytes(4); v != nil {
			payload(p, uint16(v[0]), &c)
		}
		return
	}
	card(p, flags, &c)
}

// extended reads the extensions, as far as they are sound.
func extended(p *dissect.Packet, c common.Cursor) {
	for c.More() {
		kind := c.U8()
		v := c.Bytes(int(c.U8()))
		id, known := extensions[kind]
		if !known || len(v) == 0 || len(v) > 4 {
			continue
		}
		n := uint64(0)
		for i, o := range v {
			n |= uint64(o) << (8 * i)
		}
		p.Out.Uint(id, n)
	}
}

// card passes over what the kind of card puts before the packet.
func card(p *dissect.Packet, flags uint8, c *common.Cursor) {
	switch p.LinkType {
	case linkEthernet, linkPPPoE:
		payload(p, protoEthernet, c)
	case linkPPP:
		c.Skip(pppAddress)
		payload(p, protoPPP, c)
	case linkFrameRelay:
		payload(p, protoFrameRelay, c)
	case linkCHDLC:
		payload(p, protoCHDLC, c)
	case linkVoice:
		c.Skip(voiceCookie)
		payload(p, protoIP, c)
	case linkServices:
		if flags&flagIn != 0 {
			c.Skip(servicesInCookie)
		} else {
			c.Skip(servicesTo)
		}
		payload(p, protoIP, c)
	case linkGGSN:
		if v := c.Bytes(4); v != nil {
			p.Out.Uint(fVLAN, uint64(binary.LittleEndian.Uint16(v[2:])))
			payload(p, binary.LittleEndian.Uint16(v), c)
		}
	case linkATM1:
		if v := c.Bytes(atm1Cookie); v != nil && v[0] != atm1OAM {
			atm(p, c, false, false)
		}
	case linkATM2:
		if v := c.Bytes(atm2Cookie); v != nil && v[7]&atm2OAM == 0 {
			bridged := flags&flagIn == 0 && binary.BigEndian.Uint32(v)&atm2Gap != 0
			atm(p, c, bridged, true)
		}
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fDirection)
	dst = append(dst, [...]string{"Out", "In"}[n&1]...)
	if n, ok := v.Uint(fPayload); ok {
		dst = fmt.Appendf(dst, ", payload type %d", n)
	}
	return dst
}
