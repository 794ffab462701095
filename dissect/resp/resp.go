// SPDX-License-Identifier: Apache-2.0

// Package resp dissects the protocol of Redis (Redis serialization protocol specification, RESP2 and RESP3): values that begin with their type and end with CRLF:
//
//	+OK   -ERR …   :42   $5\r\nhello   *2\r\n…                   string, error, integer, bulk string, array of values
//	_   #t   ,3.14   (123   !5\r\n…   =9\r\ntxt:…   %1\r\n…   ~1\r\n…   >1\r\n…   |1\r\n…     those of RESP3
//	*2\r\n$3\r\nGET\r\n$1\r\nk\r\n, or GET k                     requests
//
// The values of a packet are one layer, as in Wireshark. A request's command, with its subcommand, and first key are decoded, of what it stores and of replies
// the type and length; passwords of AUTH, HELLO, MIGRATE, ACL and CONFIG are secrets. A value may be of any length, because nothing of it is kept. With
// Options.Wireshark bulk strings are written, and arrays as far as they have come in every packet, as tshark does. Limits: lines of 64 KiB, 16 levels of arrays.
// Not decoded: streamed values of RESP3, the cluster bus, the stream of replication.
package resp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is Redis' protocol.
var Protocol = &dissect.Protocol{
	Name: "resp", Title: "RESP", Reference: "RESP3", Application: true,
	TCPPorts: []uint16{6379},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("resp")
	fCommand  = fields.Add("command", field.Keyword, "", "Commands as they are written, with their subcommands: GET, CONFIG SET, …")
	fKey      = fields.Add("key", field.Keyword, "", "First key, channel or pattern of each command that has one")
	fString   = fields.Add("string", field.Keyword, "resp.string", "Simple strings that are replied: OK, PONG, QUEUED, …")
	fError    = fields.Add("error", field.Keyword, "resp.error", "Errors that are replied")
	fInteger  = fields.Add("integer", field.Int64, "resp.integer", "Integers that are replied", field.Rare)
	fArray    = fields.Add("array_length", field.Int64, "resp.array.length", "Elements of arrays, of maps and sets as well; -1 for none", field.Rare)
	fBytes    = fields.Add("bulk_bytes", field.Int64, "resp.bulk_string.length", "Bytes of the bulk strings of each request and reply, all together", field.Rare)
	fBulk     = fields.Add("bulk_string", field.Keyword, "resp.bulk_string.value", "Bulk strings, with the compat mode only", field.Rare, field.Detail)
	fPassword = fields.Add("password", field.Keyword, "", "Password that a command holds", field.Secret, field.Rare, field.Detail)
)

// accept is asked on Redis' own port: a value, a request in a line, or the beginning of one.
func accept(data []byte) bool {
	line, _, ended := bytes.Cut(data, []byte("\r\n"))
	if len(line) > common.MaxLine || len(line) == 0 {
		return false
	}
	if typed(line[0]) && lengthy(line[0]) {
		digits := bytes.TrimSuffix(line[1:], []byte("\r"))
		_, ok := length(digits)
		return ok || !ended && len(digits) == 0
	}
	for _, c := range line {
		if c < ' ' && c != '\t' && (c != '\r' || ended) || c == 0x7f {
			return false
		}
	}
	return true
}

// guess takes a request: an array whose first element is a word.
func guess(data []byte) bool {
	const longestLength, longestWord = 8, 20
	first, rest, ok := bytes.Cut(data[:min(len(data), 64)], []byte("\r\n"))
	if !ok || len(first) < 2 || len(first) > longestLength || first[0] != '*' {
		return false
	}
	second, rest, ok := bytes.Cut(rest, []byte("\r\n"))
	if !ok || len(second) < 2 || len(second) > longestLength || second[0] != '$' {
		return false
	}
	elements, ok1 := length(first[1:])
	n, ok2 := length(second[1:])
	return ok1 && ok2 && elements > 0 && n >= 3 && n <= longestWord && len(rest) >= int(n)+2 && common.Letters(rest[:n]) && rest[n] == '\r' && rest[n+1] == '\n'
}

// summary reads "Request: GET k" or "Response: Array(2)".
func summary(dst []byte, v dissect.View) []byte {
	if _, ok := v.Text(dst, fCommand); ok {
		return common.Lines(append(dst, "Request: "...), v, fCommand, fKey)
	}
	dst = append(dst, "Response:"...)
	const most = 8
	n := 0
	for _, part := range [...]struct {
		lead, end string
		id        field.ID
	}{{" Error: ", "", fError}, {" ", "", fString}, {" ", "", fInteger}, {" Array(", ")", fArray}, {" ", " bytes", fBytes}} {
		v.All(part.id, func(text []byte) {
			if n++; n <= most {
				dst = append(append(append(dst, part.lead...), text...), part.end...)
			}
		})
	}
	if n > most {
		dst = append(dst, " …"...)
	}
	return dst
}
