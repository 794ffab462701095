// SPDX-License-Identifier: Apache-2.0

// Package tacplus dissects the headers of TACACS+ (RFC 8907).
//
//	0         1      2          3       4            8        12
//	| version | type | sequence | flags | session id | length | body …
//
// Not decoded: bodies, which the shared secret hides, but for those that a flag says are in the clear; TACACS+ over TLS.
package tacplus

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 12
	// maxBody bounds a body, bytes: its parts have lengths of at most 16 bits, of which there are few.
	maxBody = 128 << 10
	// Versions are 12.0 and 12.1 (RFC 8907, 4.1).
	major = 12
	// Flags.
	flagUnencrypted = 1
	flagSingle      = 4
)

// Protocol is TACACS+.
var Protocol = &dissect.Protocol{
	Name: "tacplus", Title: "TACACS+", Reference: "RFC 8907", Application: true,
	TCPPorts: []uint16{49},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields       = field.Group("tacplus")
	fType        = fields.Add("type", field.Uint8, "tacplus.type", "Type: 1 authentication, 2 authorization, 3 accounting")
	fSequence    = fields.Add("seqno", field.Uint8, "tacplus.seqno", "Number of the message in its session: odd from the client, even from the server", field.Rare, field.Detail)
	fUnencrypted = fields.Add("flags.unencrypted", field.Bool, "tacplus.flags.unencrypted", "The body is in the clear, which it must not be")
	fSession     = fields.Add("session_id", field.Uint32, "tacplus.session_id", "Session")
)

// accept says what may be a stream on TACACS+'s port.
func accept(b []byte) bool {
	return len(b) < 2 || b[0]>>4 == major && b[1] >= 1 && b[1] <= 3
}

// guess recognises the first message of a client.
func guess(b []byte) bool {
	const shortest = 5 // bytes of a body
	if len(b) < headerLen || !accept(b) || b[0]&0xe != 0 || b[2] != 1 || b[3]&^(flagUnencrypted|flagSingle) != 0 {
		return false
	}
	n := binary.BigEndian.Uint32(b[8:])
	return binary.BigEndian.Uint32(b[4:]) != 0 && n >= shortest && int(n) == len(b)-headerLen
}

// stream takes the header of a message off the front, and passes over its body.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if !accept(data) {
		return dissect.Reject
	}
	if len(data) < headerLen {
		return 0
	}
	n := binary.BigEndian.Uint32(data[8:])
	if n > maxBody {
		return dissect.Reject
	}
	end := headerLen + int(n)
	if len(data) < end {
		return 0
	}
	if p.Push(Protocol) {
		header(p, c, data)
	}
	return end
}

func header(p *dissect.Packet, c *dissect.Conversation, b []byte) {
	p.Message(Protocol)
	o, sequence, flags, session := p.Out, b[2], b[3], binary.BigEndian.Uint32(b[4:])
	o.Uint(fType, uint64(b[1]))
	o.Uint(fSequence, uint64(sequence))
	o.Bool(fUnencrypted, flags&flagUnencrypted != 0)
	o.Uint(fSession, uint64(session))
	if sequence&1 == 1 {
		common.Request(p, c, uint64(session))
	} else {
		common.Response(p, c, uint64(session))
	}
}

var types = [...]string{1: "Authentication", 2: "Authorization", 3: "Accounting"}

// summary reads "Q: Authentication", of which Q is a question and R a response, as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	lead := "R: "
	if sequence, _ := v.Uint(fSequence); sequence&1 == 1 {
		lead = "Q: "
	}
	if kind, _ := v.Uint(fType); kind > 0 && kind < uint64(len(types)) {
		dst = append(append(dst, lead...), types[kind]...)
	}
	if clear, _ := v.Uint(fUnencrypted); clear != 0 {
		dst = append(dst, ", unencrypted"...)
	}
	return dst
}
