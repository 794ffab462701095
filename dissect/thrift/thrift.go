// SPDX-License-Identifier: Apache-2.0

// Package thrift dissects the messages of Apache Thrift's remote procedure calls (Thrift Binary Protocol, Thrift Compact Protocol), each in a frame or by
// itself, over TCP, and over UDP.
//
//	frame:   | length 4 |
//	binary:  | 0x8001 | 0 | type 1 | length 4 | method | sequence 4 | structure |
//	compact: | 0x82 | type 3 bits, version 5 bits | sequence | length | method | structure |    numbers of 7 bits a byte
//
// Messages without a frame end where their structure does, so it is walked through. Limits: messages of 64 KiB are waited for, of larger ones in frames the
// beginning is dissected; methods of 128 bytes; 32 levels and 64 Ki items of a structure. Not decoded: arguments and results, but what an exception says;
// the binary protocol without its version, the headers of THeader, JSON.
package thrift

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is Thrift. It has no port of its own.
var Protocol = &dissect.Protocol{
	Name: "thrift", Title: "THRIFT", Reference: "Thrift Remote Procedure Call", Application: true,
	GuessTCP: guess, GuessUDP: guess,
	Summary: summary,
}

// The functions name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields   = field.Group("thrift")
	fMethod  = fields.Add("method", field.Keyword, "thrift.method", "Method that is called; of a reply, its call's")
	fType    = fields.Add("mtype", field.Uint8, "thrift.mtype", "Type of each message: 1 call, 2 reply, 3 exception, 4 one-way call")
	fSeq     = fields.Add("seq_id", field.Int64, "thrift.seq_id", "Identifier that a reply has of its call", field.Rare)
	fMessage = fields.Add("exception", field.Keyword, "thrift.exception.message", "What an exception of the server says")

	fKind     = fields.Add("exception_type", field.Int64, "thrift.exception.type", "Kind of an exception: 1 no such method, 2 wrong type of message, 5 no result, 6 internal error, 7 protocol error, …", field.Rare, field.Detail)
	fProtocol = fields.Add("protocol", field.Keyword, "", "binary or compact", field.Rare, field.Detail)
	fFrame    = fields.Add("frame_len", field.Uint32, "thrift.frame_len", "Length of the frame, bytes", field.Rare, field.Detail)
)

// Types of messages.
const (
	typeCall      = 1
	typeReply     = 2
	typeException = 3
	typeOneway    = 4
)

const (
	frameLen  = 4
	maxMethod = 128
	// maxWait bounds the messages that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// maxFrame bounds the lengths that are believed, bytes: what servers accept by default, and some more.
	maxFrame = 100 << 20
)

// head is what a message starts with.
type head struct {
	compact bool
	kind    byte
	seq     int32
	method  []byte
	size    int // bytes
}

// state says whether bytes are what they should be.
type state uint8

const (
	right state = iota
	short       // more of them are needed to tell
	wrong
)

// readHead reads the head at the front of b.
func readHead(b []byte) (h head, s state) {
	const strict, compact = 0x80, 0x82
	switch {
	case len(b) == 0:
		return head{}, short
	case b[0] == strict:
		return binaryHead(b)
	case b[0] == compact:
		return compactHead(b)
	}
	return head{}, wrong
}

func binaryHead(b []byte) (h head, s state) {
	for i, c := range b[:min(len(b), 3)] {
		if c != "\x80\x01\x00"[i] {
			return head{}, wrong
		}
	}
	if len(b) < 8 {
		return head{}, short
	}
	n := binary.BigEndian.Uint32(b[4:])
	if b[3] < typeCall || b[3] > typeOneway || n == 0 || n > maxMethod {
		return head{}, wrong
	}
	end := 8 + int(n)
	if !isName(b[8:min(end, len(b))]) {
		return head{}, wrong
	}
	if len(b) < end+4 {
		return head{}, short
	}
	return head{kind: b[3], seq: int32(binary.BigEndian.Uint32(b[end:])), method: b[8:end], size: end + 4}, right //nolint:gosec // it is signed
}

func compactHead(b []byte) (h head, s state) {
	const version, versionBits = 1, 0x1f
	if len(b) < 2 {
		return head{}, short
	}
	h = head{compact: true, kind: b[1] >> 5, size: 2}
	if b[1]&versionBits != version || h.kind < typeCall || h.kind > typeOneway {
		return head{}, wrong
	}
	w := walker{b: b, at: 2}
	h.seq = int32(w.varint()) //nolint:gosec // it is signed
	n := w.varint()
	if w.state != right {
		return head{}, w.state
	}
	if n == 0 || n > maxMethod {
		return head{}, wrong
	}
	h.size = w.at + int(n) //nolint:gosec // bounded
	h.method = b[w.at:min(h.size, len(b))]
	if !isName(h.method) {
		return head{}, wrong
	}
	if len(b) < h.size {
		return head{}, short
	}
	return h, right
}

