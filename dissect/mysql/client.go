// SPDX-License-Identifier: Apache-2.0

package mysql

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Capabilities.
const (
	capDatabase   = 1 << 3
	capCompress   = 1 << 5
	capProtocol41 = 1 << 9
	capSSL        = 1 << 11
	capSecure     = 1 << 15
	capPlugin     = 1 << 19
	capLongProof  = 1 << 21
	capZstd       = 1 << 26
	capAttributes = 1 << 27
)

// Commands.
const (
	comQuit       = 0x01
	comInitDB     = 0x02
	comQuery      = 0x03
	comFieldList  = 0x04
	comCreateDB   = 0x05
	comDropDB     = 0x06
	comStatistics = 0x09
	comChangeUser = 0x11
	comBinlog     = 0x12
	comPrepare    = 0x16
	comExecute    = 0x17
	comLongData   = 0x18
	comClose      = 0x19
	comReset      = 0x1a
	comFetch      = 0x1c
	comBinlogGTID = 0x1e
	lastCommand   = 0x20
)

// commands are named as Wireshark does.
var commands = map[uint64]string{0: "SLEEP", comQuit: "Quit", comInitDB: "Use Database", comQuery: "Query", comFieldList: "Show Fields", comCreateDB: "Create Database", comDropDB: "Drop Database", 7: "Refresh",
	8: "Shutdown", comStatistics: "Statistics", 10: "Process List", 11: "Connect", 12: "Kill Server Thread", 13: "Dump Debuginfo", 14: "Ping", 15: "Insert Delayed", 16: "Daemon", comChangeUser: "Change User",
	comBinlog: "Send Binlog", 19: "Send Table", 20: "Slave Connect", 21: "Register Slave", comPrepare: "Prepare Statement", comExecute: "Execute Statement", comLongData: "Send BLOB",
	comClose: "Close Statement", comReset: "Reset Statement", 27: "Set Option", comFetch: "Fetch Data", 29: "Daemon", comBinlogGTID: "Send Binlog GTID", 31: "Reset Connection"}

func commandName(n uint64) string {
	if name := commands[n]; name != "" {
		return name
	}
	return "Unknown (" + strconv.FormatUint(n, 10) + ")"
}

// The types of messages.
var (
	typeGreeting   = field.Intern("Server Greeting")
	typeSSL        = field.Intern("SSL Request")
	typeLogin      = field.Intern("Login Request")
	typeSwitch     = field.Intern("Auth Switch Request")
	typeAuth       = field.Intern("Authentication")
	typeRequest    = field.Intern("Request")
	typeFile       = field.Intern("File")
	typeOK         = field.Intern("OK")
	typeError      = field.Intern("Error")
	typeEOF        = field.Intern("EOF")
	typeTabular    = field.Intern("TABULAR")
	typeRows       = field.Intern("Rows")
	typePrepared   = field.Intern("Prepared")
	typeText       = field.Intern("Text")
	typeCompressed = field.Intern("Compressed")
)

// message is the payload of a packet. Its numbers are little-endian.
type message struct {
	cursor   common.Cursor
	c        *dissect.Conversation
	sequence byte
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

// number reads a length-encoded integer; ok is false for NULL and where there is none.
func (m *message) number() (n uint64, ok bool) {
	const null = 0xfb
	first := m.cursor.U8()
	if first < null || m.cursor.Failed {
		return uint64(first), !m.cursor.Failed
	}
	size := map[byte]int{0xfc: 2, 0xfd: 3, 0xfe: 8}[first]
	b := m.cursor.Bytes(size)
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | uint64(b[i])
	}
	return n, size > 0 && !m.cursor.Failed
}

// zero reads text that ends with a zero byte, or with the message.
func (m *message) zero() []byte {
	if m.cursor.Failed {
		return nil
	}
	text, _, ended := bytes.Cut(m.cursor.B, []byte{0})
	n := len(text)
	if ended {
		n++
	}
	return m.cursor.Bytes(n)[:len(text):len(text)]
}

// rest is what is left.
func (m *message) rest() []byte { return m.cursor.Bytes(len(m.cursor.B)) }

// fromClient takes a message of the client.
func (s *state) fromClient(m *message) {
	switch {
	case s.phase == beforeLogin:
		s.login(m)
	case s.phase == inLogin: // an answer to the server
		m.p().Out.Const(fType, typeAuth)
		m.p().Out.Bytes(fPassword, m.rest())
	case m.sequence != 0: // LOCAL INFILE
		m.p().Out.Const(fType, typeFile)
	default:
		s.request(m)
	}
}

