// SPDX-License-Identifier: Apache-2.0

package pcap

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

type object = map[string]any

// Query says which packets are wanted: those that satisfy all that is set.
type Query struct {
	// Text is a query string of Lucene's.
	Text string
	// DSL is a query of Elasticsearch's own language.
	DSL string
	// Filter is a display filter as such a query.
	Filter json.RawMessage
	// From and To bound the time, To exclusive: RFC 3339, or date math such as now-15m.
	From, To string
}

// dataset restricts a search to documents of packets.
var dataset = object{"term": object{"event.dataset": "espbeat.packet"}}

// Check finds what cannot be meant, before anything is asked.
func (q *Query) Check() error {
	_, err := q.Build()
	return err
}

// Build makes the query of Elasticsearch's.
func (q *Query) Build() (object, error) {
	all := []any{dataset}
	if q.Text != "" {
		if err := checkText(q.Text); err != nil {
			return nil, err
		}
		all = append(all, object{"query_string": object{"query": q.Text, "default_operator": "AND", "analyze_wildcard": true}})
	}
	if q.DSL != "" {
		var dsl object
		if err := json.Unmarshal([]byte(q.DSL), &dsl); err != nil {
			return nil, fmt.Errorf("the query %s is no JSON object (%w): give what stands behind \"query\" in a search", q.DSL, err)
		}
		all = append(all, dsl)
	}
	if q.Filter != nil {
		all = append(all, q.Filter)
	}
	if q.From != "" || q.To != "" {
		r := object{}
		if q.From != "" {
			r["gte"] = q.From
		}
		if q.To != "" {
			r["lt"] = q.To
		}
		all = append(all, object{"range": object{"@timestamp": r}})
	}
	return object{"bool": object{"filter": all}}, nil
}

// flowsAtOnce is how many terms one clause has, below index.max_terms_count.
const flowsAtOnce = 32 << 10

// withFlows widens a query to all packets of flows.
func withFlows(query object, flows []string) object {
	some := []any{query}
	for part := range slices.Chunk(flows, flowsAtOnce) {
		some = append(some, object{"terms": object{"flow.id": part}})
	}
	return object{"bool": object{"filter": []any{dataset}, "should": some, "minimum_should_match": 1}}
}

// checkText refuses what Kibana's language and Lucene's take for different things, and Lucene takes for a word to look for.
func checkText(text string) error {
	bare := outsideQuotes(text)
	for _, word := range strings.FieldsFunc(bare, func(r rune) bool { return strings.ContainsRune(" \t\n()", r) }) {
		switch upper := strings.ToUpper(word); {
		case word != upper && (upper == "AND" || upper == "OR" || upper == "NOT"):
			return fmt.Errorf("the query has %q, which Lucene takes for a word: write %s in capitals", word, upper)
		case strings.HasPrefix(word, "<") || strings.HasPrefix(word, ">"):
			return fmt.Errorf("the query has %q behind a space, which Lucene takes for a word: write field:>5, or field:[5 TO *]", word)
		case strings.ContainsAny(word, "{") && !strings.ContainsAny(bare, "}]"):
			return errors.New("the query has a { without its }: nested fields of Kibana's language are not known to Lucene, write parent.child:value")
		}
	}
	return nil
}

// outsideQuotes is the text with spaces for what is quoted or a regular expression's, and without escaped characters.
func outsideQuotes(text string) string {
	var b strings.Builder
	var quote rune
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
			b.WriteByte('x')
		case r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
			b.WriteByte('x')
		case r == '"' || r == '/':
			quote = r
			b.WriteByte('x')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
