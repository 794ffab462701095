// SPDX-License-Identifier: Apache-2.0

package document

import (
	"github.com/espbeat/espbeat/field"
)

// appendChain appends the value or values of one field.
func (e *Encoder) appendChain(dst []byte, head int32, arena []byte) []byte {
	x := &e.list[head]
	d := &e.plan.Defs[x.ID]
	if d.Type == field.Object || e.plan.Array[x.ID] != field.NoArray {
		return e.appendObjects(dst, head, arena)
	}
	if e.single(d, head, arena) {
		return e.appendValue(dst, x, arena)
	}
	dst = append(dst, '[')
	for i, n := head, 0; i >= 0 && !e.full(n); i, n = e.list[i].next, n+1 {
		if d.Is(field.Unique) && e.repeats(head, i, arena) {
			continue
		}
		dst = e.appendValue(comma(dst), &e.list[i], arena)
	}
	return append(dst, ']')
}

// full reports whether n values of a field are all that a cut document may have.
func (e *Encoder) full(n int) bool { return e.cut.values > 0 && n >= e.cut.values }

// arena is where the text of x lies.
func (e *Encoder) arena(x *ref, record []byte) []byte {
	if x.core {
		return e.core.Arena
	}
	return record
}

// appendObjects appends the elements of an array of objects.
func (e *Encoder) appendObjects(dst []byte, head int32, arena []byte) []byte {
	dst = append(dst, '[')
	elem := uint16(0)
	for i, n := head, 0; i >= 0; i = e.list[i].next {
		x := &e.list[i]
		if x.Elem != elem {
			if e.full(n) {
				break
			}
			n++
			if elem != 0 {
				dst = append(dst, '}')
			}
			elem = x.Elem
			dst = append(comma(dst), '{')
		}
		if e.plan.Defs[x.ID].Type == field.Object {
			continue
		}
		dst = append(comma(dst), e.plan.steps[x.ID].key...)
		dst = e.appendValue(dst, x, arena)
	}
	if elem != 0 {
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendValue appends one value as JSON.
func (e *Encoder) appendValue(dst []byte, x *ref, arena []byte) []byte {
	arena = e.arena(x, arena)
	t := e.plan.Defs[x.ID].Type
	switch t {
	case field.Keyword, field.Wildcard, field.Text:
		if x.Constant() && x.Val < uint64(len(e.plan.strings)) {
			return append(dst, e.plan.strings[x.Val]...)
		}
		text, constant, ok := field.TextOf(x.Entry, arena)
		if ok { // interned since the plan was made
			return appendString(dst, constant)
		}
		return appendString(dst, text)
	case field.Hex, field.IP, field.MAC, field.Date, field.Binary:
		dst = append(dst, '"')
		dst = field.AppendText(dst, t, x.Entry, arena)
		return append(dst, '"')
	}
	return field.AppendText(dst, t, x.Entry, arena)
}
