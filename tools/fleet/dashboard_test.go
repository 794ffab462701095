// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// kinds are the types of fields that a column's type is right for.
var kinds = map[string]string{"string": "keyword constant_keyword wildcard", "number": "long integer short double", "ip": "ip", "date": "date date_nanos"}

// Every panel asks for fields that its stream has, in the types that it takes them for, and fits its neighbours.
func TestDashboardAsksForFields(t *testing.T) {
	taken := map[[2]int]string{}
	for _, p := range panels() {
		s, err := streamOf(p.stream)
		if err != nil {
			t.Fatal(err)
		}
		types := mapping(s)
		for id, c := range p.columns.by {
			column := c.(object)
			field, kind := column["sourceField"].(string), column["dataType"].(string)
			if field == "___records___" {
				continue
			}
			if types[field] == "" || !strings.Contains(kinds[kind], types[field]) {
				t.Errorf("panel %s: column %s takes %s for a %s, it is mapped as %q", p.id, id, field, kind, types[field])
			}
			if params := column["params"].(object); params["orderBy"] != nil {
				if by, is := params["orderBy"].(object)["columnId"].(string); is && p.columns.by[by] == nil {
					t.Errorf("panel %s: column %s is ordered by %s, which it does not have", p.id, id, by)
				}
			}
		}
		for x := p.at.x; x < p.at.x+p.at.w; x++ {
			for y := p.at.y; y < p.at.y+p.at.h; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 48 {
					t.Fatalf("panel %s lies on %s or outside", p.id, other)
				}
				taken[[2]int{x, y}] = p.id
			}
		}
		// What a visualization shows is a column.
		shown := p.shown.state("layer")
		leaves("", plain(t, shown), func(path string, v any) {
			name := path[strings.LastIndexByte(path, '.')+1:]
			if strings.HasSuffix(strings.ToLower(name), "accessor") || name == "accessors" || name == "columnId" || name == "primaryGroups" || name == "metrics" {
				if p.columns.by[v.(string)] == nil {
					t.Errorf("panel %s shows %v, which is no column of it", p.id, v)
				}
			}
		})
	}
	types := mapping(streams[0])
	for _, c := range controls {
		if !strings.Contains(kinds["string"], types[c[0]]) || types[c[0]] == "" {
			t.Errorf("the control %s is mapped as %q", c[0], types[c[0]])
		}
	}
}

// plain is v as JSON reads it.
func plain(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}
