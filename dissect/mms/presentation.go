// SPDX-License-Identifier: Apache-2.0

package mms

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Tags that the layers have in common, and those of presentation (X.226, 8).
const (
	tagInteger  = 0x02
	tagOID      = 0x06
	tagExternal = 0x28
	tagSequence = 0x30
	tagSet      = 0x31
	tagUserData = 0x61
	tagSingle   = 0xa0 // a value of one ASN.1 type
	tagNormal   = 0xa2 // the parameters of the normal mode
	tagContexts = 0xa4
)

// Units of association control (X.227), and of their parts the result and the user information.
const (
	associate       = 0x60
	associated      = 0x61
	release         = 0x62
	released        = 0x63
	abortion        = 0x64
	tagResult       = 0xa2
	tagInformation  = 0xbe
	maxContexts     = 16
	maxAssociations = 32
)

// syntax is an abstract syntax that is told apart.
type syntax uint8

const (
	otherSyntax syntax = iota
	associationSyntax
	messageSyntax
)

// The object identifiers of the two, of association control 2.2.1.0.1 and of MMS 1.0.9506.2.1, in BER.
var (
	associationOID = []byte{0x52, 1, 0, 1}
	messageOID     = []byte{0x28, 0xca, 0x22, 2, 1}
)

var (
	acse    = field.Group("acse")
	fAPDU   = acse.Add("acse_apdu", field.Uint8, "", "Unit of association control: 0 request, 1 response, 2 and 3 release, 4 abort", field.Rare, field.Detail)
	fResult = acse.Add("result", field.Int64, "acse.result", "Result of an association: 0 accepted, 1 and 2 rejected", field.Rare, field.Detail)
)

// presentation reads a unit of presentation. (Cursors go by value where functions call each other in turn: their addresses would escape to the heap.)
func (s *Connection) presentation(c common.Cursor) {
	if !c.More() || !c.P.Push(Presentation) {
		return
	}
	c.P.Message(Presentation)
	tag, v := c.Element()
	switch tag {
	case tagUserData:
		s.values(v)
	case tagSet:
		for n := 0; v.More() && n < maxAssociations; n++ {
			if tag, mode := v.Element(); tag == tagNormal {
				s.normal(mode)
			}
		}
	}
}

// normal reads the parameters of a connection.
func (s *Connection) normal(c common.Cursor) {
	for n := 0; c.More() && n < maxAssociations; n++ {
		switch tag, v := c.Element(); tag {
		case tagContexts:
			s.contexts = s.contexts[:0]
			for v.More() && len(s.contexts) < maxContexts {
				_, definition := v.Element()
				s.define(definition)
			}
		case tagUserData:
			s.values(v)
		}
	}
}

// define notes a context's syntax.
func (s *Connection) define(c common.Cursor) {
	_, number := c.Element()
	id := number.Integer()
	tag, oid := c.Element()
	if number.Failed || tag != tagOID {
		return
	}
	d := context{id: id}
	switch {
	case bytes.Equal(oid.B, associationOID):
		d.syntax = associationSyntax
	case bytes.Equal(oid.B, messageOID):
		d.syntax = messageSyntax
	}
	s.contexts = append(s.contexts, d)
}

// values reads the values of contexts.
func (s *Connection) values(c common.Cursor) {
	for n := 0; c.More() && n < maxAssociations; n++ {
		if tag, list := c.Element(); tag == tagSequence {
			s.value(list)
		}
	}
}

// value reads a context's identifier, maybe behind a transfer syntax, and the value in it.
func (s *Connection) value(c common.Cursor) {
	of := otherSyntax
	for n := 0; c.More() && n < 3; n++ {
		switch tag, v := c.Element(); tag {
		case tagInteger:
			of = s.syntaxOf(c.P, v.Integer())
		case tagSingle:
			switch {
			case of == associationSyntax && v.More():
				s.association(v)
			case of == messageSyntax && v.More():
				message(v)
			}
		}
	}
}

// syntaxOf is the syntax of a context. Where the connection was not seen, it is that which the identifier has everywhere; tshark does not guess.
func (s *Connection) syntaxOf(p *dissect.Packet, id int64) syntax {
	for _, d := range s.contexts {
		if d.id == id {
			return d.syntax
		}
	}
	if len(s.contexts) == 0 && !p.Options.Wireshark {
		switch id {
		case 1:
			return associationSyntax
		case 3:
			return messageSyntax
		}
	}
	return otherSyntax
}

// association reads a unit of association control.
func (s *Connection) association(c common.Cursor) {
	if !c.P.Push(Association) {
		return
	}
	c.P.Message(Association)
	kind, v := c.Element()
	c.P.Out.Uint(fAPDU, uint64(kind&numberMask))
	if kind != associate && kind != associated {
		return
	}
	for n := 0; v.More() && n < maxAssociations; n++ {
		switch tag, part := v.Element(); {
		case tag == tagResult && kind == associated:
			if _, number := part.Element(); !part.Failed {
				if result := number.Integer(); !number.Failed {
					c.P.Out.Int(fResult, result)
				}
			}
		case tag == tagInformation:
			if tag, external := part.Element(); tag == tagExternal {
				s.value(external)
			}
		}
	}
}

func associationSummary(dst []byte, v dissect.View) []byte {
	names := map[uint64]string{associate & numberMask: "Associate-Request", associated & numberMask: "Associate-Response", release & numberMask: "Release-Request", released & numberMask: "Release-Response", abortion & numberMask: "Abort"}
	if kind, ok := v.Uint(fAPDU); ok {
		dst = append(dst, names[kind]...)
	}
	return dst
}
