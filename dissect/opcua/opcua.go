// SPDX-License-Identifier: Apache-2.0

// Package opcua dissects OPC UA's binary protocol over TCP (OPC 10000-6): the transport's messages, secure conversation, and what services are
// about.
//
//	0         3         4        8            12         16            20
//	| HEL ACK | chunk F | size 4 | version 4  | receive 4 | send 4 | max message 4 | max chunks 4 | endpoint      all numbers least significant byte first
//	| OPN     | chunk F | size 4 | channel 4  | policy | certificate | thumbprint  | sequence 4   | request 4 | body
//	| MSG CLO | chunk … | size 4 | channel 4  | token 4   | sequence 4 | request 4 | body
//	| node ID of the service | request header or response header | parameters                                                               a body
//
// Of services: the nodes that are read, written, browsed, called and monitored, who logs in, which server is asked for. A message in several
// chunks is dissected with its last one. Limits: chunks of 64 KiB are waited for, of larger ones and of a message's chunks together the first 16 KiB of
// the body are looked at, 256 items of a message. Not decoded: values, certificates, passwords, session tokens, encrypted bodies, other encodings (HTTPS, JSON), PubSub.
package opcua

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Lengths, bytes.
const (
	headerLen = 8  // of every message
	helloLen  = 32 // of a Hello without the bytes of its endpoint
	ackLen    = 28
	errorLen  = 16 // of an Error without the bytes of its reason
	secureLen = 12 // channel to the first text of an OPN
)

// Protocol is OPC UA.
var Protocol = &dissect.Protocol{
	Name: "opcua", Title: "OpcUa", Reference: "OPC 10000-6", Application: true,
	TCPPorts: []uint16{4840},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("opcua")
	fType     = fields.Add("transport.type", field.Keyword, "opcua.transport.type", "Type of each message: HEL, ACK, ERR, RHE, OPN, MSG, CLO")
	fChunk    = fields.Add("transport.chunk", field.Keyword, "opcua.transport.chunk", "Chunk: F the last of its message, C one before it, A the message is given up", field.Rare, field.Detail)
	fChannel  = fields.Add("transport.scid", field.Uint32, "opcua.transport.scid", "Secure channel", field.Rare)
	fEndpoint = fields.Add("transport.endpoint", field.Keyword, "opcua.transport.endpoint, opcua.EndpointUrl", "URL of the endpoint that is asked for")
	fServer   = fields.Add("transport.suri", field.Keyword, "opcua.transport.suri", "URI of the server that asks for a connection", field.Rare, field.Detail)
	fError    = fields.Add("transport.error", field.Uint32, "opcua.transport.error", "Error that ends the connection, a status code")
	fReason   = fields.Add("transport.reason", field.Keyword, "opcua.transport.reason", "Its reason in words")
	fPolicy   = fields.Add("security.spu", field.Keyword, "opcua.security.spu", "URI of the security policy")
	fRequest  = fields.Add("security.rqid", field.Uint32, "opcua.security.rqid", "Identifier that request and response share", field.Rare, field.Detail)
	fSequence = fields.Add("security.seq", field.Uint32, "opcua.security.seq", "Sequence number of the chunk", field.Rare, field.Detail)
	fToken    = fields.Add("security.tokenid", field.Uint32, "opcua.security.tokenid", "Security token that the chunk is secured with", field.Rare, field.Detail)
	fNode     = fields.Add("servicenodeid", field.Uint32, "opcua.servicenodeid.numeric", "Service of each message, as the node ID of its encoding: 631 ReadRequest, …")
	fService  = fields.Add("service", field.Keyword, "", "Its name")
	fHandle   = fields.Add("request_handle", field.Uint32, "opcua.RequestHandle", "Handle of the client for the request", field.Rare, field.Detail)
	fResult   = fields.Add("service_result", field.Uint32, "opcua.ServiceResult", "Status code of the response: 0 Good", field.Rare)
	fStatus   = fields.Add("status", field.Keyword, "", "Name of the status code, or of the error that ends the connection")
	fNodes    = fields.Add("node_id", field.Keyword, "", "Nodes that are read, written, browsed, called (object, method) or monitored: ns=2;s=Temperature, i=2258")
	fApp      = fields.Add("application_uri", field.Keyword, "opcua.ApplicationUri", "URI of the client's application")
	fSession  = fields.Add("session_name", field.Keyword, "opcua.SessionName", "Name of the session that the client creates", field.Rare, field.Detail)
)

// kind is what a message's type says of it.
type kind uint8

