// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strconv"
	"strings"
)

// operand is a field, maybe a part of it or a function of it, or a literal, which has no target.
type operand struct {
	token    token
	target   *target
	function string // lower or upper
	slice    *slice
}

// slice is the bytes from start on; length 0 is all that follow.
type slice struct{ start, length int }

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
	target, cause := p.names.find(t.text)
	if cause != "" {
		return operand{}, p.fail(t, cause)
	}
	o := operand{token: t, target: target}
	if target == nil {
		return o, nil
	}
	switch {
	case p.take("#"):
		return o, p.fail(t, "fields of a certain layer cannot be told apart: leave # out")
	case p.take("["):
		return p.slice(o)
	}
	return o, nil
}

func (p *parser) function(t token) (operand, error) {
	if t.text != "lower" && t.text != "upper" {
		return operand{}, p.fail(t, "no such function here; there are lower() and upper()")
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

// slice reads what follows a bracket: [start:length], [first-last], [:length], [start:] or [index].
func (p *parser) slice(o operand) (operand, error) {
	var text strings.Builder
	t := p.next()
	first := t
	for ; t.text != "]"; t = p.next() {
		if t.kind != word {
			return o, p.fail(t, "a slice of one piece was expected: [0:3], [0-2], [:3] or [2]")
		}
		text.WriteString(t.text)
	}
	s := slice{}
	start, length, ok := strings.Cut(text.String(), ":")
	last, isRange := "", false
	if !ok {
		start, last, isRange = strings.Cut(text.String(), "-")
		if !isRange {
			length = "1"
		}
	}
	var err1, err2 error
	if start != "" {
		s.start, err1 = strconv.Atoi(start)
	}
	switch {
	case isRange:
		var end int
		end, err2 = strconv.Atoi(last)
		s.length = end - s.start + 1
	case length != "":
		s.length, err2 = strconv.Atoi(length)
	}
	if err1 != nil || err2 != nil || s.start < 0 || s.length < 0 || s.length == 0 && (isRange || length != "") {
		return o, p.fail(first, "a slice counts bytes from the front: [0:3], [0-2], [:3] or [2]")
	}
	o.slice = &s
	return o, nil
}
