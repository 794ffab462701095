// SPDX-License-Identifier: Apache-2.0

// Package stun dissects Session Traversal Utilities for NAT (RFC 8489) with its use for relays, TURN (RFC 8656), over UDP and TCP, and the STUN before
// it, which has no cookie (RFC 3489):
//
//	0      2        4        8                20
//	| type | length | cookie | transaction id | attributes: type, length, value, padding to 4 bytes …
//	| channel (0x4000 to 0x4fff) | length | data       a relay's channel data
//
// A message is found on any port by its cookie and its length; one without a cookie by its type and by attributes that fill it exactly. Limits: 64 attributes.
// Not decoded: what a relay carries (counted), passwords, integrity and nonces, the attributes of vendors, STUN over TCP in the framing of RFC 4571.
package stun

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen     = 20
	cookie        = 0x2112a442
	maxAttributes = 64
	port          = 3478
	// repetition is how long a client may send a request again, nanoseconds: 39.5 s (RFC 8489, 6.2.1).
	repetition = int64(39_500_000_000)
)

// Protocol is STUN, Classic the STUN of RFC 3489, and Channel TURN's channel data.
var (
	Protocol = &dissect.Protocol{
		Name: "stun", Title: "STUN", Reference: "RFC 8489", Application: true,
		UDPPorts: []uint16{port}, TCPPorts: []uint16{port},
		GuessUDP: guess, AcceptUDP: accept,
		GuessTCP: guessStream,
		Summary:  summary,
	}
	Classic = &dissect.Protocol{
		Name: "classicstun", Title: "CLASSIC-STUN", Reference: "RFC 3489", Application: true,
		GuessUDP: guessClassic,
		Summary:  summaryClassic,
	}
	Channel = &dissect.Protocol{
		Name: "turnchannel", Title: "TURN CHANNEL", Reference: "RFC 8656", Application: true,
		Summary: summaryChannel,
	}
)

// The messages and the stream name their Protocols, which cannot name them back in their own values.
func init() {
	Protocol.Dissect, Protocol.Stream, Classic.Dissect, Channel.Dissect = decode, stream, classic, channel
}

var (
	fields    = field.Group("stun")
	fType     = fields.Add("type", field.Uint16, "stun.type", "Message: method and class. 1 Binding Request, 257 its success, 273 its error; 3 Allocate, 4 Refresh, 8 CreatePermission, 9 ChannelBind, 22 and 23 indications with data")
	fID       = fields.Add("id", field.Hex, "stun.id", "Transaction")
	fAttr     = fields.Add("att_type", field.Uint16, "stun.att.type", "Attributes", field.Rare)
	fUser     = fields.Add("username", field.Keyword, "stun.att.username", "User; with ICE, the names of both sides")
	fRealm    = fields.Add("realm", field.Keyword, "stun.att.realm", "Realm")
	fError    = fields.Add("error_code", field.Uint16, "stun.att.error", "Error: 400 bad request, 401 unauthenticated, 438 stale nonce, 487 role conflict, …")
	fMapped   = fields.Add("mapped_address", field.IP, "stun.att.ipv4, stun.att.ipv6, stun.att.ipv4-xord, stun.att.ipv6-xord", "Address from which the server sees the client")
	fMappedP  = fields.Add("mapped_port", field.Uint16, "stun.att.port, stun.att.port-xord", "Port from which the server sees the client", field.Rare)
	fRelayed  = fields.Add("relayed_address", field.IP, "", "Address that the relay gives the client")
	fRelayedP = fields.Add("relayed_port", field.Uint16, "", "Port that the relay gives the client", field.Rare, field.Detail)
	fPeer     = fields.Add("peer_address", field.IP, "", "Address that the client speaks to through the relay")
	fPeerP    = fields.Add("peer_port", field.Uint16, "", "Port that the client speaks to through the relay", field.Rare, field.Detail)
	fSoftware = fields.Add("software", field.Keyword, "stun.att.software", "Software of the sender", field.Rare)
	fReason   = fields.Add("error_reason", field.Keyword, "stun.att.error.reason", "Reason of the error", field.Rare, field.Detail)
	fLifetime = fields.Add("lifetime", field.Uint32, "stun.att.lifetime", "How long the relay serves the client, seconds", field.Rare, field.Detail)
	fChanNum  = fields.Add("channel", field.Uint16, "stun.att.channelnum", "Channel that is bound to a peer", field.Rare, field.Detail)
	fData     = fields.Add("data_length", field.Uint16, "", "Length of what the relay is to carry, bytes", field.Rare, field.Detail)

	classics     = field.Group("classicstun")
	fClassicType = classics.Add("type", field.Uint16, "classicstun.type", "Message of the STUN of RFC 3489: 1 Binding Request, 257 its response, 273 its error")
	fClassicID   = classics.Add("id", field.Hex, "classicstun.id", "Transaction", field.Rare)

	channels    = field.Group("turnchannel")
	fChannelID  = channels.Add("id", field.Uint16, "turnchannel.id", "Channel of a relay, 16384 to 20479", field.Rare)
	fChannelLen = channels.Add("length", field.Uint16, "turnchannel.length", "Length of what is relayed, bytes", field.Rare, field.Detail)
)

