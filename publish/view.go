// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	structform "github.com/elastic/go-structform"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// object is what events hold views of: the members of a document, or those that every document gets. It is read only.
type object interface {
	// Len is the number of members; Key is the name of one.
	Len() int
	Key(i int) string
	// AppendValue appends the JSON of the i-th member's value.
	AppendValue(dst []byte, i int) []byte
	// Value is the i-th member's value as plain Go values: map[string]any, []any,
	// string, int64, uint64, float64, bool.
	Value(i int) any
	// Members is the JSON of all members, without braces and without the first one's key.
	Members() []byte
}

// whole stands in an event's Fields under the key of an object's first member and
// writes all of them: one walk through libbeat's encoder instead of one a member.
type whole struct{ object }

// Fold implements go-structform's Folder.
func (w *whole) Fold(x structform.ExtVisitor) error {
	if b := bufferOf(x); b != nil {
		_, err := b.Write(w.Members())
		return err
	}
	for i := range w.Len() {
		if i > 0 {
			if err := x.OnKey(w.Key(i)); err != nil {
				return err
			}
		}
		if err := fold(x, w.Value(i)); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON serves debug logs, which print events by encoding/json.
func (w *whole) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "{%q:%s}", w.Key(0), w.Members()), nil
}

// view stands for the value of one member. The disk queue's encoder counts the members of
// an object before it writes them, and so takes no value that adds some.
type view struct {
	object
	key int
}

// Fold implements go-structform's Folder.
func (v *view) Fold(x structform.ExtVisitor) error {
	if b := bufferOf(x); b != nil {
		_, err := b.Write(v.AppendValue(b.AvailableBuffer(), v.key))
		return err
	}
	return fold(x, v.Value(v.key))
}

// MarshalJSON serves debug logs.
func (v *view) MarshalJSON() ([]byte, error) { return v.AppendValue(nil, v.key), nil }

// constants are the members that every document gets, encoded once.
type constants struct {
	values  mapstr.M
	keys    []string
	json    [][]byte
	members []byte
}

func newConstants(m mapstr.M) *constants {
	c := &constants{values: m, keys: slices.Sorted(maps.Keys(m))}
	for i, k := range c.keys {
		value, err := json.Marshal(m[k])
		if err != nil {
			panic(err) // of ours, and of constants that foldIn has tried
		}
		c.json = append(c.json, value)
		if i > 0 {
			c.members = fmt.Appendf(c.members, ",%q:", k)
		}
		c.members = append(c.members, value...)
	}
	return c
}

func (c *constants) Len() int                             { return len(c.keys) }
func (c *constants) Key(i int) string                     { return c.keys[i] }
func (c *constants) AppendValue(dst []byte, i int) []byte { return append(dst, c.json[i]...) }
func (c *constants) Value(i int) any                      { return c.values[c.keys[i]] }
func (c *constants) Members() []byte                      { return c.members }

// take replaces what stands for whole objects by one value a member, as form makes it.
func take(e *beat.Event, form func(o object, i int) any) {
	for k, v := range e.Fields {
		if w, ok := v.(*whole); ok {
			delete(e.Fields, k)
			for i := range w.Len() {
				e.Fields[w.Key(i)] = form(w.object, i)
			}
		}
	}
}

// split makes views of the members of an event's objects.
func split(e *beat.Event) {
	take(e, func(o object, i int) any { return &view{o, i} })
}

// materialize makes maps of them, so that processors, conditions and format strings can look inside.
func materialize(e *beat.Event) {
	take(e, func(o object, i int) any { return plain(o.Value(i)) })
}

// plain turns maps into mapstr.M and lists of strings into []string, the forms that
// libbeat's conditions look for.
func plain(v any) any {
	switch v := v.(type) {
	case mapstr.M:
		return v.Clone()
	case map[string]any:
		m := make(mapstr.M, len(v))
		for k, e := range v {
			m[k] = plain(e)
		}
		return m
	case []any:
		if s, ok := stringsOf(v); ok {
			return s
		}
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = plain(e)
		}
		return l
	}
	return v
}

func stringsOf(l []any) ([]string, bool) {
	s := make([]string, len(l))
	for i, e := range l {
		var ok bool
		if s[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return s, true
}

// fold walks plain values through any visitor.
func fold(x structform.ExtVisitor, v any) error {
	switch v := v.(type) {
	case mapstr.M:
		return foldMap(x, v)
	case map[string]any:
		return foldMap(x, v)
	case []any:
		if err := x.OnArrayStart(len(v), structform.AnyType); err != nil {
			return err
		}
		for _, e := range v {
			if err := fold(x, e); err != nil {
				return err
			}
		}
		return x.OnArrayFinished()
	case []string:
		return x.OnStringArray(v)
	case string:
		return x.OnString(v)
	case bool:
		return x.OnBool(v)
	case int64:
		return x.OnInt64(v)
	case int:
		return x.OnInt(v)
	case uint64:
		return x.OnUint64(v)
	case float64:
		return x.OnFloat64(v)
	case nil:
		return x.OnNil()
	}
	return fmt.Errorf("document value of type %T: not one that a document is made of", v)
}

func foldMap(x structform.ExtVisitor, m map[string]any) error {
	if err := x.OnObjectStart(len(m), structform.AnyType); err != nil {
		return err
	}
	for k, e := range m {
		if err := x.OnKey(k); err != nil {
			return err
		}
		if err := fold(x, e); err != nil {
			return err
		}
	}
	return x.OnObjectFinished()
}
