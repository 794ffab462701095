// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// operand is a field, maybe a part of it or a function of it, or a literal, which has no target.
type operand struct {
	token    token
	target   *target
	function string // lower, upper or len
	slice    *slice
}

// lengths are fields of Wireshark's that are lengths of others, which documents have.
var lengths = map[string]string{"dns.qry.name.len": "dns.qry.name"}

// operand reads one side of a comparison.
func (p *parser) operand() (operand, error) {
	t := p.next()
	switch {
	case t.kind == end:
		return operand{}, p.fail(t, "a field, a protocol or a value was expected")
	case t.kind == symbol && t.text == "@":
		return operand{}, p.fail(t, "documents have no raw bytes of fields")
	case t.kind == symbol && t.text == "$":
		return operand{}, p.fail(t, "a field of another packet cannot be referred to")
	case t.kind == symbol:
		return operand{}, p.fail(t, "a field, a protocol or a value was expected")
	case t.kind != word:
		return operand{token: t}, nil
	}
	if p.peek().text == "(" && p.peek().kind == symbol {
		return p.function(t)
	}
	name, function := t.text, ""
	if of := lengths[name]; of != "" {
		name, function = of, "len"
	}
	target, cause := p.names.find(name)
	if cause != "" {
		return operand{}, p.fail(t, cause)
	}
	o := operand{token: t, target: target, function: function}
	if target == nil {
		return o, nil
	}
	switch {
	case p.take("#"):
		return o, p.fail(t, "fields of a certain layer cannot be told apart: leave # out, or ask source.ip and the like for the innermost")
	case p.take("["):
		return p.slice(o)
	}
	return o, nil
}

func (p *parser) function(t token) (operand, error) {
	switch t.text {
	case "lower", "upper", "len":
	case "count":
		return operand{}, p.fail(t, "Elasticsearch does not count a field's values: ask for the field alone, or for a value")
	default:
		return operand{}, p.fail(t, "no such function here; there are lower(), upper() and len()")
	}
	p.next()
	o, err := p.operand()
	if err != nil {
		return o, err
	}
	if o.target == nil || o.slice != nil {
		return o, p.fail(o.token, "a field was expected")
	}
	if c := p.next(); c.text != ")" {
		return o, p.fail(c, "a closing parenthesis was expected")
	}
	o.function = t.text
	return o, nil
}

// slice reads what follows a bracket: [start:length], [first-last], [:length], [start:] or [index], where a start below 0 counts from the end.
func (p *parser) slice(o operand) (operand, error) {
	first := p.next()
	if c := p.next(); first.kind != word || c.text != "]" {
		return o, p.fail(first, "a slice of one piece was expected: [0:3], [0-2], [:3], [-2:] or [2]")
	}
	start, length, ok := strings.Cut(first.text, ":")
	last := ""
	if at := strings.LastIndexByte(first.text, '-'); !ok && at > 0 {
		start, last = first.text[:at], first.text[at+1:]
	} else if !ok {
		length = "1"
	}
	var s slice
	var err1, err2 error
	if start != "" {
		s.start, err1 = strconv.Atoi(start)
	}
	switch {
	case last != "":
		s.length, err2 = strconv.Atoi(last)
		s.length += 1 - s.start
	case length != "":
		s.length, err2 = strconv.Atoi(length)
	}
	switch {
	case err1 != nil || err2 != nil || s.length < 0 || s.length == 0 && last+length != "" || last != "" && s.start < 0:
		return o, p.fail(first, "a slice counts bytes: [0:3], [0-2], [:3], [-2:] or [2]")
	case s.start > maxSlice || s.length > maxSlice || s.start < 0 && s.length > -s.start || s.start < -maxSlice:
		return o, p.fail(first, fmt.Sprintf("a slice ends before byte %d, and one from the end at the end", maxSlice))
	}
	o.slice = &s
	return o, nil
}

// maxSlice keeps expressions short: of a link address, a byte is three characters.
const maxSlice = maxRepeat / 3
