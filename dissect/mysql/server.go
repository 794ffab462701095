// SPDX-License-Identifier: Apache-2.0

package mysql

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect/common"
)

const version10 = 10

// First bytes of what a server answers.
const (
	answerOK    = 0x00
	answerMore  = 0x01
	answerFile  = 0xfb
	answerEOF   = 0xfe
	answerError = 0xff
)

// eofLen is the length of an EOF message, bytes, before MySQL 4.1 one: what else starts as one is an OK that takes its place, or asks for another way of authentication.
const eofLen = 5

// moreResults is set in the server's status when another result follows.
const moreResults = 8

// step is how far a response has come.
type step uint8

const (
	atStart step = iota
	inColumns
	inRows
	inPrepared // definitions of parameters and columns
	inFields   // definitions of columns until EOF
	inEvents   // of the binary log
	atEnd
)

// result is a response.
type result struct {
	step    step
	columns uint64 // to come
}

// fromServer takes a message of the server.
func (s *state) fromServer(m *message) {
	first := m.cursor.B[0]
	switch {
	case s.phase == beforeLogin && m.sequence == 0 && first != answerError:
		s.greeting(m)
	case s.phase <= inLogin:
		s.authentication(m, first)
	default:
		s.response(m, first)
	}
}

// greeting takes the first message, of version 9 or 10.
func (s *state) greeting(m *message) {
	o := m.p().Out
	o.Const(fType, typeGreeting)
	version := m.cursor.U8()
	m.text(fVersion, m.zero())
	if n := m.u32(); !m.cursor.Failed {
		o.Uint(fThread, uint64(n))
	}
	if version != version10 {
		return
	}
	const salt, language, unused, saltRest = 8 + 1, 1, 10, 13
	m.cursor.Skip(salt)
	s.offered = uint32(m.u16())
	if m.cursor.More() { // not before MySQL 4.1
		m.cursor.Skip(language)
		m.status()
		s.offered |= uint32(m.u16()) << 16
		length := m.cursor.U8()
		m.cursor.Skip(unused)
		if m.cursor.More() {
			m.cursor.Skip(max(saltRest, int(length)-8))
		}
	}
	if m.cursor.Failed {
		return
	}
	o.Uint(fServer, uint64(s.offered))
	if s.offered&capPlugin != 0 {
		m.text(fPlugin, m.zero())
	}
}

func (m *message) status() uint16 {
	n := m.u16()
	if !m.cursor.Failed {
		m.p().Out.Uint(fStatus, uint64(n))
	}
	return n
}

// authentication takes what the server says of a login.
func (s *state) authentication(m *message, first byte) {
	switch first {
	case answerOK:
		s.phase = inCommands
		if both := s.offered & s.caps; both&(capCompress|capZstd) != 0 {
			s.phase = inCompression
		}
		s.command = 0
		m.answer()
		s.ok(m)
	case answerError:
		m.answer()
		m.fail()
	case answerEOF:
		m.p().Out.Const(fType, typeSwitch)
		m.cursor.Skip(1)
		m.text(fPlugin, m.zero())
	default: // answerMore, and what plugins ask for
		m.p().Out.Const(fType, typeAuth)
	}
}

// answer ties a response to its request.
func (m *message) answer() { common.Response(m.p(), m.c, 0) }

// response takes a message of the response to a command.
func (s *state) response(m *message, first byte) {
	r := &s.result
	if r.step == atStart {
		m.answer()
	}
	eof := first == answerEOF && m.cursor.Wire < maxPayload
	switch {
	case first == answerError:
		r.step = atEnd
		m.fail()
	case r.step == atStart:
		s.begin(m, first)
	case r.step == inPrepared, r.step == inColumns:
		s.definition(m, eof)
	case r.step == inRows && !eof:
		s.row(m)
	case r.step == inFields && !eof, r.step == inEvents && !eof:
	case eof:
		s.end(m)
	default:
		m.p().Out.Const(fType, typeText)
	}
}

