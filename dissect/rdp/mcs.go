// SPDX-License-Identifier: Apache-2.0

package rdp

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Units of T.125: the tags of those that connect, and the choices of those within a domain that are told apart.
const (
	connectTag      = 0x7f
	connectInitial  = 0x65
	connectResponse = 0x66

	erectDomain        = 1
	disconnect         = 8
	attachUser         = 10
	attachUserConfirm  = 11
	channelJoin        = 14
	channelJoinConfirm = 15
	sendRequest        = 25
	sendIndication     = 26
	// optional is the bit of a confirmation that has what is optional in it.
	optional = 0x02
)

// Types of blocks ([MS-RDPBCGR], 2.2.1.3.1).
const (
	clientCore     = 0xc001
	clientNetwork  = 0xc003
	serverSecurity = 0x0c02
)

const maxChannels = 64

var (
	mcs        = field.Group("t125")
	fUnit      = mcs.Add("pdu", field.Uint8, "t125.ConnectMCSPDU, t124.DomainMCSPDU", "Unit of the multipoint communication service: 101 connect-initial, 102 connect-response, 8 disconnect, 10 attach user, 14 join channel, 25 and 26 data, …", field.Rare)
	fChannel   = mcs.Add("channel_id", field.Uint16, "t124.channelId", "Channel that is joined, or that data are for", field.Rare, field.Detail)
	fResult    = mcs.Add("result", field.Uint8, "t125.result", "Result of a confirmation: 0 successful", field.Rare, field.Detail)
	fBuild     = fields.Add("client_build", field.Uint32, "rdp.client.build", "Build of the client", field.Rare)
	fName      = fields.Add("client_name", field.Keyword, "rdp.client.name", "Name of the client's computer")
	fKeyboard  = fields.Add("keyboard_layout", field.Uint32, "rdp.keyboardLayout", "Layout of the client's keyboard: 1033 US, 1031 German, …", field.Rare)
	fProduct   = fields.Add("client_dig_product_id", field.Keyword, "rdp.client.digProductId", "Product number of the client", field.Rare, field.Detail)
	fChannels  = fields.Add("channel_name", field.Keyword, "rdp.name", "Virtual channels that the client asks for: rdpdr drives, cliprdr clipboard, rdpsnd sound, …")
	fMethod    = fields.Add("encryption_method", field.Uint32, "rdp.encryptionMethod", "Encryption that the server chose: 0 none or TLS, 1 of 40 bits, 2 of 128, 8 of 56, 16 FIPS", field.Rare)
	fLevel     = fields.Add("encryption_level", field.Uint32, "rdp.encryptionLevel", "Level of encryption: 0 none, 1 low, 2 client's, 3 high, 4 FIPS", field.Rare, field.Detail)
	fMinor     = fields.Add("version_minor", field.Uint16, "rdp.version.major", "Minor number of the version, which Wireshark calls the major one: 1 RDP 4, 4 RDP 5 to 8, 5 and more RDP 10", field.Rare, field.Detail)
	objectGCC  = []byte{0, 5, 0, 20, 0x7c, 0, 1} // the object identifier 0.0.20.124.0.1 in PER
	fromClient = []byte("Duca")
	fromServer = []byte("McDn")
)

// guessConnect recognises the units that connect.
func guessConnect(b []byte) bool {
	return len(b) > 2 && b[0] == connectTag && (b[1] == connectInitial || b[1] == connectResponse)
}

// guessDomain recognises the units within a domain that RDP uses.
func guessDomain(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] >> 2 {
	case erectDomain, disconnect, attachUser, attachUserConfirm, channelJoin, channelJoinConfirm, sendRequest, sendIndication:
		return true
	}
	return false
}

// Data dissects what a connection carries, and reports whether it is T.125's.
func (s *Session) Data(p *dissect.Packet, b []byte, wire int) bool {
	connect := guessConnect(b)
	// tshark takes units for a domain's on any connection.
	domain := guessDomain(b) && (s.Known || p.Options.Wireshark)
	if !connect && !domain || !p.Push(T125) {
		return false
	}
	c := common.Read(p, b, wire)
	if connect {
		s.connect(&c)
	} else {
		s.domain(&c)
	}
	return true
}

