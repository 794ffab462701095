// SPDX-License-Identifier: Apache-2.0

// Package pgsql dissects PostgreSQL's frontend/backend protocol (PostgreSQL documentation, 53), version 3:
//
//	| length (4) | 196608: version 3.0, or a code of a request (4) | user\0alice\0…     a client's first message
//	| type (1) | length, itself included (4) | …                                           all others
//
// The messages of a packet are one layer, as in Wireshark, and are told by their types. Of startup messages, user and database are decoded, of others statements
// without the passwords in them, names of statements and portals, command tags, and errors; rows and the bytes of COPY are counted. What a client logs in with is a
// secret. A response is tied to the messages up to the Sync, or to the query, that it answers. After an SSLRequest that the server agrees to, the conversation is
// handed over to TLS. Limits: 64 KiB a message are waited for, of larger ones the beginning is dissected; statements of 4 KiB. Not
// decoded: values, columns, function calls, encryption by GSSAPI, version 2, replication.
package pgsql

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is PostgreSQL's protocol.
var Protocol = &dissect.Protocol{
	Name: "pgsql", Title: "PGSQL", Reference: "PostgreSQL 53.7", Application: true,
	TCPPorts: []uint16{5432},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields     = field.Group("pgsql")
	fType      = fields.Add("type", field.Keyword, "pgsql.type", "Type of each message, as Wireshark names it: Startup message, Simple query, Data row, …")
	fDatabase  = fields.Add("database", field.Keyword, "", "Database that the client asks for")
	fQuery     = fields.Add("query", field.Wildcard, "pgsql.query", "Statements that are run or prepared, without the passwords in them, at most 4 KiB each")
	fTag       = fields.Add("tag", field.Keyword, "pgsql.tag", "What was done: SELECT 3, INSERT 0 1, CREATE TABLE, …")
	fSeverity  = fields.Add("severity", field.Keyword, "pgsql.severity", "Severity of an error or notice: ERROR, FATAL, WARNING, …")
	fCode      = fields.Add("code", field.Keyword, "pgsql.code", "SQLSTATE of an error or notice: 28P01 invalid password, 42P01 undefined table, …")
	fMessage   = fields.Add("message", field.Keyword, "pgsql.message", "Text of an error or notice")
	fRows      = fields.Add("rows", field.Uint32, "", "Data rows that the packet completes", field.Rare)
	fVersion   = fields.Add("server_version", field.Keyword, "", "Version of the server")
	fAuth      = fields.Add("authtype", field.Uint32, "pgsql.authtype", "Authentication that the server asks for: 0 ok, 3 clear text, 5 MD5, 7 GSSAPI, 10 SASL, …", field.Rare)
	fApp       = fields.Add("application_name", field.Keyword, "", "Name of the client's application", field.Rare, field.Detail)
	fStatement = fields.Add("statement", field.Keyword, "pgsql.statement", "Names of prepared statements", field.Rare, field.Detail)
	fPortal    = fields.Add("portal", field.Keyword, "pgsql.portal", "Names of portals", field.Rare, field.Detail)
	fDetail    = fields.Add("detail", field.Keyword, "pgsql.detail", "More of an error or notice", field.Rare, field.Detail)
	fHint      = fields.Add("hint", field.Keyword, "pgsql.hint", "Advice of an error or notice", field.Rare, field.Detail)
	fTable     = fields.Add("table_name", field.Keyword, "pgsql.table_name", "Table that an error is of", field.Rare, field.Detail)
	fColumns   = fields.Add("field_count", field.Uint16, "pgsql.field.count", "Columns of a row description", field.Rare, field.Detail)
	fCopy      = fields.Add("copy_bytes", field.Uint32, "", "Bytes of COPY in the packet", field.Rare, field.Detail)
	fCondition = fields.Add("condition", field.Keyword, "pgsql.condition", "Channel of a notification", field.Rare, field.Detail)
	fPID       = fields.Add("pid", field.Uint32, "pgsql.pid", "Process at the server: the connection's, that of a cancel request or notification", field.Rare, field.Detail)
	fMechanism = fields.Add("sasl_mechanism", field.Keyword, "pgsql.auth.sasl.mech", "Mechanism of SASL that the client chose", field.Rare, field.Detail)
	fPassword  = fields.Add("password", field.Keyword, "pgsql.password, pgsql.auth.sasl.data", "What the client sends to log in", field.Secret, field.Rare, field.Detail)
)

