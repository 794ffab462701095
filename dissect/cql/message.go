// SPDX-License-Identifier: Apache-2.0

package cql

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Opcodes.
const (
	opError        = 0x00
	opStartup      = 0x01
	opReady        = 0x02
	opAuthenticate = 0x03
	opQuery        = 0x07
	opResult       = 0x08
	opPrepare      = 0x09
	opExecute      = 0x0a
	opEvent        = 0x0c
	opBatch        = 0x0d
	opAuthResponse = 0x0f
	lastOpcode     = 0x10
)

var names = map[string]string{"0": "ERROR", "1": "STARTUP", "2": "READY", "3": "AUTHENTICATE", "4": "CREDENTIALS", "5": "OPTIONS", "6": "SUPPORTED", "7": "QUERY", "8": "RESULT", "9": "PREPARE", "10": "EXECUTE",
	"11": "REGISTER", "12": "EVENT", "13": "BATCH", "14": "AUTH_CHALLENGE", "15": "AUTH_RESPONSE", "16": "AUTH_SUCCESS"}

// Kinds of results.
const (
	kindRows     = 2
	kindKeyspace = 3
	kindPrepared = 4
	kindSchema   = 5
)

// body is a message's.
type body struct{ common.Cursor }

func (b *body) str() []byte     { return b.Bytes(int(b.U16())) }
func (b *body) longStr() []byte { return b.Bytes(int(b.U32())) }

// skipBytes passes over bytes behind their length, which is negative for none.
func (b *body) skipBytes() {
	if n := int32(b.U32()); n > 0 { //nolint:gosec // signed on the wire
		b.Skip(int(n))
	}
}

func (b *body) text(id field.ID, text []byte) {
	if len(text) > 0 {
		b.P.Out.Text(id, text)
	}
}

// message takes a message whose body, or the beginning of it, is data.
func (s *state) message(p *dissect.Packet, c *dissect.Conversation, h header, data []byte) {
	o := p.Out
	p.Message(Protocol)
	o.Uint(fOpcode, uint64(h.opcode))
	o.Uint(fVersion, uint64(h.version))
	o.Int(fStream, int64(h.stream))
	switch {
	case !h.response:
		common.Request(p, c, uint64(uint16(h.stream))) //nolint:gosec // its bits
	case h.stream >= 0:
		common.Response(p, c, uint64(h.stream)) //nolint:gosec // not negative
	}
	b := body{common.Read(p, data, h.body)}
	if s.states(h, data); h.flags&flagCompressed != 0 && h.body > 0 {
		return
	}
	if h.response {
		b.extras(h.flags)
	}
	if h.flags&flagPayload != 0 {
		for range b.U16() {
			if b.str(); b.Failed {
				return
			}
			b.skipBytes()
		}
	}
	b.dispatch(h)
}

// states notes what a message means for those that follow.
func (s *state) states(h header, data []byte) {
	switch h.opcode {
	case opStartup:
		s.asked = bytes.Contains(data, []byte("\x00\x0bCOMPRESSION"))
	case opReady, opAuthenticate:
		s.segments, s.compressed = h.version >= 5, s.asked
	}
}

// extras passes over what may precede the body of a response.
func (b *body) extras(flags byte) {
	const uuid = 16
	if flags&flagTracing != 0 {
		b.Skip(uuid)
	}
	if flags&flagWarning != 0 {
		for range b.U16() {
			if b.str(); b.Failed {
				return
			}
		}
	}
}

func (b *body) dispatch(h header) {
	o := b.P.Out
	switch h.opcode {
	case opError:
		code := b.U32()
		message := b.str()
		if !b.Failed {
			o.Uint(fError, uint64(code))
			b.text(fMessage, message)
		}
	case opAuthenticate:
		b.text(fAuth, b.str())
	case opQuery, opPrepare:
		b.statement(b.longStr())
		if h.opcode == opQuery {
			b.consistency(h)
		}
	case opExecute:
		b.queryID()
		if h.version >= 5 {
			b.str() // identifier of the result's metadata
		}
		b.consistency(h)
	case opBatch:
		b.batch(h)
	case opResult:
		b.result(h)
	case opEvent:
		b.text(fEvent, b.str())
	case opAuthResponse:
		b.authResponse()
	}
}

func (b *body) statement(text []byte) {
	if len(text) > 0 {
		common.Statement(b.P.Out, fQuery, text)
	}
}

func (b *body) queryID() {
	if id := b.str(); len(id) > 0 {
		b.P.Out.Bytes(fQueryID, id)
	}
}

// consistency is behind the statement, in version 1 of EXECUTE behind the values.
func (b *body) consistency(h header) {
	if h.opcode == opExecute && h.version == 1 {
		return
	}
	b.Uint16(fConsistency)
}

func (b *body) batch(h header) {
	b.Skip(1)
	for range min(b.U16(), common.MaxItems) {
		if b.U8() == 0 {
			b.statement(b.longStr())
		} else {
			b.queryID()
		}
		for range b.U16() {
			if b.skipBytes(); b.Failed {
				return
			}
		}
		if b.Failed {
			return
		}
	}
	b.consistency(h)
}

// authResponse takes what a client logs in with: RFC 4616's PLAIN has the user between its zero bytes.
func (b *body) authResponse() {
	n := int32(b.U32()) //nolint:gosec // signed on the wire
	if n <= 0 {
		return
	}
	token := b.Bytes(int(n))
	if token == nil {
		return
	}
	b.P.Out.Bytes(fToken, token)
	if parts := bytes.SplitN(token, []byte{0}, 3); len(parts) == 3 {
		common.User(b.P.Out, parts[1])
	}
}

func (b *body) result(h header) {
	switch b.Uint32(fKind) {
	case kindRows:
		b.rows()
	case kindKeyspace:
		b.text(fKeyspace, b.str())
	case kindPrepared:
		b.queryID()
	case kindSchema:
		b.text(fEvent, b.str())
		if h.version >= 3 {
			b.str() // what has changed
		}
		b.text(fKeyspace, b.str())
	}
}

// rows takes the metadata of rows, and their number behind it.
func (b *body) rows() {
	const global, pages, none, changed = 1, 2, 4, 8
	flags, columns := b.U32(), b.Uint32(fColumns)
	if flags&pages != 0 {
		b.skipBytes()
	}
	if flags&changed != 0 {
		b.str()
	}
	if flags&none == 0 {
		if flags&global != 0 {
			b.text(fKeyspace, b.str())
			b.text(fTable, b.str())
		}
		if columns > common.MaxItems {
			return
		}
		for range columns {
			if flags&global == 0 {
				b.str()
				b.str()
			}
			b.str()
			if b.option(0); b.Failed {
				return
			}
		}
	}
	b.Uint32(fRows)
}

// option passes over a type.
func (b *body) option(depth int) {
	const custom, list, mapping, set, udt, tuple, maxDepth = 0, 0x20, 0x21, 0x22, 0x30, 0x31, 8
	t := b.U16()
	if b.Failed || depth == maxDepth {
		b.Failed = true
		return
	}
	n := 0
	switch t {
	case custom:
		b.str()
	case list, set:
		n = 1
	case mapping:
		n = 2
	case udt:
		b.str()
		b.str()
		n = int(b.U16())
	case tuple:
		n = int(b.U16())
	}
	for range min(n, common.MaxItems) {
		if t == udt {
			b.str()
		}
		if b.option(depth + 1); b.Failed {
			return
		}
	}
}
