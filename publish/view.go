// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"

	structform "github.com/elastic/go-structform"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// view stands for the value of one top-level key in an event's Fields. One view a
// key, because the disk queue's encoder allows no value that emits several keys.
type view struct {
	doc Document
	key int
}

// Fold implements go-structform's Folder.
func (v *view) Fold(x structform.ExtVisitor) error {
	if b := bufferOf(x); b != nil {
		_, err := b.Write(v.doc.AppendValue(b.AvailableBuffer(), v.key))
		return err
	}
	return fold(x, v.doc.Value(v.key))
}

// MarshalJSON serves debug logs, which print events by encoding/json.
func (v *view) MarshalJSON() ([]byte, error) { return v.doc.AppendValue(nil, v.key), nil }

// plain is the value as libbeat's processors know it.
func (v *view) plain() any { return plain(v.doc.Value(v.key)) }

// constant is the same object in every event, encoded once.
type constant struct {
	value mapstr.M
	json  []byte
}

func newConstant(m mapstr.M) *constant { return &constant{value: m, json: []byte(m.String())} }

// Fold implements go-structform's Folder.
func (c *constant) Fold(x structform.ExtVisitor) error {
	if b := bufferOf(x); b != nil {
		_, err := b.Write(c.json)
		return err
	}
	return fold(x, c.value)
}

// MarshalJSON serves debug logs.
func (c *constant) MarshalJSON() ([]byte, error) { return c.json, nil }

func (c *constant) plain() any { return c.value.Clone() }

// materialize replaces the views of an event by maps, so that processors,
// conditions and format strings can look inside.
func materialize(e *beat.Event) {
	for k, v := range e.Fields {
		if p, ok := v.(interface{ plain() any }); ok {
			e.Fields[k] = p.plain()
		}
	}
}

// plain turns maps into mapstr.M and lists of strings into []string, the forms that
// libbeat's conditions look for.
func plain(v any) any {
	switch v := v.(type) {
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
