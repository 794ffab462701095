// SPDX-License-Identifier: Apache-2.0

// Package diameter dissects Diameter (RFC 6733) over TCP and SCTP, with the attributes of its base protocol and of credit control (RFC 8506).
//
//	0         1        4       5         8             12           16           20
//	| version | length | flags | command | application | hop-by-hop | end-to-end | AVPs: code 4, flags 1, length 3, vendor 4 if flagged, data, padding
//
// Limits: messages of 256 KiB, 1024 AVPs, 8 levels of groups. Not decoded: the values of vendors' attributes but for their vendor, Diameter over TLS.
package diameter

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 20
	avpLen     = 8
	maxMessage = 256 << 10
)

// Flags of a message (RFC 6733, 3).
const (
	flagRequest   = 0x80
	flagError     = 0x20
	reservedFlags = 0x0f
)

// Protocol is Diameter.
var Protocol = &dissect.Protocol{
	Name: "diameter", Title: "DIAMETER", Reference: "RFC 6733", Application: true,
	TCPPorts: []uint16{3868}, SCTPPorts: []uint16{3868},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The messages and the stream name their Protocol, which cannot name them back in its own value.
func init() {
	Protocol.Dissect = func(p *dissect.Packet, b []byte, wire int) { decode(p, p.Conversation, b, wire) }
	Protocol.Stream = stream
}

var (
	fields   = field.Group("diameter")
	fRequest = fields.Add("flags.request", field.Bool, "diameter.flags.request", "The message is a request")
	fError   = fields.Add("flags.error", field.Bool, "diameter.flags.error", "The answer tells of a protocol error", field.Rare, field.Sparse)
	fCommand = fields.Add("cmd.code", field.Uint32, "diameter.cmd.code", "Command: 257 capabilities exchange, 258 re-authentication, 271 accounting, 272 credit control, 275 session termination, 280 device watchdog, 316 update location, …")
	fApp     = fields.Add("application_id", field.Uint32, "diameter.applicationId", "Application: 0 base protocol, 4 credit control, 16777238 Gx, 16777251 S6a, …")
	fHop     = fields.Add("hopbyhopid", field.Uint32, "diameter.hopbyhopid", "Identifier that pairs an answer with its request", field.Rare)
)

// accept says what may be a stream or message on Diameter's ports.
func accept(b []byte) bool {
	return len(b) < 4 || b[0] == 1 && length(b) >= headerLen && length(b) <= maxMessage
}

func length(b []byte) int { return int(binary.BigEndian.Uint32(b) & 0xffffff) }

// guess recognises a message by its header and the head of its first attribute.
func guess(b []byte) bool {
	if len(b) < headerLen+avpLen || !accept(b) || length(b) < headerLen+avpLen || length(b)%4 != 0 || b[4]&reservedFlags != 0 {
		return false
	}
	const firstCommand, lastCommand, firstVendors = 257, 400, 1 << 23 // IANA, Diameter Command Codes
	command := binary.BigEndian.Uint32(b[4:]) & 0xffffff
	if command < firstCommand || command > lastCommand && command < firstVendors {
		return false
	}
	const reservedAVP = 0x1f
	avp := b[headerLen:]
	n := length(avp[4:])
	return binary.BigEndian.Uint32(avp) != 0 && avp[4]&reservedAVP == 0 && n >= avpLen && n <= length(b)-headerLen
}

// stream takes one message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if !accept(data) {
		return dissect.Reject
	}
	if len(data) < 4 || len(data) < length(data) {
		return 0
	}
	n := length(data)
	if p.Push(Protocol) {
		decode(p, c, data[:n:n], n)
	}
	return n
}

func decode(p *dissect.Packet, conversation *dissect.Conversation, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Skip(1)
	n := int(c.U24())
	flags, command := c.U8(), c.U24()
	if c.Failed {
		return
	}
	o := p.Out
	o.Bool(fRequest, flags&flagRequest != 0)
	o.Bool(fError, flags&flagError != 0)
	o.Uint(fCommand, uint64(command))
	c.Uint32(fApp)
	hop := c.Uint32(fHop)
	c.Skip(4) // the end-to-end identifier
	if c.Failed {
		return
	}
	transaction(p, conversation, flags&flagRequest != 0, hop)
	a := attributes{items: common.MaxItems}
	a.read(c.Sub(n-headerLen), 0)
}

// transaction ties an answer to its request. Both sides ask, each with identifiers of its own.
func transaction(p *dissect.Packet, c *dissect.Conversation, request bool, hop uint32) {
	asker := p.Direction
	if !request {
		asker = 1 - asker
	}
	key := uint64(asker)<<32 | uint64(hop) //nolint:gosec // 0 or 1
	if request {
		common.Request(p, c, key)
	} else {
		common.Response(p, c, key)
	}
}

// commands are IANA's, of the base protocol and of the applications that are seen most.
var commands = map[uint64]string{257: "Capabilities-Exchange", 258: "Re-Auth", 265: "AA", 268: "Diameter-EAP", 271: "Accounting", 272: "Credit-Control", 274: "Abort-Session", 275: "Session-Termination",
	280: "Device-Watchdog", 282: "Disconnect-Peer", 300: "User-Authorization", 301: "Server-Assignment", 302: "Location-Info", 303: "Multimedia-Auth", 306: "User-Data", 316: "Update-Location",
	317: "Cancel-Location", 318: "Authentication-Information", 319: "Insert-Subscriber-Data", 321: "Purge-UE", 323: "Notify", 324: "ME-Identity-Check"}

// summary reads "Credit-Control Request, application 4, session a;b;c".
func summary(dst []byte, v dissect.View) []byte {
	command, _ := v.Uint(fCommand)
	if name := commands[command]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Command "...), fCommand)
	}
	if request, _ := v.Uint(fRequest); request != 0 {
		dst = append(dst, " Request"...)
	} else {
		dst = append(dst, " Answer"...)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", application ", fApp}, {", result ", fResult}, {", session ", fSession}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}
