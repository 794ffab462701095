// SPDX-License-Identifier: Apache-2.0

// Package mms dissects the Manufacturing Message Specification (ISO 9506-2), which IEC 61850 uses, with the layers of OSI between it and the transport
// protocol: session (ITU-T X.225), presentation (X.226) and association control (X.227).
//
//	| SPDU | length | parameters: code, length, value … | user data            session; data units: 01 00 01 00
//	| CP: SET { mode, { selectors, contexts { id, syntax, … }, user data } }     presentation, in BER; data units are user data alone
//	| AARQ { application context, titles, …, user information }                  association control
//	| [0] { invoke id, service … } | [8] { initiation … } | …                    MMS
//
// A response points at its request by the invoke id. Limits: 16 contexts, 64 names of variables a message. Not decoded: values, reports, names in lists, what authenticates an
// association (it has passwords), elements of indefinite length, other protocols over these layers.
package mms

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Units of the session protocol (ITU-T X.225, 8.3).
const (
	dataTransfer = 0x01 // also the unit that gives tokens, which leads it
	refuse       = 0x0c
	connect      = 0x0d
	accept       = 0x0e
	finish       = 0x09
	disconnect   = 0x0a
	abort        = 0x19
	abortAccept  = 0x1a
)

// Parameters that have user data (X.225, 8.3.1).
const (
	userData         = 0xc1
	extendedUserData = 0xc2
)

// Session, Presentation and Association are the layers below Protocol, which is MMS.
var (
	Session      = &dissect.Protocol{Name: "ses", Title: "SES", Reference: "ITU-T X.225", Application: true, Summary: sessionSummary}
	Presentation = &dissect.Protocol{Name: "pres", Title: "PRES", Reference: "ITU-T X.226", Application: true, Summary: sessionSummary}
	Association  = &dissect.Protocol{Name: "acse", Title: "ACSE", Reference: "ITU-T X.227", Application: true, Summary: associationSummary}
	Protocol     = &dissect.Protocol{Name: "mms", Title: "MMS", Reference: "ISO 9506-2", Application: true, Summary: summary}
)

var fUnit = field.Group("ses").Add("type", field.Uint8, "ses.type", "Unit of the session protocol: 1 data, 9 finish, 10 disconnect, 12 refuse, 13 connect, 14 accept, 25 abort", field.Rare, field.Detail)

// Connection is what is known of a connection: which syntax each presentation context has.
type Connection struct{ contexts []context }

type context struct {
	id     int64
	syntax syntax
}

// Guess recognises a unit of the session protocol whose lengths fit; data units must have presentation's user data.
func Guess(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch b[0] {
	case dataTransfer:
		return len(b) > 4 && b[1] == 0 && b[2] == dataTransfer && b[3] == 0 && b[4] == tagUserData
	case refuse, connect, accept, finish, disconnect, abort, abortAccept:
		n, head := int(b[1]), 2
		if n == longLength && len(b) >= 4 {
			n, head = int(b[2])<<8|int(b[3]), 4
		}
		return head+n == len(b)
	}
	return false
}

// longLength says that a length of two bytes follows (X.225, 8.2.5).
const longLength = 0xff

// length reads a length of the session protocol.
func length(c *common.Cursor) int {
	n := int(c.U8())
	if n == longLength {
		n = int(c.U16())
	}
	return n
}

// Dissect dissects a unit of the session protocol and what it carries.
func (s *Connection) Dissect(p *dissect.Packet, b []byte, wire int) {
	if !p.Push(Session) {
		return
	}
	p.Message(Session)
	c := common.Read(p, b, wire)
	kind := c.Uint8(fUnit)
	parameters := c.Sub(length(&c))
	if kind == dataTransfer {
		c.Skip(2) // the unit that follows the one that gives tokens
		s.presentation(c)
		return
	}
	for n := 0; parameters.More() && n < common.MaxItems; n++ {
		code := parameters.U8()
		v := parameters.Sub(length(&parameters))
		if code == userData || code == extendedUserData {
			s.presentation(v)
			return
		}
	}
}

var units = map[uint64]string{dataTransfer: "DATA TRANSFER (DT) SPDU", refuse: "REFUSE (RF) SPDU", connect: "CONNECT (CN) SPDU", accept: "ACCEPT (AC) SPDU", finish: "FINISH (FN) SPDU",
	disconnect: "DISCONNECT (DN) SPDU", abort: "ABORT (AB) SPDU", abortAccept: "ABORT ACCEPT (AA) SPDU"}

func sessionSummary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fUnit)
	return append(dst, units[kind]...)
}
