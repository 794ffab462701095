// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"cmp"
	"maps"
	"slices"
)

// Field is a field of a protocol under the names that -T ek gives them: dots are underscores, and the field's begins with the protocol's.
type Field struct{ Protocol, Name string }

// Fields are some fields of some protocols.
type Fields struct {
	sorted []Field
	places map[string]int32 // in sorted, by name
	flags  []bool           // of sorted: true and false are the only values
}

// NewFields returns the fields; those that are said to be flags have no other values than true and false.
func NewFields(flags map[Field]bool) *Fields {
	f := &Fields{places: make(map[string]int32, len(flags))}
	f.sorted = slices.SortedFunc(maps.Keys(flags), func(a, b Field) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Name, b.Name))
	})
	for i, field := range f.sorted {
		f.places[field.Name] = int32(i)
		f.flags = append(f.flags, flags[field])
	}
	return f
}

// found is a value of a field.
type found struct{ field, value int32 }

// Gather appends the values of the fields that layers has, wherever they stand in it, to dst: an object of protocols, each an object of fields, whose values are
// scalars, or an array of them in the order of layers. Without any, it appends nothing. layers is as Document writes it.
func (f *Fields) Gather(dst, layers []byte) ([]byte, error) {
	t := trees.Get().(*tree)
	defer t.release()
	if err := t.read(layers); err != nil {
		return dst, err
	}
	var all []found
	for i := range t.values {
		v := &t.values[i]
		key := t.keyed(v)
		if len(key) == 0 {
			continue
		}
		field, ok := f.places[string(key[1:len(key)-1])]
		switch {
		case !ok:
		case v.kind == array:
			for e := v.child; e != 0; e = t.values[e].next {
				all = f.add(all, t, field, e)
			}
		default:
			all = f.add(all, t, field, int32(i))
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.field, b.field) })
	return f.write(dst, t, all), nil
}

// add notes value i of a field where an index can hold it: no object, which a field of another type refuses together with its document, and no null.
func (f *Fields) add(all []found, t *tree, field, i int32) []found {
	v := &t.values[i]
	first := t.line[v.start]
	if v.kind != scalar || first == 'n' || f.flags[field] && first != 't' && first != 'f' {
		return all
	}
	return append(all, found{field, i})
}

// write appends what was found, sorted by field.
func (f *Fields) write(dst []byte, t *tree, all []found) []byte {
	protocol := ""
	for i := 0; i < len(all); {
		field := f.sorted[all[i].field]
		switch {
		case i == 0:
			dst = append(append(append(dst, `{"`...), field.Protocol...), `":{`...)
		case field.Protocol != protocol:
			dst = append(append(append(dst, `},"`...), field.Protocol...), `":{`...)
		default:
			dst = append(dst, ',')
		}
		protocol = field.Protocol
		dst = append(append(append(dst, '"'), field.Name...), `":`...)
		from := i
		for i++; i < len(all) && all[i].field == all[from].field; i++ {
		}
		if i-from == 1 {
			dst = append(dst, t.span(all[from].value)...)
			continue
		}
		dst = append(dst, '[')
		for k := from; k < i; k++ {
			if k > from {
				dst = append(dst, ',')
			}
			dst = append(dst, t.span(all[k].value)...)
		}
		dst = append(dst, ']')
	}
	if len(all) > 0 {
		dst = append(dst, "}}"...)
	}
	return dst
}
