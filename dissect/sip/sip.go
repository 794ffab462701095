// SPDX-License-Identifier: Apache-2.0

// Package sip dissects the Session Initiation Protocol (RFC 3261) over UDP and TCP:
//
//	INVITE sip:bob@example.com SIP/2.0        SIP/2.0 200 OK
//	From: <sip:alice@example.org>;tag=1       …
//	To: <sip:bob@example.com>
//	Call-ID: a84b4c76e66710
//	CSeq: 1 INVITE
//
// Over TCP a message stands in the packet that ends its body. A session description becomes the layer sdp. Responses are tied to their requests by Call-ID and
// CSeq. Limits: heads of 64 KiB, bodies of 64 KiB, of longer ones the head alone, 1024 headers. Not decoded: folded header lines, bodies other than
// session descriptions, SIP over SCTP, TLS and WebSocket.
package sip

import (
	"bytes"
	"hash/fnv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	maxBody = 64 << 10
	// repetition is how long a client sends a request again, nanoseconds: 64 times T1, which is 0.5 s (RFC 3261, 17.1.1.2).
	repetition = int64(32e9)
)

// Protocol is SIP.
var Protocol = &dissect.Protocol{
	Name: "sip", Title: "SIP", Reference: "RFC 3261", Application: true,
	UDPPorts: []uint16{5060}, TCPPorts: []uint16{5060},
	GuessUDP: guess,
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The messages and the stream name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect, Protocol.Stream = decode, stream }

var (
	fields      = field.Group("sip")
	fMethod     = fields.Add("method", field.Keyword, "sip.Method", "Method of the request")
	fURI        = fields.Add("r_uri", field.Keyword, "sip.r-uri", "Request-URI; a password in it is redacted")
	fStatus     = fields.Add("status_code", field.Uint16, "sip.Status-Code", "Status code of the response")
	fFrom       = fields.Add("from", field.Keyword, "sip.from.addr", "Who calls: the URI of From; a password in it is redacted")
	fTo         = fields.Add("to", field.Keyword, "sip.to.addr", "Who is called: the URI of To; a password in it is redacted")
	fCallID     = fields.Add("call_id", field.Keyword, "sip.Call-ID", "Identifier of the call")
	fSeq        = fields.Add("cseq", field.Int64, "sip.CSeq.seq", "Number of the request in its call", field.Rare)
	fSeqMethod  = fields.Add("cseq_method", field.Keyword, "sip.CSeq.method", "Method of the request, also in its response")
	fContact    = fields.Add("contact", field.Keyword, "sip.contact.uri", "Where the sender wants to be reached")
	fAuth       = fields.Add("authorization", field.Keyword, "sip.Authorization, sip.Proxy-Authorization", "What the client proves itself with", field.Secret)
	fAgent      = fields.Add("user_agent", field.Keyword, "sip.User-Agent", "user_agent.original under Wireshark's name", field.Rare, field.Detail)
	fServer     = fields.Add("server", field.Keyword, "sip.Server", "Software of the server")
	fPhrase     = fields.Add("reason_phrase", field.Keyword, "sip.Status-Line", "Reason phrase of the response", field.Rare, field.Detail)
	fVia        = fields.Add("via", field.Keyword, "sip.Via", "Way that the message has taken", field.Rare, field.Detail)
	fSubject    = fields.Add("subject", field.Keyword, "sip.Subject", "Subject", field.Rare, field.Detail)
	fExpires    = fields.Add("expires", field.Int64, "sip.Expires", "How long the message or registration holds, seconds", field.Rare, field.Detail)
	fType       = fields.Add("content_type", field.Keyword, "sip.Content-Type", "Type of the body", field.Rare, field.Detail)
	fLength     = fields.Add("content_length", field.Int64, "sip.Content-Length", "Length of the body, bytes", field.Rare, field.Detail)
	version     = []byte("SIP/2.0")
	description = []byte("application/sdp")
)

// methods are those of RFC 3261 and its extensions.
var methods = map[string]bool{"INVITE": true, "ACK": true, "BYE": true, "CANCEL": true, "REGISTER": true, "OPTIONS": true, "INFO": true, "MESSAGE": true, "NOTIFY": true, "PRACK": true, "PUBLISH": true, "REFER": true,
	"SUBSCRIBE": true, "UPDATE": true}

