// SPDX-License-Identifier: Apache-2.0

// Package grpc dissects what gRPC adds to HTTP/2 (PROTOCOL-HTTP2 of grpc/grpc): the service and method in a request's path, the status that ends a call,
// and the length-prefixed messages in DATA frames, which package http2 hands to it.
//
//	0            1        5
//	| compressed | length | message …
//
// A message stands in the packet that completes its prefix; its bytes are counted by their length, never kept.
// Not decoded: the messages themselves (Protocol Buffers), gRPC-Web's trailers.
package grpc

import (
	"bytes"
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const prefixLen = 5

// Protocol is gRPC.
var Protocol = &dissect.Protocol{Name: "grpc", Title: "GRPC", Reference: "gRPC over HTTP2", Application: true, Summary: summary}

var (
	fields      = field.Group("grpc")
	fService    = fields.Add("service", field.Keyword, "", "Service that a call is of, with its package")
	fMethod     = fields.Add("method", field.Keyword, "", "Method that a call is of")
	fStatus     = fields.Add("status_code", field.Keyword, "", "How a call ended: OK, CANCELLED, UNAVAILABLE, …; as it was sent where it has no name")
	fMessage    = fields.Add("status_message", field.Keyword, "", "What the server says of how a call ended", field.Rare)
	fTimeout    = fields.Add("timeout", field.Keyword, "", "How long the client waits for a call, with its unit", field.Rare)
	fEncoding   = fields.Add("encoding", field.Keyword, "", "Compression of messages", field.Rare)
	fCompressed = fields.Add("compressed_flag", field.Bool, "grpc.compressed_flag", "Whether each message is compressed", field.Rare)
	fLength     = fields.Add("message_length", field.Uint32, "grpc.message_length", "Length of each message, bytes", field.Rare)
)

// statusNames are the codes of gRPC, by number.
var statusNames = func() (names []field.Str) {
	for _, name := range strings.Fields(`OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED
		RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED`) {
		names = append(names, field.Intern(name))
	}
	return names
}()

// Request writes what the path of a call says: "/package.Service/Method".
func Request(o *field.Buffer, path string) {
	at := strings.LastIndexByte(path, '/')
	if at < 1 || path[0] != '/' {
		return
	}
	o.String(fService, path[1:at])
	o.String(fMethod, path[at+1:])
}

// Header writes a header or trailer that is gRPC's.
func Header(o *field.Buffer, name, value string) {
	switch name {
	case "grpc-status":
		if n, err := strconv.ParseUint(value, 10, 8); err == nil && n < uint64(len(statusNames)) {
			o.Const(fStatus, statusNames[n])
			return
		}
		o.String(fStatus, value)
	case "grpc-message":
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		if value != "" {
			o.String(fMessage, value)
		}
	case "grpc-timeout":
		o.String(fTimeout, value)
	case "grpc-encoding":
		o.String(fEncoding, value)
	}
}

// Messages follows the messages of one direction of a call.
type Messages struct {
	prefix [prefixLen]byte
	have   int    // bytes of prefix
	left   uint32 // of the message, bytes
}

// Take takes the next bytes of the direction, and writes the messages whose prefix they complete.
func (m *Messages) Take(p *dissect.Packet, data []byte) {
	for len(data) > 0 {
		if m.left > 0 {
			n := min(uint64(m.left), uint64(len(data)))
			m.left -= uint32(n) //nolint:gosec // not more than left
			data = data[n:]
			continue
		}
		n := copy(m.prefix[m.have:], data)
		m.have += n
		data = data[n:]
		if m.have == prefixLen {
			m.have, m.left = 0, binary.BigEndian.Uint32(m.prefix[1:])
			m.write(p)
		}
	}
}

func (m *Messages) write(p *dissect.Packet) {
	if p.Top() != Protocol && !p.Push(Protocol) {
		return
	}
	p.Message(Protocol)
	p.Out.Bool(fCompressed, m.prefix[0] != 0)
	p.Out.Uint(fLength, uint64(m.left))
	if m.prefix[0] > 1 {
		p.Bad()
	}
}

// summary says which calls the packet makes, its messages, and how calls end.
func summary(dst []byte, v dissect.View) []byte {
	methods := texts(v, fMethod)
	for i, service := range texts(v, fService) {
		if i < len(methods) {
			dst = append(append(append(append(dst, service...), '/'), methods[i]...), ", "...)
		}
	}
	for _, length := range texts(v, fLength) {
		dst = append(append(append(dst, "Message of "...), length...), " bytes, "...)
	}
	for _, status := range texts(v, fStatus) {
		dst = append(append(dst, status...), ", "...)
	}
	return bytes.TrimSuffix(dst, []byte(", "))
}

func texts(v dissect.View, id field.ID) (all []string) {
	v.All(id, func(text []byte) { all = append(all, string(text)) })
	return all
}
