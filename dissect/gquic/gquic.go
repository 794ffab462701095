// SPDX-License-Identifier: Apache-2.0

// Package gquic dissects the headers of Google's QUIC, before the IETF's, and the ClientHello in it (Google's wire specification of QUIC, versions Q024 to Q049).
//
//	0       1 (flag 8)      9 (flag 1)  13 (flag 4 of servers)  …
//	| flags | connection id | version | nonce                 | packet number | hash | frames …
//	0       1         5             6                               (from Q046 on)
//	| flags | version | id lengths | connection ids, packet number | hash | frames …
//
// A ClientHello is in the clear: "CHLO", the number of its tags, and of each its name and where its value ends. A conversation is found by a packet with a
// version; what follows in it needs none. Not decoded: frames, what is encrypted, other messages of the handshake, versions from Q050 on, which are as
// the IETF's, and before Q024.
package gquic

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Flags of the public header, and those of a long one.
const (
	flagVersion = 0x01
	flagReset   = 0x02
	flagID      = 0x08
	long        = 0xc0
	short       = 0x40

	idLen, versionLen = 8, 4
	firstLong         = 46 // the version from which on long headers are like the IETF's
	minVersion        = 24
	maxVersion        = 49
)

// Protocol is Google's QUIC.
var Protocol = &dissect.Protocol{
	Name: "gquic", Title: "GQUIC", Reference: "Google QUIC", Application: true,
	GuessUDP: guess,
	Summary:  summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields   = field.Group("gquic")
	fFlags   = fields.Add("puflags", field.Uint8, "gquic.puflags", "Flags of the public header", field.Rare, field.Detail)
	fCID     = fields.Add("cid", field.Hex, "gquic.cid", "Connection id")
	fVersion = fields.Add("version", field.Keyword, "gquic.version", "Version, where the header has it: Q046")
	fSNI     = fields.Add("tag.sni", field.Keyword, "gquic.tag.sni", "Name of the server, in a ClientHello")
	fUAID    = fields.Add("tag.uaid", field.Wildcard, "gquic.tag.uaid", "Name of the client's program, in a ClientHello")
)

// versionAt is the number of the version at the front of b, 0 where there is none.
func versionAt(b []byte) int {
	if len(b) < versionLen || b[0] != 'Q' {
		return 0
	}
	n := 0
	for _, c := range b[1:versionLen] {
		if c < '0' || c > '9' {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	if n < minVersion || n > maxVersion {
		return 0
	}
	return n
}

// guess recognises a packet with a version.
func guess(b []byte) bool {
	switch {
	case len(b) < 1+versionLen:
		return false
	case b[0]&long == long:
		return versionAt(b[1:]) >= firstLong
	case b[0]&0x80 == 0 && b[0]&(flagVersion|flagID) == flagVersion|flagID && len(b) > 1+idLen:
		n := versionAt(b[1+idLen:])
		return n > 0 && n < firstLong
	}
	return false
}

func decode(p *dissect.Packet, b []byte, wire int) {
	known := p.Conversation != nil && p.Conversation.App == Protocol
	if !known && !guess(b) {
		p.Pop()
		return
	}
	if p.Conversation != nil {
		p.Conversation.App = Protocol
	}
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	flags := c.Uint8(fFlags)
	switch {
	case flags&long == long:
		longHeader(&c)
	case flags&0x80 == 0 && flags&short == short:
		if p.Direction == 0 { // a client names the connection, a server leaves that out
			c.Hex(fCID, idLen)
		}
	case flags&flagID != 0:
		c.Hex(fCID, idLen)
		if flags&flagVersion != 0 && flags&flagReset == 0 && versionAt(c.B) > 0 {
			c.Text(fVersion, versionLen)
		}
	}
	clientHello(p, c.B)
}

// longHeader reads the header that Q046 has.
func longHeader(c *common.Cursor) {
	c.Text(fVersion, versionLen)
	lengths := c.U8()
	for _, n := range [2]uint8{lengths >> 4, lengths & 0xf} {
		const added = 3 // a length of 5 stands for 8 bytes
		if n > 0 {
			c.Hex(fCID, int(n)+added)
		}
	}
}

// Tags that are read, as they stand in the message.
var (
	tagHello = []byte("CHLO")
	tagSNI   = []byte("SNI\x00")
	tagUAID  = []byte("UAID")
)

// clientHello finds a ClientHello within the hash and frame headers that stand before it.
func clientHello(p *dissect.Packet, b []byte) {
	const (
		furthest          = 96 // bytes before the message: nonce, packet number, hash, header of a frame
		countLen, tagLen  = 4, 8
		maxTags, maxValue = 64, 255
	)
	at := bytes.Index(b[:min(len(b), furthest)], tagHello)
	if at < 0 || len(b) < at+len(tagHello)+countLen {
		return
	}
	b = b[at+len(tagHello):]
	n := int(binary.LittleEndian.Uint16(b))
	b = b[countLen:]
	if n > maxTags || len(b) < n*tagLen {
		return
	}
	values, start := b[n*tagLen:], uint64(0)
	for i := range n {
		tag := b[i*tagLen:][:4]
		end := uint64(binary.LittleEndian.Uint32(b[i*tagLen+4:]))
		if end < start || end > uint64(len(values)) {
			return
		}
		value := values[start:end]
		start = end
		switch {
		case len(value) == 0 || len(value) > maxValue:
		case bytes.Equal(tag, tagSNI):
			p.Out.Text(fSNI, value)
			common.Host(p.Out, value)
		case bytes.Equal(tag, tagUAID):
			p.Out.Text(fUAID, value)
		}
	}
}

// summary reads "Client Hello, SNI=a.example, CID 76d7a6a1…, Q046".
func summary(dst []byte, v dissect.View) []byte {
	name, hello := v.Text(nil, fSNI)
	if hello {
		dst = append(append(append(dst, "Client Hello, SNI="...), name...), ", "...)
	}
	if id, ok := v.Text(nil, fCID); ok {
		dst = append(append(dst, "CID "...), id...)
	} else {
		dst = append(dst, "Payload (Encrypted)"...)
	}
	if version, ok := v.Text(nil, fVersion); ok {
		dst = append(append(dst, ", "...), version...)
	}
	return dst
}
