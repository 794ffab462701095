// SPDX-License-Identifier: Apache-2.0

// Package amqp dissects the Advanced Message Queuing Protocol, versions 0-9 and 0-9-1 (AMQP 0-9-1, 4.2.3), and the frames of version 1.0 (OASIS AMQP 1.0, part 2, 2.3).
//
//	header: | "AMQP" | 4 bytes of the version |
//	0-9-1:  | type 1 | channel 2 | length 4 | payload | 0xce |
//	1.0:    | length 4 | offset of the body, in 4 bytes, 1 | type 1 | channel 2 | performative, … |
//
// The frames of a packet are one layer, as in Wireshark. Methods are tied to the ones that answer them. Limits: frames of 64 KiB are waited for, of larger ones
// the beginning is dissected. Not decoded: tables, bodies (counted), of version 1.0 what performatives hold; version 0-10.
package amqp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is AMQP.
var Protocol = &dissect.Protocol{
	Name: "amqp", Title: "AMQP", Reference: "AMQP 0-9-1", Application: true,
	TCPPorts: []uint16{5672},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The function names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("amqp")
	fVersion = fields.Add("version", field.Keyword, "", "Version that the client asks for: 0-9-1, 1.0, 1.0 SASL, …", field.Rare)
	fChannel = fields.Add("channel", field.Uint16, "amqp.channel", "Channel of each frame", field.Rare)

	methods  = field.Group("amqp.method")
	fClass   = methods.Add("class", field.Uint16, "amqp.method.class", "Class of each method: 10 connection, 20 channel, 40 exchange, 50 queue, 60 basic, 85 confirm, 90 tx", field.Rare)
	fMethod  = methods.Add("method", field.Uint16, "amqp.method.method", "Method in its class", field.Rare)
	fName    = methods.Add("name", field.Keyword, "", "Name of each method: Basic.Publish, Queue.Declare, …; of version 1.0 the performative: Open, Attach, Transfer, …")
	fVHost   = fields.Add("vhost", field.Keyword, "", "Virtual host of the connection")
	fEx      = fields.Add("exchange", field.Keyword, "", "Exchange that is published to, delivered from, declared, bound or deleted")
	fQueue   = fields.Add("queue", field.Keyword, "", "Queue that is declared, bound, consumed or deleted")
	fKey     = fields.Add("routing_key", field.Keyword, "", "Routing key of a message or a binding")
	fCode    = fields.Add("reply_code", field.Uint16, "", "Why a connection or channel is closed, or a message comes back: 200 success, 320 forced, 404 not found, …")
	fReply   = fields.Add("reply_text", field.Keyword, "", "What the server says of that", field.Rare, field.Detail)
	fBody    = fields.Add("body_size", field.Int64, "", "Length of a message's body, bytes", field.Rare)
	fContent = fields.Add("content_type", field.Keyword, "", "MIME type of a message's body", field.Rare, field.Detail)

	fMechanism = fields.Add("mechanism", field.Keyword, "", "SASL mechanism by which the client logs in", field.Rare)
	fResponse  = fields.Add("response", field.Hex, "", "What the client says to log in, with its password", field.Secret, field.Rare, field.Detail)
	fTag       = fields.Add("consumer_tag", field.Keyword, "", "Name of a consumer", field.Rare, field.Detail)
	fType      = fields.Add("type", field.Uint8, "amqp.type", "Type of each frame: 1 method, 2 content header, 3 content body, 8 heartbeat; of version 1.0 0 AMQP, 1 SASL", field.Rare, field.Detail)
)

// versions are the last four bytes of the header: identifier, major, minor, revision; before 0-9-1 they had another order.
var versions = map[string]string{"\x00\x00\x09\x01": "0-9-1", "\x01\x01\x00\x09": "0-9", "\x01\x01\x09\x00": "0-9", "\x01\x01\x08\x00": "0-8", "\x00\x01\x00\x00": "1.0", "\x02\x01\x00\x00": "1.0 TLS",
	"\x03\x01\x00\x00": "1.0 SASL"}

const (
	greeting  = "AMQP"
	headerLen = 8
	// maxWait bounds the frames that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// enough is what of a frame that is too long to be waited for is dissected at least, bytes.
	enough = 1024
	// maxFrame bounds the lengths that are believed, bytes.
	maxFrame = 64 << 20
)

// Types of frames of version 0-9-1.
const (
	typeMethod    = 1
	typeHeader    = 2
	typeBody      = 3
	typeHeartbeat = 8
)

const (
	frameHead = 7
	frameEnd  = 0xce
)

// frame091 says how long the frame of version 0-9-1 at the front of b is, as far as there is one: 0 while more of it is needed to tell.
func frame091(b []byte) (n int, ok bool) {
	if t := b[0]; t != typeMethod && t != typeHeader && t != typeBody && t != typeHeartbeat {
		return 0, false
	}
	if len(b) < frameHead {
		return 0, true
	}
	size := binary.BigEndian.Uint32(b[3:])
	if size > maxFrame || b[0] == typeHeartbeat && size != 0 || b[0] == typeMethod && size < 4 || b[0] == typeHeader && size < 14 {
		return 0, false
	}
	n = frameHead + int(size) + 1
	return n, len(b) < n || b[n-1] == frameEnd
}

// frame10 is that of version 1.0.
func frame10(b []byte) (n int, ok bool) {
	const head, least, sasl = 8, 2, 1
	if len(b) < head {
		return 0, b[0] == 0
	}
	size := binary.BigEndian.Uint32(b)
	return int(size), size >= head && size <= maxFrame && b[4] >= least && int(b[4])*4 <= int(size) && b[5] <= sasl
}

// hello says whether b starts with a header, and which version it asks for; while more of it is needed to tell, version is "".
func hello(b []byte) (version string, ok bool) {
	n := min(len(b), len(greeting))
	if string(b[:n]) != greeting[:n] {
		return "", false
	}
	if len(b) < headerLen {
		return "", true
	}
	version, ok = versions[string(b[len(greeting):headerLen])]
	return version, ok
}

// guess takes a header.
func guess(b []byte) bool {
	version, ok := hello(b)
	return ok && version != ""
}

// accept is asked on AMQP's own port, where a capture may begin within a connection.
func accept(b []byte) bool {
	if _, ok := hello(b); ok {
		return true
	}
	n, ok := frame091(b)
	if ok && n > 0 && b[0] == typeMethod && len(b) >= frameHead+4 {
		_, ok = table[methodAt(b[frameHead:])]
	}
	return ok
}

// methodAt is the class and the method at the front of b.
func methodAt(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// summary reads "Basic.Publish x=logs rk=info", "Content-Header", as Wireshark has it.
func summary(dst []byte, v dissect.View) []byte {
	start := len(dst)
	lead := ""
	add := func(text []byte) {
		dst = append(append(dst, lead...), text...)
		lead = " "
	}
	if text, ok := v.Text(nil, fVersion); ok {
		add(append([]byte("Protocol-Header "), text...))
	}
	v.All(fName, add)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{"vhost=", fVHost}, {"q=", fQueue}, {"x=", fEx}, {"rk=", fKey}, {"reply=", fReply}, {"body ", fBody}} {
		if text, ok := v.Text([]byte(part.lead), part.id); ok {
			add(text)
		}
	}
	if len(dst) == start {
		if t, _ := v.Uint(fType); t == typeHeartbeat {
			return append(dst, "Heartbeat"...)
		}
		return append(dst, "Content-Body"...)
	}
	return dst
}

// session is what is known of a connection.
type session struct {
	// later is set for version 1.0.
	later bool
}
