// SPDX-License-Identifier: Apache-2.0

package imf

import (
	"bytes"

	"github.com/espbeat/espbeat/field"
)

// addresses writes the addresses of a list (RFC 5322, 3.4): commas, semicolons and a group's name and colon part them, outside of quoted strings,
// comments and angle brackets.
func addresses(o *field.Buffer, id field.ID, list []byte) {
	start, count := 0, 0
	for i := 0; i < len(list) && count < maxAddresses; {
		if n := skip(list[i:]); n > 0 {
			i += n
			continue
		}
		switch list[i] {
		case ',', ';':
			count += write(o, id, list[start:i])
			start = i + 1
		case ':':
			start = i + 1
		}
		i++
	}
	if count < maxAddresses {
		write(o, id, list[start:])
	}
}

func write(o *field.Buffer, id field.ID, mailbox []byte) int {
	a := address(mailbox)
	if len(a) == 0 {
		return 0
	}
	o.Text(id, a)
	return 1
}

// skip is the length of the quoted string, comment or address in angle brackets at the front of b, 0 when there is none. What has no end goes on
// to that of b.
func skip(b []byte) int {
	var end byte
	switch b[0] {
	case '"':
		end = '"'
	case '(':
		end = ')'
	case '<':
		end = '>'
	default:
		return 0
	}
	for i, depth := 1, 1; i < len(b); i++ {
		switch {
		case b[i] == '\\':
			i++
		case b[i] == '(' && end == ')':
			depth++
		case b[i] == end:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// address is what stands in the angle brackets of a mailbox or path, without a source route (RFC 5321, 4.1.2), or else its first word with an @.
func address(mailbox []byte) []byte {
	for i := 0; i < len(mailbox); {
		n := skip(mailbox[i:])
		switch {
		case n == 0:
			i++
			continue
		case mailbox[i] == '<':
			a := bytes.Trim(mailbox[i:i+n], "<> \t\r\n")
			if route := bytes.IndexByte(a, ':'); route > 0 && a[0] == '@' {
				a = a[route+1:]
			}
			return a
		}
		i += n
	}
	for word := range bytes.FieldsSeq(mailbox) {
		if word[0] != '(' && word[len(word)-1] != '"' && bytes.IndexByte(word, '@') > 0 {
			return bytes.Trim(word, "<>")
		}
	}
	return nil
}