// modern reports whether b starts with a message that has the cookie.
func modern(b []byte) bool {
	return len(b) >= headerLen && b[0] < 0x40 && binary.BigEndian.Uint32(b[4:]) == cookie
}

// guess recognises a message by its cookie and a length that fits.
func guess(b []byte) bool {
	return modern(b) && headerLen+int(binary.BigEndian.Uint16(b[2:])) <= len(b)
}

// accept also takes what the capture cut, channel data, and a message without attributes or cookie.
func accept(b []byte) bool {
	return modern(b) || isChannel(b) || len(b) == headerLen && classicTypes[binary.BigEndian.Uint16(b)] != "" && binary.BigEndian.Uint16(b[2:]) == 0
}

func guessStream(b []byte) bool {
	return modern(b) && binary.BigEndian.Uint16(b[2:])%4 == 0 && methods[method(binary.BigEndian.Uint16(b))] != ""
}

// isChannel reports whether b is channel data (RFC 8656, 12.4), over UDP with or without padding.
func isChannel(b []byte) bool {
	if len(b) < 4 || b[0]&0xf0 != 0x40 {
		return false
	}
	n := 4 + int(binary.BigEndian.Uint16(b[2:]))
	return len(b) >= n && len(b) < n+4
}

// guessClassic recognises a message without a cookie by its type and by attributes that fill it exactly.
func guessClassic(b []byte) bool {
	if len(b) <= headerLen || modern(b) || headerLen+int(binary.BigEndian.Uint16(b[2:])) != len(b) || classicTypes[binary.BigEndian.Uint16(b)] == "" {
		return false
	}
	for b = b[headerLen:]; len(b) >= 4; {
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0
}

func decode(p *dissect.Packet, b []byte, wire int) {
	switch {
	case modern(b) || len(b) < headerLen && !isChannel(b):
		message(p, b, wire)
	case isChannel(b):
		p.Pop()
		p.Call(Channel, b, wire)
	case guessClassic(b) || len(b) == headerLen && accept(b):
		p.Pop()
		p.Call(Classic, b, wire)
	default: // something else in a conversation with a relay
		p.Pop()
	}
}

// message reads a message with a cookie.
func message(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	typ := c.Uint16(fType)
	n := int(c.U16())
	c.Skip(4)
	id := c.Bytes(12)
	if c.Failed {
		return
	}
	p.Out.Bytes(fID, id)
	transaction(p, typ, id)
	if typ == channelBind && p.Conversation != nil && !p.Quoted {
		p.Conversation.App = Protocol // channel data is to follow
	}
	attributes(&c, n, b[4:headerLen:headerLen])
}

// classic reads a message without one.
func classic(p *dissect.Packet, b []byte, wire int) {
	p.Message(Classic)
	c := common.Read(p, b, wire)
	typ := c.Uint16(fClassicType)
	n := int(c.U16())
	id := c.Bytes(16)
	if c.Failed {
		return
	}
	p.Out.Bytes(fClassicID, id)
	transaction(p, typ, id[4:])
	attributes(&c, n, nil)
}

// Classes of a message (RFC 8489, 5).
const (
	classMask = 0x0110
	request   = 0x0000
	success   = 0x0100
	failure   = 0x0110
)

// method is the 12 bits around those of the class.
func method(typ uint16) uint16 { return typ&0x000f | typ&0x00e0>>1 | typ&0x3e00>>2 }

// transaction ties a response to its request by the 12 last bytes of the identifier.
func transaction(p *dissect.Packet, typ uint16, id []byte) {
	key := binary.BigEndian.Uint64(id) ^ uint64(binary.BigEndian.Uint32(id[8:]))
	switch typ & classMask {
	case request:
		common.Repeatable(p, p.Conversation, key, repetition)
	case success, failure:
		common.Response(p, p.Conversation, key)
	}
}

// channel reads channel data.
func channel(p *dissect.Packet, b []byte, wire int) {
	p.Message(Channel)
	c := common.Read(p, b, wire)
	c.Uint16(fChannelID)
	c.Uint16(fChannelLen)
}

// stream takes a message or channel data off the front; the latter is padded to 4 bytes (RFC 8656, 12.5).
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) < 4 {
		return 0
	}
	n := int(binary.BigEndian.Uint16(data[2:]))
	switch {
	case modern(data):
		n += headerLen
	case len(data) < headerLen && data[0] < 0x40:
		return 0
	case data[0]&0xf0 == 0x40 && c.AppState != nil:
		n = 4 + (n+3)&^3
	default:
		return dissect.Reject
	}
	if len(data) < n && !p.Truncated {
		return 0
	}
	c.AppState = Protocol // a message was seen
	if p.Push(Protocol) {
		decode(p, data[:min(n, len(data)):min(n, len(data))], n)
	}
	return min(n, len(data))
}
