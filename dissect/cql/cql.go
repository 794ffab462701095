// SPDX-License-Identifier: Apache-2.0

// Package cql dissects Cassandra's native protocol (Apache Cassandra, native_protocol_v3.spec to native_protocol_v5.spec), versions 1 to 5:
//
//	| version, 0x80 for a response (1) | flags (1) | stream (2, before version 3: 1) | opcode (1) | length (4) | body |
//
// In version 5, behind the answer to STARTUP, such envelopes stand in segments:
//
//	| length, self-contained (3, little-endian) | CRC (3) | envelopes | CRC (4) |
//
// The messages of a packet are one layer, as in Wireshark. Statements stand without the passwords in them; rows are counted. Limits: messages of 64 KiB are waited for,
// of larger ones the beginning is dissected; 1024 statements of a batch and columns, 8 levels of types. Not decoded: values, what is compressed, checksums.
package cql

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is Cassandra's native protocol.
var Protocol = &dissect.Protocol{
	Name: "cql", Title: "CQL", Reference: "Cassandra native protocol v5", Application: true,
	TCPPorts: []uint16{9042},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields       = field.Group("cql")
	fOpcode      = fields.Add("opcode", field.Uint8, "cql.opcode", "Opcode of each message: 0 ERROR, 1 STARTUP, 2 READY, 3 AUTHENTICATE, 5 OPTIONS, 7 QUERY, 8 RESULT, 9 PREPARE, 10 EXECUTE, 12 EVENT, 13 BATCH, …")
	fQuery       = fields.Add("query", field.Wildcard, "cql.string", "Statements that are run or prepared, without the passwords in them, at most 4 KiB each")
	fConsistency = fields.Add("consistency", field.Uint16, "cql.consistency", "Consistency that a statement asks for: 1 one, 4 quorum, 6 local quorum, 10 local one, …", field.Rare)
	fError       = fields.Add("error_code", field.Uint32, "cql.error_code", "Code of an error: 256 bad credentials, 4096 unavailable, 8192 syntax error, 8704 invalid, …")
	fMessage     = fields.Add("error_message", field.Keyword, "cql.string", "Text of an error")
	fKeyspace    = fields.Add("keyspace", field.Keyword, "cql.result.rows.keyspace_name", "Keyspace that a result or event names")
	fTable       = fields.Add("table", field.Keyword, "cql.result.rows.table_name", "Table that a result names")
	fRows        = fields.Add("rows", field.Uint32, "cql.result.rows.row_count", "Rows of a result", field.Rare)
	fEvent       = fields.Add("event", field.Keyword, "cql.string", "Type of an event, and of a change of the schema: TOPOLOGY_CHANGE, STATUS_CHANGE, SCHEMA_CHANGE, CREATED, …")
	fVersion     = fields.Add("version", field.Uint8, "cql.protocol_version", "Version of the protocol", field.Rare, field.Detail)
	fStream      = fields.Add("stream", field.Int64, "cql.stream", "Number that a response has of its request, negative for what the server sends unasked", field.Rare, field.Detail)
	fKind        = fields.Add("result_kind", field.Uint32, "cql.result.kind", "Kind of a result: 1 void, 2 rows, 3 a keyspace was set, 4 a statement was prepared, 5 the schema was changed", field.Rare, field.Detail)
	fQueryID     = fields.Add("query_id", field.Hex, "cql.query_id", "Identifier of a prepared statement", field.Rare, field.Detail)
	fColumns     = fields.Add("column_count", field.Uint32, "cql.result.rows.column_count", "Columns of a result", field.Rare, field.Detail)
	fAuth        = fields.Add("authenticator", field.Keyword, "cql.string", "Class that the server authenticates by", field.Rare, field.Detail)
	fToken       = fields.Add("token", field.Hex, "cql.bytes", "What the client sends to log in", field.Secret, field.Rare, field.Detail)
)

const (
	maxWait     = 64 << 10
	maxBody     = 256 << 20 // Cassandra's default for native_transport_max_frame_size is less
	lastVersion = 5
	isResponse  = 0x80
)

