// SPDX-License-Identifier: Apache-2.0

// Package memcache dissects memcached's protocols over TCP and UDP (memcached, protocol.txt and the wiki's BinaryProtocolRevamped): text, and binary:
//
//	set <key> <flags> <exptime> <bytes>\r\n<data>\r\n      STORED\r\n
//	get <key>…\r\n                                        VALUE <key> <flags> <bytes>\r\n<data>\r\nEND\r\n
//
//	| magic (1) | opcode (1) | key length (2) | extras length (1) | data type (1) | vbucket or status (2) | body (4) | opaque (4) | CAS (8) | extras | key | value |
//
// Over UDP, | request (2) | sequence (2) | datagrams (2) | 0 (2) | precedes each. The messages of a packet are one layer, as in Wireshark; values are counted. With
// Options.Wireshark nothing is decoded over UDP, where tshark does not know that header. Limits: messages of 64 KiB are waited for, of larger ones the beginning is
// dissected, of several datagrams the first. Not decoded: values, statistics, passwords.
package memcache

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is memcached's protocol.
var Protocol = &dissect.Protocol{
	Name: "memcache", Title: "MEMCACHE", Reference: "memcached protocol.txt", Application: true,
	TCPPorts: []uint16{11211}, UDPPorts: []uint16{11211},
	GuessTCP: guess, AcceptTCP: accept, GuessUDP: guessDatagram, AcceptUDP: acceptDatagram,
	Summary: summary,
}

// The functions name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields    = field.Group("memcache")
	fCommand  = fields.Add("command", field.Keyword, "memcache.command", "Commands, as they are written; those of the binary protocol by the name that the text protocol has for them")
	fOpcode   = fields.Add("opcode", field.Uint8, "memcache.opcode", "Opcodes of the binary protocol, of requests and responses", field.Rare)
	fKey      = fields.Add("key", field.Keyword, "memcache.key", "Keys that requests and responses name")
	fResponse = fields.Add("response", field.Keyword, "memcache.response", "First word of each response: STORED, VALUE, END, NOT_FOUND, SERVER_ERROR, …")
	fError    = fields.Add("error", field.Keyword, "", "What follows CLIENT_ERROR and SERVER_ERROR, or the text of an error of the binary protocol")
	fStatus   = fields.Add("status", field.Uint16, "memcache.status", "Status of responses of the binary protocol: 0 no error, 1 key not found, 2 key exists, 5 not stored, …")
	fValue    = fields.Add("value_length", field.Int64, "memcache.value.length", "Lengths of values, bytes", field.Rare)
	fFlags    = fields.Add("flags", field.Uint32, "memcache.flags", "Flags that are stored with a value", field.Rare, field.Detail)
	fExpires  = fields.Add("expiration", field.Int64, "memcache.expiration", "When a value expires: seconds from now up to 30 days, else since 1970", field.Rare, field.Detail)
	fNoReply  = fields.Add("noreply", field.Bool, "memcache.noreply", "Nobody is to reply", field.Rare, field.Detail)
	fOpaque   = fields.Add("opaque", field.Uint32, "memcache.opaque", "Number that a response repeats", field.Rare, field.Detail)
	fCAS      = fields.Add("cas", field.Hex, "memcache.cas", "Version of a value", field.Rare, field.Detail)
	fID       = fields.Add("request_id", field.Uint16, "", "Number of a request over UDP", field.Rare, field.Detail)
)

// maxWait bounds the messages that are waited for, maxKey the keys, bytes.
const (
	maxWait = 64 << 10
	maxKey  = 250
)

// state is a connection's.
type state struct {
	server int // its direction
	// within is set while a text response of several lines is yet to end.
	within bool
	// datagram is set over UDP: nothing of a message is to come.
	datagram bool
}

func guess(data []byte) bool { return soundHeader(data) || stores(data) }

// accept is asked on memcached's own port: a header, a command or the first word of a response.
func accept(data []byte) bool {
	if data[0] == magicRequest || data[0] == magicResponse {
		return len(data) < headerLen || soundHeader(data)
	}
	line, _, _ := bytes.Cut(data[:min(len(data), maxKey)], []byte("\r\n"))
	word, _ := common.Word(line)
	if len(word) == 0 {
		return false
	}
	for _, c := range word {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{server: common.ServerByPort(p, c, Protocol, data[0] == magicResponse)}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// step takes a message, or a line of one, off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if data[0] == magicRequest || data[0] == magicResponse {
		return s.binary(p, c, data)
	}
	line, n := common.Line(p, data)
	if n == 0 {
		return 0
	}
	t := text{line: line}
	response := p.Direction == s.server
	total := n + t.parse(response)
	if total > len(data) && total <= maxWait && !p.Truncated && !s.datagram {
		return 0
	}
	if !layer(p) || len(t.words) == 0 {
		return total
	}
	if response {
		s.response(p, c, &t)
	} else {
		request(p, c, &t)
	}
	return total
}

// Over UDP a header precedes.
const udpHeaderLen = 8

func udpHeader(b []byte) bool {
	return len(b) > udpHeaderLen && binary.BigEndian.Uint16(b[2:]) < binary.BigEndian.Uint16(b[4:])
}

func guessDatagram(b []byte) bool {
	return udpHeader(b) && binary.BigEndian.Uint16(b[2:]) == 0 && binary.BigEndian.Uint16(b[6:]) == 0 && (soundHeader(b[udpHeaderLen:]) || stores(b[udpHeaderLen:]))
}

func acceptDatagram(b []byte) bool { return udpHeader(b) }

func datagram(p *dissect.Packet, b []byte, wire int) {
	if p.Options.Wireshark {
		if common.Elsewhere(p, Protocol) {
			p.Pop()
		} else {
			p.Message(Protocol)
		}
		return
	}
	p.Truncated = p.Truncated || len(b) < wire
	p.Message(Protocol)
	if len(b) < udpHeaderLen {
		p.Need(b, wire, udpHeaderLen)
		return
	}
	p.Out.Uint(fID, uint64(binary.BigEndian.Uint16(b)))
	c := p.Conversation
	if binary.BigEndian.Uint16(b[2:]) != 0 || c == nil { // what continues a message
		return
	}
	s := &state{server: common.ServerByPort(p, c, Protocol, false), datagram: true}
	for b = b[udpHeaderLen:]; len(b) > 0; {
		n := s.step(p, c, b)
		if n == 0 {
			break
		}
		b = b[min(n, len(b)):]
	}
}

// summary reads "set k", "VALUE k", "Response status=1".
func summary(dst []byte, v dissect.View) []byte {
	start := len(dst)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{"", fCommand}, {"", fResponse}, {"status=", fStatus}, {"", fKey}, {"", fError}} {
		const most = 8
		n := 0
		v.All(part.id, func(text []byte) {
			if n++; n > most {
				return
			}
			if len(dst) > start {
				dst = append(dst, ' ')
			}
			dst = append(append(dst, part.lead...), text...)
		})
		if n > most {
			dst = append(dst, " …"...)
		}
	}
	if len(dst) == start {
		dst = append(dst, "MEMCACHE Continuation"...)
	}
	return dst
}
