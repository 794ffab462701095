// SPDX-License-Identifier: Apache-2.0

// Package pgsql dissects the envelopes of PostgreSQL's frontend/backend protocol (PostgreSQL documentation, 53.7), version 3:
//
//	| length (4) | 196608: version 3.0, or a code of a request (4) | user\0alice\0…     a client's first message
//	| type (1) | length, itself included (4) | …                                           all others
//
// The messages of a packet are one layer, as in Wireshark, and are told by their types. Of the startup message, user and database are decoded. After an
// SSLRequest that the server agrees to, the conversation is handed over to TLS. Limits: 64 KiB a message are waited for, of larger ones the beginning is dissected. Not
// decoded: everything else in messages, encryption by GSSAPI, version 2.
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
	fields    = field.Group("pgsql")
	fType     = fields.Add("type", field.Keyword, "pgsql.type", "Type of each message, as Wireshark names it: Startup message, Simple query, Data row, …")
	fDatabase = fields.Add("database", field.Keyword, "", "Database that the client asks for")
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

// maxNamed bounds the messages that a summary names.
const maxNamed = 8

func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fType, func(t []byte) {
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
	return dst
}

// state is a connection's.
type state struct {
	server int // its direction

	// asked is what the server's last authentication request wants of the client.
	asked uint32
	// answer is set while the server owes the byte that answers an SSLRequest.
	answer bool
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 || common.StartTLS(p, c, data) {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		_, _, opens := startup(data)
		s = &state{server: common.Server(p, c, !opens && typed(data, fromServer) && !typed(data, fromClient))}
		c.AppState = s
	}
	if p.Direction == s.server && s.answer { // S agrees, N does not
		s.answer = false
		if data[0] == 'S' || data[0] == 'N' {
			return 1
		}
	}
	if p.Direction != s.server && data[0] == 0 { // no type
		if n, code, ok := startup(data); ok || len(data) < 8 {
			return s.open(p, data, n, code)
		}
	}
	return s.message(p, data)
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

// open takes a message of n bytes without a type; n is 0 while that is not known.
func (s *state) open(p *dissect.Packet, data []byte, n int, code uint32) int {
	if n == 0 || len(data) < n && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return n
	}
	p.Message(Protocol)
	s.answer = code == sslRequest || code == gssRequest
	if code>>16 == 3 {
		code = version3
		parameters(p, data[8:min(n, len(data))])
	}
	p.Out.Const(fType, startups[code])
	return n
}

// parameters takes the pairs of a startup message.
func parameters(p *dissect.Packet, b []byte) {
	const most = 64
	for range most {
		var name, value []byte
		var ok bool
		if name, b, ok = bytes.Cut(b, []byte{0}); !ok || len(name) == 0 {
			return
		}
		value, b, _ = bytes.Cut(b, []byte{0})
		switch string(name) {
		case "user":
			common.User(p.Out, value)
		case "database":
			p.Out.Text(fDatabase, value)
		}
	}
}

// message takes a message with a type.
func (s *state) message(p *dissect.Packet, data []byte) int {
	if len(data) < 5 {
		return 0
	}
	n := int(min(binary.BigEndian.Uint32(data[1:]), maxMessage)) + 1
	if n >= 5 && len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return max(n, 5)
	}
	types := fromClient
	if p.Direction == s.server {
		types = fromServer
	}
	name, ok := types[data[0]]
	if !ok || n < 5 {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	switch {
	case data[0] == 'R' && p.Direction == s.server && len(data) >= 9:
		s.asked = binary.BigEndian.Uint32(data[5:])
	case data[0] == 'p' && p.Direction != s.server:
		name = s.password(name)
	}
	p.Out.Const(fType, name)
	return n
}

// password names what answers an authentication request.
func (s *state) password(name field.Str) field.Str {
	const gss, sspi, gssContinue, sasl, saslContinue = 7, 9, 8, 10, 11
	switch s.asked {
	case gss, gssContinue, sspi:
		return gssResponse
	case sasl:
		return saslInitial
	case saslContinue:
		return saslResponse
	}
	return name
}
