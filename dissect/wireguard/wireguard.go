// SPDX-License-Identifier: Apache-2.0

// Package wireguard dissects the headers of WireGuard (Donenfeld, NDSS 2017, section 5.4). Numbers are little-endian.
//
//	0          4        8          12        16
//	| 1, zeros | sender | ephemeral, encrypted …       | MACs   handshake initiation, 148 bytes
//	| 2, zeros | sender | receiver | ephemeral, …      | MACs   handshake response, 92 bytes
//	| 3, zeros | receiver | nonce, encrypted cookie           | cookie reply, 64 bytes
//	| 4, zeros | receiver | counter            | encrypted … |  transport data, at least 32 bytes
//
// It has no port: the type and length tell, and the zeros where they are not used by load balancers (initiation and response). After an initiation the
// flow is WireGuard's. A handshake message that the capture cut is not recognised. Not decoded: what is encrypted.
package wireguard

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	typeInitiation = 1
	typeResponse   = 2
	typeCookie     = 3
	typeData       = 4

	lenInitiation = 148
	lenResponse   = 92
	lenCookie     = 64
	minData       = 32
)

// Protocol is WireGuard.
var Protocol = &dissect.Protocol{
	Name: "wg", Title: "WireGuard", Reference: "Donenfeld 2017", Application: true, GuessUDP: guess, Summary: summary,
}

// The dissector names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("wg")
	fType     = fields.Add("type", field.Uint8, "wg.type", "Type: 1 handshake initiation, 2 handshake response, 3 cookie reply, 4 transport data")
	fReserved = fields.Add("reserved", field.Hex, "wg.reserved", "Reserved bytes, where they are not zero")
	fSender   = fields.Add("sender", field.Uint32, "wg.sender", "Sender's index of the session")
	fReceiver = fields.Add("receiver", field.Uint32, "wg.receiver", "Receiver's index of the session")
	fCounter  = fields.Add("counter", field.Int64, "wg.counter", "Counter of transport data", field.Rare)

	kind = field.Intern("wireguard")
)

// sound reports whether a message of that type may be n bytes long.
func sound(t byte, n int) bool {
	switch t {
	case typeInitiation:
		return n == lenInitiation
	case typeResponse:
		return n == lenResponse
	case typeCookie:
		return n == lenCookie
	case typeData:
		return n >= minData
	}
	return false
}

func guess(b []byte) bool {
	if len(b) < minData || !sound(b[0], len(b)) {
		return false
	}
	return b[0] < typeCookie || b[1]|b[2]|b[3] == 0
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !sound(b[0], wire) {
		p.Pop()
		return
	}
	p.Message(Protocol)
	p.Out.Uint(fType, uint64(b[0]))
	if !p.Need(b, wire, 16) {
		return
	}
	if b[1]|b[2]|b[3] != 0 {
		p.Out.Bytes(fReserved, b[1:4])
	}
	first, second := uint64(binary.LittleEndian.Uint32(b[4:])), uint64(binary.LittleEndian.Uint32(b[8:]))
	switch b[0] {
	case typeInitiation:
		p.Out.Uint(fSender, first)
		if c := p.Conversation; c != nil {
			c.App = Protocol
		}
	case typeResponse:
		p.Out.Uint(fSender, first)
		p.Out.Uint(fReceiver, second)
	case typeCookie:
		p.Out.Uint(fReceiver, first)
	case typeData:
		p.Out.Uint(fReceiver, first)
		p.Out.Int(fCounter, int64(binary.LittleEndian.Uint64(b[8:])))
		p.TunnelType(kind)
		p.TunnelID(first)
	}
}

var typeNames = [...]string{typeInitiation: "Handshake initiation", typeResponse: "Handshake response", typeCookie: "Cookie reply", typeData: "Transport data"}

func summary(dst []byte, v dissect.View) []byte {
	t, _ := v.Uint(fType)
	if t < uint64(len(typeNames)) {
		dst = append(dst, typeNames[t]...)
	}
	if _, ok := v.Uint(fSender); ok {
		dst, _ = v.Text(append(dst, ", sender "...), fSender)
	}
	if _, ok := v.Uint(fReceiver); ok {
		dst, _ = v.Text(append(dst, ", receiver "...), fReceiver)
	}
	return dst
}
