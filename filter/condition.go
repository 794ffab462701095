// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// condition makes a comparison with a literal, or says why there is none.
func (o operand) condition(op string, lit token) (node, string) {
	t := o.target
	switch {
	case lit.kind == end || lit.kind == symbol:
		return nil, "a value was expected"
	case t.list:
		return t.among(op, lit)
	case t.choices != nil:
		return t.chosen(op, lit)
	case t.bits != nil:
		return t.pattern(op, lit)
	case len(t.leaves) == 0:
		return nil, bytesCause
	case o.slice != nil:
		return o.sliced(op, lit)
	case o.function == "len":
		return o.measured(op, lit)
	case o.function != "":
		return o.folded(op, lit)
	}
	switch op {
	case "==":
		return t.each(func(d *field.Def) (node, string) { return t.equals(d, lit) })
	case "!=":
		return t.unless("==", lit, o)
	case "===":
		return t.unless("~=", lit, o)
	case "~=":
		if p, err := netip.ParsePrefix(lit.text); err == nil {
			return t.each(func(d *field.Def) (node, string) {
				if d.Type != field.IP {
					return nil, "only addresses are in networks"
				}
				return outside(d, p), ""
			})
		}
		below, cause := t.ordered(nil, &bound{lit, true})
		if cause != "" {
			return nil, cause
		}
		above, cause := t.ordered(&bound{lit, true}, nil)
		return either{below, above}, cause
	case "contains":
		return t.each(func(d *field.Def) (node, string) { return contains(d, lit, false) })
	case "matches":
		return t.each(func(d *field.Def) (node, string) { return expression(d, lit) })
	}
	if open := len(op) == 1; op[0] == '<' {
		return t.ordered(nil, &bound{lit, open})
	} else {
		return t.ordered(&bound{lit, open}, nil)
	}
}

const bytesCause = "documents have no bytes of protocols: compare a field, or packet.payload where payload.bytes keeps it"

// unless holds when the packet has the field and the comparison does not hold.
func (t *target) unless(op string, lit token, o operand) (node, string) {
	n, cause := o.condition(op, lit)
	return all{t.present(), not{n}}, cause
}

func (t *target) equals(d *field.Def, lit token) (node, string) {
	if d.Type == field.IP {
		n, cause := t.network(d, lit)
		if a, err := netip.ParseAddr(lit.text); err == nil && a.IsUnspecified() && t.sparse(d) {
			n = all{t.layer, not{exists{d}}}
		}
		return n, cause
	}
	v, cause := valueOf(d, lit, t.units)
	if cause != "" {
		return nil, cause
	}
	if d.Type == field.Text {
		return like{def: d, text: v}, ""
	}
	if t.sparse(d) && (v == "0" || v == "false") {
		return all{t.layer, not{exists{d}}}, ""
	}
	return equal{d, v}, ""
}

// sparse tells whether 0 is left out of the documents.
func (t *target) sparse(d *field.Def) bool { return d.Is(field.Sparse) && t.layer != nil }

// orZero adds the zeros that documents leave out to an interval that has them.
func (t *target) orZero(b between) node {
	if t.sparse(b.def) && b.holds("0") {
		return either{b, all{t.layer, not{exists{b.def}}}}
	}
	return b
}

// interval is low..high of a set, both included.
func (o operand) interval(low, high token) (node, string) {
	switch t := o.target; {
	case o.function == "len":
		least, ok1 := number(low)
		most, ok2 := number(high)
		if !ok1 || !ok2 {
			return nil, "a length was expected"
		}
		return t.each(func(d *field.Def) (node, string) { return length(d, least, most) })
	case len(t.leaves) == 0 || t.list || o.slice != nil || o.function != "":
		return nil, "there is no interval of such values"
	default:
		return t.ordered(&bound{lit: low}, &bound{lit: high})
	}
}

