// SPDX-License-Identifier: Apache-2.0

// Package ldp dissects the Label Distribution Protocol (RFC 5036; pseudowires: RFC 8077): hellos over UDP, the session over TCP.
//
//	0         2        4        8             10
//	| version | length | LSR ID | label space | messages …
//
//	message  U bit and type 2, length 2, message ID 4, TLVs
//	TLV      U and F bit and type 2, length 2, value
//
// The length of a PDU counts from the LSR ID on. The TLVs are in tlv.go. Limits: 1024 messages and TLVs. Not decoded: labels of ATM and frame
// relay, explicit routes (CR-LDP), fault tolerance, multipoint FECs.
package ldp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	pduHeader  = 4
	version1   = 1
	typeMask   = 0x7fff
	tlvMask    = 0x3fff
	minMessage = 8
	minLength  = 4 // the message ID
)

// Protocol is LDP.
var Protocol = &dissect.Protocol{
	Name: "ldp", Title: "LDP", Reference: "RFC 5036", Application: true,
	UDPPorts: []uint16{646}, TCPPorts: []uint16{646},
	Dissect: datagram,
	Summary: summary,
}

func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("ldp")
	fVersion = fields.Add("hdr.version", field.Uint16, "ldp.hdr.version", "Version", field.Rare, field.Detail)
	fLength  = fields.Add("hdr.pdu_len", field.Uint16, "ldp.hdr.pdu_len", "Length of the PDU, bytes", field.Rare, field.Detail)
	fLSR     = fields.Add("hdr.ldpid.lsr", field.IP, "ldp.hdr.ldpid.lsr", "Label switching router that sends")
	fSpace   = fields.Add("hdr.ldpid.lsid", field.Uint16, "ldp.hdr.ldpid.lsid", "Its label space", field.Rare, field.Detail)
	fType    = fields.Add("msg.type", field.Uint16, "ldp.msg.type", "Type of each message: 0x100 hello, 0x200 initialization, 0x201 keep alive, 0x300 address, 0x400 label mapping, …")
	fID      = fields.Add("msg.id", field.Uint32, "ldp.msg.id", "ID of each message", field.Rare, field.Detail)
)

func datagram(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		pdu(&c)
	}
}

// stream takes one PDU off the front. All PDUs of a packet are one layer, as in Wireshark.
func stream(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
	if len(data) < pduHeader {
		return 0
	}
	if binary.BigEndian.Uint16(data) != version1 {
		return dissect.Reject
	}
	n := pduHeader + int(binary.BigEndian.Uint16(data[2:]))
	if len(data) < n {
		return 0
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return n
	}
	p.Message(Protocol)
	c := common.Read(p, data[:n], n)
	pdu(&c)
	return n
}

func pdu(c *common.Cursor) {
	version := c.Uint16(fVersion)
	v := c.Sub(int(c.Uint16(fLength)))
	if c.Failed || version != version1 {
		c.Skip(c.Wire)
		return
	}
	v.IP(fLSR, 4)
	v.Uint16(fSpace)
	// Fewer bytes than a message has are padding.
	for n := 0; v.More() && v.Wire >= minMessage && n < common.MaxItems; n++ {
		message(&v)
	}
}

func message(c *common.Cursor) {
	kind, n := c.U16()&typeMask, int(c.U16())
	if c.Failed {
		return
	}
	if n < minLength { // as Wireshark does, such a message is none
		c.P.Bad()
		c.Failed = true
		return
	}
	c.P.Out.Uint(fType, uint64(kind))
	m := c.Sub(n)
	m.Uint32(fID)
	for n := 0; m.More() && n < common.MaxItems; n++ {
		t := m.U16() & tlvMask
		if m.Failed {
			return
		}
		m.P.Out.Uint(fTLV, uint64(t))
		v := m.Sub(int(m.U16()))
		tlv(&v, t)
	}
}

var types = map[string]string{"1": "Notification", "256": "Hello", "512": "Initialization", "513": "Keep Alive", "768": "Address", "769": "Address Withdraw", "1024": "Label Mapping",
	"1025": "Label Request", "1026": "Label Withdraw", "1027": "Label Release", "1028": "Label Abort Request"}

func summary(dst []byte, v dissect.View) []byte { return common.Messages(dst, v, fType, types) }
