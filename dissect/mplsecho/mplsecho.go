// SPDX-License-Identifier: Apache-2.0

// Package mplsecho dissects the pings of label switched paths (RFC 8029).
//
//	0         2       4      5            6             7                8                 12         16               24                   32
//	| version | flags | type | reply mode | return code | return subcode | sender's handle | sequence | timestamp sent | timestamp received | TLVs: type 2, length 2, value, padding …
//
// Limits: 64 TLVs. Not decoded: what the TLVs hold, times.
package mplsecho

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	version       = 1
	typeRequest   = 1
	typeReply     = 2
	timestampsLen = 16
	headerLen     = 32
	maxTLVs       = 64
)

// Protocol is the MPLS echo.
var Protocol = &dissect.Protocol{
	Name: "mpls-echo", Title: "MPLS ECHO", Reference: "RFC 8029", Application: true,
	UDPPorts: []uint16{3503},
	GuessUDP: guess,
	Summary:  summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("mpls_echo")
	fType     = fields.Add("msg_type", field.Uint8, "mpls_echo.msg_type", "Type: 1 request, 2 reply", field.Rare)
	fMode     = fields.Add("reply_mode", field.Uint8, "mpls_echo.reply_mode", "How to reply: 1 not at all, 2 by UDP, 3 by UDP with router alert", field.Rare, field.Detail)
	fCode     = fields.Add("return_code", field.Uint8, "mpls_echo.return_code", "Return code: 3 the replying router is the path's end, 8 it switches labels", field.Rare)
	fHandle   = fields.Add("sender_handle", field.Uint32, "mpls_echo.sender_handle", "Sender's handle, which a reply repeats", field.Rare, field.Detail)
	fSequence = fields.Add("sequence", field.Uint32, "mpls_echo.sequence", "Sequence number, which a reply repeats", field.Rare, field.Detail)
	fTLV      = fields.Add("tlv_type", field.Uint16, "mpls_echo.tlv.type", "Types of the TLVs: 1 the path, 2 downstream, 3 padding", field.Rare, field.Detail)
)

// guess recognises a message by its first eight bytes.
func guess(b []byte) bool {
	const maxFlags, maxMode, maxCode = 7, 5, 35
	return len(b) >= headerLen && b[0] == 0 && b[1] == version && b[2] == 0 && b[3] <= maxFlags && (b[4] == typeRequest || b[4] == typeReply) && b[5] > 0 && b[5] <= maxMode && b[6] <= maxCode
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Skip(4)
	kind := c.Uint8(fType)
	c.Uint8(fMode)
	c.Uint8(fCode)
	c.Skip(1)
	handle := c.Uint32(fHandle)
	sequence := c.Uint32(fSequence)
	c.Skip(timestampsLen)
	if !c.Failed {
		key := uint64(handle)<<32 | uint64(sequence)
		switch kind {
		case typeRequest:
			common.Request(p, p.Conversation, key)
		case typeReply:
			common.Response(p, p.Conversation, key)
		}
	}
	for n := 0; n < maxTLVs && c.More(); n++ {
		c.Uint16(fTLV)
		c.Sub((int(c.U16()) + 3) &^ 3)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	switch kind, _ := v.Uint(fType); kind {
	case typeRequest:
		return append(dst, "MPLS Echo Request"...)
	case typeReply:
		return append(dst, "MPLS Echo Reply"...)
	}
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
