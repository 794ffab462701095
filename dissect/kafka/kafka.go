// SPDX-License-Identifier: Apache-2.0

// Package kafka dissects the requests and responses of Apache Kafka (Kafka protocol guide) over TCP.
//
//	request:  | length 4 | API key 2 | version 2 | correlation 4 | client: length 2, text | the API's own |
//	response: | length 4 | correlation 4 | the API's own |
//
// A response does not say what it answers: that is its request's, which is found by the correlation. The messages of a packet are one layer, as in
// Wireshark. Limits: messages of 64 KiB are waited for, of larger ones the beginning is dissected; 64 topics a request; 256 requests a connection are
// remembered. Not decoded: records, responses, the credentials of a login, requests other than those that name topics or groups.
package kafka

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is Kafka.
var Protocol = &dissect.Protocol{
	Name: "kafka", Title: "Kafka", Reference: "Kafka protocol guide", Application: true,
	TCPPorts: []uint16{9092},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The function names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields       = field.Group("kafka")
	fAPIKey      = fields.Add("api_key", field.Uint16, "kafka.api_key", "What is requested: 0 Produce, 1 Fetch, 2 ListOffsets, 3 Metadata, …", field.Rare)
	fAPI         = fields.Add("api", field.Keyword, "", "Name of what is requested: Produce, Fetch, Metadata, …; of a response, its request's")
	fVersion     = fields.Add("api_version", field.Uint16, "kafka.api_version", "Version of the request", field.Rare)
	fCorrelation = fields.Add("correlation_id", field.Int64, "kafka.correlation_id", "Identifier that a response has of its request", field.Rare)
	fClient      = fields.Add("client_id", field.Keyword, "kafka.client_id", "Name of the client")
	fTopic       = fields.Add("topic_name", field.Keyword, "kafka.topic_name", "Topics that a request names", field.Unique)
	fGroup       = fields.Add("group_id", field.Keyword, "kafka.group_id", "Consumer group that a request is about")
	fMechanism   = fields.Add("mechanism", field.Keyword, "kafka.sasl_mechanism", "SASL mechanism by which the client logs in", field.Rare, field.Detail)
	fLength      = fields.Add("len", field.Uint32, "kafka.len", "Length of each message, bytes", field.Rare, field.Detail)
)

const (
	lengthLen  = 4
	requestLen = 10 // up to and with the length of the client's name
	maxVersion = 20
	maxClient  = 249
	// maxWait bounds the messages that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// enough is what of a message that is too long to be waited for is dissected at least, bytes.
	enough = 1024
	// maxMessage bounds the lengths that are believed, bytes: what brokers accept by default.
	maxMessage = 100 << 20
)

// length is that of the message at the front of b, without its own 4 bytes; ok is false where it is not to be believed.
func length(b []byte) (n int, ok bool) {
	v := binary.BigEndian.Uint32(b)
	return int(v), v >= lengthLen && v <= maxMessage
}

// isRequest reports whether b, behind the length, is a request as far as it goes.
func isRequest(b []byte) bool {
	if len(b) < 4 {
		return true
	}
	_, known := apis[binary.BigEndian.Uint16(b)]
	return known && binary.BigEndian.Uint16(b[2:]) <= maxVersion
}

// accept is asked on Kafka's own port, of responses too.
func accept(b []byte) bool {
	if len(b) < lengthLen {
		return b[0] <= maxMessage>>24
	}
	_, ok := length(b)
	return ok
}

