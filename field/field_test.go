// SPDX-License-Identifier: Apache-2.0

package field

import (
	"slices"
	"strings"
	"testing"
)

// panics returns what f panics with.
func panics(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = r.(string)
		}
	}()
	f()
	return ""
}

// Mistakes of definition are found at start-up.
func TestDefinitionMistakes(t *testing.T) {
	Seal()
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"twice", func() { tg.Add("uint", Uint8, "", "") }, "test.uint is defined twice"},
		{"too late", func() { tg.Add("late", Uint8, "", "") }, "after the first document"},
		{"a number cannot be redacted", func() { tg.Add("pin", Uint16, "", "", Secret) }, "only text can be redacted"},
		{"an index that cannot be left out", func() { tg.Add("path", Wildcard, "", "", Rare) }, "always has an index"},
		{"value, then object", func() { lay([]Def{{Name: "a.b", Type: Keyword}, {Name: "a.b.c", Type: Keyword}}) }, "a.b is a value and an object"},
		{"object, then value", func() { lay([]Def{{Name: "a.b.c", Type: Keyword}, {Name: "a.b", Type: Keyword}}) }, "a.b is a value and an object"},
		{"array in an array", func() { lay([]Def{{Name: "a.b", Type: Object}, {Name: "a.b.c", Type: Object}}) }, "a list in an array"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := panics(c.do); !strings.Contains(got, c.want) {
				t.Errorf("panics with %q, want %q", got, c.want)
			}
		})
	}
}

func TestLayout(t *testing.T) {
	l := lay([]Def{{Name: "z.last", Type: Keyword}, {Name: "a.two", Type: Keyword}, {Name: "a.list", Type: Object}, {Name: "a.one.x", Type: Keyword},
		{Name: "a.list.name", Type: Keyword}, {Name: "a.one.y", Type: Keyword}})
	var order []string
	for _, id := range l.Order {
		order = append(order, l.Defs[id].Name)
	}
	// Top-level keys alphabetically, below them as defined, an object's fields together.
	if want := []string{"a.two", "a.list", "a.list.name", "a.one.x", "a.one.y", "z.last"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if l.Array[4] != 2 || l.Array[2] != NoArray || l.Array[5] != NoArray || l.Rank[4] != l.Rank[2] {
		t.Errorf("arrays %v, ranks %v", l.Array, l.Rank)
	}
	for i := 1; i < len(l.Order); i++ {
		if l.Rank[l.Order[i]] < l.Rank[l.Order[i-1]] {
			t.Errorf("ranks %v do not ascend in %v", l.Rank, l.Order)
		}
	}
	if !slices.Equal(l.Path[3], []string{"a", "one", "x"}) {
		t.Errorf("path %v", l.Path[3])
	}
}

func TestLookup(t *testing.T) {
	if id, ok := Lookup("test.uint"); !ok || id != tUint {
		t.Errorf("test.uint is %v, %v", id, ok)
	}
	if _, ok := Lookup("test"); ok {
		t.Error("an object is no field")
	}
	if d := Defs()[0]; !strings.Contains(d.Name, ".") {
		t.Errorf("%+v", d)
	}
}

func TestIntern(t *testing.T) {
	if a, b := Intern("constant"), Intern("other constant"); a != tConst || a == b || a.String() != "constant" || b.String() != "other constant" {
		t.Errorf("%v %v %v", a, b, tConst)
	}
}
