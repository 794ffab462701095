// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// maxExpression is Elasticsearch's bound (index.max_regex_length).
const maxExpression = 1000

// expression is a regular expression, which like Wireshark's is looked for anywhere in the value, whatever the case. It has Go's syntax, which lacks what cannot be
// bounded: references back and assertions around.
func expression(d *field.Def, lit token) (node, string) {
	if !textual(d) || d.Type == field.Text {
		return nil, "only fields whose values are searched as a whole match expressions"
	}
	re, err := regexp.Compile("(?is)" + lit.text)
	if err != nil {
		return nil, fmt.Sprintf("is no regular expression that can be searched by: %v", err)
	}
	tree, err := syntax.Parse(lit.text, syntax.Perl|syntax.DotNL)
	if err != nil {
		return nil, fmt.Sprintf("is no regular expression that can be searched by: %v", err)
	}
	var b strings.Builder
	if err := whole(&b, tree); err != nil {
		return nil, err.Error()
	}
	if b.Len() > maxExpression {
		return nil, fmt.Sprintf("is longer than Elasticsearch's limit of %d characters", maxExpression)
	}
	return matches{d, re, b.String(), true}, ""
}

// whole writes what matches a whole value in which the expression is found: Elasticsearch anchors expressions.
func whole(b *strings.Builder, re *syntax.Regexp) error {
	switch re.Op {
	case syntax.OpCapture:
		return whole(b, re.Sub[0])
	case syntax.OpAlternate:
		for i, sub := range re.Sub {
			if i > 0 {
				b.WriteByte('|')
			}
			if err := whole(b, sub); err != nil {
				return err
			}
		}
		return nil
	}
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	begins := len(parts) > 0 && parts[0].Op == syntax.OpBeginText
	if begins {
		parts = parts[1:]
	}
	ends := len(parts) > 0 && parts[len(parts)-1].Op == syntax.OpEndText
	if ends {
		parts = parts[:len(parts)-1]
	}
	if !begins {
		b.WriteString(".*")
	}
	for _, p := range parts {
		if err := lucene(b, p); err != nil {
			return err
		}
	}
	if !ends {
		b.WriteString(".*")
	}
	return nil
}

// lucene writes an expression in Lucene's syntax.
func lucene(b *strings.Builder, re *syntax.Regexp) error {
	group := func(parts []*syntax.Regexp, between, after string) error {
		b.WriteByte('(')
		for i, p := range parts {
			if i > 0 {
				b.WriteString(between)
			}
			if err := lucene(b, p); err != nil {
				return err
			}
		}
		b.WriteString(")" + after)
		return nil
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return nil
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			escape(b, r)
		}
		return nil
	case syntax.OpCharClass:
		class(b, re.Rune)
		return nil
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('.')
		return nil
	case syntax.OpConcat, syntax.OpCapture:
		return group(re.Sub, "", "")
	case syntax.OpAlternate:
		return group(re.Sub, "|", "")
	case syntax.OpStar:
		return group(re.Sub, "", "*")
	case syntax.OpPlus:
		return group(re.Sub, "", "+")
	case syntax.OpQuest:
		return group(re.Sub, "", "?")
	case syntax.OpRepeat:
		most := ""
		if re.Max >= 0 {
			most = fmt.Sprint(re.Max)
		}
		return group(re.Sub, "", fmt.Sprintf("{%d,%s}", re.Min, most))
	}
	return fmt.Errorf("has %s where Elasticsearch knows no such thing: ^ and $ stand at the ends, and there is no \\b", re)
}

// lucenePattern is an expression of Lucene's for a text that stands for itself.
func lucenePattern(text string) string {
	var b strings.Builder
	for _, r := range text {
		escape(&b, r)
	}
	return b.String()
}

func class(b *strings.Builder, ranges []rune) {
	b.WriteByte('[')
	for i := 0; i < len(ranges); i += 2 {
		escape(b, ranges[i])
		if ranges[i+1] > ranges[i] {
			b.WriteByte('-')
			escape(b, ranges[i+1])
		}
	}
	b.WriteByte(']')
}

// escape writes a character that stands for itself.
func escape(b *strings.Builder, r rune) {
	if r < 0x80 && !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
		b.WriteByte('\\')
	}
	b.WriteRune(r)
}