const (
	unknown kind = iota
	hello
	acknowledge
	failure
	reverse
	open
	message
	closing
)

// kinds are the types, interned.
var kinds = [...]struct {
	text string
	str  field.Str
}{hello: {text: "HEL"}, acknowledge: {text: "ACK"}, failure: {text: "ERR"}, reverse: {text: "RHE"}, open: {text: "OPN"}, message: {text: "MSG"}, closing: {text: "CLO"}}

func init() {
	for i := range kinds {
		kinds[i].str = field.Intern(kinds[i].text)
	}
}

// kindOf reads the first 3 bytes.
func kindOf(b []byte) kind {
	for k := hello; int(k) < len(kinds); k++ {
		if string(b[:3]) == kinds[k].text {
			return k
		}
	}
	return unknown
}

// accept says what may be a message on OPC UA's port. Fewer bytes than tell are none of another protocol yet.
func accept(b []byte) bool {
	if len(b) < headerLen {
		for k := hello; int(k) < len(kinds); k++ {
			if bytes.HasPrefix(b, []byte(kinds[k].text)[:min(len(b), 3)]) {
				return len(b) <= 3 || piece(b[3])
			}
		}
		return false
	}
	size := binary.LittleEndian.Uint32(b[4:])
	return kindOf(b) != unknown && piece(b[3]) && size >= headerLen && size <= math.MaxInt32
}

// piece says what may be the kind of a chunk.
func piece(b byte) bool { return b == 'F' || b == 'C' || b == 'A' }

// guess recognises the messages that a connection begins with, whose texts must fill them.
func guess(b []byte) bool {
	if len(b) < headerLen || b[3] != 'F' || !accept(b) {
		return false
	}
	size := int(binary.LittleEndian.Uint32(b[4:]))
	number := func(at int) int { return int(int32(binary.LittleEndian.Uint32(b[at:]))) } //nolint:gosec // a length, which may be -1
	switch kindOf(b) {
	case hello:
		return len(b) >= helloLen && size == helloLen+max(0, number(helloLen-4))
	case acknowledge:
		return len(b) >= ackLen && size == ackLen
	case failure:
		return len(b) >= errorLen && size == errorLen+max(0, number(errorLen-4)) && number(headerLen) < 0
	case open:
		const policies = "http://opcfoundation.org/UA/SecurityPolicy#"
		return len(b) > secureLen+4 && bytes.HasPrefix(b[secureLen+4:], []byte(policies))
	}
	return false
}

// summary reads "UA Secure Conversation Message: ReadRequest, ns=2;s=Temperature", as Wireshark's Info column begins.
func summary(dst []byte, v dissect.View) []byte {
	n, last := 0, ""
	v.All(fType, func(t []byte) { last = titles[string(t)] })
	dst = append(dst, last...)
	v.All(fService, func(name []byte) {
		if n++; n == 1 {
			dst = append(dst, ": "...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(dst, name...)
	})
	for _, id := range [...]field.ID{fEndpoint, fNodes, fReason} {
		if text, ok := v.Text(append(dst, ", "...), id); ok {
			dst = text
		}
	}
	if result, _ := v.Uint(fResult); result != 0 {
		if text, ok := v.Text(append(dst, ", "...), fStatus); ok {
			dst = text
		}
	}
	return dst
}

var titles = map[string]string{"HEL": "Hello message", "ACK": "Acknowledge message", "ERR": "Error message", "RHE": "Reverse Hello message", "OPN": "OpenSecureChannel message",
	"MSG": "UA Secure Conversation Message", "CLO": "CloseSecureChannel message"}

// text reads a String: its length, -1 for none, and bytes.
func text(c *common.Cursor, id field.ID) {
	if b := octets(c); len(b) > 0 {
		c.P.Out.Text(id, b)
	}
}

// octets reads a String or ByteString, nil when it is null.
func octets(c *common.Cursor) []byte {
	n := int32(c.Little32()) //nolint:gosec // a length, which may be -1
	if n < 0 {
		return nil
	}
	return c.Bytes(int(n))
}

// endpoint reads the URL of an endpoint.
func endpoint(c *common.Cursor) {
	url := octets(c)
	if len(url) == 0 {
		return
	}
	c.P.Out.Text(fEndpoint, url)
	if _, rest, ok := bytes.Cut(url, []byte("://")); ok {
		host := rest
		if end := bytes.IndexAny(host, ":/"); end >= 0 {
			host = host[:end]
		}
		common.Host(c.P.Out, host)
	}
}
