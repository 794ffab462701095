// SPDX-License-Identifier: Apache-2.0

// Package coap dissects the Constrained Application Protocol over UDP (RFC 7252) and TCP (RFC 8323).
//
//	UDP: | version 2 bits, type 2 bits, token's length 4 bits | code 1 | message id 2 | token 0 to 8 | options | 0xff, payload |
//	TCP: | length 4 bits, token's length 4 bits | more of the length 0 to 4 | code 1 | token 0 to 8 | options | 0xff, payload |
//
// Responses are tied to requests by their token, observed ones (RFC 7641) each to the request that began it. Limits: 64 options a message, 16 path segments and
// queries, 64 open requests a conversation, URIs of 256 bytes; messages over TCP of 64 KiB are waited for. Not decoded: payloads
// (counted), blocks put together (RFC 7959), what OSCORE (RFC 8613) encrypts.
package coap

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is CoAP.
var Protocol = &dissect.Protocol{
	Name: "coap", Title: "CoAP", Reference: "RFC 7252", Application: true,
	UDPPorts: []uint16{5683}, TCPPorts: []uint16{5683},
	GuessUDP: guess, AcceptUDP: acceptUDP, AcceptTCP: acceptTCP,
	Summary: summary,
}

// The functions name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect, Protocol.Stream = datagram, stream }

var (
	fields   = field.Group("coap")
	fType    = fields.Add("type", field.Uint8, "coap.type", "Type of the message: 0 confirmable, 1 non-confirmable, 2 acknowledgement, 3 reset", field.Rare)
	fCode    = fields.Add("code", field.Uint8, "coap.code", "Method of a request (1 GET, 2 POST, 3 PUT, 4 DELETE, …), or code of a response: its class in 3 bits, its detail in 5", field.Rare)
	fName    = fields.Add("code_name", field.Keyword, "", "Method of a request, or code of a response: GET, 2.05, 4.04, …")
	fMID     = fields.Add("mid", field.Uint16, "coap.mid", "Identifier that an acknowledgement has of its message", field.Rare)
	fToken   = fields.Add("token", field.Hex, "coap.token", "Token that a response has of its request", field.Rare)
	fURI     = fields.Add("uri_path", field.Keyword, "coap.opt.uri_path_recon", "Host and path that a request is for; of a response, its request's")
	fFormat  = fields.Add("content_format", field.Uint16, "coap.opt.ctype", "Format of the payload: 0 text, 40 links, 50 JSON, 60 CBOR, …", field.Rare)
	fPayload = fields.Add("payload_length", field.Uint32, "coap.payload_length", "Length of the payload, bytes", field.Rare)

	fObserve = fields.Add("observe", field.Uint32, "coap.opt.observe", "A request asks to be told of changes (0) or no longer (1); of a response, its number", field.Rare, field.Detail)
	fBlock   = fields.Add("block_number", field.Uint32, "coap.opt.block_number", "Number of the block of a payload in several messages", field.Rare, field.Detail)
	fMore    = fields.Add("block_more", field.Bool, "coap.opt.block_mflag", "More blocks follow", field.Rare, field.Detail)
	fBlockSz = fields.Add("block_size", field.Uint16, "coap.opt.block_size", "Size of a block, bytes", field.Rare, field.Detail)
)

const (
	headerLen = 4
	maxToken  = 8
	endMarker = 0xff
	// exchange is how long a request may be sent again under its token, nanoseconds: EXCHANGE_LIFETIME (RFC 7252, 4.8.2).
	exchange = 247 * int64(1e9)
	// Classes of codes.
	classRequest, classSignal = 0, 7
)

// Numbers of options (IANA, CoAP Option Numbers).
const (
	optURIHost  = 3
	optObserve  = 6
	optURIPath  = 11
	optFormat   = 12
	optURIQuery = 15
	optBlock2   = 23
	optBlock1   = 27
	lastOption  = 292
)

// Bounds: of options and of path segments and queries in a message, of requests that are remembered, and of a URI, bytes.
const (
	maxOptions  = 64
	maxSegments = 16
	maxRemember = 64
	maxURI      = 256
)

// methods are by code (RFC 7252, 12.1.1; RFC 8132).
var methods = [...]string{1: "GET", 2: "POST", 3: "PUT", 4: "DELETE", 5: "FETCH", 6: "PATCH", 7: "iPATCH"}

// signals are codes of class 7 (RFC 8323, 5).
var signals = [...]string{1: "CSM", 2: "Ping", 3: "Pong", 4: "Release", 5: "Abort"}