// login takes a login, or the request for TLS that precedes it.
func (s *state) login(m *message) {
	o := m.p().Out
	const caps41, unused41, unused320 = 4, 4 + 1 + 23, 3
	caps := uint32(m.u16())
	if caps&capProtocol41 != 0 {
		caps |= uint32(m.u16()) << 16
		m.cursor.Skip(unused41)
	} else {
		m.cursor.Skip(unused320)
	}
	if m.cursor.Failed {
		return
	}
	s.caps = caps
	o.Uint(fClient, uint64(caps))
	if caps&capSSL != 0 && m.cursor.Wire == 0 {
		o.Const(fType, typeSSL)
		return
	}
	s.phase = inLogin
	o.Const(fType, typeLogin)
	common.User(o, m.zero())
	switch {
	case caps&capLongProof != 0:
		n, _ := m.number()
		m.proof(n)
	case caps&capSecure != 0:
		m.proof(uint64(m.cursor.U8()))
	default:
		m.secret(m.zero())
	}
	if caps&capDatabase != 0 {
		m.text(fSchema, m.zero())
	}
	if caps&capPlugin != 0 {
		m.text(fPlugin, m.zero())
	}
	common.Request(m.p(), m.c, 0)
}

// proof reads a proof of the password of n bytes.
func (m *message) proof(n uint64) { m.secret(m.cursor.Bytes(int(min(n, maxPayload)))) } //nolint:gosec // bounded

func (m *message) secret(b []byte) {
	if len(b) > 0 {
		m.p().Out.Bytes(fPassword, b)
	}
}

func (m *message) text(id field.ID, b []byte) {
	if len(b) > 0 {
		m.p().Out.Text(id, b)
	}
}

// request takes a command.
func (s *state) request(m *message) {
	o := m.p().Out
	command := m.cursor.U8()
	s.command, s.result = command, result{}
	o.Const(fType, typeRequest)
	o.Uint(fCommand, uint64(command))
	switch command {
	case comQuit, comLongData, comClose: // nobody answers
	default:
		common.Request(m.p(), m.c, 0)
	}
	switch command {
	case comInitDB, comCreateDB, comDropDB:
		m.text(fSchema, m.rest())
	case comQuery:
		if s.caps&capAttributes != 0 {
			m.attributes()
		}
		if m.cursor.More() {
			common.Statement(o, fQuery, m.rest())
		}
	case comPrepare:
		common.Statement(o, fQuery, m.rest())
	case comFieldList:
		m.text(fTable, m.zero())
	case comExecute, comLongData, comClose, comReset, comFetch:
		if n := m.u32(); !m.cursor.Failed {
			o.Uint(fStmt, uint64(n))
		}
	case comChangeUser:
		s.phase = inLogin
		common.User(o, m.zero())
		if s.caps&capSecure != 0 {
			m.proof(uint64(m.cursor.U8()))
		} else {
			m.secret(m.zero())
		}
		m.text(fSchema, m.zero())
	}
}

// attributes passes over the attributes of a query (MySQL 8.0.23): their number, that of their sets, which of them are NULL, types and names, values.
func (m *message) attributes() {
	count, ok := m.number()
	m.number()
	if !ok || count == 0 || count > common.MaxItems {
		return
	}
	null := m.cursor.Bytes(int(count+7) / 8) //nolint:gosec // bounded
	m.cursor.Skip(1)
	var types []byte
	for range count {
		types = append(types, byte(m.u16()))
		m.skip()
	}
	for i, t := range types {
		if m.cursor.Failed || null[i/8]&(1<<(i%8)) != 0 {
			continue
		}
		if size, fixed := fixedSizes[t]; fixed {
			m.cursor.Skip(size)
		} else {
			m.skip()
		}
	}
}

// skip passes over a value behind its length.
func (m *message) skip() {
	n, _ := m.number()
	m.cursor.Skip(int(min(n, maxPayload))) //nolint:gosec // bounded
}

// fixedSizes are the lengths of binary values that do not say it, by type: TINY, SHORT, LONG, FLOAT, DOUBLE, NULL, LONGLONG, INT24, YEAR.
var fixedSizes = map[byte]int{1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 0, 8: 8, 9: 4, 13: 2}
