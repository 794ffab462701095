// SPDX-License-Identifier: Apache-2.0

// Package modbus dissects Modbus (Modbus Application Protocol V1.1b3) over TCP and UDP (Modbus Messaging on TCP/IP V1.0b).
//
//	0             2            4        6      7          8
//	| transaction | protocol 0 | length | unit | function | data …
//
// A response points at its request by transaction and unit. Which one a message is, its form does not say: the ports do, or who began the conversation. Limits:
// messages of 260 bytes; registers are in profile full. Not decoded: the serial line's own format, file records, the data of diagnostics.
package modbus

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	// headerLen is the length of the header without the unit, which its length counts.
	headerLen  = 6
	minLength  = 2
	maxLength  = 254
	unitLen    = 1
	port       = 502
	maxBits    = 2000
	maxRegs    = 125
	isExcepted = 0x80 // of a function: the response is an exception
)

// Protocol is Modbus; TCP and UDP are what it stands in.
var (
	Protocol = &dissect.Protocol{
		Name: "modbus", Title: "Modbus/TCP", Reference: "MODBUS Application Protocol Specification V1.1b3", Application: true, Summary: summary,
	}
	TCP = &dissect.Protocol{
		Name: "mbtcp", Title: "Modbus/TCP", Reference: "MODBUS Messaging on TCP/IP Implementation Guide V1.0b", Application: true,
		TCPPorts: []uint16{port}, GuessTCP: guess, AcceptTCP: accept, Summary: summary,
	}
	UDP = &dissect.Protocol{Name: "mbudp", Title: "Modbus/UDP", Reference: "MODBUS Messaging on TCP/IP Implementation Guide V1.0b", Application: true, UDPPorts: []uint16{port}, GuessUDP: guess, AcceptUDP: whole, Summary: summary}
)

// The functions name their Protocols, which cannot name them back in their own values.
func init() { TCP.Stream, UDP.Dissect = stream, datagram }

var (
	mbtcp        = field.Group("mbtcp")
	fTransaction = mbtcp.Add("trans_id", field.Uint16, "mbtcp.trans_id", "Identifier of each message, of request and response", field.Rare)
	fUnit        = mbtcp.Add("unit_id", field.Uint8, "mbtcp.unit_id", "Unit that each message is for or from: a station of a serial line behind a gateway")
	fLength      = mbtcp.Add("len", field.Uint16, "mbtcp.len", "Length of each message with its unit, bytes", field.Rare, field.Detail)
)

// accept says what may start a stream on Modbus's port.
func accept(b []byte) bool {
	for i := 2; i < min(len(b), 4); i++ {
		if b[i] != 0 {
			return false
		}
	}
	return len(b) > 0 && (len(b) < headerLen || length(b) >= minLength && length(b) <= maxLength)
}

// length is what the header says that follows it, bytes.
func length(b []byte) int { return int(binary.BigEndian.Uint16(b[4:])) }

// whole recognises a message that is all of b.
func whole(b []byte) bool { return len(b) > headerLen && accept(b) && headerLen+length(b) == len(b) }

// guess recognises a message by the form of its data, which must fill it.
func guess(b []byte) bool {
	if !whole(b) || length(b) < 4 {
		return false
	}
	function, data := b[headerLen+unitLen], b[headerLen+unitLen+1:]
	count, bytes := 0, int(data[0]) // of a request, of a response
	if len(data) >= 4 {
		count = int(binary.BigEndian.Uint16(data[2:]))
	}
	switch function {
	case readCoils, readInputs:
		return len(data) == 4 && count >= 1 && count <= maxBits || bytes >= 1 && len(data) == 1+bytes
	case readHolding, readInputRegisters:
		return len(data) == 4 && count >= 1 && count <= maxRegs || bytes >= 2 && bytes%2 == 0 && len(data) == 1+bytes
	case writeCoil:
		return len(data) == 4 && (count == 0 || count == 0xff00)
	case writeCoils:
		return count >= 1 && count <= maxBits && (len(data) == 4 || len(data) == 5+(count+7)/8 && int(data[4]) == (count+7)/8)
	case writeRegisters:
		return count >= 1 && count <= maxRegs && (len(data) == 4 || len(data) == 5+2*count && int(data[4]) == 2*count)
	}
	return false
}

// stream takes one message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	if len(b) == 0 {
		return 0
	}
	if !accept(b) || common.Elsewhere(p, TCP) {
		return dissect.Reject
	}
	if len(b) < headerLen || len(b) < headerLen+length(b) && !p.Truncated {
		return 0
	}
	// The messages of a packet share the layer of their headers, as in Wireshark.
	if !common.LayersOf(c).Push(p, TCP) {
		return len(b)
	}
	n := headerLen + length(b)
	message(p, c, b[:min(n, len(b))], n)
	return min(n, len(b))
}

func datagram(p *dissect.Packet, b []byte, wire int) {
	if common.Elsewhere(p, TCP) { // the port is that of TCP
		p.Pop()
		return
	}
	message(p, p.Conversation, b, wire)
}

// message dissects a message behind the layer of its header.
func message(p *dissect.Packet, conversation *dissect.Conversation, b []byte, wire int) {
	c := common.Read(p, b, wire)
	transaction := c.Uint16(fTransaction)
	c.Skip(2)
	n := int(c.Uint16(fLength))
	c = c.Sub(n)
	unit := c.Uint8(fUnit)
	if c.Failed || !p.Push(Protocol) {
		return
	}
	p.Message(Protocol)
	m := pdu{response: isResponse(p, conversation), function: c.U8()}
	if c.Failed {
		return
	}
	key := uint64(transaction)<<8 | uint64(unit)
	if m.response {
		common.Response(p, conversation, key)
	} else {
		common.Repeatable(p, conversation, key, 0) // where transactions are not counted, the last request is answered
	}
	m.dissect(&c)
}

// isResponse says which way the message goes: away from the port of Modbus, else back to who began the conversation.
func isResponse(p *dissect.Packet, c *dissect.Conversation) bool {
	src, dst := p.Core.Source.Port, p.Core.Destination.Port
	if (src == port) != (dst == port) || c == nil {
		return src == port
	}
	return p.Direction == 1
}
