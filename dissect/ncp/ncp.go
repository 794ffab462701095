// SPDX-License-Identifier: Apache-2.0

// Package ncp dissects the headers of NetWare Core Protocol over IP (Novell's specification of NCP; there is no RFC).
//
//	0           4        8            12            16     18         19               20     21                22
//	| signature | length | version, reply buffer size | type | sequence | connection low | task | connection high | function …
//	                      \ requests only, "DmdT" /                                                              \ or completion code, state
//
// Replies ("tNcP") have no version and size. Limits: messages of 64 KiB. Not decoded: the parameters of functions, packet signatures, bursts' contents,
// NCP over IPX.
package ncp

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	signatureRequest = 0x446d6454 // DmdT
	signatureReply   = 0x744e6350 // tNcP
	lengthEnd        = 8
	requestExtra     = 8
	headerLen        = 6
	maxMessage       = 64 << 10
)

// Types.
const (
	typeCreate  = 0x1111
	typeRequest = 0x2222
	typeReply   = 0x3333
	typeDestroy = 0x5555
	typeBurst   = 0x7777
	typeBusy    = 0x9999
)

// Protocol is NCP over IP.
var Protocol = &dissect.Protocol{
	Name: "ncp", Title: "NCP", Reference: "Novell NCP", Application: true,
	TCPPorts: []uint16{524}, UDPPorts: []uint16{524},
	GuessTCP: guess, GuessUDP: guess,
	Summary: summary,
}

// The dissectors name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect, Protocol.Stream = datagram, stream }

var (
	fields      = field.Group("ncp")
	fType       = fields.Add("type", field.Uint16, "ncp.type", "Type: 0x1111 create a connection, 0x2222 request, 0x3333 reply, 0x5555 destroy a connection, 0x7777 burst, 0x9999 working on it")
	fSequence   = fields.Add("seq", field.Uint8, "ncp.seq", "Sequence number, which a reply repeats", field.Rare, field.Detail)
	fConnection = fields.Add("connection", field.Uint16, "ncp.connection", "Number of the client's connection")
	fTask       = fields.Add("task", field.Uint8, "ncp.task", "Task of the client", field.Rare, field.Detail)
	fFunction   = fields.Add("func", field.Uint8, "ncp.func", "Function that is called")
	fCompletion = fields.Add("completion_code", field.Uint8, "ncp.completion_code", "Completion code of a reply, 0 for success")
	fState      = fields.Add("connection_status", field.Uint8, "ncp.connection_status", "Status of the connection in a reply", field.Rare, field.Detail)
)

// guess recognises a message by its signature and length.
func guess(b []byte) bool {
	if len(b) < lengthEnd {
		return false
	}
	s, n := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	return (s == signatureRequest || s == signatureReply) && n >= lengthEnd+headerLen && n <= maxMessage
}

func datagram(p *dissect.Packet, b []byte, wire int) {
	if len(b) >= lengthEnd && !guess(b) || b[0] != 'D' && b[0] != 't' {
		p.Pop()
		return
	}
	message(p, b, wire)
}

// stream takes a message off the front.
func stream(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
	switch {
	case len(data) == 0:
		return 0
	case len(data) < lengthEnd:
		if data[0] != 'D' && data[0] != 't' {
			return dissect.Reject
		}
		return 0
	case !guess(data):
		return dissect.Reject
	}
	n := int(binary.BigEndian.Uint32(data[4:]))
	if len(data) < n && !p.Truncated {
		return 0
	}
	if p.Push(Protocol) {
		message(p, data[:min(n, len(data))], n)
	}
	return n
}

func message(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	if c.U32() == signatureRequest {
		c.Skip(requestExtra)
	}
	c.Skip(4)
	kind := c.Uint16(fType)
	sequence, low, task := c.U8(), c.U8(), c.U8()
	high := c.U8()
	if c.Failed {
		return
	}
	connection := uint64(high)<<8 | uint64(low)
	p.Out.Uint(fSequence, uint64(sequence))
	p.Out.Uint(fConnection, connection)
	p.Out.Uint(fTask, uint64(task))
	key := connection<<8 | uint64(sequence)
	switch kind {
	case typeRequest:
		c.Uint8(fFunction)
		common.Request(p, p.Conversation, key)
	case typeCreate, typeDestroy:
		common.Request(p, p.Conversation, key)
	case typeReply:
		c.Uint8(fCompletion)
		c.Uint8(fState)
		common.Response(p, p.Conversation, key)
	}
}

var types = map[uint64]string{typeCreate: "Create connection", typeRequest: "Request", typeReply: "Reply", typeDestroy: "Destroy connection", typeBurst: "Burst", typeBusy: "Being processed"}

// summary names the type, and the function or the completion code.
func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fType)
	name := types[kind]
	if name == "" {
		name = fmt.Sprintf("Type 0x%04x", kind)
	}
	dst = append(dst, name...)
	if n, ok := v.Uint(fFunction); ok && kind == typeRequest {
		dst = fmt.Appendf(dst, ", function 0x%02x", n)
	}
	if n, ok := v.Uint(fCompletion); ok && kind == typeReply {
		dst = fmt.Appendf(dst, ", completion code 0x%02x", n)
	}
	return dst
}
