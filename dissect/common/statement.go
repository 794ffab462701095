// SPDX-License-Identifier: Apache-2.0

package common

import (
	"bytes"

	"github.com/espbeat/espbeat/field"
)

// MaxStatement bounds the text of a database's statement that a document holds, bytes.
const MaxStatement = 4 << 10

// Statement writes the text of a statement for a database (SQL, CQL), of at most MaxStatement bytes. Its literals stay, but for passwords: what follows IDENTIFIED BY
// or PASSWORD where accounts are defined, as MySQL, PostgreSQL, SQL Server, Oracle and Cassandra write it. o.Reveal keeps these, too.
func Statement(o *field.Buffer, id field.ID, text []byte) {
	text = bytes.TrimRight(text[:min(len(text), MaxStatement)], "\x00")
	if o.Reveal || !mentionsPassword(text) {
		o.Text(id, text)
		return
	}
	r := statement{text: text, out: make([]byte, 0, len(text)+len(field.Redacted))}
	for r.at < len(text) {
		r.token()
	}
	o.Text(id, r.out)
}

// mentionsPassword reports whether the text may hold a password: it has a P or an I of the two words, and the rest of it.
func mentionsPassword(text []byte) bool {
	for i := range text {
		switch text[i] | 0x20 {
		case 'p':
			if hasWord(text[i:], "PASSW") {
				return true
			}
		case 'i':
			if hasWord(text[i:], "IDENTIFIED") {
				return true
			}
		}
	}
	return false
}

func hasWord(b []byte, word string) bool {
	return len(b) >= len(word) && bytes.EqualFold(b[:len(word)], []byte(word))
}

// expects is what a statement's next token means.
type expects uint8

const (
	expectNothing expects = iota
	// expectBy: IDENTIFIED was read, and BY, AS or USING is to come, maybe behind the name of a plugin.
	expectBy
	// expectEquals: SET PASSWORD FOR was read, an account and = are to come.
	expectEquals
	// expectSecret is met by a literal, expectBare by a word as well (Oracle).
	expectSecret
	expectBare
)

// statement goes through a text by tokens.
type statement struct {
	text, out []byte
	at        int
	expects   expects
	redacted  bool
}

// token takes one token.
func (s *statement) token() {
	rest := s.text[s.at:]
	n := 1
	switch c := rest[0]; {
	case c == '\'' || c == '"':
		n = quoted(rest)
		s.literal(rest[:n])
		return
	case c == '$':
		if n = dollarQuoted(rest); n > 0 {
			s.literal(rest[:n])
			return
		}
		n = 1
	case wordByte(c):
		for n < len(rest) && wordByte(rest[n]) {
			n++
		}
		s.word(rest[:n])
		return
	case c == '=' && s.expects == expectEquals:
		s.expects = expectSecret
	case c == ';', (c == ',' || c == ')') && s.expects != expectEquals:
		s.expects = expectNothing
	}
	s.take(rest[:n])
}

// take copies b, which is at the front.
func (s *statement) take(b []byte) { s.out, s.at = append(s.out, b...), s.at+len(b) }

// hide passes over b, which is a secret.
func (s *statement) hide(b []byte) {
	s.out, s.at = append(s.out, field.Redacted...), s.at+len(b)
	s.expects, s.redacted = expectNothing, true
}

func (s *statement) literal(b []byte) {
	if s.expects >= expectSecret {
		s.hide(b)
		return
	}
	s.take(b)
}

func (s *statement) word(b []byte) {
	prefix := len(b) == 1 && s.at+1 < len(s.text) && s.text[s.at+1] == '\'' // N'…', E'…'
	switch {
	case hasEnd(b, "PASSWORD"), hasEnd(b, "PASSWD"):
		s.expects = max(s.expects, expectSecret)
	case s.redacted && bytes.EqualFold(b, []byte("REPLACE")): // the old one
		s.expects = expectBare
	case bytes.EqualFold(b, []byte("IDENTIFIED")):
		s.expects = expectBy
	case s.expects == expectBy:
		if bytes.EqualFold(b, []byte("BY")) || bytes.EqualFold(b, []byte("AS")) || bytes.EqualFold(b, []byte("USING")) {
			s.expects = expectBare
		}
	case prefix || s.expects < expectSecret || bytes.EqualFold(b, []byte("TO")):
	case bytes.EqualFold(b, []byte("FOR")):
		s.expects = expectEquals
	case bytes.EqualFold(b, []byte("VALUES")): // Oracle: IDENTIFIED BY VALUES '…'
	case s.expects == expectBare && !bytes.EqualFold(b, []byte("RANDOM")), len(b) > 2 && b[0] == '0' && b[1]|0x20 == 'x':
		s.hide(b)
		return
	default:
		s.expects = expectNothing
	}
	s.take(b)
}

func hasEnd(b []byte, end string) bool {
	return len(b) >= len(end) && bytes.EqualFold(b[len(b)-len(end):], []byte(end))
}

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '#' || c >= 0x80
}

// quoted is the length of the literal in quotes at the front of b, which ends with b at the latest. A quote within it is doubled or follows a backslash.
func quoted(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case b[0]:
			if i+1 < len(b) && b[i+1] == b[0] {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(b)
}

// dollarQuoted is the length of PostgreSQL's $tag$…$tag$ at the front of b, which ends with b at the latest; 0 for another use of the sign.
func dollarQuoted(b []byte) int {
	n := 1
	for n < len(b) && wordByte(b[n]) {
		n++
	}
	if n == len(b) || b[n] != '$' || n > 1 && b[1] >= '0' && b[1] <= '9' {
		return 0
	}
	tag := b[:n+1]
	if end := bytes.Index(b[n+1:], tag); end >= 0 {
		return end + 2*len(tag)
	}
	return len(b)
}