// connect reads a unit that connects (T.125, 11.1 and 11.2): all but the conference that its user data create is passed over.
func (s *Session) connect(c *common.Cursor) {
	const octets, maxElements = 4, 8
	p := c.P
	p.Message(T125)
	c.Skip(1)
	kind, v := c.Element()
	p.Out.Uint(fUnit, uint64(kind))
	for n := 0; v.More() && n < maxElements; n++ {
		tag, e := v.Element()
		if tag == octets && bytes.HasPrefix(e.B, objectGCC) && p.Push(T124) {
			s.conference(e)
			return
		}
	}
}

// conference reads the blocks in a conference's user data, behind the key of who speaks.
func (s *Session) conference(c common.Cursor) {
	const keyLen, within = 4, 40
	p := c.P
	head := c.B[:min(len(c.B), within)]
	i := max(bytes.Index(head, fromClient), bytes.Index(head, fromServer))
	if i < 0 {
		return
	}
	s.Known = true
	p.Message(Protocol)
	if !p.Options.Wireshark && !p.Push(Protocol) { // tshark does not count RDP as a layer here
		return
	}
	c.Skip(i + keyLen)
	blocks := c.Sub(perLength(&c))
	for n := 0; blocks.More() && n < common.MaxItems; n++ {
		kind := blocks.Little16()
		v := blocks.Sub(int(blocks.Little16()) - 4)
		block(&v, kind)
	}
}

// perLength reads a length of PER's aligned variant below 16,384 (X.691, 11.9).
func perLength(c *common.Cursor) int {
	const long = 0x80
	n := int(c.U8())
	if n&long != 0 {
		n = n&^long<<8 | int(c.U8())
	}
	return n
}

// block reads a block of the client or the server.
func block(v *common.Cursor, kind uint16) {
	switch kind {
	case clientCore:
		const nameLen, productLen = 32, 64
		v.LittleNumber(fMinor, 2)
		v.Skip(2 + 4*2)
		v.LittleNumber(fKeyboard, 4)
		v.LittleNumber(fBuild, 4)
		wide(v, fName, nameLen)
		v.Skip(3*4 + 64)
		if v.More() { // what follows came with RDP 5
			v.Skip(2 + 2 + 4 + 2 + 2 + 2)
		}
		if v.Wire >= productLen {
			wide(v, fProduct, productLen)
		}
	case clientNetwork:
		const nameLen, optionsLen = 8, 4
		for n := min(v.Little32(), maxChannels); n > 0 && v.More(); n-- {
			v.Text(fChannels, nameLen)
			v.Skip(optionsLen)
		}
	case serverSecurity:
		v.LittleNumber(fMethod, 4)
		v.LittleNumber(fLevel, 4)
	}
}

// wide reads n bytes of UTF-16 up to a zero.
func wide(v *common.Cursor, id field.ID, n int) {
	b := v.Bytes(n)
	var units []uint16
	for ; len(b) >= 2 && (b[0] != 0 || b[1] != 0); b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	if len(units) > 0 {
		v.P.Out.String(id, string(utf16.Decode(units)))
	}
}

// domain reads a unit within a domain (T.125, 11.3 and on).
func (s *Session) domain(c *common.Cursor) {
	p := c.P
	choice := c.U8()
	kind := choice >> 2
	p.Message(T125)
	p.Out.Uint(fUnit, uint64(kind))
	switch kind {
	case attachUserConfirm:
		c.Uint8(fResult)
	case channelJoin:
		c.Skip(2)
		c.Uint16(fChannel)
	case channelJoinConfirm:
		c.Uint8(fResult)
		c.Skip(2 + 2)
		if choice&optional != 0 {
			c.Uint16(fChannel)
		}
	case sendRequest, sendIndication:
		c.Skip(2)
		c.Uint16(fChannel)
		c.Skip(1)
		c.Sub(perLength(c))
		if !s.Known {
			return
		}
		p.Message(Protocol)
		if kind == sendIndication || !p.Options.Wireshark {
			p.Push(Protocol)
		} else { // tshark counts RDP as a layer one way only
			p.Core.Headline = Protocol.Headline()
		}
	}
}
