// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// YAML is fields.yml, in the form that Beats have: what espbeat emits and what libbeat adds.
func YAML() []byte {
	var b bytes.Buffer
	b.WriteString("# Generated from the field definitions of the sources: change them there, then run `mage update`.\n")
	b.WriteString("- key: espbeat\n  title: espbeat\n  description: Fields of packet documents.\n  fields:\n")
	for _, d := range all() {
		fmt.Fprintf(&b, "    - name: %s\n      type: %s\n", yamlName(d.Name), TypeName(d.Type))
		if TypeName(d.Type) == "keyword" {
			fmt.Fprintf(&b, "      ignore_above: %d\n", IgnoreAbove)
		}
		if d.Is(field.Rare) {
			b.WriteString("      index: false\n")
		}
		fmt.Fprintf(&b, "      description: %q\n", d.Description+".")
	}
	return b.Bytes()
}

func yamlName(s string) string {
	if strings.HasPrefix(s, "@") {
		return `"` + s + `"`
	}
	return s
}

// Markdown is docs/fields.md: Wireshark display filter, espbeat's field, and how to ask for it in KQL.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from the field definitions of the sources: change them there, then run `mage update`. -->\n\n# Fields\n\n")
	b.WriteString("A header's own addresses and ports (`eth.src`, `ip.dst`, `tcp.srcport`, …) are in a document when the packet has several headers of that\n" +
		"layer; else `source.*` and `destination.*` say it. So `ip.src == 192.0.2.1` is `source.ip: 192.0.2.1 or ip.src: 192.0.2.1`.\n\n" +
		"`espbeat.index.profile` chooses how much a document holds: `minimal` has the fields marked *all profiles*, `standard`, the default, everything but those\n" +
		"marked *profile full*, and `full` everything. What is marked *left out when 0* has a value of 0 or false in profile `full` only. *Not indexed* fields are\n" +
		"found all the same, by their doc values: slower, for a third of the disk.\n")
	group := ""
	for _, d := range all() {
		g, _, _ := strings.Cut(d.Name, ".")
		if g != group {
			group = g
			fmt.Fprintf(&b, "\n## %s\n\n| Wireshark | Field | Type | KQL | What it is |\n|---|---|---|---|---|\n", g)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", code(d.Wireshark), d.Name, kind(d), code(example(d)), strings.ReplaceAll(d.Description, "|", "\\|"))
	}
	return b.Bytes()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// kind is a field's type with what else a reader should know of it.
func kind(d field.Def) string {
	s := TypeName(d.Type)
	for _, f := range []struct {
		flag field.Flag
		text string
	}{{field.ECS, "ECS"}, {field.List, "list"}, {field.Rare, "not indexed"}, {field.Secret, "redacted"},
		{field.Core, "all profiles"}, {field.Detail, "profile full"}, {field.Sparse, "left out when 0"}} {
		if d.Is(f.flag) {
			s += ", " + f.text
		}
	}
	return s
}

// example asks for a field in KQL.
func example(d field.Def) string {
	value := "*"
	switch d.Type {
	case field.Bool:
		value = "true"
	case field.Uint8, field.Uint16, field.Uint32, field.Int64, field.Float:
		return d.Name + " > 0"
	case field.IP:
		value = `"192.0.2.0/24"`
	case field.MAC:
		value = `"00-00-5E-00-53-01"`
	case field.Date:
		return d.Name + ` > "2024-01-01"`
	case field.Object, field.Binary:
		return ""
	}
	return d.Name + ": " + value
}