// isName reports whether b may be a method: letters, digits, underscores; a colon behind a service's name (TMultiplexedProtocol), a point.
func isName(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != ':' && c != '.' {
			return false
		}
	}
	return true
}

// guess takes a message in a frame, or by itself.
func guess(b []byte) bool {
	_, s := readHead(b)
	if s == right {
		return true
	}
	if len(b) <= frameLen {
		return false
	}
	h, s := readHead(b[frameLen:])
	return s == right && frame(b) > h.size && frame(b) <= maxFrame
}

// frame is the length of the frame at the front of b.
func frame(b []byte) int { return int(binary.BigEndian.Uint32(b)) }

// summary reads "CALL add", "EXCEPTION add: no such method".
func summary(dst []byte, v dissect.View) []byte {
	names := map[string]string{"1": "CALL", "2": "REPLY", "3": "EXCEPTION", "4": "ONEWAY"}
	var methods []string
	v.All(fMethod, func(m []byte) { methods = append(methods, string(m)) })
	n := 0
	v.All(fType, func(t []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, names[string(t)]...)
		if n <= len(methods) {
			dst = append(append(dst, ' '), methods[n-1]...)
		}
	})
	if text, ok := v.Text(append(dst, ": "...), fMessage); ok {
		dst = text
	}
	return dst
}

// message writes the fields of a message; b is what follows its head.
func message(p *dissect.Packet, c *dissect.Conversation, h head, b []byte) {
	p.Message(Protocol)
	o := p.Out
	o.Text(fMethod, h.method)
	o.Uint(fType, uint64(h.kind))
	o.Int(fSeq, int64(h.seq))
	if h.compact {
		o.String(fProtocol, "compact")
	} else {
		o.String(fProtocol, "binary")
	}
	key := uint64(uint32(h.seq)) //nolint:gosec // its bits
	switch h.kind {
	case typeCall:
		common.Request(p, c, key)
	case typeReply, typeException:
		common.Response(p, c, key)
	}
	if h.kind == typeException {
		exception(o, h.compact, b)
	}
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if c.AppState == nil {
		if !guess(data) {
			return dissect.Reject
		}
		c.AppState = true
	}
	h, s := readHead(data)
	if s == wrong {
		return framed(p, c, data)
	}
	if s == short && !p.Truncated {
		return 0
	}
	w := walker{b: data, at: h.size, compact: h.compact}
	if s == right {
		w.structure(0)
	}
	if w.state == short && len(data) <= maxWait && !p.Truncated {
		return 0
	}
	if !p.Push(Protocol) {
		return len(data)
	}
	if s != right {
		return len(data)
	}
	message(p, c, h, data[h.size:])
	if w.state == right {
		return w.at
	}
	if w.state == wrong {
		p.Bad()
	}
	return len(data)
}

// framed takes a message in a frame off the front.
func framed(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) < frameLen {
		return 0
	}
	n := frame(data)
	h, s := readHead(data[frameLen:])
	if s == wrong || s == right && n < h.size || n > maxFrame {
		return dissect.Reject // what there was before is no more
	}
	whole := len(data) >= frameLen+n
	if !p.Truncated && (s == short || !whole && n <= maxWait) {
		if whole {
			return dissect.Reject
		}
		return 0
	}
	if p.Push(Protocol) && s == right {
		p.Out.Uint(fFrame, uint64(n)) //nolint:gosec // not negative
		message(p, c, h, data[frameLen+h.size:min(frameLen+n, len(data))])
	}
	return frameLen + n
}

// datagram dissects a message over UDP.
func datagram(p *dissect.Packet, b []byte, wire int) {
	h, s := readHead(b)
	at := 0
	if s == wrong && len(b) > frameLen {
		at = frameLen
		h, s = readHead(b[at:])
	}
	switch {
	case s == right:
		if at > 0 {
			p.Out.Uint(fFrame, uint64(binary.BigEndian.Uint32(b)))
		}
		p.Truncated = p.Truncated || len(b) < wire
		message(p, p.Conversation, h, b[at+h.size:])
	default:
		p.Pop()
	}
}
