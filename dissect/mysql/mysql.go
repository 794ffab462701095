// SPDX-License-Identifier: Apache-2.0

// Package mysql dissects the client/server protocol of MySQL and MariaDB (MySQL Source Code Documentation, "Client/Server Protocol"):
//
//	| length (3, little-endian) | sequence (1) | payload |
//
//	10, version\0, thread, salt, capabilities, …     server greeting
//	capabilities, …, user\0, proof, database\0       login
//	3 SELECT …                                       command
//	0 … OK, 255 … error, columns and rows            response
//
// The messages of a packet are one layer, as in Wireshark. Statements stand without the passwords in them, proofs of passwords are secrets; columns and
// rows are counted. After a login that asks for TLS the conversation is handed over to TLS. Limits: messages of 64 KiB are waited for, of larger ones the beginning is
// dissected; statements of 4 KiB. Not decoded: values of rows and of prepared statements, replication, what is compressed, the X protocol.
package mysql

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is MySQL's protocol.
var Protocol = &dissect.Protocol{
	Name: "mysql", Title: "MySQL", Reference: "MySQL client/server protocol", Application: true,
	TCPPorts: []uint16{3306},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("mysql")
	fType     = fields.Add("type", field.Keyword, "", "Type of each message: Server Greeting, SSL Request, Login Request, Auth Switch Request, Authentication, Request, OK, Error, EOF, TABULAR (the beginning of a result set), Rows, …")
	fCommand  = fields.Add("command", field.Uint8, "mysql.command", "Command: 1 quit, 2 use database, 3 query, 4 show fields, 14 ping, 22 prepare, 23 execute, 25 close statement, …")
	fQuery    = fields.Add("query", field.Wildcard, "mysql.query", "Statement that is run or prepared, without the passwords in it, at most 4 KiB")
	fSchema   = fields.Add("schema", field.Keyword, "mysql.schema", "Database that a login or command names")
	fVersion  = fields.Add("version", field.Keyword, "mysql.version", "Version of the server")
	fError    = fields.Add("error_code", field.Uint16, "mysql.error_code", "Code of an error: 1045 access denied, 1064 syntax error, …")
	fMessage  = fields.Add("error_message", field.Keyword, "mysql.error.message", "Text of an error")
	fSQLState = fields.Add("sqlstate", field.Keyword, "mysql.sqlstate", "SQLSTATE of an error")
	fAffected = fields.Add("affected_rows", field.Int64, "mysql.affected_rows", "Rows that a statement changed", field.Rare)
	fRows     = fields.Add("rows", field.Uint32, "", "Rows of result sets that the packet completes", field.Rare)
	fStmt     = fields.Add("stmt_id", field.Uint32, "mysql.stmt_id", "Identifier of a prepared statement", field.Rare)
	fInfo     = fields.Add("message", field.Keyword, "mysql.message", "What the server says of a statement that succeeded", field.Rare, field.Detail)
	fColumns  = fields.Add("num_fields", field.Uint32, "mysql.num_fields", "Columns of a result set", field.Rare, field.Detail)
	fInsertID = fields.Add("insert_id", field.Hex, "mysql.insert_id", "Last number that AUTO_INCREMENT gave, big-endian", field.Rare, field.Detail)
	fWarnings = fields.Add("warnings", field.Uint16, "mysql.warnings", "Warnings of a statement", field.Rare, field.Detail)
	fStatus   = fields.Add("server_status", field.Uint16, "mysql.server_status", "Status of the server: 1 in a transaction, 2 autocommit, 8 more results, …", field.Rare, field.Detail)
	fTable    = fields.Add("table_name", field.Keyword, "mysql.table_name", "Table whose columns are asked for", field.Rare, field.Detail)
	fThread   = fields.Add("thread_id", field.Uint32, "mysql.thread_id", "Number of the connection at the server", field.Rare, field.Detail)
	fPlugin   = fields.Add("auth_plugin", field.Keyword, "mysql.auth_plugin, mysql.client_auth_plugin, mysql.auth_switch_request.name", "Way of authentication", field.Rare, field.Detail)
	fServer   = fields.Add("caps_server", field.Uint32, "mysql.caps.server, mysql.extcaps.server", "Capabilities of the server", field.Rare, field.Detail)
	fClient   = fields.Add("caps_client", field.Uint32, "mysql.caps.client, mysql.extcaps.client", "Capabilities that the client asks for", field.Rare, field.Detail)
	fPassword = fields.Add("passwd", field.Hex, "mysql.passwd, mysql.auth_switch_response.data", "Proof of the password, or the password", field.Secret, field.Rare, field.Detail)
	fPacked   = fields.Add("compressed_bytes", field.Uint32, "mysql.compressed_packet_length", "Length of a compressed packet, bytes", field.Rare, field.Detail)
)

