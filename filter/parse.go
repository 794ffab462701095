// SPDX-License-Identifier: Apache-2.0

package filter

import "slices"

// parser reads tokens. Precedence, weakest first: or, xor, and, not.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	names  *names
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// take takes the next token if it is one of these.
func (p *parser) take(texts ...string) bool {
	if t := p.peek(); (t.kind == symbol || t.kind == word) && slices.Contains(texts, t.text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) fail(t token, cause string) error { return &Error{p.text, t.raw, t.at, cause} }

func (p *parser) or() (node, error) {
	return p.chain(p.xor, func(nodes []node) node { return either(nodes) }, "or", "||")
}

func (p *parser) xor() (node, error) {
	return p.chain(p.and, func(nodes []node) node {
		left := nodes[0]
		for _, right := range nodes[1:] {
			left = either{all{left, not{right}}, all{not{left}, right}}
		}
		return left
	}, "xor", "^^")
}

func (p *parser) and() (node, error) {
	return p.chain(p.not, func(nodes []node) node { return all(nodes) }, "and", "&&")
}

// chain reads operands that one operator joins.
func (p *parser) chain(operand func() (node, error), join func([]node) node, operator ...string) (node, error) {
	n, err := operand()
	if err != nil {
		return nil, err
	}
	nodes := []node{n}
	for p.take(operator...) {
		if n, err = operand(); err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if len(nodes) == 1 {
		return n, nil
	}
	return join(nodes), nil
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.peek(), "is nested too deeply")
	}
	defer func() { p.depth-- }()
	if p.take("not", "!") {
		n, err := p.not()
		return not{n}, err
	}
	if p.take("(") {
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.next(); t.text != ")" || t.kind != symbol {
			return nil, p.fail(t, "a closing parenthesis was expected")
		}
		return n, nil
	}
	return p.test()
}

// operators and their words.
var operators = map[string]string{
	"==": "==", "eq": "==", "any_eq": "==", "!=": "!=", "ne": "!=", "all_ne": "!=", "===": "===", "all_eq": "===", "~=": "~=", "any_ne": "~=", "!==": "~=",
	">": ">", "gt": ">", "<": "<", "lt": "<", ">=": ">=", "ge": ">=", "<=": "<=", "le": "<=", "contains": "contains", "matches": "matches", "~": "matches", "in": "in",
}

// flipped are the operators as read from the right.
var flipped = map[string]string{"==": "==", "!=": "!=", "===": "===", "~=": "~=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}

func (p *parser) operator() (string, bool) {
	t := p.peek()
	op, ok := operators[t.text]
	if !ok || t.kind != symbol && t.kind != word {
		return "", false
	}
	p.at++
	return op, true
}

// test reads a field alone, which asks whether the packet has it, or a chain of comparisons: 1 < tcp.srcport < 1024.
func (p *parser) test() (node, error) {
	quantifier := p.quantifier()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if left.target != nil && p.peek().kind == symbol && p.peek().text == "&" {
		return p.mask(left)
	}
	var tests all
	for {
		at := p.peek()
		if at.kind == word && at.text == "not" && p.tokens[p.at+1].text == "in" && tests == nil {
			p.next()
			n, err := p.set(left, p.next())
			return not{n}, err
		}
		op, ok := p.operator()
		if !ok {
			break
		}
		var n node
		var right operand
		switch op {
		case "in":
			n, err = p.set(left, at)
		default:
			if right, err = p.operand(); err != nil {
				break
			}
			if quantifier == "" {
				n, err = p.compare(left, op, at, right)
			} else {
				n, err = p.quantified(quantifier, left, op, at, right)
				quantifier = ""
			}
		}
		if err != nil {
			return nil, err
		}
		if tests, left = append(tests, n), right; op == "in" {
			break
		}
	}
	switch t := p.peek(); {
	case t.kind == symbol && slices.Contains([]string{"&", "+", "*", "%"}, t.text):
		return nil, p.fail(t, "Elasticsearch does not calculate: compare the field itself")
	case len(tests) > 0:
		return both(tests...), nil
	case left.target == nil:
		return nil, p.fail(left.token, p.names.unknown(left.token))
	case left.function != "" || left.slice != nil || quantifier != "":
		return nil, p.fail(left.token, "a comparison was expected after it")
	}
	return left.target.present(), nil
}

// mask reads what follows a field: & and a mask alone, which asks whether one of its bits is set, or a mask and what the masked bits are compared with.
func (p *parser) mask(left operand) (node, error) {
	and, t := p.next(), p.next()
	mask, ok := number(t)
	if !ok {
		return nil, p.fail(t, "a mask was expected: 0x12")
	}
	at := p.peek()
	op, compares := p.operator()
	var value uint64
	if compares {
		t = p.next()
		if value, ok = number(t); !ok {
			return nil, p.fail(t, "a number was expected: 0x12")
		}
		if !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, op) {
			return nil, p.fail(at, "masked bits are compared with ==, !=, <, <=, > or >=")
		}
	}
	holds := func(v uint64) bool { return v&mask != 0 }
	if compares {
		is := op
		if op == "!=" {
			is = "=="
		}
		holds = func(v uint64) bool { return compared(v&mask, is, value) }
	}
	var n node
	var cause string
	switch target := left.target; {
	case target.bits != nil:
		n, cause = target.flagged(mask, op, value)
	case left.slice != nil && left.slice.length == 1 && left.function == "":
		n, cause = left.octet(holds)
	case left.slice != nil || left.function != "" || target.units > 1 || target.list || target.choices != nil:
		cause = "only numbers of one or two bytes, flags and single bytes are masked"
	default:
		n, cause = target.where(holds)
	}
	if cause != "" {
		return nil, p.fail(and, cause)
	}
	if op == "!=" {
		n = all{left.target.present(), not{n}}
	}
	return n, nil
}

// compare makes a comparison of a field with a literal, in either order.
func (p *parser) compare(left operand, op string, at token, right operand) (node, error) {
	switch {
	case left.target != nil && right.target != nil:
		return nil, p.fail(right.token, "two fields cannot be compared with each other: put a value there")
	case left.target == nil && right.target == nil:
		return nil, p.fail(left.token, p.names.unknown(left.token))
	case left.target == nil:
		if flipped[op] == "" {
			return nil, p.fail(at, "the field stands before it")
		}
		left, op, right = right, flipped[op], left
	}
	n, cause := left.condition(op, right.token)
	if cause != "" {
		return nil, p.fail(right.token, cause)
	}
	return n, nil
}

// set reads {1, 2, 5..9}; commas may be left out.
func (p *parser) set(left operand, at token) (node, error) {
	if left.target == nil {
		return nil, p.fail(left.token, p.names.unknown(left.token))
	}
	if t := p.next(); t.text != "{" || t.kind != symbol {
		return nil, p.fail(t, "a set in braces was expected: {80, 443, 8000..8100}")
	}
	var nodes []node
	for !p.take("}") {
		low := p.next()
		if low.kind == end || low.kind == symbol {
			return nil, p.fail(low, "a value or the set's closing brace was expected")
		}
		var n node
		var cause string
		if p.take("..") {
			high := p.next()
			if _, cause = left.interval(low, low); cause != "" {
				return nil, p.fail(low, cause)
			}
			if n, cause = left.interval(low, high); cause != "" {
				return nil, p.fail(high, cause)
			}
		} else if n, cause = left.condition("==", low); cause != "" {
			return nil, p.fail(low, cause)
		}
		nodes = append(nodes, n)
		p.take(",")
	}
	if len(nodes) == 0 {
		return nil, p.fail(at, "the set is empty")
	}
	return some(nodes), nil
}
