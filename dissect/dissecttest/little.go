// SPDX-License-Identifier: Apache-2.0

package dissecttest

import (
	"encoding/binary"
	"unicode/utf16"
)

// LittleEndian appends numbers, least significant byte first, and texts as they are.
func LittleEndian(parts ...any) string {
	var b []byte
	for _, part := range parts {
		switch v := part.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = binary.LittleEndian.AppendUint16(b, v)
		case uint32:
			b = binary.LittleEndian.AppendUint32(b, v)
		case uint64:
			b = binary.LittleEndian.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		}
	}
	return string(b)
}

// UTF16 is s in UTF-16, least significant byte first.
func UTF16(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}
