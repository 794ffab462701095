// SPDX-License-Identifier: Apache-2.0

package tds

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect/common"
)

// Tokens of responses.
const (
	tokLanguageError = 0xe5 // TDS 5's EED
	tokReturnStatus  = 0x79
	tokColInfo       = 0xa5
	tokTabName       = 0xa4
	tokOrder         = 0xa9
	tokError         = 0xaa
	tokInfo          = 0xab
	tokLoginAck      = 0xad
	tokFeatureExt    = 0xae
	tokCapability    = 0xe2
	tokEnvChange     = 0xe3
	tokSSPI          = 0xed
	tokDone          = 0xfd
	tokDoneInProc    = 0xff
)

// tokens takes the tokens of a response up to the first whose length is that of rows' columns, and the last one.
func (m *message) tokens() {
	b := m.cursor.B
	for range common.MaxItems {
		if !m.cursor.More() {
			return
		}
		if !m.token() {
			break
		}
	}
	n := m.doneLen()
	if rest := m.cursor.B; !m.cursor.Failed && len(rest) >= n && rest[len(rest)-n] >= tokDone { // a response ends with it
		m.cursor = common.Read(m.p(), b[len(b)-n+1:], n-1)
		m.done()
	}
}

// token takes a token, and reports whether it knows where the next one is.
func (m *message) token() bool {
	t := m.cursor.B[0]
	switch {
	case t >= tokDone:
		m.cursor.Skip(1)
		m.done()
	case t == tokReturnStatus:
		m.cursor.Skip(1 + 4)
	case t == tokFeatureExt:
		m.cursor.Skip(1)
		for !m.cursor.Failed && m.cursor.U8() != 0xff {
			m.cursor.Skip(int(min(m.u32(), maxKept)))
		}
	case t == tokColInfo, t == tokTabName, t == tokOrder, t == tokError, t == tokInfo, t == tokLoginAck, t == tokCapability, t == tokEnvChange, t == tokSSPI, t == tokLanguageError:
		m.cursor.Skip(1)
		sub := message{cursor: m.cursor.Sub(int(m.u16())), s: m.s}
		sub.sized(t)
	default:
		return false
	}
	return !m.cursor.Failed
}

// sized takes a token that says its length.
func (m *message) sized(t byte) {
	const database = 1
	switch t {
	case tokError:
		m.report(true)
	case tokInfo:
		m.report(false)
	case tokLoginAck:
		m.cursor.Skip(1)
		if b := m.cursor.Bytes(4); b != nil {
			m.p().Out.Uint(fTDS, uint64(binary.BigEndian.Uint32(b)))
			m.s.old = b[0] < 0x72
		}
		m.wide(int(m.cursor.U8()))
		if b := m.cursor.Bytes(4); b != nil {
			m.text(fVersion, version(b[0], b[1], binary.BigEndian.Uint16(b[2:])))
		}
	case tokEnvChange:
		if m.cursor.U8() == database {
			m.text(fDatabase, m.wide(int(m.cursor.U8())))
		}
	case tokSSPI:
		m.sspi(m.cursor.B)
	case tokLanguageError:
		m.report5()
	}
}

// report takes an error or a message: | number (4) | state (1) | class (1) | text | server | procedure | line |
func (m *message) report(failed bool) {
	number := int32(m.u32()) //nolint:gosec // signed on the wire
	m.cursor.Skip(2)
	text := m.wide(int(m.u16()))
	server := m.wide(int(m.cursor.U8()))
	if m.cursor.Failed {
		return
	}
	m.write(failed, number, text, server)
}

// report5 is TDS 5's: | number (4) | state (1) | class (1) | SQLSTATE | status (1) | transaction (2) | text | server | …, of one byte a character. Up to class 10 it is no error.
func (m *message) report5() {
	const lastInfo = 10
	number := int32(m.u32()) //nolint:gosec // signed on the wire
	m.cursor.Skip(1)
	class := m.cursor.U8()
	m.cursor.Skip(int(m.cursor.U8()))
	m.cursor.Skip(3)
	text := m.cursor.Bytes(int(m.u16()))
	server := m.cursor.Bytes(int(m.cursor.U8()))
	if !m.cursor.Failed {
		m.write(class > lastInfo, number, text, server)
	}
}

func (m *message) write(failed bool, number int32, text, server []byte) {
	if failed {
		m.p().Out.Int(fError, int64(number))
		m.text(fMessage, text)
	} else {
		m.text(fInfo, text)
	}
	m.text(fServer, server)
}

// doneLen is the length of a DONE token, bytes.
func (m *message) doneLen() int {
	if m.s.old {
		return 9
	}
	return 13
}

// done takes a DONE token behind its first byte: | status (2) | command (2) | rows (8, before 7.2: 4) |
func (m *message) done() {
	const countValid = 0x10
	o := m.p().Out
	status := m.u16()
	m.cursor.Skip(2)
	rows := uint64(m.u32())
	if !m.s.old {
		rows |= uint64(m.u32()) << 32
	}
	if m.cursor.Failed {
		return
	}
	o.Uint(fDone, uint64(status))
	if status&countValid != 0 {
		o.Int(fRows, int64(min(rows, 1<<63-1))) //nolint:gosec // bounded
	}
}