// Flags of a message.
const (
	flagCompressed = 1 << iota
	flagTracing
	flagPayload
	flagWarning
)

// state is a connection's.
type state struct {
	// segments is set once envelopes stand in segments, and compressed when these are compressed.
	segments, compressed bool
	asked                bool // for compression
	// left is how much of a large envelope is to come in further segments, by direction, bytes.
	left [2]int
}

// header is an envelope's.
type header struct {
	version, flags, opcode byte
	response               bool
	stream                 int16
	size, body             int
}

// parse reads a header; ok is false while it is not there, or when it cannot be one.
func parse(b []byte) (h header, ok bool) {
	if len(b) < 8 {
		return h, false
	}
	h = header{version: b[0] &^ isResponse, response: b[0]&isResponse != 0, flags: b[1]}
	switch {
	case h.version >= 1 && h.version <= 2:
		h.stream, h.opcode, h.size, h.body = int16(int8(b[2])), b[3], 8, int(binary.BigEndian.Uint32(b[4:])) //nolint:gosec // signed on the wire
	case h.version <= lastVersion && h.version > 0 && len(b) >= 9:
		h.stream, h.opcode, h.size, h.body = int16(binary.BigEndian.Uint16(b[2:])), b[4], 9, int(binary.BigEndian.Uint32(b[5:])) //nolint:gosec // signed on the wire
	default:
		return h, false
	}
	return h, h.opcode <= lastOpcode && h.body <= maxBody && h.flags < 1<<5
}

// guess takes a STARTUP.
func guess(data []byte) bool {
	h, ok := parse(data)
	return ok && h.opcode == opStartup && !h.response && h.size+h.body <= len(data) && bytes.Contains(data[h.size:h.size+h.body], []byte("\x00\x0bCQL_VERSION"))
}

// accept is asked on Cassandra's own port.
func accept(data []byte) bool {
	if version := data[0] &^ isResponse; version == 0 || version > lastVersion {
		return false
	}
	_, ok := parse(data)
	return ok || len(data) < 9
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
		s = &state{}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		step := s.envelope
		if s.segments {
			step = s.segment
		}
		n := step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// envelope takes a message off the front, and returns how many bytes it took, 0 for more.
func (s *state) envelope(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	h, ok := parse(data)
	if !ok {
		if len(data) < 9 && !p.Truncated {
			return 0
		}
		if layer(p) {
			p.Bad()
		}
		return len(data)
	}
	n := h.size + h.body
	if len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if layer(p) {
		s.message(p, c, h, data[h.size:min(n, len(data))])
	}
	return n
}

// segment takes a segment of version 5 off the front, and returns how many bytes it took, 0 for more.
func (s *state) segment(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	const plain, compressed, trailer, lengthBits = 6, 8, 4, 17
	head := plain
	if s.compressed {
		head = compressed
	}
	if len(data) < head {
		return 0
	}
	bits := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16
	n := head + int(bits&(1<<lengthBits-1)) + trailer
	if len(data) < n && !p.Truncated {
		return 0
	}
	if !layer(p) || s.compressed {
		return n
	}
	body := data[head:max(head, min(n-trailer, len(data)))]
	left := &s.left[p.Direction]
	if *left > 0 {
		*left -= min(*left, len(body))
		return n
	}
	for len(body) > 0 {
		h, ok := parse(body)
		if !ok {
			p.Bad()
			break
		}
		total := h.size + h.body
		s.message(p, c, h, body[h.size:min(total, len(body))])
		if total > len(body) {
			*left = total - len(body)
			break
		}
		body = body[total:]
	}
	return n
}

// maxShown bounds the statement in a summary, bytes.
const maxShown = 200

// summary reads "QUERY select 1", "RESULT rows=2", "ERROR code=8192 line 1 …".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fOpcode, func(op []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, names[string(op)]...)
	})
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" rows=", fRows}, {" code=", fError}, {" ", fMessage}, {" ", fEvent}, {" ", fQuery}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text[:min(len(text), len(dst)+len(part.lead)+maxShown)]
		}
	}
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	return dst
}
