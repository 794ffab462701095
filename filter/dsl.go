// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/espbeat/espbeat/field"
)

type object = map[string]any

// DSL is the filter as a query of Elasticsearch's, for "query" of a search.
func (f *Filter) DSL() json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)                        // who reads a query reads < and &
	if err := e.Encode(dsl(f.root)); err != nil { // of maps, texts and booleans
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func dsl(n node) object {
	switch n := n.(type) {
	case all:
		return object{"bool": object{"filter": list(n)}}
	case either:
		return object{"bool": object{"should": list(n), "minimum_should_match": 1}}
	case not:
		return object{"bool": object{"must_not": []object{dsl(n.of)}}}
	case exists:
		return object{"exists": object{"field": n.def.Name}}
	case equal:
		return object{"term": object{n.def.Name: n.text}}
	case within:
		return object{"term": object{n.def.Name: n.prefix.String()}}
	case same:
		return object{"term": object{n.def.Name: object{"value": n.text, "case_insensitive": true}}}
	case between:
		r := object{}
		if n.low != "" {
			r[map[bool]string{false: "gte", true: "gt"}[n.lowOpen]] = n.low
		}
		if n.high != "" {
			r[map[bool]string{false: "lte", true: "lt"}[n.highOpen]] = n.high
		}
		return object{"range": object{n.def.Name: r}}
	case like:
		return likeDSL(n)
	case matches:
		return object{"regexp": object{n.def.Name: object{"value": n.lucene, "flags": "NONE", "case_insensitive": n.fold}}}
	case ranked:
		return n.dsl()
	case everything:
		return object{"match_all": object{}}
	}
	panic(fmt.Sprintf("no query for %T", n))
}

func (n ranked) dsl() object {
	numbers := object{"regexp": object{n.def.Name: object{"value": fmt.Sprintf("<%d-%d>", n.low, n.high), "flags": "INTERVAL"}}}
	if n.names == nil {
		return numbers
	}
	return object{"bool": object{"should": []object{{"terms": object{n.def.Name: n.names}}, numbers}, "minimum_should_match": 1}}
}

func list(nodes []node) []object {
	all := make([]object, len(nodes))
	for i, n := range nodes {
		all[i] = dsl(n)
	}
	return all
}

func likeDSL(n like) object {
	if n.def.Type == field.Text {
		return object{"match_phrase": object{n.def.Name: n.text}}
	}
	pattern := wild.Replace(n.text) + "*"
	if !n.prefix {
		pattern = "*" + pattern
	}
	return object{"wildcard": object{n.def.Name: object{"value": pattern, "case_insensitive": n.fold}}}
}

// wild escapes what a wildcard query takes for a pattern.
var wild = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)
