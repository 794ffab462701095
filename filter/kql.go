// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// KQL is the filter in Kibana's language, or an error that names what that cannot say.
func (f *Filter) KQL() (string, error) { return kql(f.root) }

var errFold = errors.New("KQL cannot leave upper and lower case out of account: use the query of Elasticsearch (--format dsl)")

func kql(n node) (string, error) {
	switch n := n.(type) {
	case all:
		return joined(n, " and ")
	case either:
		return joined(n, " or ")
	case not:
		text, err := kql(n.of)
		return "not " + text, err
	case exists:
		return n.def.Name + ": *", nil
	case equal:
		return n.def.Name + ": " + quote(n.text), nil
	case within:
		return n.def.Name + ": " + quote(n.prefix.String()), nil
	case same:
		return "", errFold
	case between:
		return n.kql(), nil
	case like:
		return n.kql()
	case matches:
		return "", fmt.Errorf("KQL has no regular expressions to search %s by: use the query of Elasticsearch (--format dsl)", n.def.Name)
	case ranked:
		return n.kql()
	case everything:
		return "*", nil
	}
	panic(fmt.Sprintf("no KQL for %T", n))
}

func joined(nodes []node, by string) (string, error) {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		text, err := kql(n)
		if err != nil {
			return "", err
		}
		parts[i] = text
	}
	return "(" + strings.Join(parts, by) + ")", nil
}

func (n between) kql() string {
	var parts []string
	if n.low != "" {
		parts = append(parts, n.def.Name+map[bool]string{false: " >= ", true: " > "}[n.lowOpen]+quote(n.low))
	}
	if n.high != "" {
		parts = append(parts, n.def.Name+map[bool]string{false: " <= ", true: " < "}[n.highOpen]+quote(n.high))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " and ") + ")"
}

// maxAlternatives bounds the numbers that stand one by one.
const maxAlternatives = 256

func (n ranked) kql() (string, error) {
	if n.high-n.low >= maxAlternatives {
		return "", fmt.Errorf("KQL has no order of the values of %s, which are texts in documents: use == or a set, or the query of Elasticsearch (--format dsl)", n.def.Name)
	}
	var alternatives []string
	for _, name := range n.names {
		alternatives = append(alternatives, quote(name))
	}
	for i := n.low; i <= n.high; i++ {
		alternatives = append(alternatives, quote(strconv.FormatUint(i, 10)))
	}
	return n.def.Name + ": (" + strings.Join(alternatives, " or ") + ")", nil
}

func (n like) kql() (string, error) {
	switch {
	case n.def.Type == field.Text:
		return n.def.Name + ": " + quote(n.text), nil
	case n.fold:
		return "", errFold
	case strings.ContainsAny(n.text, " \t\r\n"):
		return "", fmt.Errorf("KQL cannot look for a part with spaces (%q): use the query of Elasticsearch (--format dsl)", n.text)
	}
	pattern := reserved.Replace(n.text) + "*"
	if !n.prefix {
		pattern = "*" + pattern
	}
	return n.def.Name + ": " + pattern, nil
}

// quote writes a value that nothing in stands for something else.
func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// reserved escapes what KQL takes for a part of its language in a value without quotes.
var reserved = strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`, `:`, `\:`, `<`, `\<`, `>`, `\>`, `"`, `\"`, `*`, `\*`, `{`, `\{`, `}`, `\}`)
