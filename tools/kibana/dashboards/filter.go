// SPDX-License-Identifier: Apache-2.0

package dashboards

import (
	"fmt"
	"strings"
)

// Filter is conditions that must all hold. It is written in Kibana's language for dashboards and as a query of Elasticsearch for tests.
type Filter []Condition

// Condition on one field.
type Condition struct {
	Field string
	// Values of which the field must have one; without them it must exist.
	Values []string
	// From and Below bound a number, where Below is not 0.
	From, Below int
	Not         bool
}

// Has finds documents with the field.
func Has(field string) Filter { return Filter{{Field: field}} }

// Is finds documents whose field has one of the values.
func Is(field string, values ...string) Filter { return Filter{{Field: field, Values: values}} }

// Between finds documents whose field is at least from and below below.
func Between(field string, from, below int) Filter {
	return Filter{{Field: field, From: from, Below: below}}
}

// Not finds the others. The filter has one condition.
func Not(f Filter) Filter {
	c := f[0]
	c.Not = !c.Not
	return Filter{c}
}

// And finds what both find.
func (f Filter) And(other Filter) Filter { return append(append(Filter{}, f...), other...) }

func (f Filter) fields() []string {
	var names []string
	for _, c := range f {
		names = append(names, c.Field)
	}
	return names
}

// KQL is the filter in Kibana's language, "" when it has no condition.
func (f Filter) KQL() string {
	parts := make([]string, len(f))
	for i, c := range f {
		parts[i] = c.kql()
	}
	return strings.Join(parts, " and ")
}

func (c Condition) kql() string {
	text := c.Field + " : *"
	switch {
	case c.Below != 0:
		text = fmt.Sprintf("(%s >= %d and %s < %d)", c.Field, c.From, c.Field, c.Below)
	case len(c.Values) == 1:
		text = fmt.Sprintf("%s : %q", c.Field, c.Values[0])
	case len(c.Values) > 1:
		quoted := make([]string, len(c.Values))
		for i, v := range c.Values {
			quoted[i] = fmt.Sprintf("%q", v)
		}
		text = fmt.Sprintf("%s : (%s)", c.Field, strings.Join(quoted, " or "))
	}
	if c.Not {
		return "not " + text
	}
	return text
}

// Query is the filter as a clause of Elasticsearch's query DSL.
func (f Filter) Query() map[string]any {
	must, not := []any{}, []any{}
	for _, c := range f {
		if c.Not {
			not = append(not, c.query())
		} else {
			must = append(must, c.query())
		}
	}
	return map[string]any{"bool": map[string]any{"filter": must, "must_not": not}}
}

func (c Condition) query() map[string]any {
	switch {
	case c.Below != 0:
		return map[string]any{"range": map[string]any{c.Field: map[string]any{"gte": c.From, "lt": c.Below}}}
	case len(c.Values) > 0:
		return map[string]any{"terms": map[string]any{c.Field: c.Values}}
	}
	return map[string]any{"exists": map[string]any{"field": c.Field}}
}
