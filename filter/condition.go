// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"net/netip"
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
		return nil, "a protocol has no value: compare one of its fields"
	case o.slice != nil:
		return o.sliced(op, lit)
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
		return t.each(func(d *field.Def) (node, string) {
			if p, err := netip.ParsePrefix(lit.text); err == nil && d.Type == field.IP {
				return outside(d, p), ""
			}
			v, cause := boundOf(d, lit, t.units)
			return either{between{def: d, high: v, highOpen: true}, between{def: d, low: v, lowOpen: true}}, cause
		})
	case "contains":
		return t.each(func(d *field.Def) (node, string) { return contains(d, lit, false) })
	case "matches":
		return t.each(func(d *field.Def) (node, string) { return expression(d, lit) })
	}
	return t.each(func(d *field.Def) (node, string) {
		v, cause := boundOf(d, lit, t.units)
		b := between{def: d}
		if op[0] == '<' {
			b.high, b.highOpen = v, op == "<"
		} else {
			b.low, b.lowOpen = v, op == ">"
		}
		return t.orZero(b), cause
	})
}

// unless holds when the packet has the field and the comparison does not hold.
func (t *target) unless(op string, lit token, o operand) (node, string) {
	n, cause := o.condition(op, lit)
	return all{t.present(), not{n}}, cause
}

func (t *target) equals(d *field.Def, lit token) (node, string) {
	if d.Type == field.IP {
		return network(d, lit)
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
	t := o.target
	if len(t.leaves) == 0 || t.list || o.slice != nil || o.function != "" {
		return nil, "there is no interval of such values"
	}
	return t.each(func(d *field.Def) (node, string) {
		from, cause := boundOf(d, low, t.units)
		if cause != "" {
			return nil, cause
		}
		to, cause := boundOf(d, high, t.units)
		return t.orZero(between{def: d, low: from, high: to}), cause
	})
}

// chosen compares a value whose meaning documents say otherwise.
func (t *target) chosen(op string, lit token) (node, string) {
	v := lit.text
	if is, ok := truth(lit); ok {
		v = map[bool]string{true: "1", false: "0"}[is]
	}
	n, ok := t.choices[v]
	if !ok {
		n = not{everything{}}
	}
	switch {
	case op == "==":
		return n, ""
	case op == "!=":
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
	case op == "==":
		return t.masked(^uint64(0), v, false), ""
	case op == "!=":
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

// sliced compares the front of an address, of bytes or of a text.
func (o operand) sliced(op string, lit token) (node, string) {
	if op != "==" && op != "!=" || o.function != "" {
		return nil, "a slice is compared with == or !="
	}
	if o.slice.start != 0 {
		return nil, "only slices from the front can be searched"
	}
	n, cause := o.target.each(func(d *field.Def) (node, string) {
		text, size := lit.text, len(lit.text)
		if d.Type == field.MAC || d.Type == field.Hex {
			b, ok := octets(lit)
			if !ok {
				return nil, "bytes in hexadecimal were expected: 00:1b:21"
			}
			text, size = hexText(d.Type, b), len(b)
		}
		switch {
		case d.Type != field.MAC && d.Type != field.Hex && d.Type != field.Keyword && d.Type != field.Wildcard:
			return nil, "only addresses, bytes and texts have slices"
		case o.slice.length != 0 && o.slice.length != size:
			return nil, "is not as long as the slice"
		}
		return like{def: d, text: text, prefix: true}, ""
	})
	if op == "!=" {
		n = all{o.target.present(), not{n}}
	}
	return n, cause
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
			return not{everything{}}, ""
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
		return like{def: d, text: hexText(d.Type, b)}, ""
	}
	return nil, "only texts and bytes contain something"
}