const (
	headerLen = 4
	// maxPayload is the length of a packet that another continues; maxWait bounds what is waited for, bytes.
	maxPayload = 1<<24 - 1
	maxWait    = 64 << 10
)

// phase is how far a connection has come.
type phase uint8

const (
	beforeLogin phase = iota
	inLogin
	inCommands
	inCompression
)

// state is a connection's.
type state struct {
	server int // its direction
	phase  phase
	// offered and caps are the capabilities of server and client.
	offered, caps uint32
	// continues is set, by direction, while a packet continues the one before.
	continues [2]bool

	command byte
	result  result
	rows    int // of the packet
}

// length is that of the payload of the packet at the front of b.
func length(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// guess takes a server's greeting.
func guess(data []byte) bool {
	const shortest, longest, longestVersion = 20, 512, 64
	if len(data) < headerLen+shortest || length(data) < shortest || length(data) > longest || data[3] != 0 || data[4] != version10 {
		return false
	}
	version, _, ok := bytes.Cut(data[5:], []byte{0})
	if !ok || len(version) < 3 || len(version) > longestVersion || version[0] < '1' || version[0] > '9' || !bytes.Contains(version, []byte(".")) {
		return false
	}
	for _, c := range version {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// accept is asked on MySQL's own port, where messages may come in pieces, and a capture may begin anywhere.
func accept(data []byte) bool {
	if len(data) <= headerLen {
		return true
	}
	n := headerLen + length(data)
	switch {
	case n == headerLen || n > len(data) && n > maxWait:
		return false
	case n+headerLen <= len(data):
		return data[n+3] == data[3]+1 || data[n+3] == 0
	}
	return data[3] != 0 || data[4] <= lastCommand || data[4] == answerError
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		if len(data) <= headerLen && !p.Truncated {
			return 0
		}
		s = newState(p, c, data)
		c.AppState = s
	}
	s.rows = 0
	done := 0
	for done < len(data) {
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	if s.rows > 0 {
		p.Out.Uint(fRows, uint64(s.rows)) //nolint:gosec // not negative
	}
	return done
}

// step takes a packet of the protocol off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if s.phase == inCompression {
		return s.compressed(p, data)
	}
	if s.caps&capSSL != 0 && s.phase == beforeLogin && common.StartTLS(p, c, data) || len(data) < headerLen {
		return 0
	}
	n := headerLen + length(data)
	if len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return n
	}
	p.Message(Protocol)
	continued := s.continues[p.Direction]
	s.continues[p.Direction] = n == headerLen+maxPayload
	payload := data[headerLen:max(headerLen, min(n, len(data)))]
	if len(payload) == 0 || continued {
		return n
	}
	m := message{cursor: common.Read(p, payload, n-headerLen), c: c, sequence: data[3]}
	if p.Direction == s.server {
		s.fromServer(&m)
	} else {
		s.fromClient(&m)
	}
	return n
}

// newState begins a connection, at its greeting or in the midst of it.
func newState(p *dissect.Packet, c *dissect.Conversation, data []byte) *state {
	greets := guess(data)
	s := &state{server: common.ServerByPort(p, c, Protocol, greets), phase: inCommands, caps: capProtocol41}
	if first := len(data) > headerLen && data[3] == 0; first && p.Direction == s.server {
		s.phase = beforeLogin
	}
	return s
}

// compressed counts what either side sends once the protocol is compressed: | length (3) | sequence (1) | length when decompressed (3) | …
func (s *state) compressed(p *dissect.Packet, data []byte) int {
	const header = 7
	if len(data) < headerLen {
		return 0
	}
	n := header + length(data)
	if len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if layer(p) {
		p.Message(Protocol)
		p.Out.Uint(fPacked, uint64(length(data))) //nolint:gosec // 24 bits
		p.Out.Const(fType, typeCompressed)
	}
	return n
}

// maxShown bounds the statement in a summary, bytes.
const maxShown = 200

// summary reads "Request Query select 1" or "Response TABULAR, 3 rows".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fType, func(t []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, t...)
	})
	if command, ok := v.Uint(fCommand); ok {
		dst = append(append(dst, ' '), commandName(command)...)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" proto=10 version=", fVersion}, {" code=", fError}, {" ", fMessage}, {" rows=", fRows}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, " db="...), fSchema); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, ' '), fQuery); ok {
		dst = text[:min(len(text), len(dst)+1+maxShown)]
	}
	return dst
}
