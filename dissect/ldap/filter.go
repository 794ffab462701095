// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"bytes"
	"unicode/utf8"

	"github.com/espbeat/espbeat/field"
)

const (
	// maxFilter bounds the text of a filter, bytes; what is longer is cut. maxDepth bounds the levels of a filter.
	maxFilter = 1024
	maxDepth  = 32
)

// Choices of a filter (RFC 4511, 4.5.1.7).
const (
	filterAnd        = 0xa0
	filterOr         = 0xa1
	filterNot        = 0xa2
	filterEqual      = 0xa3
	filterSubstrings = 0xa4
	filterAtLeast    = 0xa5
	filterAtMost     = 0xa6
	filterPresent    = 0x87
	filterApprox     = 0xa8
	filterExtensible = 0xa9
)

var operators = map[byte]string{filterEqual: "=", filterAtLeast: ">=", filterAtMost: "<=", filterApprox: "~="}

// filter writes a filter as text (RFC 4515).
type filter struct {
	text   []byte
	reveal bool // the values of passwords
}

// read reads the filter at the front of b, and returns what follows it. ok is false when there is none, or one too deep.
func (f *filter) read(b []byte, depth int) (rest []byte, ok bool) {
	tag, body, rest, ok := element(b)
	if !ok || depth == maxDepth {
		return rest, false
	}
	f.add("(")
	switch tag {
	case filterAnd, filterOr, filterNot:
		f.add(map[byte]string{filterAnd: "&", filterOr: "|", filterNot: "!"}[tag])
		for len(body) > 0 && ok && len(f.text) < maxFilter {
			body, ok = f.read(body, depth+1)
		}
	case filterEqual, filterAtLeast, filterAtMost, filterApprox:
		name, behind, found := octets(body, tagOctets)
		value, _, found2 := octets(behind, tagOctets)
		f.value(name, nil)
		f.add(operators[tag])
		f.value(value, name)
		ok = found && found2
	case filterPresent:
		f.value(body, nil)
		f.add("=*")
	case filterSubstrings:
		ok = f.substrings(body)
	case filterExtensible:
		ok = f.extensible(body)
	default:
		ok = false
	}
	f.add(")")
	return rest, ok
}

// substrings reads a name, and the beginning, what is in between and the end of its value.
func (f *filter) substrings(b []byte) bool {
	const initial, final = 0x80, 0x82
	name, rest, ok := octets(b, tagOctets)
	_, list, _, ok2 := element(rest)
	f.value(name, nil)
	f.add("=")
	last := byte(0)
	for ok && ok2 && len(list) > 0 && len(f.text) < maxFilter {
		var part []byte
		if last, part, list, ok = element(list); ok {
			if last != initial {
				f.add("*")
			}
			f.value(part, name)
		}
	}
	if last != final {
		f.add("*")
	}
	return ok && ok2
}

// extensible reads a match by a rule: name, whether the parts of the entry's name count, rule, value.
func (f *filter) extensible(b []byte) bool {
	const rule, name, value, dn = 0x81, 0x82, 0x83, 0x84
	var parts [4][]byte
	for len(b) > 0 {
		tag, part, rest, ok := element(b)
		if !ok || tag < rule || tag > dn {
			return false
		}
		parts[tag-rule], b = part, rest
	}
	f.value(parts[name-rule], nil)
	if flag := parts[dn-rule]; len(flag) == 1 && flag[0] != 0 {
		f.add(":dn")
	}
	if len(parts[0]) > 0 {
		f.add(":")
		f.value(parts[0], nil)
	}
	f.add(":=")
	f.value(parts[value-rule], parts[name-rule])
	return true
}

// add appends text as far as there is room.
func (f *filter) add(s string) {
	if len(f.text)+len(s) <= maxFilter {
		f.text = append(f.text, s...)
	}
}

// passwords are attributes whose values are secrets.
var passwords = [][]byte{[]byte("userPassword"), []byte("unicodePwd"), []byte("authPassword"), []byte("sambaNTPassword"), []byte("sambaLMPassword"), []byte("dBCSPwd"), []byte("ms-Mcs-AdmPwd")}

// value appends a value of the named attribute, with what is special in a filter escaped, and bytes that are no text. Secrets are redacted.
func (f *filter) value(v, name []byte) {
	for _, p := range passwords {
		if !f.reveal && bytes.EqualFold(name, p) {
			f.add(field.Redacted)
			return
		}
	}
	valid := utf8.Valid(v)
	for _, c := range v {
		switch {
		case c < ' ' || c == '(' || c == ')' || c == '*' || c == '\\' || c == 0x7f || c > 0x7f && !valid:
			const digits = "0123456789abcdef"
			f.add(string([]byte{'\\', digits[c>>4], digits[c&15]}))
		case len(f.text) < maxFilter:
			f.text = append(f.text, c)
		}
	}
}
