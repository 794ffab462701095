// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	_ "github.com/espbeat/espbeat/document"    // defines the ECS core
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// all are the definitions of every field, libbeat's included.
func all() []field.Def { return append(append([]field.Def{}, schema.Libbeat...), field.Defs()...) }

func TestFieldCount(t *testing.T) {
	if n := schema.Count(field.Full); n < len(all()) {
		t.Errorf("%d mapped fields for %d definitions", n, len(all()))
	}
}

func TestDefinitions(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range all() {
		if seen[d.Name] {
			t.Errorf("%s is defined twice", d.Name)
		}
		seen[d.Name] = true
		if d.Name != strings.ToLower(d.Name) || strings.ContainsAny(d.Name, " -/\"") {
			t.Errorf("%s is not in snake case", d.Name)
		}
		if d.Description == "" || strings.HasSuffix(d.Description, ".") || strings.ContainsAny(d.Description, "\n") {
			t.Errorf("%s: description %q", d.Name, d.Description)
		}
	}
}

// No type is mapped to one with a smaller range.
func TestRanges(t *testing.T) {
	want := map[field.Type]string{field.Uint8: "short", field.Uint16: "integer", field.Uint32: "long", field.Int64: "long",
		field.Float: "double", field.Bool: "boolean", field.IP: "ip", field.Date: "date_nanos", field.Keyword: "keyword", field.Wildcard: "wildcard",
		field.Text: "match_only_text", field.MAC: "keyword", field.Hex: "keyword", field.Binary: "binary"}
	for _, d := range all() {
		m := property(t, d.Name)
		if d.Type == field.Object {
			if m["properties"] == nil || m["type"] != nil {
				t.Errorf("%s, an array of objects, is mapped as %v", d.Name, m)
			}
			continue
		}
		if m["type"] != want[d.Type] || m["properties"] != nil {
			t.Errorf("%s is mapped as %v, want %s", d.Name, m, want[d.Type])
		}
		if rare := m["index"] == false; rare != d.Is(field.Rare) {
			t.Errorf("%s: index %v", d.Name, m["index"])
		}
		if d.Is(field.Rare) && d.Type == field.Text {
			t.Errorf("%s: a text without an index cannot be searched", d.Name)
		}
	}
}

// properties are those of the full profile.
var properties = sync.OnceValue(func() map[string]any { return schema.Properties(field.Full) })

// property is the mapping of one field.
func property(t *testing.T, name string) map[string]any {
	t.Helper()
	m := map[string]any{"properties": properties()}
	for _, part := range strings.Split(name, ".") {
		p, _ := m["properties"].(map[string]any)
		next, ok := p[part].(map[string]any)
		if !ok {
			t.Fatalf("%s is not mapped", name)
		}
		m = next
	}
	return m
}

func TestMapping(t *testing.T) {
	m := schema.Mapping(field.Full)
	if m["dynamic"] != false {
		t.Error("a packet could add fields to the mapping")
	}
	if p := m["properties"].(map[string]any); p["@timestamp"].(map[string]any)["type"] != "date_nanos" {
		t.Errorf("@timestamp is mapped as %v", p["@timestamp"])
	}
}

func TestYAML(t *testing.T) {
	var doc []struct {
		Key    string
		Fields []struct {
			Name, Type, Description string
			Index                   *bool
		}
	}
	if err := yaml.Unmarshal(schema.YAML(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := all()
	if len(doc) != 1 || len(doc[0].Fields) != len(defs) {
		t.Fatalf("%d sections", len(doc))
	}
	for i, f := range doc[0].Fields {
		d := &defs[i]
		if m := property(t, d.Name); f.Name != d.Name || d.Type != field.Object && f.Type != m["type"] || f.Description != d.Description+"." || (f.Index != nil) != d.Is(field.Rare) {
			t.Errorf("%+v, but %s is defined as %+v", f, d.Name, *d)
		}
	}
}

// What is generated from the definitions and committed must be what they give now.
func TestGeneratedFiles(t *testing.T) {
	for name, want := range map[string][]byte{"fields.yml": schema.YAML(), "docs/fields.md": schema.Markdown()} {
		got, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatalf("read what is generated: %v: run `mage update`", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the field definitions give: run `mage update` and commit it", name)
		}
	}
}

func TestMarkdown(t *testing.T) {
	md := string(schema.Markdown())
	for _, want := range []string{"\n## tcp\n", "| `tcp.stream` | `tcp.stream` | long, not indexed, profile full | `tcp.stream > 0` |", "| `ip.src, ipv6.src` | `source.ip` | ip, ECS, all profiles |", "redacted"} {
		if !strings.Contains(md, want) {
			t.Errorf("the reference lacks %q", want)
		}
	}
	for i, line := range strings.Split(md, "\n") {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, "\\|", ""), "|") != 6 {
			t.Errorf("line %d has not five columns: %s", i+1, line)
		}
	}
}
