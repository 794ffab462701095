// SPDX-License-Identifier: Apache-2.0

package common

import (
	"encoding/hex"
	"unicode"
	"unicode/utf8"
)

// AppendOctets appends bytes that may be text: as they are when they print (in UTF-8, with line ends and tabs), else as 0x and hex digits.
func AppendOctets(dst, b []byte) []byte {
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return hex.AppendEncode(append(dst, "0x"...), b)
		}
		rest = rest[n:]
	}
	return append(dst, b...)
}
