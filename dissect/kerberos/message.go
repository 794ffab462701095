// SPDX-License-Identifier: Apache-2.0

package kerberos

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	maxItems = 64
	maxParts = 16
	maxName  = 256 // bytes
)

// Kinds of pre-authentication data (RFC 4120, 7.5.2).
const (
	paTGSReq = 1
	paPKReq  = 16
)

// message is one at hand. nested counts those around it.
type message struct {
	p      *dissect.Packet
	nested int
}

// decode dissects one message, or a ticket alone.
func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	(&message{p: p}).read(&c)
}

// read dissects the message at the front of c.
func (m *message) read(c *common.Cursor) {
	tag, body := c.Element()
	if c.Failed {
		return
	}
	if !isTag(tag) {
		m.p.Bad()
		return
	}
	if tag-application == ticketTag {
		m.ticket(&body)
		return
	}
	seq := contents(&body)
	switch kind := tag - application; kind {
	case asReq, tgsReq:
		m.request(&seq)
	case asRep, tgsRep:
		m.reply(&seq)
	case krbError:
		m.error(&seq)
	default:
		m.application(&seq)
	}
}

// contents is what the next element holds.
func contents(c *common.Cursor) common.Cursor {
	_, v := c.Element()
	v.Failed = v.Failed || c.Failed
	return v
}

// number reads an INTEGER.
func number(c *common.Cursor) (int64, bool) {
	v := contents(c)
	n := v.Integer()
	return n, !v.Failed
}

// text reads a string, and writes it unless it is empty.
func text(c *common.Cursor, id field.ID) []byte {
	v := contents(c)
	b := v.Bytes(v.Wire)
	b = b[:min(len(b), maxName)]
	if len(b) > 0 {
		c.P.Out.Text(id, b)
	}
	return b
}

// kind writes the type of a message.
func (m *message) kind(c *common.Cursor) {
	if n, ok := number(c); ok && n >= 0 && n <= 0xff {
		m.p.Out.Int(fType, n)
	}
}

// name reads a PrincipalName, and writes its parts. What it returns has them joined by slashes.
func (m *message) name(c *common.Cursor, id field.ID) []byte {
	seq := contents(c)
	var whole []byte
	for seq.More() {
		tag, v := seq.Element()
		if tag != 0xa1 {
			continue
		}
		parts := contents(&v)
		for n := 0; parts.More() && n < maxParts; n++ {
			if b := text(&parts, id); len(b) > 0 && len(whole) < maxName {
				if n > 0 {
					whole = append(whole, '/')
				}
				whole = append(whole, b...)
			}
		}
	}
	return whole
}

// service reads the name of a service, which it is about where the message is no part of another. Its second part, if any, is a host, but a realm for who grants tickets.
func (m *message) service(c *common.Cursor) {
	name := m.name(c, fParts)
	if m.nested > 0 || len(name) == 0 {
		return
	}
	m.p.Out.Text(fService, name)
	if kind, host, ok := bytes.Cut(name, []byte{'/'}); ok && string(kind) != "krbtgt" {
		host, _, _ = bytes.Cut(host, []byte{'/'})
		common.Host(m.p.Out, host)
	}
}

// client writes who logs in, where the message is no part of another.
func (m *message) client(name, realm []byte) {
	if m.nested == 0 && len(name) > 0 {
		common.User(m.p.Out, name)
		common.Domain(m.p.Out, realm)
	}
}

// application is any other message: they have version and type in common, AP-REQ a ticket.
func (m *message) application(c *common.Cursor) {
	kind := int64(0)
	for c.More() {
		tag, v := c.Element()
		switch {
		case tag == 0xa1:
			in := contents(&v)
			if kind = in.Integer(); !in.Failed && kind >= 0 && kind <= 0xff {
				m.p.Out.Int(fType, kind)
			}
		case tag == 0xa3 && kind == apReq:
			_, body := v.Element()
			m.ticket(&body)
		}
	}
}

// ticket reads what is in clear.
func (m *message) ticket(body *common.Cursor) {
	c := contents(body)
	for c.More() {
		tag, v := c.Element()
		switch tag {
		case 0xa1:
			text(&v, fRealm)
		case 0xa2:
			m.service(&v)
		case 0xa3:
			m.encrypted(&v, fTicketType)
		}
	}
}

// encrypted writes by what an EncryptedData is encrypted.
func (m *message) encrypted(c *common.Cursor, id field.ID) {
	seq := contents(c)
	if tag, v := seq.Element(); tag == 0xa0 {
		if n, ok := number(&v); ok {
			m.p.Out.Int(id, n)
		}
	}
}

// error is a KRB-ERROR.
func (m *message) error(c *common.Cursor) {
	var realm []byte
	for c.More() {
		tag, v := c.Element()
		switch tag {
		case 0xa1:
			m.kind(&v)
		case 0xa6:
			if n, ok := number(&v); ok && n >= 0 && n <= 0xffffffff {
				m.p.Out.Int(fErrorCode, n)
				if name, ok := errors[n]; ok {
					m.p.Out.Const(fError, name)
				}
			}
		case 0xa7:
			realm = text(&v, fClientIn)
		case 0xa8:
			m.client(m.name(&v, fClient), realm)
		case 0xa9:
			text(&v, fRealm)
		case 0xaa:
			m.service(&v)
		case 0xab:
			text(&v, fText)
		case 0xac:
			// The data of most errors are pre-authentication data; what is none is left alone.
			if data := contents(&v); len(data.B) > 6 && data.B[0] == 0x30 && len(data.B) == data.Wire && methods(data.B) {
				m.preAuth(&data)
			}
		}
	}
}

// methods reports whether b looks like a list of pre-authentication data: sequences that begin with the number of their kind.
func methods(b []byte) bool {
	in := cryptobyte.String(b)
	var list, item cryptobyte.String
	return in.ReadASN1(&list, asn1.SEQUENCE) && list.ReadASN1(&item, asn1.SEQUENCE) && item.PeekASN1Tag(asn1.Tag(1).Constructed().ContextSpecific())
}
