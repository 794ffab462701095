// SPDX-License-Identifier: Apache-2.0

// Package rtsp dissects the Real-Time Streaming Protocol (RFC 2326, RFC 7826) over TCP, and the media that are interleaved with it:
//
//	SETUP rtsp://example.com/a RTSP/1.0       RTSP/1.0 200 OK
//	CSeq: 2                                   CSeq: 2
//	Transport: RTP/AVP;unicast;client_port=5000-5001
//	| $ | channel | length | RTP or RTCP
//
// A message stands in the packet that ends its body; a session description becomes the layer sdp. The ports of a transport are expected to carry RTP and
// RTCP. Responses are tied to their requests by CSeq. Limits: heads and bodies of 64 KiB. Not decoded: folded header lines, bodies other than
// session descriptions, RTSP over UDP, TLS and HTTP.
package rtsp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const maxBody = 64 << 10

// Protocol is RTSP.
var Protocol = &dissect.Protocol{
	Name: "rtsp", Title: "RTSP", Reference: "RFC 7826", Application: true,
	TCPPorts: []uint16{554, 7236, 8554},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields     = field.Group("rtsp")
	fMethod    = fields.Add("method", field.Keyword, "rtsp.method", "Method of the request")
	fURL       = fields.Add("url", field.Keyword, "rtsp.url", "URL of the request; secrets in it are redacted")
	fStatus    = fields.Add("status", field.Uint16, "rtsp.status", "Status code of the response")
	fSession   = fields.Add("session", field.Keyword, "rtsp.session", "Session", field.Secret)
	fTransport = fields.Add("transport", field.Keyword, "rtsp.transport", "How media are to be carried", field.Rare)
	fAuth      = fields.Add("authorization", field.Keyword, "", "What the client proves itself with", field.Secret)
	fServer    = fields.Add("server", field.Keyword, "", "Software of the server")
	fPhrase    = fields.Add("phrase", field.Keyword, "", "Reason phrase of the response", field.Rare, field.Detail)
	fSeq       = fields.Add("cseq", field.Int64, "", "Number that pairs a response with its request", field.Rare, field.Detail)
	fType      = fields.Add("content_type", field.Keyword, "rtsp.content-type", "Type of the body", field.Rare, field.Detail)
	fChannel   = fields.Add("channel", field.Uint8, "rtsp.channel", "Channel of interleaved media", field.Rare, field.Detail)
)

var (
	version     = []byte("RTSP/")
	description = []byte("application/sdp")
)

var methods = map[string]bool{"OPTIONS": true, "DESCRIBE": true, "ANNOUNCE": true, "SETUP": true, "PLAY": true, "PAUSE": true, "TEARDOWN": true, "GET_PARAMETER": true, "SET_PARAMETER": true, "REDIRECT": true, "RECORD": true, "PLAY_NOTIFY": true}

// guess takes a status line, and a request line to its end.
func guess(b []byte) bool {
	if bytes.HasPrefix(b, []byte("RTSP/1.0 ")) || bytes.HasPrefix(b, []byte("RTSP/2.0 ")) {
		return true
	}
	line, _, ok := bytes.Cut(b[:min(len(b), common.MaxHead)], []byte("\n"))
	return ok && bytes.Contains(line, []byte(" RTSP/")) && bytes.IndexByte(line, ' ') > 0 && begins(b)
}

// begins reports whether b begins with a method and a space.
func begins(b []byte) bool {
	const longest = 16
	word, _, ok := bytes.Cut(b[:min(len(b), longest)], []byte(" "))
	return ok && methods[string(word)]
}

// accept also takes what may become either.
func accept(b []byte) bool {
	if guess(b) || len(b) > 0 && len(b) < len("RTSP/1.0 ") && (bytes.HasPrefix(b, version) || bytes.HasPrefix(version, b)) || begins(b) && bytes.IndexByte(b, '\n') < 0 {
		return true
	}
	for m := range methods {
		if len(b) > 0 && bytes.HasPrefix([]byte(m), b) {
			return true
		}
	}
	return false
}

// message is a head as far as it is read.
type message struct {
	contentType, transport []byte
	seq, length            int64
	request                bool
	status                 int64
}

// head reads and writes the first line and the headers.
func head(p *dissect.Packet, b []byte) (m message) {
	o := p.Out
	var buf [512]byte
	first := common.Headers(b, func(name, value []byte) {
		if len(value) == 0 {
			return
		}
		var u [16]byte
		switch string(common.Upper(&u, name)) {
		case "CSEQ":
			if n, ok := common.Number(value); ok {
				m.seq = n
				o.Int(fSeq, n)
			}
		case "SESSION":
			o.Text(fSession, value)
		case "TRANSPORT":
			m.transport = value
			o.Text(fTransport, value)
		case "AUTHORIZATION":
			o.Text(fAuth, value)
		case "USER-AGENT":
			common.OtherAgent(p, value)
		case "SERVER":
			o.Text(fServer, value)
		case "CONTENT-TYPE":
			m.contentType = value
			o.Text(fType, value)
		case "CONTENT-LENGTH":
			m.length, _ = common.Number(value)
		}
	})
	word, rest := common.Word(first)
	if bytes.HasPrefix(word, version) {
		code, phrase := common.Word(rest)
		m.status, _ = common.Number(code)
		o.Uint(fStatus, uint64(m.status)) //nolint:gosec // not negative
		if len(phrase) > 0 {
			o.Text(fPhrase, phrase)
		}
		return m
	}
	m.request = true
	o.Text(fMethod, word)
	url, _ := common.Word(rest)
	o.Text(fURL, common.AppendURL(buf[:0], o, url))
	return m
}

// summary reads "DESCRIBE rtsp://example.com/a" or "Reply: 200 OK".
func summary(dst []byte, v dissect.View) []byte {
	if method, ok := v.Text(dst, fMethod); ok {
		dst, _ = v.Text(append(method, ' '), fURL)
		return dst
	}
	if status, ok := v.Text(append(dst, "Reply: "...), fStatus); ok {
		dst, _ = v.Text(append(status, ' '), fPhrase)
		return dst
	}
	dst, _ = v.Text(append(dst, "Interleaved channel "...), fChannel)
	return dst
}
