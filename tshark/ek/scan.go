// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/bits"
)

// errUnclean is of a line with control characters in its strings.
var errUnclean = errors.New("control character in a string")

// space returns the place behind white space.
func (t *tree) space(p int) int {
	for p < len(t.line) && (t.line[p] == ' ' || t.line[p] == '\t' || t.line[p] == '\n' || t.line[p] == '\r') {
		p++
	}
	return p
}

// literal reads a number, true, false or null.
func (t *tree) literal(p int) (int, error) {
	for _, word := range [...]string{"false", "true", "null"} {
		if len(t.line)-p >= len(word) && string(t.line[p:p+len(word)]) == word {
			return p + len(word), nil
		}
	}
	end := p
	for end < len(t.line) && bytes.IndexByte([]byte(",]} \t\r\n"), t.line[end]) < 0 {
		end++
	}
	if !json.Valid(t.line[p:end]) {
		return p, t.fault(p, "no value")
	}
	return end, nil
}

// Bytes that a string's scan stops at are found eight at a time, by the arithmetic of "determine if a word has a byte less than n".
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// text reads the string at p; escaped tells that a backslash is in it.
func (t *tree) text(p int) (end int, escaped bool, err error) {
	line := t.line
	for p++; ; {
		for ; p+8 <= len(line); p += 8 {
			w := binary.LittleEndian.Uint64(line[p:])
			quote, slash := w^(ones*'"'), w^(ones*'\\')
			if stop := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash) & highs; stop != 0 {
				p += bits.TrailingZeros64(stop) / 8
				break
			}
		}
		if p >= len(line) {
			return p, escaped, t.fault(p, "")
		}
		switch c := line[p]; {
		case c == '"':
			return p + 1, escaped, nil
		case c == '\\':
			escaped = true
			n := escapeLen(line[p:])
			if n == 0 {
				return p, escaped, t.fault(p, "no escape of JSON")
			}
			p += n
		case c < ' ':
			return p, escaped, errUnclean
		default:
			p++
		}
	}
}

// escapeLen is the length of the escape that b begins with, 0 when it is none.
func escapeLen(b []byte) int {
	switch {
	case len(b) < 2:
	case bytes.IndexByte([]byte(`"\/bfnrt`), b[1]) >= 0:
		return 2
	case b[1] == 'u' && len(b) >= 6 && json.Valid([]byte{'"', '\\', 'u', b[2], b[3], b[4], b[5], '"'}):
		return 6
	}
	return 0
}