// begin takes the first message of a response.
func (s *state) begin(m *message, first byte) {
	r, o := &s.result, m.p().Out
	switch {
	case s.command == comStatistics:
		r.step = atEnd
		o.Const(fType, typeText)
	case s.command == comFieldList && first != answerEOF:
		r.step = inFields
		o.Const(fType, typeTabular)
	case s.command == comFetch && first != answerEOF:
		r.step = inRows
		s.row(m)
	case s.command == comBinlog, s.command == comBinlogGTID:
		r.step = inEvents
	case s.command == comPrepare && first == answerOK:
		s.prepared(m)
	case first == answerOK:
		s.finish(s.ok(m))
	case first == answerEOF:
		s.end(m)
	case first == answerFile:
		r.step = atStart
		o.Const(fType, typeFile)
	default:
		r.columns, _ = m.number()
		o.Const(fType, typeTabular)
		o.Uint(fColumns, min(r.columns, 1<<32-1))
		r.step = inColumns
	}
}

// row counts a row.
func (s *state) row(m *message) {
	if s.rows == 0 {
		m.p().Out.Const(fType, typeRows)
	}
	s.rows++
}

// definition takes a column's or parameter's, and EOFs between and behind them.
func (s *state) definition(m *message, eof bool) {
	r := &s.result
	switch {
	case eof && m.cursor.Wire <= eofLen && r.columns > 0: // between parameters and columns
	case r.step == inPrepared && eof:
		r.step = atEnd
	case r.step == inPrepared:
		r.columns -= min(r.columns, 1)
	case eof && m.cursor.Wire <= eofLen: // behind the columns
		r.step = inRows
	case r.columns > 0:
		r.columns--
	case eof: // no row
		s.end(m)
	default: // no EOF in between
		r.step = inRows
		s.row(m)
	}
}

// end takes an EOF, or an OK in its place.
func (s *state) end(m *message) {
	if m.cursor.Wire > eofLen {
		s.finish(s.ok(m))
		return
	}
	o := m.p().Out
	o.Const(fType, typeEOF)
	m.cursor.Skip(1)
	var status uint16
	if m.cursor.More() {
		warnings := m.u16()
		if status = m.status(); !m.cursor.Failed {
			o.Uint(fWarnings, uint64(warnings))
		}
	}
	s.finish(status)
}

// finish ends a result by the server's status.
func (s *state) finish(status uint16) {
	s.result = result{step: atEnd}
	if status&moreResults != 0 {
		s.result.step = atStart
	}
}

// prepared takes the answer to a statement that was prepared.
func (s *state) prepared(m *message) {
	o := m.p().Out
	o.Const(fType, typePrepared)
	m.cursor.Skip(1)
	id, columns, parameters := m.u32(), m.u16(), m.u16()
	if m.cursor.Failed {
		return
	}
	o.Uint(fStmt, uint64(id))
	o.Uint(fColumns, uint64(columns))
	s.result = result{step: inPrepared, columns: uint64(columns) + uint64(parameters)}
}

// ok takes an OK message and returns the server's status.
func (s *state) ok(m *message) (status uint16) {
	o := m.p().Out
	o.Const(fType, typeOK)
	m.cursor.Skip(1)
	affected, _ := m.number()
	insertID, _ := m.number()
	if m.cursor.Failed {
		return 0
	}
	o.Int(fAffected, int64(min(affected, 1<<63-1))) //nolint:gosec // bounded
	if insertID != 0 {
		o.Bytes(fInsertID, binary.BigEndian.AppendUint64(nil, insertID))
	}
	if m.cursor.More() {
		status = m.status()
	}
	if m.cursor.More() {
		if n := m.u16(); !m.cursor.Failed {
			o.Uint(fWarnings, uint64(n))
		}
	}
	if m.cursor.More() && s.caps&capProtocol41 != 0 {
		if n, _ := m.number(); n == uint64(len(m.cursor.B)) {
			m.text(fInfo, m.rest())
		}
	}
	return status
}

// fail takes an error: its code, maybe # and a SQLSTATE, its text.
func (m *message) fail() {
	const stateLen = 6
	o := m.p().Out
	o.Const(fType, typeError)
	m.cursor.Skip(1)
	code := m.u16()
	if m.cursor.Failed {
		return
	}
	o.Uint(fError, uint64(code))
	if b := m.cursor.B; len(b) >= stateLen && b[0] == '#' {
		o.Text(fSQLState, m.cursor.Bytes(stateLen)[1:])
	}
	m.text(fMessage, m.rest())
}
