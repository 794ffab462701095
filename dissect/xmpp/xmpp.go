// SPDX-License-Identifier: Apache-2.0

// Package xmpp dissects the Extensible Messaging and Presence Protocol (RFC 6120) between clients and servers over TCP, until TLS takes over:
//
//	<stream:stream to='example.com' version='1.0' xmlns='jabber:client'>
//	<message from='alice@example.org' to='bob@example.com' type='chat' id='1'><body>…</body></message>
//
// A layer is what a packet completes: the head of a stream, and stanzas, of which the name and the attributes are read. After STARTTLS the conversation is handed over to
// TLS. Limits: 64 KiB of a stanza, 64 stanzas of a packet. Not decoded: what is in a stanza: what is said, and what a client proves itself with, are never
// indexed.
package xmpp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	maxStanza  = 64 << 10
	maxStanzas = 64
)

// Protocol is XMPP.
var Protocol = &dissect.Protocol{
	Name: "xmpp", Title: "XMPP/XML", Reference: "RFC 6120", Application: true,
	TCPPorts: []uint16{5222, 5269},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields  = field.Group("xmpp")
	fStanza = fields.Add("stanza", field.Keyword, "", "Stanzas and other elements of the stream: stream, features, starttls, auth, iq, message, presence, …")
	fTo     = fields.Add("to", field.Keyword, "xmpp.to", "Whom stanzas are for")
	fFrom   = fields.Add("from", field.Keyword, "xmpp.from", "Whom stanzas are from")
	fServer = fields.Add("stream_to", field.Keyword, "xmpp.stream.to", "Server that a stream is for")
	fOrigin = fields.Add("stream_from", field.Keyword, "xmpp.stream.from", "Server or user that a stream is from", field.Rare)
	fType   = fields.Add("type", field.Keyword, "xmpp.type", "Types of stanzas: get, set, result, chat, error, …")
	fID     = fields.Add("id", field.Keyword, "xmpp.id", "Identifiers of stanzas and streams", field.Rare, field.Detail)
)

// guess recognises the head of a stream.
func guess(b []byte) bool {
	const looked = 512
	b = b[:min(len(b), looked)]
	return accept(b) && bytes.Contains(b, []byte("<stream:stream"))
}

// accept takes the begin of an element or of a declaration of XML.
func accept(b []byte) bool {
	b = bytes.TrimLeft(b, " \r\n\t")
	return len(b) > 0 && b[0] == '<' && (len(b) == 1 || b[1] == '?' || b[1] == '/' || b[1]|0x20 >= 'a' && b[1]|0x20 <= 'z')
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if common.StartTLS(p, c, data) {
		return 0
	}
	if n := len(data) - len(bytes.TrimLeft(data, " \r\n\t")); n > 0 { // between stanzas, and to keep the connection alive (RFC 6120, 4.6.1)
		return n
	}
	if len(data) == 0 {
		return 0
	}
	if !accept(data) {
		return dissect.Reject
	}
	done := 0
	for n := 0; done < len(data) && n < maxStanzas; n++ {
		size := element(data[done:])
		if size == 0 && (p.Truncated || len(data)-done > maxStanza) {
			size = len(data) - done
		}
		if size == 0 || p.Top() != Protocol && !p.Push(Protocol) {
			break
		}
		p.Message(Protocol)
		write(p.Out, data[done:done+size])
		done += size
	}
	return done
}

// tag is the tag, declaration or comment at the front of b, nil while its end is yet to come.
func tag(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("<!--")) || bytes.HasPrefix(b, []byte("<![CDATA[")) {
		end := "-->"
		if b[2] == '[' {
			end = "]]>"
		}
		if i := bytes.Index(b, []byte(end)); i >= 0 {
			return b[:i+len(end)]
		}
		return nil
	}
	quote := byte(0)
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return b[:i+1]
		}
	}
	return nil
}

// element is how long the element at the front of b is, with white space before it; of a stream it is its head or its end. 0 while its end is yet to come.
func element(b []byte) int {
	depth := 0
	for at := 0; at < len(b); {
		i := bytes.IndexByte(b[at:], '<')
		if i < 0 {
			return 0
		}
		at += i
		t := tag(b[at:])
		if t == nil {
			return 0
		}
		at += len(t)
		switch {
		case t[1] == '?' || t[1] == '!':
			continue
		case t[1] == '/':
			depth--
		case t[len(t)-2] != '/' && !bytes.HasPrefix(t, []byte("<stream:stream")):
			depth++
		}
		if depth <= 0 {
			return at
		}
	}
	return 0
}

// write writes the name and the attributes of an element.
func write(o *field.Buffer, b []byte) {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return
		}
		t := tag(b[i:])
		if t == nil {
			return
		}
		if b = b[i+len(t):]; len(t) > 2 && t[1] != '?' && t[1] != '!' {
			attributes(o, t[1:len(t)-1])
			return
		}
	}
}

func attributes(o *field.Buffer, t []byte) {
	end := bytes.IndexAny(t, " \r\n\t")
	if end < 0 {
		end = len(t)
	}
	name := bytes.Trim(t[:end], "/")
	if _, local, ok := bytes.Cut(name, []byte(":")); ok {
		name = local
	}
	if t[0] == '/' || len(name) == 0 {
		return
	}
	o.Text(fStanza, name)
	to, from := fTo, fFrom
	if string(name) == "stream" {
		to, from = fServer, fOrigin
	}
	for t = t[end:]; ; {
		key, rest, ok := bytes.Cut(t, []byte("="))
		if !ok || len(rest) == 0 {
			return
		}
		i := bytes.IndexByte(rest[1:], rest[0])
		if i < 0 || rest[0] != '"' && rest[0] != '\'' {
			return
		}
		value := rest[1 : 1+i]
		t = rest[i+2:]
		if len(value) == 0 {
			continue
		}
		switch string(bytes.TrimSpace(key)) {
		case "to":
			o.Text(to, value)
		case "from":
			o.Text(from, value)
		case "type":
			o.Text(fType, value)
		case "id":
			o.Text(fID, value)
		}
	}
}

// summary reads "STREAM > example.com" or "MESSAGE, PRESENCE".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fStanza, func(name []byte) {
		switch n++; {
		case n == 1:
			dst = append(dst, bytes.ToUpper(name)...)
		case n <= 8:
			dst = append(append(dst, ", "...), bytes.ToUpper(name)...)
		case n == 9:
			dst = append(dst, ", …"...)
		}
	})
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" > ", fServer}, {" < ", fOrigin}, {" > ", fTo}, {" < ", fFrom}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}
