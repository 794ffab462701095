// SPDX-License-Identifier: Apache-2.0

// Package pop dissects the Post Office Protocol, version 3 (RFC 1939, extensions RFC 2449, 5034): commands, responses, and the head of the messages
// that they carry:
//
//	+OK POP3 server ready       server
//	USER alice                  client
//	+OK
//	RETR 1
//	+OK 120 octets
//	From: …                     up to a line of a single dot
//
// The lines of a packet are one layer, as in Wireshark. A message's head becomes the layer imf in the packet that completes it, its bytes are counted, and
// pop.message_end marks the packet that ends it; the lines of other responses (LIST, UIDL, CAPA) are passed over. Passwords and what answers a
// challenge of AUTH are secret. After STLS (RFC 2595) the conversation is handed over to TLS. Limits: lines and heads of 64 KiB, 64 commands that wait for
// their responses. Not decoded: bodies, lists.
package pop

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is POP3.
var Protocol = &dissect.Protocol{
	Name: "pop", Title: "POP", Reference: "RFC 1939", Application: true,
	TCPPorts: []uint16{110},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields      = field.Group("pop")
	fCommand    = fields.Add("request.command", field.Keyword, "pop.request.command", "Commands, as they are written")
	fParameter  = fields.Add("request.parameter", field.Keyword, "pop.request.parameter", "What follows the command, but secrets")
	fSecret     = fields.Add("request.secret", field.Keyword, "pop.request.parameter, pop.request.data", "What the client sends to log in, as it is written", field.Secret)
	fIndicator  = fields.Add("response.indicator", field.Keyword, "pop.response.indicator", "Status of each response: +OK or -ERR")
	fText       = fields.Add("response.description", field.Wildcard, "pop.response.description", "What follows the status")
	fData       = fields.Add("data.bytes", field.Uint32, "", "Bytes of a message in the packet", field.Rare)
	fMessage    = fields.Add("message.bytes", field.Int64, "", "Length of the message that the packet ends, bytes", field.Rare)
	fMessageEnd = fields.Add("message_end", field.Bool, "", "The packet ends a message")
)

// what follows an affirmative response to a command.
type what uint8

const (
	nothing what = iota
	list         // lines that a line of a dot ends
	message
	login // responses that begin with a plus, and what answers them
)

// commands are those of the RFCs above, and what follows their responses; a list that an argument makes a single line is one without it only.
var commands = map[string]what{"USER": nothing, "PASS": nothing, "APOP": nothing, "STAT": nothing, "DELE": nothing, "NOOP": nothing, "RSET": nothing, "QUIT": nothing,
	"STLS": nothing, "UTF8": nothing, "RETR": message, "TOP": message, "LIST": list, "UIDL": list, "CAPA": list, "LANG": list, "AUTH": login}

var names = func() map[string]bool {
	m := map[string]bool{}
	for name := range commands {
		m[name] = true
	}
	return m
}()

// responds reports whether data starts with a status, or may when more of it comes.
func responds(data []byte) bool {
	for _, status := range []string{"+OK", "-ERR"} {
		if n := min(len(data), len(status)); n > 0 && string(data[:n]) == status[:n] {
			return true
		}
	}
	return false
}

// accept is asked on POP3's own port.
func accept(data []byte) bool { return responds(data) || common.Opens(data, names) && data[0] > '9' }

// guess takes a server's greeting that names the protocol; Redis, too, answers +OK.
func guess(data []byte) bool {
	line, _, ok := bytes.Cut(data, []byte("\r\n"))
	return ok && bytes.HasPrefix(line, []byte("+OK ")) && bytes.Contains(bytes.ToUpper(line[:min(len(line), 512)]), []byte("POP3"))
}

func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	if _, ok := v.Text(dst, fCommand); ok {
		dst = common.Lines(append(dst, "C: "...), v, fCommand, fParameter)
	} else if _, ok := v.Text(dst, fSecret); ok {
		dst = append(dst, "C: credentials"...)
	}
	if _, ok := v.Text(dst, fIndicator); ok {
		dst = common.Lines(append(dst, "S: "...), v, fIndicator, fText)
	}
	if size, ok := v.Uint(fData); ok {
		if len(dst) > n {
			dst = append(dst, " | "...)
		}
		dst = append(strconv.AppendUint(append(dst, "S: message, "...), size, 10), " bytes"...)
	}
	if len(dst) == n {
		dst = append(dst, "S: list or challenge"...)
	}
	return dst
}
