// SPDX-License-Identifier: Apache-2.0

// Package imf dissects the head of a mail (Internet Message Format, RFC 5322), which SMTP, POP3 and IMAP carry:
//
//	From: "Alice" <alice@example.org>
//	To: bob@example.com,
//	 carol@example.com
//	Subject: =?utf-8?q?caf=C3=A9?=
//
// Addresses become email.* (ECS), as do the subject with its encoded words (RFC 2047) in UTF-8, the message's id and its date. Limits: 64 KiB
// of head by those who call, 256 addresses a field. Not decoded: the body, MIME parts, trace fields (Received), encoded words of other character sets
// than UTF-8, US-ASCII and ISO 8859-1.
package imf

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// MaxHead bounds a head, bytes.
const MaxHead = 64 << 10

// maxAddresses bounds those of one field.
const maxAddresses = 256

// Protocol is the Internet Message Format. Dissect is given a head, or a message.
var Protocol = &dissect.Protocol{
	Name: "imf", Title: "IMF", Reference: "RFC 5322",
	Dissect: decode,
	Summary: summary,
}

var (
	email    = field.Group("email")
	fFrom    = email.Add("from.address", field.Keyword, "imf.from, smtp.req.parameter", "Addresses of the authors, or of the envelope's sender", field.ECS, field.List, field.Unique)
	fTo      = email.Add("to.address", field.Keyword, "imf.to, smtp.req.parameter", "Addresses of the recipients, or of those of the envelope", field.ECS, field.List, field.Unique)
	fCC      = email.Add("cc.address", field.Keyword, "imf.cc", "Addresses of those who get a copy", field.ECS, field.List, field.Unique)
	fBCC     = email.Add("bcc.address", field.Keyword, "imf.bcc", "Addresses of those who get a blind copy", field.ECS, field.List, field.Unique)
	fReplyTo = email.Add("reply_to.address", field.Keyword, "imf.reply_to", "Addresses for answers", field.ECS, field.List, field.Unique)
	fSender  = email.Add("sender.address", field.Keyword, "imf.sender", "Address of who sent the message for its authors", field.ECS, field.First)
	fSubject = email.Add("subject", field.Wildcard, "", "Subject, decoded", field.ECS, field.First)
	fID      = email.Add("message_id", field.Wildcard, "imf.message_id", "Identifier of the message, without its brackets", field.ECS, field.First)
	fDate    = email.Add("origination_timestamp", field.Date, "imf.date", "When the message was written", field.ECS, field.First)
	fMailer  = email.Add("x_mailer", field.Keyword, "imf.user_agent", "Program that wrote the message: User-Agent or X-Mailer", field.ECS, field.First)
	fType    = email.Add("content_type", field.Keyword, "imf.content.type", "Media type of the message, without parameters", field.ECS, field.First)

	fields      = field.Group("imf")
	fRawFrom    = fields.Add("from", field.Wildcard, "imf.from", "From as it is written", field.Detail)
	fRawSubject = fields.Add("subject", field.Wildcard, "imf.subject", "Subject as it is written", field.Detail)
)

// Envelope writes the address of a path of SMTP, as in MAIL FROM:<path> and RCPT TO:<path> (RFC 5321, 4.1.2).
func Envelope(o *field.Buffer, path []byte, from bool) {
	a := address(path)
	switch {
	case len(a) == 0:
	case from:
		o.Text(fFrom, a)
	default:
		o.Text(fTo, a)
	}
}

// HeadEnd is the length of the head at the front of a message, its empty line included, -1 while that is yet to come.
func HeadEnd(b []byte) int {
	for i := 0; ; {
		switch rest := b[i:]; {
		case bytes.HasPrefix(rest, []byte("\n")):
			return i + 1
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return i + 2
		}
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
	}
}

// headlines are Wireshark's, by what carries the message.
var headlines = map[string]field.Str{"smtp": field.Intern("SMTP/IMF"), "pop": field.Intern("POP/IMF")}

func decode(p *dissect.Packet, b []byte, _ int) {
	if p.Depth > 1 {
		p.Core.Headline = headlines[p.Layers[p.Depth-2].Name]
	}
	o, lineEnd := p.Out, []byte("\n")
	if p.Options.Wireshark {
		lineEnd = []byte("\r\n") // to tshark nothing else ends a line
	}
	for len(b) > 0 {
		var name, value []byte
		if name, value, b = next(b, lineEnd); name == nil {
			return
		}
		if p.Options.Wireshark && len(b) == 0 { // no empty line ends the head: tshark cuts its last value
			value = value[:max(0, len(value)-2)]
		}
		switch strings.ToLower(string(name)) {
		case "from":
			o.Text(fRawFrom, value)
			addresses(o, fFrom, value)
		case "to":
			addresses(o, fTo, value)
		case "cc":
			addresses(o, fCC, value)
		case "bcc":
			addresses(o, fBCC, value)
		case "reply-to":
			addresses(o, fReplyTo, value)
		case "sender":
			addresses(o, fSender, value)
		case "subject":
			o.Text(fRawSubject, value)
			o.String(fSubject, decoded(value))
		case "message-id":
			o.Text(fID, bytes.Trim(value, "<> \t"))
		case "date":
			if t, err := mail.ParseDate(string(value)); err == nil && t.Year() >= 1970 && t.Before(time.Unix(1<<33, 0)) {
				o.Int(fDate, t.UnixNano())
			}
		case "user-agent", "x-mailer":
			o.Text(fMailer, value)
		case "content-type":
			kind, _, _ := bytes.Cut(value, []byte(";"))
			o.Text(fType, bytes.ToLower(bytes.TrimSpace(kind)))
		}
	}
}

// maxFieldName bounds the names that are looked at, bytes; the longest that has a field has 12.
const maxFieldName = 16

// next takes a header field off the front of b, continuation lines included (RFC 5322, 2.2.3); name is empty for what is none, nil at the end
// of the head.
func next(b, lineEnd []byte) (name, value, rest []byte) {
	if bytes.HasPrefix(b, []byte("\n")) || bytes.HasPrefix(b, []byte("\r\n")) {
		return nil, nil, b
	}
	end := 0
	for {
		n := bytes.Index(b[end:], lineEnd)
		if n < 0 {
			end = len(b)
			break
		}
		if end += n + len(lineEnd); end == len(b) || b[end] != ' ' && b[end] != '\t' {
			break
		}
	}
	line, rest := b[:end], b[end:]
	colon := bytes.IndexByte(line[:min(len(line), maxFieldName)], ':')
	if colon < 1 {
		return []byte{}, nil, rest
	}
	return bytes.TrimRight(line[:colon], " \t"), bytes.TrimSpace(line[colon+1:]), rest
}

// decoded is a value on one line, with its encoded words in UTF-8 where their character set is known, else as they are.
func decoded(value []byte) string {
	s := strings.NewReplacer("\r\n", "", "\n", "").Replace(string(value))
	var d mime.WordDecoder
	if t, err := d.DecodeHeader(s); err == nil {
		return t
	}
	return s
}

func summary(dst []byte, v dissect.View) []byte {
	if from, ok := v.Text(append(dst, "from: "...), fRawFrom); ok {
		dst = from
	}
	if subject, ok := v.Text(append(dst, ", subject: "...), fSubject); ok {
		dst = subject
	}
	return dst
}
