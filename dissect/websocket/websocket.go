// SPDX-License-Identifier: Apache-2.0

// Package websocket dissects the WebSocket Protocol (RFC 6455), to which HTTP/1 hands a conversation over after an upgrade.
//
//	 0               1                 2, 4 or 10      + 4 with M
//	| FIN RSV opcode | M payload length | masking key | payload …
//
// Each frame has its opcode, length and bits; the last frame of a message of several says how many they were, and their length. Text and binary
// payload is counted, never kept, so such a frame stands in the packet with its header; with Options.Wireshark it stands in the packet that completes it, as tshark
// has it. Of a close frame the status code and reason are written.
// Not decoded: payload, permessage-deflate (RFC 7692) but for its bit, WebSocket over HTTP/2 (RFC 8441), conversations whose upgrade the capture does not have.
package websocket

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Opcodes (RFC 6455, 5.2); from opControl on they are those of control frames.
const (
	opContinuation = 0x0
	opControl      = 0x8
	opClose        = 0x8
)

const (
	// maxControl bounds the payload of a control frame, bytes.
	maxControl = 125
	// maxSkip bounds how far ahead payload is passed over at once, bytes.
	maxSkip = 1 << 30
)

// Protocol is WebSocket.
var Protocol = &dissect.Protocol{
	Name: "websocket", Title: "WebSocket", Reference: "RFC 6455", Application: true,
	Summary: summary,
}

func init() { Protocol.Stream = stream }

// Every frame of the packet has its values, but for those that few frames have.
var (
	fields     = field.Group("websocket")
	fOpcode    = fields.Add("opcode", field.Keyword, "websocket.opcode", "Kind of each frame: continuation, text, binary, close, ping, pong; a number where it has no name")
	fFin       = fields.Add("fin", field.Bool, "websocket.fin", "Whether each frame ends its message", field.Rare)
	fRSV       = fields.Add("rsv", field.Uint8, "websocket.rsv", "Reserved bits of each frame: 4 the message is compressed (RFC 7692)", field.Rare, field.Detail, field.Sparse)
	fMask      = fields.Add("mask", field.Bool, "websocket.mask", "Whether each frame is masked, as those of clients are", field.Rare, field.Detail)
	fLength    = fields.Add("payload_length", field.Int64, "websocket.payload_length, websocket.payload_length_ext_16, websocket.payload_length_ext_64", "Length of each frame's payload, bytes", field.Rare)
	fCode      = fields.Add("payload.close.status_code", field.Uint16, "websocket.payload.close.status_code", "Why the connection is closed: 1000 normal, 1001 going away, 1002 protocol error, 1009 too big, …")
	fReason    = fields.Add("payload.close.reason", field.Keyword, "websocket.payload.close.reason", "Why the connection is closed, in words", field.Rare)
	fFragments = fields.Add("fragment.count", field.Uint32, "websocket.fragment.count", "How many frames the message is made of that the packet ends, where they are several", field.Rare)
	fTotal     = fields.Add("reassembled.length", field.Int64, "websocket.reassembled.length", "Length of a message of several frames, bytes", field.Rare)
)

var opcodes = [16]field.Str{0: field.Intern("continuation"), 1: field.Intern("text"), 2: field.Intern("binary"), 8: field.Intern("close"), 9: field.Intern("ping"), 10: field.Intern("pong")}

func init() { field.Named(fOpcode, field.Numbered(opcodes[:])) }

// state is a conversation's, by direction.
type state [2]direction

// direction is where one direction stands: in a frame of which left bytes of payload are yet to come, and in a message of so many frames and bytes.
type direction struct {
	current   frame
	left      int64
	fragments uint32
	total     int64
}

// frame is a frame's header.
type frame struct {
	fin, masked bool
	rsv, opcode uint8
	length      int64
	key         [4]byte
}

