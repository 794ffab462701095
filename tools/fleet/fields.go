// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"

	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// generated is the first line of files that a hand must not change.
const generated = "# Generated from the field definitions of the sources: change them there, then run `mage update`.\n"

// longest are the most characters of a text that is indexed, by type of field: keywords as in the index template of espbeat without Fleet, and all that
// others may hold, where Fleet would take 1024.
var longest = map[string]int{"keyword": schema.IgnoreAbove, "wildcard": 32766}

// fieldFiles are the files below fields/ of a stream. In the built package references to ECS are resolved.
func (s *stream) fieldFiles(built bool) map[string][]byte {
	var ecs, own []mapped
	in, _ := s.own()
	for _, m := range in {
		if m.ecs {
			ecs = append(ecs, m)
		} else {
			own = append(own, m)
		}
	}
	files := map[string][]byte{}
	for name, list := range map[string][]mapped{"base-fields.yml": s.base(), "agent.yml": s.shipper(), "ecs.yml": ecs, "fields.yml": own} {
		files[name] = fieldsYAML(list, built)
	}
	return files
}

func fieldsYAML(list []mapped, built bool) []byte {
	b := bytes.NewBufferString(generated)
	for _, m := range list {
		fmt.Fprintf(b, "- name: %q\n", m.Name)
		if m.ecs && !built {
			b.WriteString("  external: ecs\n")
		} else {
			fmt.Fprintf(b, "  type: %s\n", m.kind)
		}
		if n := longest[m.kind]; n > 0 {
			fmt.Fprintf(b, "  ignore_above: %d\n", n)
		}
		if m.value != "" {
			fmt.Fprintf(b, "  value: %s\n", m.value)
		}
		if m.Is(field.Rare) {
			b.WriteString("  index: false\n")
		}
		fmt.Fprintf(b, "  description: %q\n", m.Description+".")
	}
	return b.Bytes()
}
