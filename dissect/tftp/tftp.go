// SPDX-License-Identifier: Apache-2.0

// Package tftp dissects the Trivial File Transfer Protocol (RFC 1350) with its options (RFC 2347).
//
//	0      2                                    0      2       4
//	| 1, 2 | file, 0, mode, 0, options …        | 3, 4 | block | data …
//
// A request goes to the server's well-known port, the transfer comes from another one: it is expected at the client's. Limits: 16 options. Not decoded: data.
package tftp

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Opcodes (RFC 1350, 5; RFC 2347).
const (
	readRequest     = 1
	writeRequest    = 2
	data            = 3
	acknowledgement = 4
	errorCode       = 5
	optionsAck      = 6
	lastOpcode      = 8 // those behind optionsAck are vendors'
)

const (
	port       = 69
	maxOptions = 16
	protoUDP   = 17
	// patience is how long after the request the transfer may begin: clients give up after a minute at the latest.
	patience = time.Minute
	// repetition is how long after a request the same client asks for the same, nanoseconds.
	repetition = int64(patience)
)

// Protocol is TFTP.
var Protocol = &dissect.Protocol{
	Name: "tftp", Title: "TFTP", Reference: "RFC 1350", Application: true,
	UDPPorts: []uint16{port},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields   = field.Group("tftp")
	fOpcode  = fields.Add("opcode", field.Uint16, "tftp.opcode", "Message: 1 read request, 2 write request, 3 data, 4 acknowledgement, 5 error, 6 acknowledgement of options")
	fSource  = fields.Add("source_file", field.Keyword, "tftp.source_file", "File that is read")
	fTarget  = fields.Add("destination_file", field.Keyword, "tftp.destination_file", "File that is written")
	fMode    = fields.Add("type", field.Keyword, "tftp.type", "Mode: octet, netascii, mail", field.Rare)
	fOption  = fields.Add("option", field.Keyword, "tftp.option.name, tftp.option.value", "Options that are asked for, or acknowledged, each with its value, such as blksize=1024", field.Rare)
	fBlock   = fields.Add("block", field.Uint16, "tftp.block", "Number of the block, from 1", field.Rare)
	fError   = fields.Add("error.code", field.Uint16, "tftp.error.code", "Error: 1 file not found, 2 access violation, 3 disk full, 4 illegal operation, 5 unknown transfer, 6 file exists, 7 no such user, 8 options refused")
	fMessage = fields.Add("error.message", field.Keyword, "tftp.error.message", "Text of an error")
)

// transfer is what a transfer's conversation knows of its request.
type transfer struct{ exchange *dissect.Conversation }

// accept says what may be a message on TFTP's port.
func accept(b []byte) bool {
	return len(b) < 2 || b[0] == 0 && b[1] >= readRequest && b[1] <= lastOpcode
}

// guess recognises a request by its file's name, which prints, and its mode.
func guess(b []byte) bool {
	if len(b) < 4 || b[0] != 0 || b[1] != readRequest && b[1] != writeRequest {
		return false
	}
	name, rest, ended := bytes.Cut(b[2:], []byte{0})
	mode, _, endedToo := bytes.Cut(rest, []byte{0})
	if !ended || !endedToo || len(name) == 0 {
		return false
	}
	for _, c := range name {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return bytes.EqualFold(mode, []byte("octet")) || bytes.EqualFold(mode, []byte("netascii")) || bytes.EqualFold(mode, []byte("mail"))
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	switch opcode := c.Uint16(fOpcode); opcode {
	case readRequest, writeRequest:
		request(p)
		name := fSource
		if opcode == writeRequest {
			name = fTarget
		}
		word(&c, name)
		word(&c, fMode)
		options(&c)
	case data, acknowledgement:
		c.Uint16(fBlock)
		response(p)
	case errorCode:
		c.Uint16(fError)
		word(&c, fMessage)
		response(p)
	case optionsAck:
		response(p)
		options(&c)
	}
}

// request notes a request, and expects its transfer from any port of the server; a server may use its well-known port for it, too.
func request(p *dissect.Packet) {
	from := netip.AddrPortFrom(p.Core.Source.Addr, p.Core.Source.Port)
	c := p.State.Exchange(p, Protocol, from.Addr(), uint64(from.Port()))
	common.Repeatable(p, c, 0, repetition)
	if p.Conversation == nil || p.Quoted || p.InQuote {
		return
	}
	t := &transfer{exchange: c}
	p.Conversation.App, p.Conversation.AppState = Protocol, t
	p.State.Expect(p, dissect.Expectation{Transport: protoUDP, At: from, Peer: netip.AddrPortFrom(p.Core.Destination.Addr, 0), App: Protocol, State: t, Lifetime: patience})
}

// response ties the first message of a transfer to its request.
func response(p *dissect.Packet) {
	if p.Conversation == nil {
		return
	}
	if t, ok := p.Conversation.AppState.(*transfer); ok {
		common.Response(p, t.exchange, 0)
	}
}

// options reads options and their values, each ended by a zero.
func options(c *common.Cursor) {
	var buf [256]byte
	for n := 0; c.More() && n < maxOptions; n++ {
		text := append(append(buf[:0], zeroEnded(c)...), '=')
		text = append(text, zeroEnded(c)...)
		if !c.Failed {
			c.P.Out.Text(fOption, text)
		}
	}
}

// word reads text up to a zero and writes it.
func word(c *common.Cursor, id field.ID) {
	if text := zeroEnded(c); len(text) > 0 {
		c.P.Out.Text(id, text)
	}
}

// zeroEnded reads text up to a zero; none before the end is malformed, and the text goes to the end.
func zeroEnded(c *common.Cursor) []byte {
	n := bytes.IndexByte(c.B, 0)
	if n >= 0 {
		text := c.Bytes(n)
		c.Skip(1)
		return text
	}
	if len(c.B) == c.Wire && !c.Failed {
		c.P.Bad()
	}
	return c.Bytes(c.Wire)
}

var opcodes = [...]string{readRequest: "Read Request", writeRequest: "Write Request", data: "Data Packet", acknowledgement: "Acknowledgement", errorCode: "Error Code", optionsAck: "Option Acknowledgement"}

// summary reads "Read Request, File: boot.cfg, Transfer type: octet" or "Data Packet, Block: 1".
func summary(dst []byte, v dissect.View) []byte {
	if opcode, _ := v.Uint(fOpcode); opcode > 0 && opcode < uint64(len(opcodes)) {
		dst = append(dst, opcodes[opcode]...)
	} else {
		dst, _ = v.Text(append(dst, "Opcode "...), fOpcode)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", File: ", fSource}, {", File: ", fTarget}, {", Transfer type: ", fMode}, {", Block: ", fBlock}, {", Code: ", fError}, {", Message: ", fMessage}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}
