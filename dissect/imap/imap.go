// SPDX-License-Identifier: Apache-2.0

// Package imap dissects the Internet Message Access Protocol (IMAP4rev2, RFC 9051; IMAP4rev1, RFC 3501): commands and responses, a line each, with the
// literals in them:
//
//	a1 LOGIN alice {6}              tag, command, arguments; a literal of six bytes follows the line
//	* 1 FETCH (BODY[] {120}         untagged response
//	a1 OK LOGIN completed           tagged response: the state of the command with that tag
//	+ go ahead                      continuation request
//
// The lines of a packet are one layer, as in Wireshark. A tagged response is tied to its command by the tag. A literal that is a message, as FETCH has it
// and APPEND sends it, is counted, and its head is the layer imf when it is whole. Passwords, and what answers a challenge of AUTHENTICATE, are
// secret. After STARTTLS the conversation is handed over to TLS. Limits: lines of 64 KiB, heads of 64 KiB. Not decoded: the arguments of commands, the
// data of responses, other literals, compression (RFC 4978).
package imap

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is IMAP.
var Protocol = &dissect.Protocol{
	Name: "imap", Title: "IMAP", Reference: "RFC 9051", Application: true,
	TCPPorts: []uint16{143},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("imap")
	fRequest = fields.Add("request", field.Wildcard, "imap.request", "Lines of commands, without what is secret in them")
	fTag     = fields.Add("request_tag", field.Keyword, "imap.request_tag", "Tags of commands", field.Rare)
	fCommand = fields.Add("request_command", field.Keyword, "imap.request.command", "Commands, as they are written")
	fFolder  = fields.Add("request_folder", field.Keyword, "imap.request.folder", "Mailboxes that commands are about")
	fSecret  = fields.Add("request_secret", field.Keyword, "imap.request.password", "What the client sends to log in, as it is written", field.Secret)
	fAnswer  = fields.Add("response", field.Wildcard, "imap.response", "Lines of responses", field.Rare)
	fTagged  = fields.Add("response_tag", field.Keyword, "imap.response_tag", "Tags of responses", field.Rare, field.Detail)
	fStatus  = fields.Add("response_status", field.Keyword, "imap.response.status", "Status of each tagged response, and of untagged ones that have it: OK, NO, BAD, BYE, PREAUTH")
	fLiteral = fields.Add("literal.bytes", field.Uint32, "", "Bytes of literals in the packet", field.Rare)
)

// words are those that may follow a tag: the commands of RFC 9051 and its extensions, and what a response tells.
var words = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range bytes.Fields([]byte("APPEND AUTHENTICATE CAPABILITY CHECK CLOSE COMPRESS COPY CREATE DELETE DELETEACL ENABLE EXAMINE EXPUNGE FETCH GETACL GETQUOTA GETQUOTAROOT ID IDLE LIST " +
		"LISTRIGHTS LOGIN LOGOUT LSUB MOVE MYRIGHTS NAMESPACE NOOP RENAME SEARCH SELECT SETACL SETQUOTA SORT STARTTLS STATUS STORE SUBSCRIBE THREAD UID UNSELECT UNSUBSCRIBE XLIST OK NO BAD")) {
		m[string(c)] = true
	}
	return m
}()

// accept is asked on IMAP's own port: an untagged response, or a tag and what may follow it. What is yet to end may become it.
func accept(data []byte) bool {
	if len(data) > 0 && data[0] == '*' {
		return len(data) == 1 || data[1] == ' '
	}
	tag, rest, ok := bytes.Cut(data[:min(len(data), maxTag+1)], []byte(" "))
	switch {
	case !isTag(tag):
		return false
	case !ok || len(rest) == 0:
		return len(tag) == len(data) || ok
	}
	rest = data[len(tag)+1:]
	return common.Letters(rest[:1]) && common.Opens(rest, words)
}

// maxTag bounds the tags by which IMAP is recognised, bytes.
const maxTag = 32

// isTag tells a tag (RFC 9051, 9): an atom without a plus.
func isTag(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' || bytes.IndexByte([]byte(`(){%*"\+`), c) >= 0 {
			return false
		}
	}
	return len(b) > 0 && len(b) <= maxTag
}

// guess takes a server's greeting that names the protocol.
func guess(data []byte) bool {
	line, _, ok := bytes.Cut(data, []byte("\r\n"))
	return ok && (bytes.HasPrefix(line, []byte("* OK ")) || bytes.HasPrefix(line, []byte("* PREAUTH "))) && bytes.Contains(bytes.ToUpper(line[:min(len(line), 512)]), []byte("IMAP"))
}

// status is the status that a response begins with, "" when it has none.
func status(word []byte) string {
	var b [16]byte
	switch string(common.Upper(&b, word)) {
	case "OK":
		return "OK"
	case "NO":
		return "NO"
	case "BAD":
		return "BAD"
	case "BYE":
		return "BYE"
	case "PREAUTH":
		return "PREAUTH"
	}
	return ""
}

func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	say := func(who string, id field.ID) {
		if text, ok := v.Text(append(dst, who...), id); ok {
			dst = text
		}
	}
	if say("Request: ", fRequest); len(dst) == n {
		say("Response: ", fAnswer)
	}
	if _, ok := v.Text(dst, fSecret); ok && len(dst) == n {
		dst = append(dst, "Request: credentials"...)
	}
	if size, ok := v.Uint(fLiteral); ok {
		if len(dst) > n {
			dst = append(dst, " | "...)
		}
		dst = append(strconv.AppendUint(append(dst, "literal, "...), size, 10), " bytes"...)
	}
	return dst
}
