// SPDX-License-Identifier: Apache-2.0

// Package snmp dissects the Simple Network Management Protocol: version 1 (RFC 1157), 2c (RFC 1901, RFC 3416) and 3 (RFC 3412) with its user-based
// security model (RFC 3414), over UDP.
//
//	SEQUENCE { version, community, PDU }
//	SEQUENCE { version, { id, longest message, flags, security model }, security parameters, { engine, context, PDU } or encrypted }
//
// Limits: 128 variable bindings, 256 bytes of a value. Not decoded: what is encrypted, authentication and privacy parameters, which serve who attacks a
// password, SNMP over TCP and TLS.
package snmp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Tags of ASN.1.
const (
	tagInteger     = 0x02
	tagOctetString = 0x04
	tagSequence    = 0x30
	tagPDU         = 0xa0 // and the kind of PDU
)

// Versions.
const (
	version1  = 0
	version2c = 1
	version2u = 2
	version3  = 3
)

// Protocol is SNMP.
var Protocol = &dissect.Protocol{
	Name: "snmp", Title: "SNMP", Reference: "RFC 3416", Application: true,
	UDPPorts: []uint16{161, 162},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields     = field.Group("snmp")
	fVersion   = fields.Add("version", field.Uint32, "snmp.version", "Version of a message with a community: 0 SNMPv1, 1 SNMPv2c")
	fCommunity = fields.Add("community", field.Keyword, "snmp.community", "Community, which is a password", field.Secret)
	fMsgVer    = fields.Add("msg_version", field.Uint32, "snmp.msgVersion", "Version of a message with a security model: 3 SNMPv3")
	fMsgID     = fields.Add("msg_id", field.Int64, "snmp.msgID", "SNMPv3: identifier that pairs a response with its request", field.Rare)
	fFlags     = fields.Add("msg_flags", field.Uint8, "snmp.msgFlags", "SNMPv3: flags: 1 authenticated, 2 encrypted, 4 reportable")
	fEngine    = fields.Add("msg_authoritative_engine_id", field.Hex, "snmp.msgAuthoritativeEngineID", "SNMPv3: engine whose clock counts")
	fUser      = fields.Add("msg_user_name", field.Keyword, "snmp.msgUserName", "SNMPv3: user")
	fContext   = fields.Add("context_name", field.Keyword, "snmp.contextName", "SNMPv3: context of the data")
)

// accept says what may be a message on SNMP's ports: a sequence that starts with a version.
func accept(b []byte) bool {
	at, _ := sequence(b)
	return at > 0 && (len(b) <= at || b[at] == tagInteger)
}

// guess recognises a message by its length, its version and what follows it.
func guess(b []byte) bool {
	at, n := sequence(b)
	if at <= 0 || at+n != len(b) || n < 5 || b[at] != tagInteger || b[at+1] != 1 {
		return false
	}
	switch version, next := b[at+2], b[at+3]; version {
	case version1, version2c:
		pdu := at + 5 + int(b[at+4])
		return next == tagOctetString && pdu < len(b) && b[pdu] >= tagPDU && b[pdu] <= tagPDU+report
	case version3:
		return next == tagSequence && len(b) > at+5 && b[at+5] == tagInteger
	}
	return false
}

// sequence is where the contents of the sequence at the front of b begin, 0 when there is none, and how long they are, bytes.
func sequence(b []byte) (at, n int) {
	if len(b) < 2 || b[0] != tagSequence {
		return 0, 0
	}
	switch count := int(b[1]) - 0x80; {
	case count < 0:
		return 2, int(b[1])
	case count == 1 && len(b) > 2:
		return 3, int(b[2])
	case count == 2 && len(b) > 3:
		return 4, int(binary.BigEndian.Uint16(b[2:]))
	}
	return 0, 0
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	whole := common.Read(p, b, wire)
	c := element(&whole, tagSequence)
	v := element(&c, tagInteger)
	version := v.Integer()
	if v.Failed {
		return
	}
	switch version {
	case version1, version2c, version2u:
		p.Out.Uint(fVersion, uint64(version))
		community := element(&c, tagOctetString)
		community.Text(fCommunity, community.Wire)
		pdu(&c, -1)
	case version3:
		p.Out.Uint(fMsgVer, version3)
		decode3(&c)
	default:
		p.Bad()
	}
}

// element takes an element's contents; another tag is malformed.
func element(c *common.Cursor, tag uint8) common.Cursor {
	got, v := c.Element()
	if !c.Failed && !v.Failed && got != tag {
		c.P.Bad()
		c.Failed, v.Failed = true, true
	}
	return v
}

// integer reads and writes an INTEGER.
func integer(c *common.Cursor, id field.ID) int64 {
	v := element(c, tagInteger)
	n := v.Integer()
	if !v.Failed {
		c.P.Out.Int(id, n)
	}
	return n
}

func octets(c *common.Cursor, id field.ID) {
	v := element(c, tagOctetString)
	v.Hex(id, v.Wire)
}

func text(c *common.Cursor, id field.ID) {
	v := element(c, tagOctetString)
	v.Text(id, v.Wire)
}

// Flags of SNMPv3 (RFC 3412, 6.4) and its user-based security model.
const (
	encrypted  = 2
	reportable = 4
	userBased  = 3
)

// decode3 reads SNMPv3 behind its version.
func decode3(c *common.Cursor) {
	global := element(c, tagSequence)
	id := integer(&global, fMsgID)
	element(&global, tagInteger) // the longest message that the sender takes
	f := element(&global, tagOctetString)
	flags := f.Uint8(fFlags)
	m := element(&global, tagInteger)
	model := m.Integer()
	security := element(c, tagOctetString)
	if global.Failed || f.Failed || c.Failed {
		return
	}
	if model == userBased {
		usm := element(&security, tagSequence)
		octets(&usm, fEngine)
		element(&usm, tagInteger) // how often the engine has started
		element(&usm, tagInteger) // and how long ago
		text(&usm, fUser)
	}
	if flags&encrypted != 0 {
		// Only requests ask for a report.
		transaction(c.P, flags&reportable != 0, id)
		return
	}
	scoped := element(c, tagSequence)
	element(&scoped, tagOctetString) // the engine of the data
	text(&scoped, fContext)
	pdu(&scoped, id)
}

// transaction ties a response to its request by the identifier that both carry.
func transaction(p *dissect.Packet, request bool, id int64) {
	key := uint64(id) //nolint:gosec // any number tells them apart
	if request {
		common.Repeatable(p, p.Conversation, key, repetition)
	} else {
		common.Response(p, p.Conversation, key)
	}
}
