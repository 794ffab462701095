// SPDX-License-Identifier: Apache-2.0

package tns

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// packet takes a packet of wire bytes, header included.
func (s *state) packet(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.Skip(headerLen)
	switch b[4] {
	case typeConnect:
		const dataLength = 16 - 2
		c.Uint16(fVersion)
		c.Skip(dataLength)
		size, offset := int(c.U16()), int(c.U16())
		if c.Failed || offset < headerLen || offset > len(b) || size == 0 {
			return
		}
		connect(p, b[offset:min(offset+size, len(b))])
	case typeAccept:
		s.wide = c.Uint16(fVersion) >= wide
	case typeRefuse:
		c.Uint8(fReason)
		c.Skip(1)
		refused(p, c.Bytes(min(int(c.U16()), len(c.B))))
	case typeRedirect:
		if data := c.Bytes(min(int(c.U16()), len(c.B))); len(data) > 0 {
			address, _, _ := bytes.Cut(data, []byte{0})
			p.Out.Text(fRedirect, address)
		}
	case typeData:
		s.data(p, &c)
	}
}

// connect takes what a client asks for.
func connect(p *dissect.Packet, text []byte) {
	o := p.Out
	for _, item := range [...]struct {
		name string
		id   field.ID
	}{{"SERVICE_NAME", fService}, {"SID", fSID}, {"COMMAND", fCommand}, {"PROGRAM", fProgram}} {
		if v := value(text, item.name); len(v) > 0 {
			o.Text(item.id, v)
		}
	}
	if i := find(text, "CID"); i >= 0 { // (CID=(PROGRAM=…)(HOST=…)(USER=…))
		cid, _, _ := bytes.Cut(text[i:], []byte("))"))
		if host := value(cid, "HOST"); len(host) > 0 {
			o.Text(fHost, host)
			common.Host(o, host)
		}
		common.User(o, value(cid, "USER"))
	}
	o.Text(fConnect, withoutPassword(o, text))
}

// find is where "(name=" begins, whatever the case, -1 without.
func find(text []byte, name string) int {
	for at := 0; at < len(text); at++ {
		i := bytes.IndexByte(text[at:], '(')
		if i < 0 {
			break
		}
		at += i
		word, _, ok := bytes.Cut(text[at+1:min(len(text), at+64)], []byte("="))
		if ok && bytes.EqualFold(bytes.TrimSpace(word), []byte(name)) {
			return at
		}
	}
	return -1
}

// value is what stands behind "(name=", up to the next parenthesis.
func value(text []byte, name string) []byte {
	i := find(text, name)
	if i < 0 {
		return nil
	}
	_, v, _ := bytes.Cut(text[i:], []byte("="))
	if end := bytes.IndexAny(v, "()\x00"); end >= 0 {
		v = v[:end]
	}
	return bytes.TrimSpace(v)
}

// withoutPassword is text without the values of passwords, which commands for the listener may hold.
func withoutPassword(o *field.Buffer, text []byte) []byte {
	if o.Reveal {
		return text
	}
	var out []byte
	for range common.MaxItems {
		i := find(text, "PASSWORD")
		if i < 0 {
			break
		}
		start := i + bytes.IndexByte(text[i:], '=') + 1
		end := len(text)
		if n := bytes.IndexByte(text[start:], ')'); n >= 0 {
			end = start + n
		}
		out = append(append(out, text[:start]...), field.Redacted...)
		text = text[end:]
	}
	if out == nil {
		return text
	}
	return append(out, text...)
}

// refused takes the data of a refusal.
func refused(p *dissect.Packet, text []byte) {
	code(p, value(text, "ERR"))
}

func code(p *dissect.Packet, digits []byte) {
	if n, err := strconv.ParseUint(string(digits[:min(len(digits), 12)]), 10, 32); err == nil && n > 0 {
		p.Out.Uint(fError, n)
	}
}

// data takes the beginning of DATA. What ends the response to a call with an error has its text, ORA-00942: ….
func (s *state) data(p *dissect.Packet, c *common.Cursor) {
	const secureNetwork, function, status = 0xdeadbeef, 3, 4
	c.Skip(2)
	if len(c.B) >= 4 && binary.BigEndian.Uint32(c.B) == secureNetwork {
		return
	}
	if bytes.HasPrefix(c.B, []byte("(")) { // connect data that had no room in CONNECT
		if p.Direction != s.server {
			connect(p, c.B)
		}
		return
	}
	if !c.More() {
		return
	}
	switch id := c.Uint8(fData); {
	case id == function && p.Direction != s.server && c.More():
		c.Uint8(fCall)
	case id == status && p.Direction == s.server:
		failed(p, c.B)
	}
}

// failed writes the error whose text b holds, if any.
func failed(p *dissect.Packet, b []byte) {
	const prefix, digits = "ORA-", 5
	i := bytes.Index(b, []byte(prefix))
	if i < 0 || len(b) < i+len(prefix)+digits {
		return
	}
	text := b[i:]
	if end := bytes.IndexAny(text, "\n\x00"); end >= 0 {
		text = text[:end]
	}
	code(p, text[len(prefix):min(len(text), len(prefix)+digits)])
	p.Out.Text(fMessage, text)
}
