// SPDX-License-Identifier: Apache-2.0

package nbns

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	// nameLen is the length of a NetBIOS name, bytes, and encodedLen that of its first-level encoding, two letters a byte (RFC 1001, 14.1).
	nameLen    = 16
	encodedLen = 2 * nameLen
	// maxScope bounds the labels of a scope: names have at most 255 bytes.
	maxScope = 128

	// MinName and MaxName are the least and the most bytes of an encoded name, with the length of its label and the end of its scope.
	MinName, MaxName = encodedLen + 2, 255
)

// ReadName reads a name of the session service, which has no pointers, and writes it.
func ReadName(c *common.Cursor, id field.ID) { writeName(c, nil, id, false) }

// decodeName undoes the first-level encoding of the name at the front of b; false when it is none.
func decodeName(name *[nameLen]byte, b []byte) bool {
	if len(b) < encodedLen {
		return false
	}
	for i := range name {
		hi, lo := b[2*i]-'A', b[2*i+1]-'A'
		if hi > 15 || lo > 15 {
			return false
		}
		name[i] = hi<<4 | lo
	}
	return true
}

// appendName appends a name of nameLen bytes as it reads.
func appendName(dst, name []byte) []byte {
	text := name[:nameLen-1]
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	for _, c := range text {
		if c < ' ' || c > '~' {
			dst = appendByte(dst, c)
		} else {
			dst = append(dst, c)
		}
	}
	return appendByte(dst, name[nameLen-1])
}

func appendByte(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '<', digits[c>>4], digits[c&15], '>')
}

// writeName reads an encoded name with its scope and writes it. A pointer leads to a name before it, of which whole has the bytes, and ends the name
// (RFC 1002, 4.1); a pointer there leads nowhere. A name that is no NetBIOS name is malformed, and what follows it is read all the same. described
// adds what Wireshark calls its service, where an address record follows.
func writeName(c *common.Cursor, whole []byte, id field.ID, described bool) {
	var buf [5*nameLen + 256]byte
	var name [nameLen]byte
	dst, sound := buf[:0], true
	from, target := c, common.Cursor{}
	for n := 0; n < maxScope && !from.Failed; n++ {
		length := int(from.U8())
		switch {
		case length == 0:
			if sound = sound && n > 0; sound && !from.Failed {
				if described && len(c.B) > 1 && binary.BigEndian.Uint16(c.B) == typeNB {
					dst = appendService(dst, name[nameLen-1])
				}
				c.P.Out.Text(id, dst)
			} else {
				c.P.Bad()
			}
			return
		case length >= 0xc0 && from == c:
			at := (length&0x3f)<<8 | int(c.U8())
			if before := len(whole) - len(c.B) - 2; c.Failed || at >= before {
				c.P.Bad()
				return
			}
			// What precedes a pointer was captured.
			target = common.Read(c.P, whole[at:], len(whole)-at)
			from = &target
			n--
		case length >= 0x40:
			c.P.Bad()
			c.Failed = true
			return
		default:
			label := from.Bytes(length)
			switch {
			case label == nil:
				c.Failed = true
			case n > 0 && len(dst)+1+length <= len(buf):
				dst = append(append(dst, '.'), label...)
			case n == 0 && length == encodedLen && decodeName(&name, label):
				dst = appendName(dst, name[:])
			default:
				sound = false
			}
		}
	}
}
