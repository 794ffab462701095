// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// Error is a filter that cannot be used: what is wrong, and the token that it is about.
type Error struct {
	Text  string // the whole filter
	Token string // "" at its end
	At    int    // byte offset of the token
	Cause string
}

// Error names the token, its place and the cause.
func (e *Error) Error() string {
	if e.Token == "" {
		return fmt.Sprintf("display filter %q: at its end: %s", e.Text, e.Cause)
	}
	return fmt.Sprintf("display filter %q: %q (byte %d): %s", e.Text, e.Token, e.At+1, e.Cause)
}

type kind uint8

const (
	end kind = iota
	word
	quoted // text is what the quotes hold, escapes replaced
	char   // 'a', text is its number
	symbol
)

type token struct {
	kind kind
	text string
	raw  string
	at   int
}

// symbols, longest first.
var symbols = []string{"===", "!==", "==", "!=", "~=", ">=", "<=", "&&", "||", "^^", "..", ">", "<", "!", "~", "&", "(", ")", "{", "}", "[", "]", ",", "#", "@", "+", "*", "%", "$"}

// wordByte tells what names, numbers, addresses and bare literals are made of.
func wordByte(c byte) bool {
	return c == '_' || c == '.' || c == ':' || c == '/' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// lex splits a filter into tokens, the last of which is the end.
func lex(text string) ([]token, error) {
	var all []token
	for at := 0; at < len(text); {
		rest := text[at:]
		switch c := text[at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
			continue
		case c == '"' || c == '\'' || (c == 'r' || c == 'R') && strings.HasPrefix(rest[1:], `"`):
			t, n, err := literal(rest)
			if err != "" {
				return nil, &Error{text, rest, at, err}
			}
			t.at, t.raw = at, rest[:n]
			all, at = append(all, t), at+n
			continue
		case wordByte(c) && !strings.HasPrefix(rest, ".."):
			n := 1
			for n < len(rest) && wordByte(rest[n]) && !strings.HasPrefix(rest[n:], "..") {
				n++
			}
			all, at = append(all, token{word, rest[:n], rest[:n], at}), at+n
			continue
		}
		found := false
		for _, s := range symbols {
			if found = strings.HasPrefix(rest, s); found {
				all, at = append(all, token{symbol, s, s, at}), at+len(s)
				break
			}
		}
		if !found {
			return nil, &Error{text, rest[:1], at, "no part of a display filter starts so"}
		}
	}
	return append(all, token{end, "", "", len(text)}), nil
}

// literal reads a string, a raw string or a character and returns how long it is, or what is wrong.
func literal(s string) (t token, n int, wrong string) {
	raw := s[0] == 'r' || s[0] == 'R'
	if raw {
		s, n = s[1:], 1
	}
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
		case s[i] == quote:
			body := s[1:i]
			n += i + 1
			if raw {
				return token{kind: quoted, text: body}, n, ""
			}
			text, ok := unescape(body)
			switch {
			case !ok:
				return t, n, "has an escape that is none: use \\n, \\t, \\\", \\\\, \\xff or \\377"
			case quote == '\'' && len(text) != 1:
				return t, n, "is to be one character"
			case quote == '\'':
				return token{kind: char, text: strconv.Itoa(int(text[0]))}, n, ""
			}
			return token{kind: quoted, text: text}, n, ""
		}
	}
	return t, n, "has no closing quote"
}

// unescape replaces C's escapes. \x takes one or two hex digits, a number up to three octal ones.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if at := strings.IndexByte(`abfnrtv\"'?`, s[i]); at >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\\"'?"[at])
			continue
		}
		base, digits := 8, s[i:min(i+3, len(s))]
		if s[i] == 'x' {
			base, digits = 16, s[i+1:min(i+3, len(s))]
		}
		n := 0
		for n < len(digits) && strings.IndexByte("0123456789abcdef"[:base], digits[n]|0x20) >= 0 || n < len(digits) && digits[n] >= '0' && digits[n] <= '7' {
			n++
		}
		v, err := strconv.ParseUint(digits[:n], base, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(v))
		if i += n - 1; base == 16 {
			i++
		}
	}
	return b.String(), true
}