// readFrame reads the header at the front of b, and returns its length, 0 when b is too short for it.
func readFrame(b []byte) (f frame, n int) {
	if len(b) < 2 {
		return f, 0
	}
	f.fin, f.rsv, f.opcode = b[0]&0x80 != 0, b[0]>>4&7, b[0]&15
	f.masked, f.length = b[1]&0x80 != 0, int64(b[1]&0x7f)
	n = 2
	switch f.length {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	end := n
	if f.masked {
		end += len(f.key)
	}
	if len(b) < end {
		return f, 0
	}
	switch n {
	case 4:
		f.length = int64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		f.length = int64(binary.BigEndian.Uint64(b[2:])) //nolint:gosec // a negative one is not sound
	}
	copy(f.key[:], b[n:end])
	return f, end
}

// sound reports whether a frame may be as it is (RFC 6455, 5.2 and 5.5).
func (f *frame) sound() bool {
	return f.length >= 0 && opcodes[f.opcode] != 0 && (f.opcode < opControl || f.length <= maxControl && f.fin)
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*state)
	if !ok {
		s = &state{}
		c.AppState = s
	}
	d := &s[p.Direction]
	if len(data) == 0 {
		return 0
	}
	if d.left > 0 {
		return d.payload(p, data)
	}
	f, n := readFrame(data)
	switch {
	case n == 0:
		return 0
	case f.length < 0:
		f.write(p)
		return dissect.Reject
	case f.opcode >= opControl && f.length <= maxControl:
		end := n + int(f.length)
		if len(data) < end && !p.Truncated {
			return 0
		}
		if f.write(p) && f.opcode == opClose {
			f.close(p, data[n:min(end, len(data))])
		}
		return end
	}
	d.current, d.left = f, f.length
	if !p.Options.Wireshark {
		d.write(p)
	}
	return n + d.payload(p, data[n:])
}

// payload passes over what is left of a frame's payload, in compat mode but for the last byte, whose packet ends the frame.
func (d *direction) payload(p *dissect.Packet, data []byte) int {
	n := min(d.left, maxSkip)
	if p.Options.Wireshark {
		if int64(len(data)) >= d.left {
			d.write(p)
		} else {
			n = min(d.left-1, maxSkip)
		}
	}
	d.left -= n
	return int(n)
}

// write writes a frame of a message, and what it ends.
func (d *direction) write(p *dissect.Packet) {
	f := d.current
	if f.opcode != opContinuation {
		d.fragments, d.total = 0, 0
	}
	d.fragments++
	d.total += f.length
	if f.write(p) && f.fin && d.fragments > 1 {
		p.Out.Uint(fFragments, uint64(d.fragments))
		p.Out.Int(fTotal, d.total)
	}
	if f.fin {
		d.fragments, d.total = 0, 0
	}
}

// write writes a frame as a message of the packet; all frames of a packet are one layer. It reports false when there is no room for a layer.
func (f *frame) write(p *dissect.Packet) bool {
	if p.Top() != Protocol && !p.Push(Protocol) {
		return false
	}
	p.Message(Protocol)
	o := p.Out
	if opcodes[f.opcode] != 0 {
		o.Const(fOpcode, opcodes[f.opcode])
	} else {
		common.Uint(o, fOpcode, uint64(f.opcode))
	}
	o.Bool(fFin, f.fin)
	o.Uint(fRSV, uint64(f.rsv))
	o.Bool(fMask, f.masked)
	o.Int(fLength, f.length)
	if !f.sound() {
		p.Bad()
	}
	return true
}

// close writes a close frame's status code and reason (RFC 6455, 5.5.1).
func (f *frame) close(p *dissect.Packet, payload []byte) {
	var plain [maxControl]byte
	n := copy(plain[:], payload)
	for i := range plain[:n] {
		plain[i] ^= f.key[i%len(f.key)]
	}
	switch {
	case n == 0 && f.length == 0:
	case n >= 2:
		p.Out.Uint(fCode, uint64(binary.BigEndian.Uint16(plain[:])))
		if n > 2 {
			p.Out.Text(fReason, plain[2:n])
		}
	case f.length == 1:
		p.Bad()
	}
}

// summary names the frames, and why the connection is closed.
func summary(dst []byte, v dissect.View) []byte {
	fins, masks := texts(v, fFin), texts(v, fMask)
	n := 0
	v.All(fOpcode, func(opcode []byte) {
		if n++; n > maxNamed || n > len(fins) || n > len(masks) {
			return
		}
		if n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(append(dst, bytes.ToUpper(opcode[:1])...), opcode[1:]...)
		if fins[n-1] == "true" {
			dst = append(dst, " [FIN]"...)
		}
		if masks[n-1] == "true" {
			dst = append(dst, " [MASKED]"...)
		}
	})
	if n > maxNamed {
		dst = append(dst, ", …"...)
	}
	if code, ok := v.Text(append(dst, ' '), fCode); ok {
		dst = code
		if reason, ok := v.Text(append(dst, ' '), fReason); ok {
			dst = reason
		}
	}
	return dst
}

// maxNamed bounds the frames that a summary names.
const maxNamed = 8

func texts(v dissect.View, id field.ID) (all []string) {
	v.All(id, func(text []byte) { all = append(all, string(text)) })
	return all
}
