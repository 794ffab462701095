// SPDX-License-Identifier: Apache-2.0

// Package sap dissects the Session Announcement Protocol (RFC 2974), by which sessions are announced to groups:
//
//	0                1                  2      4                     4 or 16 more
//	| version, flags | words of secrets | hash | address of the origin | authentication | type of payload, 0 | session description
//
// Not decoded: authentication, payloads that are encrypted or compressed.
package sap

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Flags (RFC 2974, 3).
const (
	ipv6       = 0x10
	deletion   = 0x04
	encrypted  = 0x02
	compressed = 0x01
)

// Protocol is SAP.
var Protocol = &dissect.Protocol{
	Name: "sap", Title: "SAP", Reference: "RFC 2974", Application: true,
	UDPPorts: []uint16{9875},
	GuessUDP: guess,
	Summary:  summary,
}

// The announcements name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields  = field.Group("sap")
	fOrigin = fields.Add("originating_source", field.IP, "sap.originating_source", "Host that announces the session")
	fDelete = fields.Add("deletion", field.Bool, "sap.flags.t", "The session is withdrawn", field.Rare, field.Detail)
)

// guess takes version 1 with a plain description.
func guess(b []byte) bool {
	const looked = 128
	return len(b) > 8 && b[0]>>5 == 1 && b[0]&(encrypted|compressed) == 0 && bytes.Contains(b[8:min(len(b), looked)], []byte("v=0"))
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	flags, words := c.U8(), c.U8()
	c.Skip(2)
	if c.Failed {
		return
	}
	p.Out.Bool(fDelete, flags&deletion != 0)
	if flags&ipv6 != 0 {
		c.IP(fOrigin, 16)
	} else {
		c.IP(fOrigin, 4)
	}
	c.Skip(4 * int(words))
	if c.Failed || flags&(encrypted|compressed) != 0 {
		return
	}
	if !bytes.HasPrefix(c.B, []byte("v=0")) { // the type may be left out
		end := bytes.IndexByte(c.B, 0)
		if end < 0 {
			p.Truncated = p.Truncated || len(b) < wire
			return
		}
		c.Skip(end + 1)
	}
	p.CallName("sdp", c.B, c.Wire)
}

// summary reads "Announcement (v1)".
func summary(dst []byte, v dissect.View) []byte {
	if gone, _ := v.Uint(fDelete); gone != 0 {
		return append(dst, "Deletion (v1)"...)
	}
	return append(dst, "Announcement (v1)"...)
}
