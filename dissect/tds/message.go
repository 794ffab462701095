// SPDX-License-Identifier: Apache-2.0

package tds

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// message is one of TDS. Its numbers are little-endian, but for those of pre-login options.
type message struct {
	cursor common.Cursor
	s      *state
}

func (m *message) p() *dissect.Packet { return m.cursor.P }

func (m *message) u16() uint16 {
	if b := m.cursor.Bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (m *message) u32() uint32 {
	if b := m.cursor.Bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// maxText bounds the text that is decoded at once, UTF-16 units.
const maxText = 4 << 10

// decode makes UTF-8 of little-endian UTF-16.
func decode(b []byte) []byte {
	out := make([]byte, 0, len(b)/2)
	for i := 0; i+1 < len(b) && i < 2*maxText; i += 2 {
		r := rune(binary.LittleEndian.Uint16(b[i:]))
		if utf16.IsSurrogate(r) && i+3 < len(b) {
			if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b[i+2:]))); pair != utf8.RuneError {
				r, i = pair, i+2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// wide reads n characters, of TDS 7 UTF-16 units.
func (m *message) wide(n int) []byte {
	if m.s.narrow {
		return m.cursor.Bytes(n)
	}
	return decode(m.cursor.Bytes(2 * n))
}

func (m *message) text(id field.ID, text []byte) {
	if len(text) > 0 {
		m.p().Out.Text(id, text)
	}
}

// take takes a message of a kind.
func (m *message) take(kind byte) {
	switch kind {
	case typeBatch:
		m.batch()
	case typeRPC:
		m.rpc()
	case typeQuery5:
		m.query5()
	case typeLogin:
		m.login()
	case typeLogin7:
		m.login7()
	case typePreLogin:
		m.s.preLogin = true
		m.preLogin(false)
	case typeSSPI:
		m.sspi(m.cursor.B)
	case typeResponse:
		if m.s.preLogin && soundOptions(m.cursor.B) {
			m.preLogin(true)
		} else {
			m.tokens()
		}
		m.s.preLogin = false
	}
}

// sspi hands a security token on.
func (m *message) sspi(b []byte) {
	p := m.p()
	if !bytes.HasPrefix(b, []byte("NTLMSSP\x00")) {
		return
	}
	p.CallName("ntlmssp", b, len(b))
	p.Core.Application = Protocol
}

// headers passes over ALL_HEADERS (2.2.5.3), which version 7.2 put before statements: | length of all (4) | length (4) | type (2) | …
func (m *message) headers() {
	b := m.cursor.B
	const least = 4 + 6
	if len(b) < least {
		return
	}
	all, first := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if all >= least && all <= uint32(len(b)) && first >= 6 && first <= all-4 && b[9] == 0 { //nolint:gosec // at most 64 KiB
		m.cursor.Skip(int(all))
	}
}

// batch takes statements: UTF-16, before TDS 7 of one byte a character.
func (m *message) batch() {
	m.headers()
	b := m.cursor.B
	if len(b) > 1 && b[1] == 0 {
		b = decode(b)
	}
	m.statement(b)
}

func (m *message) statement(text []byte) {
	if len(text) > 0 {
		common.Statement(m.p().Out, fQuery, text)
	}
}

// query5 takes the statement of TDS 5's LANGUAGE token: | 0x21 | length (4) | status (1) | text |
func (m *message) query5() {
	const language = 0x21
	m.s.old, m.s.narrow = true, true
	if m.cursor.U8() != language {
		return
	}
	n := int(m.u32())
	m.cursor.Skip(1)
	if !m.cursor.Failed && !m.p().Options.Wireshark { // which has it under another name
		m.statement(m.cursor.B[:max(0, min(n-1, len(m.cursor.B)))])
	}
}

// procedures are those that have numbers (2.2.6.6), and which of their parameters is the statement that they run; -1 for none.
var procedures = map[uint16]struct {
	name      string
	statement int
}{1: {"sp_cursor", -1}, 2: {"sp_cursoropen", 1}, 3: {"sp_cursorprepare", 2}, 4: {"sp_cursorexecute", -1}, 5: {"sp_cursorprepexec", 3}, 6: {"sp_cursorunprepare", -1}, 7: {"sp_cursorfetch", -1}, 8: {"sp_cursoroption", -1}, 9: {"sp_cursorclose", -1},
	10: {"sp_executesql", 0}, 11: {"sp_prepare", 2}, 12: {"sp_execute", -1}, 13: {"sp_prepexec", 2}, 14: {"sp_prepexecrpc", -1}, 15: {"sp_unprepare", -1}}

// rpc takes the first remote procedure of a message.
func (m *message) rpc() {
	const numbered = 0xffff
	m.headers()
	statement := -1
	if n := m.u16(); n == numbered {
		id := m.u16()
		if m.cursor.Failed {
			return
		}
		known, ok := procedures[id]
		if !ok {
			known.name, known.statement = strconv.Itoa(int(id)), -1
		}
		m.p().Out.String(fProcedure, known.name)
		statement = known.statement
	} else {
		name := m.wide(int(n))
		m.text(fProcedure, name)
		for _, known := range procedures {
			if known.name == string(name) {
				statement = known.statement
			}
		}
	}
	m.cursor.Skip(2)
	for i := 0; i <= statement && !m.cursor.Failed; i++ {
		value, ok := m.parameter()
		if !ok {
			return
		}
		if i == statement {
			m.statement(decode(value))
		}
	}
}

// parameter reads a parameter of a type that may stand before a statement, or be one: | name | status (1) | type | value |
func (m *message) parameter() (value []byte, ok bool) {
	const intN, nVarChar, nText, collation, partly, null = 0x26, 0xe7, 0x63, 5, 0xffff, 0xffff
	m.wide(int(m.cursor.U8()))
	m.cursor.Skip(1)
	switch m.cursor.U8() {
	case intN:
		m.cursor.Skip(1)
		value = m.cursor.Bytes(int(m.cursor.U8()))
	case nVarChar:
		size := m.u16()
		m.cursor.Skip(collation)
		if size == partly {
			return m.chunks(), !m.cursor.Failed
		}
		if n := m.u16(); n != null {
			value = m.cursor.Bytes(int(n))
		}
	case nText:
		m.cursor.Skip(4 + collation)
		value = m.cursor.Bytes(int(min(m.u32(), maxKept)))
	default:
		return nil, false
	}
	return value, !m.cursor.Failed
}

// chunks reads a value in pieces (2.2.5.2.3): | length or unknown (8) | length (4) | piece | … | 0 (4) |
func (m *message) chunks() (value []byte) {
	m.cursor.Skip(8)
	for !m.cursor.Failed {
		n := m.u32()
		if n == 0 {
			break
		}
		value = append(value, m.cursor.Bytes(int(min(n, uint32(len(m.cursor.B)))))...) //nolint:gosec // at most 64 KiB
	}
	return value
}
