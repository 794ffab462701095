// SPDX-License-Identifier: Apache-2.0

// Package ipx dissects Novell's Internetwork Packet Exchange (IPX Router Specification).
//
//	0          2        4      5             6             10    16       18        22    28       30
//	| checksum | length | hops | packet type | destination net, node, socket | source net, node, socket | payload …
//
// Not decoded: what it carries, RIP, SAP, SPX, NetBIOS and NCP among it.
package ipx

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is IPX.
var Protocol = &dissect.Protocol{
	Name: "ipx", Title: "IPX", Reference: "Novell IPX",
	EtherTypes: []uint16{0x8137}, PPPTypes: []uint16{0x002b}, LLCSAPs: []uint8{0xe0},
	Dissect: decode,
	Summary: summary,
}

var (
	fields     = field.Group("ipx")
	fLength    = fields.Add("len", field.Uint16, "ipx.len", "Length with the header, bytes", field.Rare, field.Detail)
	fHops      = fields.Add("hops", field.Uint8, "ipx.hops", "Routers passed", field.Rare, field.Detail)
	fType      = fields.Add("packet_type", field.Uint8, "ipx.packet_type", "Type: 1 RIP, 4 SAP or packet exchange, 5 SPX, 17 NCP, 20 NetBIOS", field.Rare)
	fDstNet    = fields.Add("dst.net", field.Uint32, "ipx.dst.net", "Destination network", field.Rare, field.Detail)
	fDstNode   = fields.Add("dst.node", field.MAC, "ipx.dst.node", "Destination node")
	fDstSocket = fields.Add("dst.socket", field.Uint16, "ipx.dst.socket", "Destination socket: 1105 NCP, 1106 SAP, 1107 RIP, 1109 NetBIOS")
	fSrcNet    = fields.Add("src.net", field.Uint32, "ipx.src.net", "Source network", field.Rare, field.Detail)
	fSrcNode   = fields.Add("src.node", field.MAC, "ipx.src.node", "Source node")
	fSrcSocket = fields.Add("src.socket", field.Uint16, "ipx.src.socket", "Source socket")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.Skip(2)
	c.Uint16(fLength)
	c.Uint8(fHops)
	c.Uint8(fType)
	c.Uint32(fDstNet)
	c.MAC(fDstNode)
	c.Uint16(fDstSocket)
	c.Uint32(fSrcNet)
	c.MAC(fSrcNode)
	c.Uint16(fSrcSocket)
}

var sockets = map[uint64]string{0x0451: "NCP", 0x0452: "SAP", 0x0453: "RIP", 0x0455: "NetBIOS", 0x0456: "Diagnostics", 0x0457: "Serialization", 0x0553: "Browser"}

// summary names the socket that is asked for.
func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fDstSocket)
	if name := sockets[n]; name != "" {
		return append(dst, name...)
	}
	return fmt.Appendf(dst, "Socket 0x%04x", n)
}
