// SPDX-License-Identifier: Apache-2.0

// Package http dissects the heads of HTTP/1 requests and responses (RFC 9112) over TCP and, a message of SCTP
// each (draft-natarajan-http-over-sctp), SCTP; and SSDP over UDP (UPnP Device Architecture 2.0, 1).
//
//	GET /path?query HTTP/1.1        HTTP/1.1 200 OK
//	Host: example.com               Content-Length: 5
//	                                hello
//
// A message is emitted in the packet that completes its head; its body is counted, never kept, and http.message_end marks the packet
// that ends it. With Options.Wireshark the message is emitted in the packet that ends the body, as tshark does. Limits: heads of 64 KiB.
// After an upgrade the conversation is handed over to WebSocket or HTTP/2, after a successful CONNECT to whoever the first bytes inside show.
// Not decoded: bodies, trailers, folded header lines (obs-fold), requests of HTTP/0.9 that no empty line follows and its responses, HTTP/2 (another
// protocol).
package http

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/field"
)

// maxHead bounds a head, a chunk's line and a trailer, bytes. Servers refuse far smaller ones.
const maxHead = 64 << 10

// Protocol is HTTP/1; SSDP is the Simple Service Discovery Protocol, HTTP heads in datagrams.
var (
	Protocol = &dissect.Protocol{
		Name: "http", Title: "HTTP", Reference: "RFC 9112", Application: true,
		TCPPorts:  []uint16{80, 631, 1900, 2710, 2869, 3128, 3132, 3689, 5985, 8080, 8088, 11371},
		SCTPPorts: []uint16{80},
		GuessTCP:  guess, AcceptTCP: accept, Continues: true,
		Summary: summary,
	}
	SSDP = &dissect.Protocol{
		Name: "ssdp", Title: "SSDP", Reference: "UPnP Device Architecture 2.0", Application: true,
		UDPPorts: []uint16{1900},
		Dissect:  decode,
		Summary:  summary,
	}
)

// The stream and the messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, message }

// Every message of the packet has its values: a scalar when there is one.
var (
	fields     = field.Group("http")
	fMethod    = fields.Add("request.method", field.Keyword, "http.request.method", "Method of the request", field.ECS, field.Core)
	fReqVer    = fields.Add("request.version", field.Keyword, "http.request.version", "Version as the request writes it", field.Rare, field.Detail)
	fReferrer  = fields.Add("request.referrer", field.Keyword, "http.referer", "Referrer of the request; secrets in it are redacted", field.ECS)
	fRequestID = fields.Add("request.id", field.Keyword, "", "X-Request-ID header", field.ECS)
	fReqBody   = fields.Add("request.body.bytes", field.Int64, "", "Length of the request's body, content and transfer codings removed only of chunks, bytes", field.ECS)
	fStatus    = fields.Add("response.status_code", field.Uint16, "http.response.code", "Status code of the response", field.ECS, field.Core)
	fPhrase    = fields.Add("response.phrase", field.Keyword, "http.response.phrase", "Reason phrase of the response", field.Rare, field.Detail)
	fRespBody  = fields.Add("response.body.bytes", field.Int64, "", "Length of the response's body, content and transfer codings removed only of chunks, bytes", field.ECS)
	fVersion   = fields.Add("version", field.Keyword, "", "HTTP version", field.ECS, field.First)
	fEnd       = fields.Add("message_end", field.Bool, "", "The packet ends a message, body included")

	answered = common.NewAnswered(fields, "http", "request_in")

	fHost   = fields.Add("host", field.Keyword, "http.host", "Host header")
	fLength = fields.Add("content_length", field.Int64, "http.content_length_header", "Content-Length header, bytes")

	fAuthenticate = fields.Add("www_authenticate", field.Keyword, "http.www_authenticate, http.proxy_authenticate", "WWW-Authenticate and Proxy-Authenticate headers; of NTLM and Negotiate the scheme alone", field.Detail)
)

// header is what becomes of a header.
type header struct {
	id  field.ID
	url bool // holds a URL: secrets in it are redacted
	// token may hold one of NTLM or of GSS-API (RFC 4559), which is dissected; shown is a header whose value has a field all the same, without that token.
	token, shown bool
}

// headers are those with a field of their own, by name in lower case.
var headers = map[string]header{
	"host":                     {id: fHost},
	"server":                   {id: fields.Add("server", field.Keyword, "http.server", "Server header")},
	"content-type":             {id: fields.Add("content_type", field.Keyword, "http.content_type", "Content-Type header")},
	"content-length":           {id: fLength},
	"content-encoding":         {id: fields.Add("content_encoding", field.Keyword, "http.content_encoding", "Content-Encoding header", field.Rare)},
	"transfer-encoding":        {id: fields.Add("transfer_encoding", field.Keyword, "http.transfer_encoding", "Transfer-Encoding header", field.Rare)},
	"connection":               {id: fields.Add("connection", field.Keyword, "http.connection", "Connection header", field.Rare, field.Detail)},
	"upgrade":                  {id: fields.Add("upgrade", field.Keyword, "http.upgrade", "Upgrade header", field.Rare)},
	"sec-websocket-protocol":   {id: fields.Add("sec_websocket_protocol", field.Keyword, "http.sec_websocket_protocol", "Sec-WebSocket-Protocol header", field.Rare)},
	"sec-websocket-extensions": {id: fields.Add("sec_websocket_extensions", field.Keyword, "http.sec_websocket_extensions", "Sec-WebSocket-Extensions header", field.Rare, field.Detail)},
	"location":                 {id: fields.Add("location", field.Wildcard, "http.location", "Location header; secrets in it are redacted"), url: true},
	"x-forwarded-for":          {id: fields.Add("x_forwarded_for", field.Keyword, "http.x_forwarded_for", "X-Forwarded-For header")},
	"authorization":            {id: fields.Add("authorization", field.Keyword, "http.authorization", "Authorization header", field.Secret), token: true},
	"proxy-authorization":      {id: fields.Add("proxy_authorization", field.Keyword, "http.proxy_authorization", "Proxy-Authorization header", field.Secret), token: true},
	"www-authenticate":         {id: fAuthenticate, token: true, shown: true},
	"proxy-authenticate":       {id: fAuthenticate, token: true, shown: true},
	"cookie":                   {id: fields.Add("cookie", field.Keyword, "http.cookie", "Cookie header", field.Secret)},
	"set-cookie":               {id: fields.Add("set_cookie", field.Keyword, "http.set_cookie", "Set-Cookie headers", field.Secret)},
}

// maxHeaderName is the length of the longest name in headers, bytes.
const maxHeaderName = 24

// decode is SSDP: one head a datagram.
func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	if classify(b) != yes {
		if len(b) < wire {
			p.Truncated = true
		}
		return
	}
	h := parse(b)
	h.write(p)
}

func summary(dst []byte, v dissect.View) []byte {
	if method, ok := v.Text(dst, fMethod); ok {
		return ntlmssp.AppendInfo(common.AppendTarget(append(method, ' '), v), v)
	}
	if code, ok := v.Text(dst, fStatus); ok {
		phrase, _ := v.Text(append(code, ' '), fPhrase)
		return ntlmssp.AppendInfo(phrase, v)
	}
	return dst
}
