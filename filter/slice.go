// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// slice is a part of a value: length bytes, or characters of a text, from start on, which is counted from the end when it is negative; length 0 is all that follow.
type slice struct{ start, length int }

// sliced compares a part of an address, of bytes or of a text.
func (o operand) sliced(op string, lit token) (node, string) {
	if byteOf, isNumber := number(lit); o.slice.length == 1 && isNumber && byteOf < 0x100 && (op[0] == '<' || op[0] == '>') {
		return o.octet(func(b uint64) bool { return compared(b, op, byteOf) })
	}
	if op != "==" && op != "!=" || o.function != "" {
		return nil, "a slice is compared with == or !=, and one of a single byte with < and >"
	}
	n, cause := o.target.each(func(d *field.Def) (node, string) {
		text, size := lit.text, len(lit.text)
		if width(d) > 1 {
			b, ok := octets(lit)
			if !ok {
				return nil, "bytes in hexadecimal were expected: 00:1b:21"
			}
			text, size = hexText(d.Type, b), len(b)
		}
		switch {
		case width(d) == 0:
			return nil, "only link addresses, bytes and texts have slices; networks are asked for as 10.0.0.0/8"
		case o.slice.length != 0 && o.slice.length != size || o.slice.start < 0 && o.slice.length == 0 && size != -o.slice.start:
			return nil, "is not as long as the slice"
		case o.slice.start == 0 && o.slice.length != 0:
			return like{def: d, text: text, prefix: true}, ""
		}
		return o.slice.matches(d, regexp.QuoteMeta(text), lucenePattern(text)), ""
	})
	if op == "!=" {
		n = all{o.target.present(), not{n}}
	}
	return n, cause
}

// width is how many characters of a document's value are a byte of Wireshark's: of a link address a hyphen is one; 0 where a value has no slices.
func width(d *field.Def) int {
	switch d.Type {
	case field.MAC:
		return 3
	case field.Hex:
		return 2
	case field.Keyword, field.Wildcard:
		return 1
	}
	return 0
}

// matches holds where the slice is what two spellings of an expression say, Go's and Lucene's.
func (s slice) matches(d *field.Def, re, lucene string) node {
	before, after := ".*", ".*"
	switch {
	case s.start >= 0:
		before = fmt.Sprintf(".{%d}", s.start*width(d))
		if s.length == 0 {
			after = ""
		}
	case s.length == 0 || s.length == -s.start:
		after = ""
	default:
		after = fmt.Sprintf(".{%d}", (-s.start-s.length)*width(d))
	}
	return matches{def: d, re: regexp.MustCompile("(?s)^" + before + "(" + re + ")" + after + "$"), lucene: before + "(" + lucene + ")" + after}
}

// octet holds when the byte that the slice is satisfies a condition.
func (o operand) octet(holds func(uint64) bool) (node, string) {
	return o.target.each(func(d *field.Def) (node, string) {
		if width(d) < 2 {
			return nil, "only link addresses and bytes have single bytes that are numbers"
		}
		var values []string
		for b := range uint64(256) {
			if holds(b) {
				values = append(values, hexText(d.Type, []byte{byte(b)}))
			}
		}
		if len(values) == 0 {
			return nothing, ""
		}
		alternatives := strings.Join(values, "|")
		return o.slice.matches(d, alternatives, alternatives), ""
	})
}

// maxIntervals bounds the query of a mask.
const maxIntervals = 256

// where holds when a number of one or two bytes satisfies a condition.
func (t *target) where(holds func(uint64) bool) (node, string) {
	return t.each(func(d *field.Def) (node, string) {
		most := map[field.Type]uint64{field.Uint8: 0xff, field.Uint16: 0xffff}[d.Type]
		if most == 0 || d.Texts != nil {
			return nil, "Elasticsearch does not calculate: only numbers of one or two bytes, flags and single bytes are masked"
		}
		var parts []node
		for v := uint64(0); v <= most; v++ {
			if !holds(v) {
				continue
			}
			low := v
			for v < most && holds(v+1) {
				v++
			}
			parts = append(parts, t.orZero(between{def: d, low: fmt.Sprint(low), high: fmt.Sprint(v)}))
		}
		switch {
		case len(parts) > maxIntervals:
			return nil, fmt.Sprintf("that is %d intervals of numbers, of which a query has at most %d: mask fewer of the low bits", len(parts), maxIntervals)
		case len(parts) == 0:
			return nothing, ""
		}
		return some(parts), ""
	})
}

// compared says whether two numbers stand in a relation.
func compared(a uint64, op string, b uint64) bool {
	switch op {
	case "==":
		return a == b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}
