// SPDX-License-Identifier: Apache-2.0

package ntlmssp

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// flags reads them at an offset, and from then on the texts as they say.
func (m *message) flags(at int) (uint32, bool) {
	if !m.p.Need(m.b, m.wire, at+4) {
		return 0, false
	}
	flags := binary.LittleEndian.Uint32(m.b[at:])
	m.p.Out.Uint(fFlags, uint64(flags))
	m.unicode = flags&flagUnicode != 0
	return flags, true
}

// bytes reads what the length and the offset at a place tell. Without such a place it is empty: older clients end before.
func (m *message) bytes(at int) []byte {
	if len(m.b) < at+8 {
		return nil
	}
	n := int(binary.LittleEndian.Uint16(m.b[at:]))
	offset := binary.LittleEndian.Uint32(m.b[at+4:])
	if n == 0 {
		return nil
	}
	if offset > math.MaxUint16<<1 { // no message is that long
		m.p.Bad()
		return nil
	}
	if !m.p.Need(m.b, m.wire, int(offset)+n) {
		return nil
	}
	return m.b[offset : int(offset)+n]
}

// secret writes bytes that stand for a password.
func (m *message) secret(id field.ID, at int) []byte {
	b := m.bytes(at)
	if len(b) > 0 {
		m.p.Out.Bytes(id, b)
	}
	return b
}

// text reads, writes and returns a text.
func (m *message) text(id field.ID, at int) []byte {
	b := m.bytes(at)
	if m.unicode {
		b = appendUTF16(nil, b)
	}
	b = b[:min(len(b), maxText)]
	if len(b) > 0 {
		m.p.Out.Text(id, b)
	}
	return b
}

// appendUTF16 appends as UTF-8 what is UTF-16 in little-endian order.
func appendUTF16(dst, b []byte) []byte {
	for n := 0; len(b) >= 2 && n < maxText; n++ {
		r := rune(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) && len(b) >= 2 {
			if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b))); pair != utf8.RuneError {
				r, b = pair, b[2:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// attributes reads what a server tells of itself (MS-NLMP 2.2.2.1).
func (m *message) attributes(b []byte) {
	const end, timestamp = 0, 7
	names := [...]field.ID{1: fNBComputer, 2: fNBDomain, 3: fDNSComputer, 4: fDNSDomain, 5: fDNSTree}
	for n := 0; len(b) > 0 && n < maxAttributes; n++ {
		if len(b) < 4 {
			m.p.Bad()
			return
		}
		id, size := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if id == end {
			return
		}
		if size > len(b)-4 {
			m.p.Bad()
			return
		}
		value := b[4 : 4+size]
		b = b[4+size:]
		switch {
		case id > 0 && int(id) < len(names):
			text := appendUTF16(nil, value)
			if len(text) == 0 {
				continue
			}
			m.p.Out.Text(names[id], text)
			if names[id] == fNBComputer || names[id] == fDNSComputer {
				common.Host(m.p.Out, text)
			}
		case id == timestamp && size == 8:
			m.timestamp(binary.LittleEndian.Uint64(value))
		}
	}
}

// timestamp writes a time in units of 100 ns since 1601, where nanoseconds since 1970 hold it.
func (m *message) timestamp(t uint64) {
	const epoch, unit = 116444736000000000, 100
	if t >= epoch && t-epoch < math.MaxInt64/unit {
		m.p.Out.Int(fTimestamp, int64(t-epoch)*unit) //nolint:gosec // bounded
	}
}

// version reads that of the sender's Windows.
func (m *message) version(flags uint32, at int) {
	if flags&flagVersion == 0 || len(m.b) < at+8 {
		return
	}
	v := m.b[at:]
	var b [16]byte
	text := append(strconv.AppendUint(b[:0], uint64(v[0]), 10), '.')
	text = append(strconv.AppendUint(text, uint64(v[1]), 10), '.')
	m.p.Out.Text(fVersion, strconv.AppendUint(text, uint64(binary.LittleEndian.Uint16(v[2:])), 10))
}