// The codes of the messages without a type.
const (
	version3   = 3 << 16
	cancel     = 80877102
	sslRequest = 80877103
	gssRequest = 80877104
)

const (
	// maxWait bounds the messages that are waited for, and maxStartup those without a type, bytes; maxMessage the lengths that are believed.
	maxWait    = 64 << 10
	maxStartup = 10 << 10
	maxMessage = 1 << 30
)

// fromClient and fromServer name the types of messages.
var (
	fromClient = interned(map[byte]string{'p': "Password message", 'Q': "Simple query", 'P': "Parse", 'B': "Bind", 'E': "Execute", 'D': "Describe", 'C': "Close", 'H': "Flush", 'S': "Sync",
		'F': "Function call", 'd': "Copy data", 'c': "Copy completion", 'f': "Copy failure", 'X': "Termination"})
	fromServer = interned(map[byte]string{'R': "Authentication request", 'K': "Backend key data", 'S': "Parameter status", '1': "Parse completion", '2': "Bind completion", '3': "Close completion",
		'C': "Command completion", 't': "Parameter description", 'T': "Row description", 'D': "Data row", 'I': "Empty query", 'n': "No data", 'E': "Error", 'N': "Notice", 's': "Portal suspended",
		'Z': "Ready for query", 'A': "Notification", 'V': "Function call response", 'G': "CopyIn response", 'H': "CopyOut response", 'd': "Copy data", 'c': "Copy completion"})
	startups = map[uint32]field.Str{version3: field.Intern("Startup message"), cancel: field.Intern("Cancel request"), sslRequest: field.Intern("SSL request"), gssRequest: field.Intern("GSS encrypt request")}
	// What p is depends on what the server asked for.
	saslInitial  = field.Intern("SASLInitialResponse message")
	saslResponse = field.Intern("SASLResponse message")
	gssResponse  = field.Intern("GSSResponse message")
)

func interned(m map[byte]string) map[byte]field.Str {
	out := make(map[byte]field.Str, len(m))
	for b, s := range m {
		out[b] = field.Intern(s)
	}
	return out
}

// startup reads the length and the name of a message without a type.
func startup(b []byte) (n int, code uint32, ok bool) {
	if len(b) < 8 {
		return 0, 0, false
	}
	size, code := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	_, known := startups[code]
	known = known || code>>16 == 3
	sound := size >= 8 && size <= maxStartup && (code != sslRequest && code != gssRequest || size == 8) && (code != cancel || size >= 16)
	return int(size), code, known && sound
}

// guess takes a client's first message.
func guess(data []byte) bool {
	_, code, ok := startup(data)
	return ok && (code != version3 || bytes.HasPrefix(data[8:], []byte("user\x00")) || bytes.HasPrefix(data[8:], []byte("database\x00")))
}

// accept is asked on PostgreSQL's own port, where messages may come in pieces.
func accept(data []byte) bool {
	_, _, ok := startup(data)
	return ok || len(data) < 8 && zero(data[:min(len(data), 2)]) || typed(data, fromClient) || typed(data, fromServer)
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// typed reports whether data may start with a message of one of the types, behind which another may start.
func typed(data []byte, types map[byte]field.Str) bool {
	_, ok := types[data[0]]
	if len(data) < 5 {
		return ok && zero(data[1:min(len(data), 2)])
	}
	n := binary.BigEndian.Uint32(data[1:])
	if !ok || n < 4 || n > maxWait {
		return false
	}
	if int(n)+1 < len(data) {
		_, ok = types[data[n+1]]
	}
	return ok
}

// maxNamed bounds the messages that a summary names, maxShown the statement in it, bytes.
const (
	maxNamed = 8
	maxShown = 200
)

// summary reads "Simple query select 1", "Row description, Data row, Command completion, Ready for query SELECT 1".
func summary(dst []byte, v dissect.View) []byte {
	n, last := 0, ""
	v.All(fType, func(t []byte) {
		if string(t) == last {
			return
		}
		last = string(t)
		if n++; n > maxNamed {
			return
		}
		if n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, t...)
	})
	if n > maxNamed {
		dst = append(dst, ", …"...)
	}
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" db=", fDatabase}, {" ", fTag}, {" ", fCode}, {" ", fMessage}, {" ", fQuery}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text[:min(len(text), len(dst)+len(part.lead)+maxShown)]
		}
	}
	return dst
}
