// SPDX-License-Identifier: Apache-2.0

package panels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// Answer is what a panel shows: rows of a value for each column, or of each field of a list. A value is a text, a number (float64), or nil.
type Answer struct{ Rows [][]any }

// Empty tells whether p shows nothing but zeros.
func (a Answer) Empty(p dashboards.Panel) bool {
	first := max(0, p.FirstNumber())
	for _, row := range a.Rows {
		if slices.ContainsFunc(row[first:], func(v any) bool { return v != nil && v != 0.0 }) {
			return false
		}
	}
	return true
}

// Read makes an answer of the aggregations of the search of a panel and of how many documents that found.
func Read(p dashboards.Panel, aggs map[string]any, total int) (Answer, error) {
	var a Answer
	root := object{"doc_count": float64(total)}
	for k, v := range aggs {
		root[k] = v
	}
	err := a.read(p, 0, nil, root)
	return a, err
}

// read adds the rows of a bucket; before are the values of the columns before i.
func (a *Answer) read(p dashboards.Panel, i int, before []any, bucket object) error {
	if i >= p.FirstNumber() {
		row := append([]any{}, before...)
		for n := i; n < len(p.Columns); n++ {
			v, err := value(p.Columns[n], bucket, id(n))
			if err != nil {
				return fmt.Errorf("column %q: %w", p.Columns[n].Label, err)
			}
			row = append(row, v)
		}
		a.Rows = append(a.Rows, row)
		return nil
	}
	agg, _ := bucket[id(i)].(object)
	buckets, ok := agg["buckets"].([]any)
	if !ok {
		return fmt.Errorf("column %q: no buckets in %v", p.Columns[i].Label, bucket)
	}
	for _, b := range buckets {
		b := b.(object)
		key := b["key"]
		if text, ok := b["key_as_string"]; ok && p.Columns[i].Operation == dashboards.Terms {
			key = text
		}
		if err := a.read(p, i+1, append(before[:len(before):len(before)], key), b); err != nil {
			return err
		}
	}
	return nil
}

// value of a number's column in a bucket.
func value(c dashboards.Column, bucket object, id string) (any, error) {
	if c.Operation == dashboards.CountOf && len(c.Where) == 0 {
		return bucket["doc_count"], nil
	}
	agg, ok := bucket[id].(object)
	if !ok {
		return nil, fmt.Errorf("no answer in %v", bucket)
	}
	if c.Operation == dashboards.CountOf {
		return agg["doc_count"], nil
	}
	if len(c.Where) > 0 {
		agg, _ = agg["of"].(object)
	}
	switch c.Operation {
	case dashboards.PercentileP:
		values, _ := agg["values"].(object)
		for _, v := range values {
			return v, nil
		}
		return nil, fmt.Errorf("no percentile in %v", agg)
	case dashboards.LastOf:
		return last(agg, c.Field), nil
	}
	return agg["value"], nil
}

// last is the field's value of the one hit of top_hits, nil without one.
func last(agg object, field string) any {
	outer, _ := agg["hits"].(object)
	hits, _ := outer["hits"].([]any)
	if len(hits) == 0 {
		return nil
	}
	fields, _ := hits[0].(object)["fields"].(object)
	values, _ := fields[field].([]any)
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

// ReadList makes an answer of the hits of a saved search: the time and the fields, several values joined by commas.
func ReadList(s dashboards.Search, hits []map[string]any) Answer {
	var a Answer
	for _, fields := range hits {
		row := []any{}
		for _, f := range append([]string{"@timestamp"}, s.Fields...) {
			values, _ := fields[f].([]any)
			texts := make([]string, len(values))
			for i, v := range values {
				texts[i] = show(v, dashboards.Column{Field: f})
			}
			row = append(row, strings.Join(texts, ", "))
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}
