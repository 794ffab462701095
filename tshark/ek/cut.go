// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

const (
	// DefaultLimit is the size of a document in bytes where no other is asked for. Bodies put together from many packets, which tshark writes as hexadecimal
	// digits, several times over, go beyond it.
	DefaultLimit = 1 << 20
	// MinLimit is the least limit that is kept: the layer frame and the mark have room in it.
	MinLimit = 16 << 10
	// Mark is the key of what is left out: {"bytes": size of the whole document, "values": how many, "fields": [their names, the first ones of many]}. In the
	// place of each stands null, so that the others of a list keep theirs.
	Mark = "truncated"

	markFields = 16  // names listed
	markName   = 200 // bytes of one
	markSize   = markFields*(markName+3) + 100

	// smallest string that is left out on its own: what is shorter says more than it takes.
	smallest = 64
)

// cut writes the document that is in dst from base on anew, without its largest values. It returns how many are left out.
func (t *tree) cut(dst []byte, base, limit int) ([]byte, int, error) {
	if t.member(0, Mark) != 0 {
		return dst[:base], 0, fmt.Errorf("larger than %d bytes, and has a key %q of its own", limit, Mark)
	}
	whole := len(dst) - base
	var names [][]byte
	left, excess := 0, whole+markSize-limit
	for _, i := range t.largest() {
		v := &t.values[i]
		excess -= int(v.end-v.start) - len("null")
		v.out = true
		t.change(v.parent)
		left++
		if name := t.path(i); len(names) < markFields && len(name) <= markName && !slices.ContainsFunc(names, func(n []byte) bool { return bytes.Equal(n, name) }) {
			names = append(names, name)
		}
		if excess > 0 {
			continue
		}
		dst = t.append(dst[:base], 0)
		if excess = len(dst) - base + markSize - limit; excess <= 0 {
			return appendMark(dst, whole, left, names), left, nil
		}
	}
	return dst[:base], 0, fmt.Errorf("larger than %d bytes even without all values but those of the layer frame", limit)
}

// largest are the values that may be left out, in order: strings by their size, then whole layers, for documents of ever so many small values.
func (t *tree) largest() []int32 {
	layers := t.member(0, "layers")
	frame := t.member(layers, "frame")
	var strings, rest []int32
	for i := range t.values {
		v := &t.values[i]
		switch {
		case v.kind == scalar && v.end-v.start > smallest && v.parent != frame && v.parent != 0:
			strings = append(strings, int32(i))
		case v.parent == layers && int32(i) != frame:
			rest = append(rest, int32(i))
		}
	}
	bySize := func(a, b int32) int {
		return cmp.Compare(t.values[b].end-t.values[b].start, t.values[a].end-t.values[a].start)
	}
	slices.SortStableFunc(strings, bySize)
	slices.SortStableFunc(rest, bySize)
	return append(strings, rest...)
}

// path is the name of a value: the keys on the way to it, as they are written.
func (t *tree) path(i int32) []byte {
	var keys [][]byte
	for ; i != 0; i = t.values[i].parent {
		if k := t.keyed(&t.values[i]); len(k) > 0 {
			keys = append(keys, k[1:len(k)-1])
		}
	}
	slices.Reverse(keys)
	return bytes.Join(keys, []byte("."))
}

// appendMark puts the mark into the document that dst ends with.
func appendMark(dst []byte, whole, left int, names [][]byte) []byte {
	dst = fmt.Appendf(dst[:len(dst)-1], `,"%s":{"bytes":%d,"values":%d,"fields":[`, Mark, whole, left)
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), '"')
	}
	return append(dst, "]}}"...)
}