// measured compares len(field).
func (o operand) measured(op string, lit token) (node, string) {
	n, ok := number(lit)
	if op != "contains" && op != "matches" && (!ok || n > maxRepeat) {
		return nil, fmt.Sprintf("a length of at most %d was expected", maxRepeat)
	}
	low, high := uint64(0), uint64(math.MaxUint64)
	switch op {
	case "==", "!=":
		low, high = n, n
	case "<=":
		high = n
	case ">=":
		low = n
	case ">":
		low = n + 1
	case "<":
		if high = n - 1; n == 0 {
			return nothing, ""
		}
	default:
		return nil, "len() is compared with ==, !=, <, <=, > or >="
	}
	t := o.target
	held, cause := t.each(func(d *field.Def) (node, string) { return length(d, low, high) })
	if op == "!=" {
		held = all{t.present(), not{held}}
	}
	return held, cause
}

// chosen compares a value whose meaning documents say otherwise.
func (t *target) chosen(op string, lit token) (node, string) {
	v := lit.text
	if is, ok := truth(lit); ok {
		v = map[bool]string{true: "1", false: "0"}[is]
	}
	n, ok := t.choices[v]
	if !ok {
		n = nothing
	}
	switch {
	case op == "==" || op == "===":
		return n, ""
	case op == "!=" || op == "~=":
		return all{t.layer, not{n}}, ""
	}
	return nil, "it is compared with == or !="
}

// pattern compares bits as a number.
func (t *target) pattern(op string, lit token) (node, string) {
	v, ok := number(lit)
	switch {
	case !ok:
		return nil, "a number was expected: 0x12"
	case op == "==" || op == "===":
		return t.masked(^uint64(0), v, false), ""
	case op == "!=" || op == "~=":
		return all{t.layer, not{t.masked(^uint64(0), v, false)}}, ""
	}
	return nil, "it is compared with == or !=, or masked: tcp.flags & 0x12"
}

func truth(lit token) (value, ok bool) {
	switch strings.ToLower(lit.text) {
	case "1", "true", "0x1":
		return true, true
	case "0", "false", "0x0":
		return false, true
	}
	return false, false
}

// among looks for a protocol's name, or part of one, in packet.layers.
func (t *target) among(op string, lit token) (node, string) {
	d := t.leaves[0].def
	switch {
	case strings.Contains(lit.text, ":"):
		return nil, "documents list the protocols one by one: ask for each, without the colon"
	case op == "contains":
		return like{def: d, text: lit.text}, ""
	case op == "matches":
		return expression(d, lit)
	}
	return nil, "documents list the protocols one by one: use contains, or the protocol's name alone"
}

// folded compares lower(field) or upper(field).
func (o operand) folded(op string, lit token) (node, string) {
	cased := strings.ToLower(lit.text)
	if o.function == "upper" {
		cased = strings.ToUpper(lit.text)
	}
	n, cause := o.target.each(func(d *field.Def) (node, string) {
		switch {
		case !textual(d):
			return nil, "only texts have upper and lower case"
		case op == "matches":
			return expression(d, lit)
		case cased != lit.text: // no such text is ever equal
			return nothing, ""
		case op == "contains":
			return contains(d, lit, true)
		case op == "==" || op == "!=":
			return same{d, lit.text}, ""
		}
		return nil, "lower() and upper() are compared with ==, !=, contains or matches"
	})
	if op == "!=" {
		n = all{o.target.present(), not{n}}
	}
	return n, cause
}

func textual(d *field.Def) bool {
	return d.Type == field.Keyword || d.Type == field.Wildcard || d.Type == field.Text
}

func contains(d *field.Def, lit token, fold bool) (node, string) {
	switch {
	case textual(d):
		return like{def: d, text: lit.text, fold: fold}, ""
	case d.Type == field.Hex || d.Type == field.MAC:
		b, ok := octets(lit)
		if !ok {
			return nil, "bytes in hexadecimal, or a text in quotes, were expected"
		}
		text := hexText(d.Type, b)
		if d.Type == field.MAC { // whose bytes hyphens tell apart
			return like{def: d, text: text}, ""
		}
		return matches{def: d, re: regexp.MustCompile("^(..)*" + text), lucene: "(..)*" + text + ".*"}, ""
	}
	return nil, "only texts and bytes contain something"
}