// guess takes a request of a client that says its name.
func guess(b []byte) bool {
	if len(b) < lengthLen+requestLen {
		return false
	}
	n, ok := length(b)
	b = b[lengthLen:]
	client := int(binary.BigEndian.Uint16(b[8:]))
	if !ok || !isRequest(b) || b[4] != 0 || client == 0 || client > maxClient || n < requestLen+client {
		return false
	}
	for _, c := range b[requestLen:min(requestLen+client, len(b))] {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// request is one that waits for its response.
type request struct {
	correlation uint32
	key         uint16
}

// maxRequests bounds the requests of a connection that are remembered; the oldest are forgotten.
const maxRequests = 256

// session is what is known of a connection.
type session struct {
	requests []request
	// client is the direction of the one that asks.
	client int
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*session)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &session{client: client(p, c)}
		if p.Direction == s.client && len(data) > lengthLen && !isRequest(data[lengthLen:]) {
			return dissect.Reject
		}
		c.AppState = s
	}
	if len(data) < lengthLen {
		return 0
	}
	n, ok := length(data)
	if !ok {
		return dissect.Reject // what there was before is no more
	}
	if whole := lengthLen + n; len(data) < whole && !p.Truncated && (whole <= maxWait || len(data) < enough) {
		return 0
	}
	if !p.Push(Protocol) {
		return lengthLen + n
	}
	p.Message(Protocol)
	p.Out.Uint(fLength, uint64(n)) //nolint:gosec // not negative
	cut := p.Truncated             // else what is missing is left out, not cut by the capture
	r := reader{Cursor: common.Read(p, data[lengthLen:min(lengthLen+n, len(data))], n)}
	if p.Direction == s.client {
		s.request(&r, c)
	} else {
		s.response(&r, c)
	}
	if !cut {
		p.Truncated = false
	}
	return lengthLen + n
}

// client is the direction of the one that asks: not from Kafka's port where it has one, else from who began.
func client(p *dissect.Packet, c *dissect.Conversation) int {
	switch port := Protocol.TCPPorts[0]; {
	case p.Core.Destination.Port == port:
		return p.Direction
	case p.Core.Source.Port == port:
		return 1 - p.Direction
	case c.InitiatorKnown:
		return 0
	}
	return p.Direction // whose first bytes are a request
}

// request dissects a request. Behind a handshake of version 0 bare credentials come in its place: of those nothing is written.
func (s *session) request(r *reader, c *dissect.Conversation) {
	if !isRequest(r.B) {
		return
	}
	p := r.P
	key := r.Uint16(fAPIKey)
	version := r.U16()
	if r.Failed {
		return
	}
	a := apis[key]
	p.Out.String(fAPI, a.name)
	p.Out.Uint(fVersion, uint64(version))
	correlation := r.correlation()
	common.Request(p, c, uint64(correlation))
	if len(s.requests) == maxRequests {
		s.requests = append(s.requests[:0], s.requests[1:]...)
	}
	s.requests = append(s.requests, request{correlation, key})
	if name := r.text(); len(name) > 0 {
		p.Out.Text(fClient, name)
	}
	if a.flexible > 0 && version >= a.flexible {
		r.flexible = true
		r.tags()
	}
	if a.body != nil && !r.Failed {
		a.body(r, version)
	}
}

// response dissects a response as far as any is like the other.
func (s *session) response(r *reader, c *dissect.Conversation) {
	correlation := r.correlation()
	for i, q := range s.requests {
		if q.correlation == correlation && !r.Failed {
			r.P.Out.String(fAPI, apis[q.key].name)
			s.requests = append(s.requests[:i], s.requests[i+1:]...)
			common.Response(r.P, c, uint64(correlation))
			return
		}
	}
}

// summary reads "Metadata Request topic", "Fetch Response".
func summary(dst []byte, v dissect.View) []byte {
	requests, answers := 0, 0
	v.All(fAPIKey, func([]byte) { requests++ })
	v.All(fCorrelation, func([]byte) { answers++ })
	n := 0
	v.All(fAPI, func(name []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, name...)
	})
	kind := "Response"
	if requests > 0 {
		kind = "Request"
	}
	if n > 0 {
		dst = append(dst, ' ')
	} else if answers == 0 {
		return append(dst, "Credentials"...)
	}
	dst = append(dst, kind...)
	for _, id := range []field.ID{fTopic, fGroup} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
		}
	}
	return dst
}
