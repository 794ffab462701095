// SPDX-License-Identifier: Apache-2.0

package document

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// Map makes the document of r as plain Go values, without @timestamp: what the JSON would be read back to, but for numbers, which keep their types.
func (e *Encoder) Map(b *engine.Batch, r *engine.Record) map[string]any {
	_, _, cut := e.append(nil, nil, b, r)
	return e.toMap(b, r, cut, "")
}

// toMap makes the top-level key only, or all if it is empty.
func (e *Encoder) toMap(b *engine.Batch, r *engine.Record, cut limit, only string) map[string]any {
	e.cut = cut
	e.collect(b, r)
	m := e.collected(b.Arena(), r, only)
	if r.Tshark != nil && (only == "" || only == keyLayers) {
		m[keyLayers] = plain(r.Tshark)
	}
	return m
}

// collected is what object writes, as plain Go values.
func (e *Encoder) collected(arena []byte, r *engine.Record, only string) map[string]any {
	m := map[string]any{}
	for w, word := range e.set {
		for ; word != 0; word &= word - 1 {
			head := e.head[w<<6+bits.TrailingZeros64(word)]
			if e.skip(&e.plan.steps[e.list[head].ID], r) {
				continue
			}
			path := e.plan.Path[e.list[head].ID]
			if a := e.plan.Array[e.list[head].ID]; a != field.NoArray {
				path = e.plan.Path[a]
			}
			if only != "" && path[0] != only {
				continue
			}
			put(m, path, e.value(head, arena))
		}
	}
	return m
}

func put(m map[string]any, path []string, v any) {
	for _, name := range path[:len(path)-1] {
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m = next
	}
	m[path[len(path)-1]] = v
}

// value is the value or values of one field.
func (e *Encoder) value(head int32, arena []byte) any {
	x := &e.list[head]
	d := &e.plan.Defs[x.ID]
	if d.Type == field.Object || e.plan.Array[x.ID] != field.NoArray {
		return e.objects(head, arena)
	}
	if e.single(d, head, arena) {
		return e.one(x, arena)
	}
	var all []any
	for i, n := head, 0; i >= 0 && !e.full(n); i, n = e.list[i].next, n+1 {
		if !d.Is(field.Unique) || !e.repeats(head, i, arena) {
			all = append(all, e.one(&e.list[i], arena))
		}
	}
	return all
}

func (e *Encoder) objects(head int32, arena []byte) []any {
	var all []any
	var m map[string]any
	elem := uint16(0)
	for i := head; i >= 0; i = e.list[i].next {
		x := &e.list[i]
		if x.Elem != elem {
			if e.full(len(all)) {
				break
			}
			elem = x.Elem
			m = map[string]any{}
			all = append(all, m)
		}
		if e.plan.Defs[x.ID].Type != field.Object {
			path := e.plan.Path[x.ID][len(e.plan.Path[e.plan.Array[x.ID]]):]
			m[strings.Join(path, ".")] = e.one(x, arena)
		}
	}
	return all
}

func (e *Encoder) one(x *ref, arena []byte) any {
	switch e.plan.Defs[x.ID].Type {
	case field.Bool:
		return x.Val != 0
	case field.Uint8, field.Uint16, field.Uint32, field.Int64:
		return int64(x.Val)
	case field.Float:
		return field.FloatOf(x.Entry)
	}
	s := string(field.AppendText(nil, e.plan.Defs[x.ID].Type, x.Entry, e.arena(x, arena)))
	if !utf8.ValidString(s) {
		return string([]rune(s)) // each byte that is no UTF-8 becomes U+FFFD, as in the JSON
	}
	return s
}
