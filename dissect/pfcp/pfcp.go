// SPDX-License-Identifier: Apache-2.0

// Package pfcp dissects the Packet Forwarding Control Protocol, by which a mobile network's control plane steers its user plane (3GPP TS 29.244).
//
//	0                       1      2        4 (flag S)             12         15
//	| version 3, flags FO MP S | type | length | session endpoint id | sequence | spare | information elements: type 2, length 2, value …
//
// Limits: 256 elements. Not decoded: elements within elements, and all but causes and the ids of nodes.
package pfcp

import (
	"encoding/binary"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	version     = 1
	flagSEID    = 1
	flagFollows = 4
	headerLen   = 4
	seidLen     = 8
	maxElements = 256
	// Node messages are numbered from 1, session messages from 50; requests are odd below 50, but for node reports, and even above.
	firstSession = 50
	lastSession  = 57
	lastNode     = 15
	unsupported  = 11 // version not supported: a response
)

// Information elements, and the kinds of node ids.
const (
	elementCause  = 19
	elementNodeID = 60
	nodeV4        = 0
	nodeV6        = 1
)

// Protocol is PFCP.
var Protocol = &dissect.Protocol{
	Name: "pfcp", Title: "PFCP", Reference: "3GPP TS 29.244", Application: true,
	UDPPorts: []uint16{8805},
	GuessUDP: guess,
	Summary:  summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("pfcp")
	fType     = fields.Add("msg_type", field.Uint8, "pfcp.msg_type", "Type: 1 and 2 heartbeat, 5 and 6 association setup, 50 and 51 session establishment, 52 and 53 modification, 54 and 55 deletion, 56 and 57 report")
	fLength   = fields.Add("length", field.Uint16, "pfcp.length", "Length behind the first four bytes", field.Rare, field.Detail)
	fSEID     = fields.Add("seid", field.Hex, "pfcp.seid", "Session endpoint id of the receiver")
	fSequence = fields.Add("seqno", field.Uint32, "pfcp.seqno", "Sequence number, which a response repeats", field.Rare, field.Detail)
	fElement  = fields.Add("ie_type", field.Uint16, "pfcp.ie_type", "Types of the information elements", field.Rare, field.Detail)
	fCause    = fields.Add("cause", field.Uint8, "pfcp.cause", "Cause in a response: 1 accepted", field.Rare)
	fNode     = fields.Add("node_id", field.Keyword, "pfcp.node_id_ipv4, pfcp.node_id_ipv6, pfcp.node_id_fqdn", "Sender's address or name")
)

// guess recognises a message by its flags, type and length.
func guess(b []byte) bool {
	if len(b) < headerLen+4 || b[0]>>5 != version || b[0]&0x18 != 0 {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[2:])) + headerLen
	session := b[1] >= firstSession && b[1] <= lastSession
	return (session || b[1] > 0 && b[1] <= lastNode) && session == (b[0]&flagSEID != 0) && (n == len(b) || b[0]&flagFollows != 0 && n < len(b))
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	flags := c.U8()
	kind := c.Uint8(fType)
	length := int(c.Uint16(fLength))
	m := c.Sub(length)
	if flags&flagSEID != 0 {
		m.Hex(fSEID, seidLen)
	}
	sequence := m.U24()
	m.Skip(1)
	if m.Failed {
		return
	}
	p.Out.Uint(fSequence, uint64(sequence))
	if request(kind) {
		common.Request(p, p.Conversation, uint64(sequence))
	} else {
		common.Response(p, p.Conversation, uint64(sequence))
	}
	elements(&m)
}

func request(kind uint8) bool {
	const nodeReport = 12 // its request is even, and so are those behind it
	return kind < nodeReport && kind&1 == 1 && kind != unsupported || kind >= nodeReport && kind&1 == 0
}

func elements(m *common.Cursor) {
	for n := 0; n < maxElements && m.More(); n++ {
		kind := m.Uint16(fElement)
		e := m.Sub(int(m.U16()))
		switch {
		case e.Failed:
		case kind == elementCause:
			e.Uint8(fCause)
		case kind == elementNodeID:
			node(&e)
		}
	}
}

// node writes the address or name of a node (8.2.38); a name is in the form of the DNS.
func node(e *common.Cursor) {
	kind := e.U8() & 0xf
	switch kind {
	case nodeV4, nodeV6:
		n := 4
		if kind == nodeV6 {
			n = 16
		}
		if a, ok := netip.AddrFromSlice(e.Bytes(n)); ok {
			var text [64]byte
			e.P.Out.Text(fNode, a.AppendTo(text[:0]))
			e.P.Out.Addr(field.RelatedIP, a)
		}
	default:
		var name [256]byte
		text := name[:0]
		for e.More() && len(text) < 192 {
			if len(text) > 0 {
				text = append(text, '.')
			}
			text = append(text, e.Bytes(int(e.U8())&63)...)
		}
		if len(text) > 0 && !e.Failed {
			e.P.Out.Text(fNode, text)
			common.Host(e.P.Out, text)
		}
	}
}

var types = map[string]string{"1": "Heartbeat Request", "2": "Heartbeat Response", "3": "PFD Management Request", "4": "PFD Management Response", "5": "Association Setup Request",
	"6": "Association Setup Response", "7": "Association Update Request", "8": "Association Update Response", "9": "Association Release Request", "10": "Association Release Response",
	"11": "Version Not Supported Response", "12": "Node Report Request", "13": "Node Report Response", "14": "Session Set Deletion Request", "15": "Session Set Deletion Response",
	"50": "Session Establishment Request", "51": "Session Establishment Response", "52": "Session Modification Request", "53": "Session Modification Response",
	"54": "Session Deletion Request", "55": "Session Deletion Response", "56": "Session Report Request", "57": "Session Report Response"}

// summary reads "PFCP Heartbeat Request", as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Text(nil, fType)
	if name := types[string(kind)]; name != "" {
		return append(append(dst, "PFCP "...), name...)
	}
	return append(append(dst, "PFCP type "...), kind...)
}
