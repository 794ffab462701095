// SPDX-License-Identifier: Apache-2.0

// Package rsvp dissects the Resource Reservation Protocol (RFC 2205) with its extensions for label switched paths (RFC 3209) and for fewer
// refreshes (RFC 2961).
//
//	0                1      2          4     5          6        8
//	| version, flags | type | checksum | TTL | reserved | length | objects: length 2 (with these four), class 1, C-type 1, value
//
// The objects are in object.go. The messages of a bundle are read as if they stood alone. Limits: 1024 objects and bundled messages. Not decoded:
// what a flow asks for (FLOWSPEC, TSPEC, ADSPEC), policies, GMPLS; the checksum is not verified.
package rsvp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen    = 8
	objectHeader = 4
	typeBundle   = 12
)

// Protocol is RSVP.
var Protocol = &dissect.Protocol{
	Name: "rsvp", Title: "RSVP", Reference: "RFC 2205, RFC 3209",
	IPProtocols: []uint8{46}, UDPPorts: []uint16{1698, 1699},
	Dissect: decode,
	Summary: summary,
}

var (
	fields    = field.Group("rsvp")
	fType     = fields.Add("msg", field.Uint8, "rsvp.msg", "Message type: 1 PATH, 2 RESV, 3 and 4 their errors, 5 and 6 their ends, 7 RESV confirmation, 12 bundle, 13 ACK, 15 summary refresh, 20 hello")
	fChecksum = fields.Add("checksum", field.Uint16, "", "Checksum", field.Rare, field.Detail)
	fTTL      = fields.Add("ttl", field.Uint8, "rsvp.sending_ttl", "Time to live with which the message was sent", field.Rare, field.Detail)
	fClass    = fields.Add("object", field.Uint8, "rsvp.object", "Class of each object: 1 session, 3 hop, 5 time values, 6 error, 8 style, 9 flow specification, 10 filter, 11 sender template, 16 label, 20 explicit route, …")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	message(&c, true)
}

func message(c *common.Cursor, outer bool) {
	c.Skip(1)
	kind := c.Uint8(fType)
	c.Uint16(fChecksum)
	c.Uint8(fTTL)
	c.Skip(1)
	n := int(c.U16())
	if c.Failed {
		return
	}
	if n < headerLen {
		c.P.Bad()
		c.Failed = true
		return
	}
	m := c.Sub(n - headerLen)
	for i := 0; m.More() && i < common.MaxItems; i++ {
		if kind == typeBundle {
			if !outer {
				c.P.Bad() // bundles do not nest
				return
			}
			message(&m, false)
			continue
		}
		object(&m)
	}
}

func object(c *common.Cursor) {
	n := int(c.U16())
	class := c.Uint8(fClass)
	kind := c.U8()
	if c.Failed {
		return
	}
	if n < objectHeader {
		c.P.Bad()
		c.Failed = true
		return
	}
	v := c.Sub(n - objectHeader)
	value(&v, class, kind)
}

var types = map[uint64]string{1: "PATH", 2: "RESV", 3: "PATH ERROR", 4: "RESV ERROR", 5: "PATH TEAR", 6: "RESV TEAR", 7: "CONFIRM", 10: "RESV TEAR CONFIRM", 12: "BUNDLE", 13: "ACK", 15: "SREFRESH", 20: "HELLO", 21: "NOTIFY"}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fType)
	if name := types[n]; name != "" {
		dst = append(append(dst, name...), " Message"...)
	} else {
		dst, _ = v.Text(append(dst, "Type "...), fType)
	}
	if _, ok := v.Uint(fTunnel); ok {
		dst, _ = v.Text(append(dst, ", tunnel "...), fTunnel)
	}
	return dst
}
