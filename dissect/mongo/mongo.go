// SPDX-License-Identifier: Apache-2.0

// Package mongo dissects MongoDB's wire protocol (MongoDB manual, "MongoDB Wire Protocol"), whose numbers are little-endian:
//
//	| length (4) | request (4) | response to (4) | opcode (4) | body |
//
//	2013 OP_MSG         flags (4), sections: 0 document, or 1 length (4), name\0, documents
//	2004 OP_QUERY       flags (4), database.collection\0, skip (4), return (4), document
//	1 OP_REPLY          flags (4), cursor (8), from (4), number (4), documents
//
// and its older opcodes. The messages of a packet are one layer, as in Wireshark. Of documents, the command, its database and collection, and a reply's errors are
// decoded; those that are stored or returned are counted. Limits: messages of 64 KiB are waited for, of larger ones the beginning is dissected; 1024 elements a
// document, and as many documents. Not decoded: values, filters, what is compressed, checksums. tshark 4.0 takes MongoDB's port for TLS, and with Options.Wireshark nothing is looked for there.
package mongo

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is MongoDB's protocol.
var Protocol = &dissect.Protocol{
	Name: "mongo", Title: "MONGO", Reference: "MongoDB wire protocol", Application: true,
	TCPPorts: []uint16{27017},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields      = field.Group("mongo")
	fOpcode     = fields.Add("opcode", field.Uint32, "mongo.opcode", "Opcode of each message: 1 OP_REPLY, 2001 OP_UPDATE, 2002 OP_INSERT, 2004 OP_QUERY, 2010 OP_COMMAND, 2012 OP_COMPRESSED, 2013 OP_MSG, …")
	fCommand    = fields.Add("command", field.Keyword, "mongo.commandname", "Commands: find, insert, aggregate, …; those of older opcodes by the same names")
	fDatabase   = fields.Add("database", field.Keyword, "mongo.database_name, mongo.database", "Databases that commands are for")
	fCollection = fields.Add("collection", field.Keyword, "mongo.collection_name", "Collections that commands are for")
	fOK         = fields.Add("ok", field.Bool, "", "The command that is replied to succeeded")
	fCode       = fields.Add("error_code", field.Int64, "", "Code of an error: 13 unauthorized, 18 authentication failed, 11000 duplicate key, …")
	fName       = fields.Add("error_name", field.Keyword, "", "Name of an error: Unauthorized, AuthenticationFailed, DuplicateKey, …")
	fMessage    = fields.Add("error_message", field.Keyword, "", "Text of an error")
	fDocuments  = fields.Add("documents", field.Uint32, "mongo.number_returned", "Documents that a command stores or a reply returns", field.Rare)
	fRequest    = fields.Add("request_id", field.Int64, "mongo.request_id", "Number of a message", field.Rare, field.Detail)
	fResponse   = fields.Add("response_to", field.Int64, "mongo.response_to", "Number of the message that a reply answers", field.Rare, field.Detail)
	fFlags      = fields.Add("flags", field.Uint32, "mongo.msg.flags, mongo.query.flags, mongo.reply.flags", "Flags of a message: of OP_MSG 1 checksum, 2 more to come, 65536 exhaust allowed", field.Rare, field.Detail)
	fOriginal   = fields.Add("original_opcode", field.Uint32, "mongo.compression.original_opcode", "Opcode of what is compressed", field.Rare, field.Detail)
	fMechanism  = fields.Add("sasl_mechanism", field.Keyword, "", "Mechanism that the client logs in by", field.Rare, field.Detail)
)

// Opcodes.
const (
	opReply        = 1
	opUpdate       = 2001
	opInsert       = 2002
	opQuery        = 2004
	opGetMore      = 2005
	opDelete       = 2006
	opKillCursors  = 2007
	opCommand      = 2010
	opCommandReply = 2011
	opCompressed   = 2012
	opMsg          = 2013
)

var names = map[string]string{"1": "Reply", "1000": "Message", "2001": "Update document", "2002": "Insert document", "2003": "Reserved", "2004": "Query", "2005": "Get More", "2006": "Delete document", "2007": "Kill Cursors",
	"2010": "Command Request (Cluster internal)", "2011": "Command Reply (Cluster internal)", "2012": "Compressed Data", "2013": "Extensible Message Format"}

const (
	headerLen  = 16
	maxWait    = 64 << 10
	maxMessage = 48_000_000 // MongoDB's limit
)

// header is a message's.
type header struct {
	length            int
	request, response uint32
	opcode            uint32
}

func parse(b []byte) (h header, ok bool) {
	if len(b) < headerLen {
		return h, false
	}
	n := binary.LittleEndian.Uint32(b)
	h = header{int(min(n, maxMessage+1)), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])}
	known := h.opcode == opReply || h.opcode >= opUpdate && h.opcode <= opKillCursors || h.opcode >= opCommand && h.opcode <= opMsg
	return h, known && n >= headerLen && n <= maxMessage
}

// guess takes a request whose command stands in front.
func guess(data []byte) bool {
	h, ok := parse(data)
	if !ok || h.response != 0 {
		return false
	}
	const flagsLen, knownFlags, docLen = 4, 1 | 2 | 1<<16, 5
	body := data[headerLen:]
	switch h.opcode {
	case opMsg:
		if len(body) < flagsLen+1+docLen || binary.LittleEndian.Uint32(body)&^knownFlags != 0 || body[flagsLen] != 0 {
			return false
		}
		n := binary.LittleEndian.Uint32(body[flagsLen+1:])
		return n > docLen && int(n) <= h.length-headerLen-flagsLen-1
	case opQuery:
		name, _, ended := bytes.Cut(body[min(flagsLen, len(body)):], []byte{0})
		return ended && len(name) > 2 && len(name) < 128 && bytes.IndexByte(name, '.') > 0
	}
	return false
}

// accept is asked on MongoDB's own port.
func accept(data []byte) bool {
	_, ok := parse(data)
	return ok || len(data) < headerLen && (len(data) < 4 || data[3] <= maxMessage>>24)
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if p.Options.Wireshark || c.AppState == nil && !accept(data) {
		return dissect.Reject
	}
	done := 0
	for done < len(data) {
		n := step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// step takes a message off the front, and returns how many bytes it took, 0 for more.
func step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	h, ok := parse(data)
	if !ok {
		if len(data) < headerLen && !p.Truncated {
			return 0
		}
		if layer(p) {
			p.Bad()
		}
		return len(data)
	}
	if len(data) < h.length && h.length <= maxWait && !p.Truncated {
		return 0
	}
	c.AppState = Protocol // its messages are known
	if layer(p) {
		p.Message(Protocol)
		m := message{common.Read(p, data[headerLen:max(headerLen, min(h.length, len(data)))], h.length-headerLen)}
		m.take(c, h)
	}
	return h.length
}

// summary reads "Extensible Message Format find shop.users" or "Extensible Message Format error=11000 …".
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
	}{{" ", fCommand}, {" ", fDatabase}, {".", fCollection}, {" documents=", fDocuments}, {" error=", fCode}, {" ", fMessage}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	return dst
}
