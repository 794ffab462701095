// SPDX-License-Identifier: Apache-2.0

package dns

import "encoding/binary"

// guess recognises unicast DNS on any port: a plain query or response with one question of a known type, and nothing in it that
// does not fit. Rare but valid messages are missed, so that other protocols' bytes are not claimed.
func guess(b []byte) bool {
	if len(b) < headerLen+5 {
		return false
	}
	flags := binary.BigEndian.Uint16(b[2:])
	answers, auths, adds := binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[10:])
	const opCode, zero, authoritativeOrCode = 0x7800, 0x0040, 0x048f
	if flags&(opCode|zero) != 0 || binary.BigEndian.Uint16(b[4:]) != 1 || adds > 32 || answers > maxRecords || auths > 32 {
		return false
	}
	response := flags&0x8000 != 0
	if !response && (flags&authoritativeOrCode != 0 || answers != 0 || auths != 0 || adds > 2) {
		return false
	}
	r := reader{b: b, pos: headerLen, end: len(b)}
	var buf [maxName]byte
	name := r.name(buf[:0])
	typ, class := r.u16(), r.u16()
	if r.bad || !recordTypes.has(typ) || class != 1 && class != 3 && class != 255 || !plausible(name) || netBIOS(name) {
		return false
	}
	if answers+auths+adds == 0 {
		return r.pos == r.end
	}
	r.name(buf[:0])
	return r.bytes(10) != nil
}

// plausible reports whether a name is made of printable ASCII alone.
func plausible(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// netBIOS reports whether a name starts with an encoded NetBIOS name (RFC 1001, 14.1): NBNS has messages of the same form.
func netBIOS(name []byte) bool {
	for i, c := range name {
		if c < 'A' || c > 'P' {
			return i == 32
		}
	}
	return len(name) == 32
}