// guess takes a status line, and a request line to its end.
func guess(b []byte) bool {
	if len(b) > len(version) && bytes.HasPrefix(b, version) {
		code, ok := common.Number(bytes.TrimLeft(b[len(version):], " "))
		return ok && code >= 100 && code < 700
	}
	line, _, ok := bytes.Cut(b[:min(len(b), common.MaxHead)], []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	word, rest := common.Word(line)
	uri, ver, last := bytes.Cut(rest, []byte(" "))
	return ok && last && len(word) > 0 && len(word) < 16 && common.Letters(word) && bytes.Equal(ver, version) && bytes.IndexByte(uri, ':') > 0
}

// accept also takes what may become either.
func accept(b []byte) bool {
	if guess(b) || len(b) > 0 && bytes.HasPrefix(version, b) || len(b) < len("SIP/2.0 200") && bytes.HasPrefix(b, version) {
		return true
	}
	word, _, ended := bytes.Cut(b[:min(len(b), 16)], []byte(" "))
	if ended {
		return methods[string(word)] && bytes.IndexByte(b, '\n') < 0
	}
	for m := range methods {
		if len(word) > 0 && bytes.HasPrefix([]byte(m), word) {
			return true
		}
	}
	return false
}

// message is a head as far as it is read.
type message struct {
	callID, method, contentType []byte
	seq, length                 int64
	request                     bool
	status                      int64
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	if len(b) < wire {
		p.Truncated = true
	}
	n := common.HeadEnd(b)
	if n < 0 {
		n = len(b)
	}
	m := head(p, b[:n])
	transaction(p, &m)
	body, size := b[n:], wire-n
	if m.length >= 0 && m.length < int64(size) {
		size = int(m.length)
	}
	if m.describes() && size > 0 {
		p.CallName("sdp", body[:min(size, len(body))], size)
	}
}

func (m *message) describes() bool {
	return len(m.contentType) >= len(description) && bytes.EqualFold(m.contentType[:len(description)], description)
}

// head reads and writes the first line and the headers.
func head(p *dissect.Packet, b []byte) (m message) {
	o := p.Out
	m.length = -1
	var buf [256]byte
	first := common.Headers(b, func(name, value []byte) {
		var u [16]byte
		switch string(common.Upper(&u, name)) { // 16 letters of a name
		case "FROM", "F":
			o.Text(fFrom, appendURI(buf[:0], o, address(value)))
		case "TO", "T":
			o.Text(fTo, appendURI(buf[:0], o, address(value)))
		case "CALL-ID", "I":
			m.callID = value
			o.Text(fCallID, value)
		case "CSEQ":
			seq, method := common.Word(value)
			if n, ok := common.Number(seq); ok {
				m.seq, m.method = n, bytes.TrimSpace(method)
				o.Int(fSeq, n)
				text(o, fSeqMethod, m.method)
			}
		case "CONTACT", "M":
			o.Text(fContact, appendURI(buf[:0], o, address(value)))
		case "VIA", "V":
			text(o, fVia, value)
		case "USER-AGENT":
			if len(value) > 0 {
				common.OtherAgent(p, value)
				o.Text(fAgent, value)
			}
		case "SERVER":
			text(o, fServer, value)
		case "SUBJECT", "S":
			text(o, fSubject, value)
		case "AUTHORIZATION", "PROXY-AUTHORIZAT":
			authorization(o, value)
		case "EXPIRES":
			number(o, fExpires, value)
		case "CONTENT-TYPE", "C":
			m.contentType = value
			text(o, fType, value)
		case "CONTENT-LENGTH", "L":
			m.length = number(o, fLength, value)
		}
	})
	if rest, ok := bytes.CutPrefix(first, version); ok {
		code, phrase := common.Word(bytes.TrimLeft(rest, " "))
		m.status, _ = common.Number(code)
		o.Uint(fStatus, uint64(m.status)) //nolint:gosec // not negative
		text(o, fPhrase, phrase)
		return m
	}
	m.request = true
	method, rest := common.Word(first)
	uri, _ := common.Word(rest)
	text(o, fMethod, method)
	o.Text(fURI, appendURI(buf[:0], o, uri))
	return m
}

func text(o *field.Buffer, id field.ID, value []byte) {
	if len(value) > 0 {
		o.Text(id, value)
	}
}

// number writes a number, and returns it, -1 without one.
func number(o *field.Buffer, id field.ID, value []byte) int64 {
	n, ok := common.Number(value)
	if !ok {
		return -1
	}
	o.Int(id, n)
	return n
}

// address is the URI of a From, To or Contact (RFC 3261, 20.10): in angle brackets, or before the parameters.
func address(value []byte) []byte {
	if _, rest, ok := bytes.Cut(value, []byte("<")); ok {
		uri, _, _ := bytes.Cut(rest, []byte(">"))
		return uri
	}
	uri, _, _ := bytes.Cut(value, []byte(";"))
	return bytes.TrimSpace(uri)
}

// appendURI appends a URI of SIP without its password, the one behind the user: sip:alice:secret@example.com (RFC 3261, 19.1.1).
func appendURI(dst []byte, o *field.Buffer, uri []byte) []byte {
	scheme, rest, ok := bytes.Cut(uri, []byte(":"))
	if !ok {
		return append(dst, uri...)
	}
	return common.AppendAuthority(append(append(dst, scheme...), ':'), o, rest)
}

// authorization writes credentials, and the user's name in those of Digest (RFC 3261, 22.4).
func authorization(o *field.Buffer, value []byte) {
	text(o, fAuth, value)
	if _, rest, ok := bytes.Cut(value, []byte(`username="`)); ok {
		user, _, _ := bytes.Cut(rest, []byte(`"`))
		common.User(o, user)
	}
}

// transaction ties a response to its request. An ACK is answered by nobody.
func transaction(p *dissect.Packet, m *message) {
	const ack = "ACK"
	if m.callID == nil || m.method == nil {
		return
	}
	h := fnv.New64a()
	_, _ = h.Write(m.callID)
	_, _ = h.Write([]byte{0, byte(m.seq >> 24), byte(m.seq >> 16), byte(m.seq >> 8), byte(m.seq)})
	_, _ = h.Write(m.method)
	key := h.Sum64()
	switch {
	case m.request && string(m.method) == ack:
	case m.request:
		common.Repeatable(p, p.Conversation, key, repetition)
	case m.status < 200:
		common.Interim(p, p.Conversation, key)
	default:
		common.Response(p, p.Conversation, key)
	}
}

// summary reads "Request: INVITE sip:bob@example.com" or "Status: 200 OK (INVITE)".
func summary(dst []byte, v dissect.View) []byte {
	if method, ok := v.Text(append(dst, "Request: "...), fMethod); ok {
		dst, _ = v.Text(append(method, ' '), fURI)
		return dst
	}
	dst, _ = v.Text(append(dst, "Status: "...), fStatus)
	dst, _ = v.Text(append(dst, ' '), fPhrase)
	if method, ok := v.Text(append(dst, " ("...), fSeqMethod); ok {
		dst = append(method, ')')
	}
	return dst
}
