// SPDX-License-Identifier: Apache-2.0

package filter

// quantifier takes any or all before a field.
func (p *parser) quantifier() string {
	if t := p.peek(); t.kind == word && (t.text == "any" || t.text == "all") && p.tokens[p.at+1].kind == word {
		return p.next().text
	}
	return ""
}

// inverse are the relations that hold for a value when these do not.
var inverse = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

// quantified compares any, or all, of a field's values.
func (p *parser) quantified(quantifier string, left operand, op string, at token, right operand) (node, error) {
	if left.target == nil {
		return nil, p.fail(left.token, "a field was expected behind any or all")
	}
	of := map[string]map[string]string{"any": {"!=": "~=", "===": "=="}, "all": {"==": "===", "~=": "!="}}[quantifier]
	if of[op] != "" {
		op = of[op]
	}
	if quantifier == "any" || op == "===" || op == "!=" {
		return p.compare(left, op, at, right)
	}
	if inverse[op] == "" {
		return nil, p.fail(at, "a query tells that one of the values does, not that all do: leave all out")
	}
	n, err := p.compare(left, inverse[op], at, right)
	if err != nil {
		return nil, err
	}
	return all{left.target.present(), not{n}}, nil
}
