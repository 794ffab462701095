// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/all"
	_ "github.com/espbeat/espbeat/document" // defines the core's fields
	"github.com/espbeat/espbeat/filter"
)

var layers = func() (names []string) {
	for _, p := range all.Registry().All {
		names = append(names, p.Name)
	}
	return
}()

// doc is a document's JSON.
type doc map[string]any

func (d doc) Values(name string, f func(string) bool) {
	walk(map[string]any(d), strings.Split(name, "."), f)
}

func walk(v any, path []string, f func(string) bool) bool {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if !walk(x, path, f) {
				return false
			}
		}
	case map[string]any:
		if len(path) > 0 && v[path[0]] != nil {
			return walk(v[path[0]], path[1:], f)
		}
	case string:
		return f(v)
	case json.Number:
		return f(v.String())
	case bool:
		if v {
			return f("true")
		}
		return f("false")
	}
	return true
}

func demo(t *testing.T) (docs []doc) {
	t.Helper()
	f, err := os.Open("../tests/golden/demo.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var d doc
		dec := json.NewDecoder(strings.NewReader(lines.Text()))
		dec.UseNumber()
		if err := dec.Decode(&d); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	return docs
}

func TestDump(t *testing.T) {
	docs := demo(t)
	for _, text := range strings.Split(os.Getenv("FILTERS"), "|||") {
		if text == "" {
			continue
		}
		f, err := filter.Compile(text, filter.Options{Layers: layers})
		if err != nil {
			t.Log(err)
			continue
		}
		n := 0
		for _, d := range docs {
			if f.Match(d) {
				n++
			}
		}
		t.Logf("%s: %d %s", text, n, f.DSL())
	}
}
