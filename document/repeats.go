// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"

	"github.com/espbeat/espbeat/field"
)

// repeats reports whether the value at i equals an earlier one of its chain.
func (e *Encoder) repeats(head, i int32, arena []byte) bool {
	for j := head; j != i; j = e.list[j].next {
		if e.same(&e.list[i], &e.list[j], arena) {
			return true
		}
	}
	return false
}

// single reports whether a field is written as one value: it has no other, or none that differs and is to be written.
func (e *Encoder) single(d *field.Def, head int32, arena []byte) bool {
	x := &e.list[head]
	switch {
	case d.Is(field.List):
		return false
	case x.next < 0 || d.Is(field.First):
		return true
	case !d.Is(field.Unique):
		return false
	}
	for i := x.next; i >= 0; i = e.list[i].next {
		if !e.same(x, &e.list[i], arena) {
			return false
		}
	}
	return true
}

// same reports whether two values of one field are equal.
func (e *Encoder) same(x, y *ref, arena []byte) bool {
	switch t := e.plan.Defs[x.ID].Type; {
	case t == field.IP && x.Len == 16 && y.Len == 16:
		return field.AddrOf(x.Entry, e.arena(x, arena)) == field.AddrOf(y.Entry, e.arena(y, arena))
	case isText(t) && (!x.Constant() || !y.Constant()):
		a, s, _ := field.TextOf(x.Entry, e.arena(x, arena))
		b, u, _ := field.TextOf(y.Entry, e.arena(y, arena))
		switch {
		case x.Constant():
			return s == string(b)
		case y.Constant():
			return string(a) == u
		}
		return bytes.Equal(a, b)
	}
	return x.Len == y.Len && x.Val == y.Val
}

// isText reports whether values of a type lie in an arena as text or bytes.
func isText(t field.Type) bool {
	return t == field.Keyword || t == field.Wildcard || t == field.Text || t == field.Hex
}
