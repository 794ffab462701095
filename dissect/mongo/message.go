// SPDX-License-Identifier: Apache-2.0

package mongo

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// message is the body of one. Its numbers are little-endian.
type message struct{ common.Cursor }

func (m *message) u32() uint32 {
	if b := m.Bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// str reads text that ends with a zero byte.
func (m *message) str() []byte {
	if m.Failed {
		return nil
	}
	n := bytes.IndexByte(m.B, 0)
	if n < 0 {
		m.Bytes(m.Wire + 1) // truncated or malformed
		return nil
	}
	return m.Bytes(n + 1)[:n:n]
}

func (m *message) text(id field.ID, text []byte) {
	if len(text) > 0 {
		m.P.Out.Text(id, text)
	}
}

// namespace reads and writes a database and a collection, with a dot between.
func (m *message) namespace() (collection []byte) {
	database, collection, _ := bytes.Cut(m.str(), []byte("."))
	m.text(fDatabase, database)
	if string(collection) != "$cmd" {
		m.text(fCollection, collection)
	}
	return collection
}

func (m *message) flags() uint32 {
	n := m.u32()
	if !m.Failed {
		m.P.Out.Uint(fFlags, uint64(n))
	}
	return n
}

// take takes a message.
func (m *message) take(c *dissect.Conversation, h header) {
	o := m.P.Out
	o.Uint(fOpcode, uint64(h.opcode))
	o.Uint(fRequest, uint64(h.request))
	if h.response != 0 {
		o.Uint(fResponse, uint64(h.response))
	}
	answered := true // whether a request is
	switch h.opcode {
	case opMsg:
		answered = m.msg(h.response == 0)
	case opQuery:
		m.query()
	case opReply:
		m.reply()
	case opInsert:
		m.flags()
		m.old("insert")
		m.documents()
		answered = false
	case opUpdate, opDelete, opGetMore:
		m.Skip(4)
		m.old(map[uint32]string{opUpdate: "update", opDelete: "delete", opGetMore: "getMore"}[h.opcode])
		answered = h.opcode == opGetMore
	case opKillCursors:
		o.String(fCommand, "killCursors")
		answered = false
	case opCommand:
		m.text(fDatabase, m.str())
		m.text(fCommand, m.str())
	case opCommandReply:
		m.document(inReply)
	case opCompressed:
		if n := m.u32(); !m.Failed {
			o.Uint(fOriginal, uint64(n))
		}
	}
	switch {
	case h.response != 0:
		common.Response(m.P, c, uint64(h.response))
	case answered:
		common.Request(m.P, c, uint64(h.request))
	}
}

// old takes the namespace of an opcode that is a command itself.
func (m *message) old(command string) {
	m.P.Out.String(fCommand, command)
	m.namespace()
}

// msg takes an OP_MSG, and reports whether a request is answered.
func (m *message) msg(request bool) bool {
	const checksum, moreToCome, checksumLen = 1, 2, 4
	flags := m.flags()
	if flags&checksum != 0 {
		m.Wire = max(0, m.Wire-checksumLen)
		m.B = m.B[:min(len(m.B), m.Wire)]
	}
	place := inReply
	if request {
		place = inCommand
	}
	for range common.MaxItems {
		if !m.More() {
			break
		}
		if m.U8() == 0 {
			m.document(place)
			continue
		}
		n := int(min(m.u32(), maxMessage))
		section := message{m.Sub(n - 4)}
		section.str()
		section.documents()
	}
	return flags&moreToCome == 0
}

// query takes an OP_QUERY: a command of the collection $cmd, or a search.
func (m *message) query() {
	m.flags()
	command := string(m.namespace()) == "$cmd"
	m.Skip(4 + 4)
	if command {
		m.document(inCommand)
	} else {
		m.P.Out.String(fCommand, "find")
	}
}

// reply takes an OP_REPLY.
func (m *message) reply() {
	m.flags()
	m.Skip(8 + 4)
	n := m.u32()
	if m.Failed {
		return
	}
	m.P.Out.Uint(fDocuments, uint64(n))
	if n == 1 {
		m.document(inReply)
	}
}

// documents counts those that are left.
func (m *message) documents() {
	n := 0
	for n < common.MaxItems && m.More() {
		size := m.u32()
		if m.Failed {
			break
		}
		m.Sub(int(min(size, maxMessage)) - 4)
		n++
	}
	m.P.Out.Uint(fDocuments, uint64(n)) //nolint:gosec // not negative
}
