// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	_ "github.com/espbeat/espbeat/document"    // defines the ECS core
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// mappedAs are the Elasticsearch types that a field of a type may have. A server of the tests without a type shows that of its stand-in.
var mappedAs = map[field.Type][]string{
	field.Bool: {"boolean"}, field.Uint8: {"short"}, field.Uint16: {"integer"}, field.Uint32: {"long"}, field.Int64: {"long"}, field.Float: {"double"},
	field.Keyword: {"keyword"}, field.MAC: {"keyword"}, field.Hex: {"keyword"}, field.Binary: {"binary"}, field.Wildcard: {"wildcard", "keyword"}, field.Text: {"match_only_text", "text"},
	field.IP: {"ip"}, field.Date: {"date_nanos"},
}

// TestCorpusIsStored indexes every packet of a folder of real captures, hostile ones among them: nothing that a packet holds may make a document
// that Elasticsearch refuses.
func TestCorpusIsStored(t *testing.T) {
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join(root(), "..", "shared", "corpus"))
	dir := filepath.Join(corpus, "dev")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus of real captures in %s: set ESPBEAT_CORPUS to a folder with captures below dev", corpus)
	}
	s := server(t)
	index := stream(t, s)
	const profile = "espbeat.index.profile=full"
	r := run(t, "--dir", dir, "--node", s.URL, "--index", index, "-E", profile)
	if r.code > 1 { // 1: some of the captures are broken, on purpose
		t.Fatalf("exit status %d:\n%s", r.code, tail(r.err, 3000))
	}
	l := r.ledger()
	if l["rejected"] != 0 || l["to the dead letters"] != 0 {
		t.Errorf("Elasticsearch refuses documents: %v\n%s", l, tail(r.err, 3000))
	}
	s.Refresh(index)
	if n := s.Count(index, nil); n == 0 || n != l["documents stored"] || n+l["already there"] != l["packets seen"] {
		t.Errorf("%d documents in the index, ledger %v", n, l)
	}
	if ignored := s.Count(index, map[string]any{"exists": map[string]any{"field": "_ignored"}}); ignored > 0 {
		t.Logf("%d documents have a value that is too long to be indexed", ignored)
	}

	mapped := map[string]string{}
	_, mapping := s.Do("GET", "/"+index+"/_mapping", nil)
	for _, m := range mapping {
		mappings, ok := m.(map[string]any)["mappings"].(map[string]any)
		if !ok {
			t.Fatalf("no mapping in %v", m)
		}
		if mappings["dynamic"] != "false" {
			t.Errorf("a packet can add fields to the index: dynamic is %v", mappings["dynamic"])
		}
		mappedTypes(mapped, "", mappings["properties"])
	}
	defined := map[string]bool{}
	for _, d := range append(field.Defs(), schema.Libbeat...) {
		defined[d.Name] = true
		if want := mappedAs[d.Type]; d.Type != field.Object && !slices.Contains(want, mapped[d.Name]) {
			t.Errorf("%s is mapped as %q, its definition wants %v", d.Name, mapped[d.Name], want)
		}
	}
	used := map[string]bool{}
	printed := run(t, "--dir", dir, "--format", "ecs", "-E", profile)
	docs := parse(t, printed.out)
	if len(docs) != l["packets seen"] {
		t.Errorf("%d documents are printed of %d packets", len(docs), l["packets seen"])
	}
	for _, d := range docs {
		leaves(used, "", map[string]any(d))
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !defined[name] {
			t.Errorf("documents have %s, which nothing defines", name)
		}
		if mapped[name] == "" {
			t.Errorf("documents have %s, which is not mapped", name)
		}
	}
	t.Logf("%d packets, %d of %d fields", l["packets seen"], len(used), len(defined))
}

// mappedTypes collects the type of every field below properties.
func mappedTypes(out map[string]string, prefix string, properties any) {
	m, _ := properties.(map[string]any)
	for name, v := range m {
		f, _ := v.(map[string]any)
		if kind, ok := f["type"].(string); ok && f["properties"] == nil {
			out[prefix+name] = kind
		}
		mappedTypes(out, prefix+name+".", f["properties"])
	}
}

// leaves collects the dotted names of all values below v.
func leaves(out map[string]bool, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, below := range v {
			leaves(out, strings.TrimPrefix(name+"."+k, "."), below)
		}
	case []any:
		for _, one := range v {
			leaves(out, name, one)
		}
	case nil:
	default:
		out[name] = true
	}
}
