// SPDX-License-Identifier: Apache-2.0

package nbns

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of datagrams (RFC 1002, 4.4.1).
const (
	directUnique  = 0x10
	broadcastData = 0x12
	datagramError = 0x13
	query         = 0x14
	negativeReply = 0x16
)

// magicLen is the length of what a message of SMB begins with, bytes.
const magicLen = 4

// Datagram is the datagram service:
//
//	0      1       2    4           8             10
//	| type | flags | id | source IP | source port | length, offset, source name, destination name, data
var Datagram = &dissect.Protocol{
	Name: "nbdgm", Title: "NBDS", Reference: "RFC 1002", Application: true,
	UDPPorts: []uint16{138},
	GuessUDP: guessDatagram, AcceptUDP: always,
	Summary: summaryDatagram,
}

func init() { Datagram.Dissect = decodeDatagram }

var (
	dgram   = field.Group("nbdgm")
	fDType  = dgram.Add("type", field.Uint8, "nbdgm.type", "Type: 16 direct unique, 17 direct group, 18 broadcast, 19 error, 20 query, 21 positive and 22 negative response")
	fDID    = dgram.Add("dgram_id", field.Uint16, "nbdgm.dgram_id", "Identifier of the datagram, which its fragments share", field.Rare, field.Detail)
	fDError = dgram.Add("error_code", field.Uint8, "nbdgm.error_code", "Error: 130 destination name not present, 131 invalid source name, 132 invalid destination name", field.Rare)
	fDFrom  = dgram.Add("source_name", field.Keyword, "nbdgm.source_name", "Name of the sender, with its service")
	fDTo    = dgram.Add("destination_name", field.Keyword, "nbdgm.destination_name", "Name of the receiver, with its service")
)

// guessDatagram recognises data by the sender's name.
func guessDatagram(b []byte) bool {
	const names = 14
	var name [nameLen]byte
	return len(b) > names+encodedLen && b[0] >= directUnique && b[0] <= broadcastData && b[1] < 16 && b[names] == encodedLen && decodeName(&name, b[names+1:])
}

func decodeDatagram(p *dissect.Packet, b []byte, wire int) {
	p.Message(Datagram)
	c := common.Read(p, b, wire)
	kind := c.Uint8(fDType)
	c.Skip(1) // flags
	c.Uint16(fDID)
	c.Skip(6) // the sender's address and port, as in the headers but for what translators do
	switch {
	case kind >= directUnique && kind <= broadcastData:
		c.Skip(4) // length, offset
		writeName(&c, b, fDFrom, false)
		writeName(&c, b, fDTo, false)
		if !c.Failed && len(c.B) >= magicLen && string(c.B[:magicLen]) == "\xffSMB" {
			p.CallName("smb", c.B, c.Wire)
		}
	case kind == datagramError:
		c.Uint8(fDError)
	case kind >= query && kind <= negativeReply:
		writeName(&c, b, fDTo, false)
	}
}

var types = [...]string{"Direct_unique datagram", "Direct_group datagram", "Broadcast datagram", "Datagram error", "Datagram query request", "Datagram positive query response",
	"Datagram negative query response"}

func summaryDatagram(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fDType)
	if i := kind - directUnique; i < uint64(len(types)) {
		dst = append(dst, types[i]...)
	} else {
		dst, _ = v.Text(append(dst, "Type "...), fDType)
	}
	if text, ok := v.Text(append(dst, ", from "...), fDFrom); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, " to "...), fDTo); ok {
		dst = text
	}
	return dst
}
