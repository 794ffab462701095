// SPDX-License-Identifier: Apache-2.0

// Package smtp dissects the Simple Mail Transfer Protocol (RFC 5321) with its extensions: commands, replies, and the head of the message:
//
//	220 mail.example.com ESMTP          server
//	MAIL FROM:<alice@example.org>       client
//	250 2.1.0 Ok
//	DATA
//	354 End data with <CR><LF>.<CR><LF>
//	From: …                             up to a line of a single dot; or BDAT and its length (RFC 3030)
//
// The lines of a packet are one layer, as in Wireshark. A message's head becomes the layer imf in the packet that completes it, the bytes
// of the message are counted, and smtp.message_end marks the packet that ends it. With Options.Wireshark the head is dissected there, as tshark
// does, and that of BDAT is not. What answers a challenge of AUTH (RFC 4954) is a secret; the user's name in it (PLAIN, LOGIN) is not. After STARTTLS
// (RFC 3207) the conversation is handed over to TLS. Limits: lines and heads of 64 KiB. Not decoded: the extensions that EHLO lists, bodies,
// mechanisms of AUTH other than these.
package smtp

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is SMTP.
var Protocol = &dissect.Protocol{
	Name: "smtp", Title: "SMTP", Reference: "RFC 5321", Application: true,
	TCPPorts: []uint16{25, 587},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields      = field.Group("smtp")
	fCommand    = fields.Add("req.command", field.Keyword, "smtp.req.command", "Commands, as they are written")
	fParameter  = fields.Add("req.parameter", field.Keyword, "smtp.req.parameter", "What follows the command; secrets in it are redacted")
	fCode       = fields.Add("response.code", field.Uint16, "smtp.response.code", "Code of each reply, also of one that began in an earlier packet")
	fText       = fields.Add("rsp.parameter", field.Keyword, "smtp.rsp.parameter", "Text of each line of a reply")
	fSecret     = fields.Add("auth.response", field.Keyword, "smtp.auth.username, smtp.auth.password, smtp.auth.username_password", "What the client sends to log in, as it is written", field.Secret)
	fData       = fields.Add("data.bytes", field.Uint32, "", "Bytes of a message in the packet", field.Rare)
	fMessage    = fields.Add("message.bytes", field.Int64, "", "Length of the message that the packet ends, bytes", field.Rare)
	fMessageEnd = fields.Add("message_end", field.Bool, "", "The packet ends a message")
)

// commands are those of RFC 5321, its extensions and predecessors, and those that mail servers speak among themselves.
var commands = map[string]bool{"EHLO": true, "HELO": true, "LHLO": true, "MAIL": true, "RCPT": true, "DATA": true, "BDAT": true, "RSET": true, "VRFY": true,
	"EXPN": true, "HELP": true, "NOOP": true, "QUIT": true, "AUTH": true, "STARTTLS": true, "ETRN": true, "ATRN": true, "TURN": true, "BURL": true, "SEND": true,
	"SOML": true, "SAML": true, "XCLIENT": true, "XFORWARD": true, "X-EXPS": true, "X-ANONYMOUSTLS": true}

// accept is asked on SMTP's own ports.
func accept(data []byte) bool { return common.Opens(data, commands) }

// guess takes a server's greeting that names the protocol, and commands that nobody else has.
func guess(data []byte) bool {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if r, ok := common.ParseReply(line); ok {
		return r.Code == 220 && bytes.Contains(r.Text, []byte("SMTP"))
	}
	word, rest := common.Word(line)
	var b [16]byte
	switch string(common.Upper(&b, word)) {
	case "EHLO", "HELO", "LHLO":
		return len(rest) > 0 && rest[len(rest)-1] == '\r'
	case "MAIL":
		return hasPrefixFold(rest, "FROM:")
	case "RCPT":
		return hasPrefixFold(rest, "TO:")
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}

func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	separate := func() {
		if len(dst) > n {
			dst = append(dst, " | "...)
		}
	}
	if _, ok := v.Text(dst, fCommand); ok {
		dst = common.Lines(append(dst, "C: "...), v, fCommand, fParameter)
	}
	if _, ok := v.Text(dst, fSecret); ok {
		separate()
		dst = append(dst, "C: credentials"...)
	}
	if size, ok := v.Uint(fData); ok {
		separate()
		dst = append(strconv.AppendUint(append(dst, "C: message, "...), size, 10), " bytes"...)
	}
	if _, ok := v.Text(dst, fCode); ok {
		separate()
		dst = common.Lines(append(dst, "S: "...), v, fCode, fText)
	}
	return dst
}