// appendCode appends the name of a method, or the code as it is written.
func appendCode(dst []byte, code byte) []byte {
	class, detail := code>>5, code&0x1f
	switch {
	case code == 0:
		return append(dst, "Empty"...)
	case class == classRequest && int(detail) < len(methods):
		return append(dst, methods[detail]...)
	case class == classSignal && int(detail) < len(signals) && detail > 0:
		return append(dst, signals[detail]...)
	}
	dst = append(strconv.AppendUint(dst, uint64(class), 10), '.')
	if detail < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, uint64(detail), 10)
}

// session is what is known of a conversation.
type session struct {
	// asked are the requests whose responses may come, newest last.
	asked []asked
}

// asked is a request's token, and what it is for.
type asked struct {
	token uint64
	uri   string
}

// note remembers a request. One with the same token takes the place of the one before.
func (s *session) note(token uint64, uri []byte) {
	a := asked{token, string(uri[:min(len(uri), maxURI)])}
	for i := range s.asked {
		if s.asked[i].token == token {
			s.asked[i] = a
			return
		}
	}
	if len(s.asked) == maxRemember {
		s.asked = append(s.asked[:0], s.asked[1:]...)
	}
	s.asked = append(s.asked, a)
}

// of is what the request with that token is for, "" where it is not known.
func (s *session) of(token uint64) string {
	for _, a := range s.asked {
		if a.token == token {
			return a.uri
		}
	}
	return ""
}

// acceptUDP is asked on CoAP's own port.
func acceptUDP(b []byte) bool {
	return len(b) >= headerLen && b[0]>>6 == 1 && b[0]&0x0f <= maxToken && knownCode(b[1])
}

func knownCode(code byte) bool {
	switch class := code >> 5; class {
	case classRequest:
		return int(code) < len(methods)
	case 2, 4, 5, classSignal:
		return true
	}
	return false
}

// guess takes a request for a path that prints, all of whose options there are.
func guess(b []byte) bool {
	const requests = 0x1f
	if !acceptUDP(b) || b[1] == 0 || b[1] > requests || b[0]>>4&3 > 1 {
		return false
	}
	at := headerLen + int(b[0]&0x0f)
	if at > len(b) {
		return false
	}
	path := false
	b = b[at:]
	for number, n := 0, 0; len(b) > 0; n++ {
		if b[0] == endMarker {
			return path && len(b) > 1
		}
		delta, value, rest, ok := option(b)
		if number += delta; !ok || number == 0 || number > lastOption || n == maxOptions {
			return false
		}
		if number == optURIPath || number == optURIHost {
			for _, c := range value {
				if c <= ' ' || c > '~' {
					return false
				}
			}
			path = path || len(value) > 0
		}
		b = rest
	}
	return path
}

// option reads the option at the front of b: by how much its number is larger than the one before, and its value.
func option(b []byte) (delta int, value, rest []byte, ok bool) {
	delta, length := int(b[0]>>4), int(b[0]&0x0f)
	b = b[1:]
	if delta, b, ok = extended(delta, b); !ok {
		return 0, nil, nil, false
	}
	if length, b, ok = extended(length, b); !ok || length > len(b) {
		return 0, nil, nil, false
	}
	return delta, b[:length:length], b[length:], true
}

// extended is a number of 4 bits, or of the 1 or 2 bytes that it stands for (RFC 7252, 3.1).
func extended(n int, b []byte) (v int, rest []byte, ok bool) {
	const one, two, reserved = 13, 14, 15
	switch {
	case n < one:
		return n, b, true
	case n == one && len(b) >= 1:
		return int(b[0]) + 13, b[1:], true
	case n == two && len(b) >= 2:
		return int(b[0])<<8 + int(b[1]) + 269, b[2:], true
	}
	return 0, nil, false
}

// summary reads "CON, MID:4660, GET, TKN:aabb, coap://example.net/sensors/temp".
func summary(dst []byte, v dissect.View) []byte {
	names := [...]string{"CON", "NON", "ACK", "RST"}
	if t, ok := v.Uint(fType); ok {
		dst = append(dst, names[t&3]...)
		if text, ok := v.Text(append(dst, ", MID:"...), fMID); ok {
			dst = text
		}
		dst = append(dst, ", "...)
	}
	dst, _ = v.Text(dst, fName)
	if text, ok := v.Text(append(dst, ", TKN:"...), fToken); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, ", "...), fURI); ok {
		dst = text
	}
	return dst
}
