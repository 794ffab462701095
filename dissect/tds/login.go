// SPDX-License-Identifier: Apache-2.0

package tds

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect/common"
)

// Options of a pre-login message: | token (1) | offset (2) | length (2) | …, 0xff.
const (
	optVersion    = 0
	optEncryption = 1
	optInstance   = 2
	optEnd        = 0xff
	optLen        = 5
)

// soundOptions reports whether b is the list of options of a pre-login message, the version first.
func soundOptions(b []byte) bool {
	if len(b) < optLen+1 || b[0] != optVersion || binary.BigEndian.Uint16(b[3:]) != 6 {
		return false
	}
	at := 0
	for ; at < len(b) && b[at] != optEnd; at += optLen {
		if at+optLen > len(b) || int(binary.BigEndian.Uint16(b[at+1:]))+int(binary.BigEndian.Uint16(b[at+3:])) > len(b) {
			return false
		}
	}
	return at < len(b)
}

// preLogin takes the options. A client's version is that of its library.
func (m *message) preLogin(server bool) {
	b, o := m.cursor.B, m.p().Out
	if !soundOptions(b) {
		m.p().Bad()
		return
	}
	for at := 0; b[at] != optEnd; at += optLen {
		offset, size := int(binary.BigEndian.Uint16(b[at+1:])), int(binary.BigEndian.Uint16(b[at+3:]))
		value := b[offset : offset+size]
		switch {
		case b[at] == optVersion && server && len(value) >= 4:
			m.text(fVersion, version(value[0], value[1], binary.BigEndian.Uint16(value[2:])))
		case b[at] == optEncryption && len(value) > 0:
			o.Uint(fLevel, uint64(value[0]))
		case b[at] == optInstance && !server:
			name, _, _ := bytes.Cut(value, []byte{0})
			m.text(fInstance, name)
		}
	}
}

func version(major, minor byte, build uint16) []byte {
	return fmt.Appendf(nil, "%d.%d.%d", major, minor, build)
}

// login takes a login of TDS 4.2 or 5: host, user and password in 30 bytes each, behind which stands their length.
func (m *message) login() {
	const size = 30
	read := func() []byte {
		b := m.cursor.Bytes(size)
		return b[:min(int(m.cursor.U8()), len(b))]
	}
	m.text(fClient, read())
	common.User(m.p().Out, read())
	m.text(fPassword, read())
	m.s.old, m.s.narrow = true, true
}

// login7 takes a login (2.2.6.4): numbers, and offsets and lengths of texts.
func (m *message) login7() {
	o, b := m.p().Out, m.cursor.B
	const fixed, firstText = 94, 36
	m.cursor.Skip(4)
	v := m.u32()
	m.cursor.Skip(fixed - 8)
	if m.cursor.Failed {
		return
	}
	o.Uint(fTDS, uint64(v))
	m.s.old = v>>24 < 0x72
	at := func(i, unit int) []byte {
		offset, n := int(binary.LittleEndian.Uint16(b[firstText+4*i:])), unit*int(binary.LittleEndian.Uint16(b[firstText+4*i+2:]))
		if offset+n > len(b) {
			m.p().Bad()
			return nil
		}
		return b[offset : offset+n]
	}
	const host, user, password, app, server, database = 0, 1, 2, 3, 4, 8
	m.text(fClient, decode(at(host, 2)))
	common.User(o, decode(at(user, 2)))
	m.text(fPassword, decode(unscrambled(at(password, 2))))
	m.text(fApp, decode(at(app, 2)))
	m.text(fServer, decode(at(server, 2)))
	m.text(fDatabase, decode(at(database, 2)))
	const sspi = 78 // behind the client's address
	offset, n := int(binary.LittleEndian.Uint16(b[sspi:])), int(binary.LittleEndian.Uint16(b[sspi+2:]))
	if offset+n <= len(b) && n > 0 {
		m.sspi(b[offset : offset+n : offset+n])
	}
}

// unscrambled undoes what hides a password (2.2.6.4): nibbles are swapped, and the bits 0xa5 turned over.
func unscrambled(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		c ^= 0xa5
		out[i] = c<<4 | c>>4
	}
	return out
}
