// SPDX-License-Identifier: Apache-2.0

package pgsql

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// body is what follows the type and length of a message.
type body struct{ common.Cursor }

// str reads text that ends with a zero byte, or with the message.
func (b *body) str() []byte {
	if b.Failed {
		return nil
	}
	text, _, ended := bytes.Cut(b.B, []byte{0})
	n := len(text)
	if ended {
		n++
	}
	return b.Bytes(n)[:len(text):len(text)]
}

func (b *body) text(id field.ID, text []byte) {
	if len(text) > 0 {
		b.P.Out.Text(id, text)
	}
}

// parameters takes the pairs of a startup message.
func parameters(p *dissect.Packet, data []byte) {
	const most = 64
	b := body{common.Read(p, data, len(data))}
	for range most {
		name := b.str()
		if len(name) == 0 {
			return
		}
		value := b.str()
		switch string(name) {
		case "user":
			common.User(p.Out, value)
		case "database":
			p.Out.Text(fDatabase, value)
		case "application_name":
			b.text(fApp, value)
		}
	}
}

// fromClient takes a message of the client, and returns its name: that of p depends on what the server asked for.
func (s *state) fromClient(b *body, t byte, name field.Str) field.Str {
	switch t {
	case 'p':
		if name = s.password(name); name == saslInitial {
			b.text(fMechanism, b.str())
			b.Skip(4)
		}
		b.text(fPassword, bytes.TrimSuffix(b.B, []byte{0}))
	case 'Q':
		b.statement(b.str())
	case 'P':
		b.text(fStatement, b.str())
		b.statement(b.str())
	case 'B':
		b.text(fPortal, b.str())
		b.text(fStatement, b.str())
	case 'E':
		b.text(fPortal, b.str())
	case 'D', 'C':
		if b.U8() == 'S' {
			b.text(fStatement, b.str())
		} else {
			b.text(fPortal, b.str())
		}
	case 'd':
		s.copied += b.Wire
	case 'f':
		b.text(fMessage, b.str())
	}
	return name
}

func (b *body) statement(text []byte) {
	if len(text) > 0 {
		common.Statement(b.P.Out, fQuery, text)
	}
}

// fromServer takes a message of the server.
func (s *state) fromServer(b *body, t byte) {
	switch t {
	case 'R':
		s.asked = b.Uint32(fAuth)
	case 'S':
		if name := b.str(); string(name) == "server_version" {
			b.text(fVersion, b.str())
		}
	case 'K':
		b.Uint32(fPID)
	case 'C':
		b.text(fTag, b.str())
	case 'T':
		b.Uint16(fColumns)
	case 'D':
		s.rows++
	case 'd':
		s.copied += b.Wire
	case 'A':
		b.Uint32(fPID)
		b.text(fCondition, b.str())
	case 'E', 'N':
		b.report()
	}
}

// report takes the fields of an error or notice: a letter, and text.
func (b *body) report() {
	const most = 32
	for range most {
		kind := byte(0)
		if b.More() {
			kind = b.U8()
		}
		if kind == 0 || b.Failed {
			return
		}
		text := b.str()
		switch kind {
		case 'S':
			b.text(fSeverity, text)
		case 'C':
			b.text(fCode, text)
		case 'M':
			b.text(fMessage, text)
		case 'D':
			b.text(fDetail, text)
		case 'H':
			b.text(fHint, text)
		case 't':
			b.text(fTable, text)
		}
	}
}
