// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math"
)

// maxDepth is how deep values may nest: Elasticsearch reads 1,000 levels, and what it wraps a document in takes some of them. Protocols in each other make few.
const maxDepth = 900

// value is one value of a line. Values refer to each other by their place in tree.values; 0, the line itself, stands for none.
type value struct {
	name       place  // of a member
	start, end int32  // place in the line
	hash       uint32 // of name and parent
	parent     int32
	child      int32 // first member or element
	next       int32 // next one of the same parent
	same       int32 // next member of the same parent that has the name
	last       int32 // of the first one with a name: the last one
	kind       kind
	repeated   bool // a member before it has the name
	changed    bool // it or something in it is not written as it was read
	out        bool // left out
}

// place is that of a key, with its quotes: in the line, or behind its end in tree.spelled; empty for what has none.
type place struct{ start, end int32 }

type kind uint8

const (
	scalar kind = iota
	array
	object
)

// tree is a line that was read, reused for the next one.
type tree struct {
	line   []byte
	values []value
	// spelled are keys with escapes, which may be the same by different ones, as JSON is usually written.
	spelled []byte
	// keys is a hash table of the first members with their keys, of all objects of the line.
	keys []slot
	seed maphash.Seed
	turn uint32 // tells slots of this line from those of earlier ones, which are free
}

type slot struct {
	turn  uint32
	value int32
}

func newTree() *tree { return &tree{seed: maphash.MakeSeed(), keys: make([]slot, 1024)} }

// release gives the tree back.
func (t *tree) release() {
	t.line = nil
	trees.Put(t)
}

// read makes the tree of line, which is kept.
func (t *tree) read(line []byte) error {
	if len(line) > math.MaxInt32/2 {
		return fmt.Errorf("%d bytes: a line of 1 GiB and more is not read", len(line))
	}
	t.line, t.values, t.spelled = line, t.values[:0], t.spelled[:0]
	if t.turn++; t.turn == 0 {
		clear(t.keys)
		t.turn = 1
	}
	if len(line) == 0 || line[0] != '{' {
		return t.fault(0, "no object")
	}
	_, end, err := t.value(0, 0, 0)
	if err != nil {
		return err
	}
	if end = t.space(end); end < len(line) {
		return t.fault(end, "something behind the object")
	}
	return nil
}

func (t *tree) fault(at int, what string) error {
	if at >= len(t.line) {
		what = "the line ends in the middle of it"
	}
	return fmt.Errorf("byte %d of %d: %s", at, len(t.line), what)
}

// value reads the value at p, and returns its place in t.values and that behind it in the line.
func (t *tree) value(p int, parent int32, depth int) (int32, int, error) {
	if depth == maxDepth {
		return 0, p, t.fault(p, fmt.Sprintf("more than %d objects in each other", maxDepth))
	}
	i := int32(len(t.values))
	t.values = append(t.values, value{start: int32(p), parent: parent})
	var err error
	switch {
	case p == len(t.line):
		return 0, p, t.fault(p, "")
	case t.line[p] == '"':
		p, _, err = t.text(p)
	case t.line[p] == '{':
		t.values[i].kind = object
		p, err = t.inner(p, i, '}', depth+1)
	case t.line[p] == '[':
		t.values[i].kind = array
		p, err = t.inner(p, i, ']', depth+1)
	default:
		p, err = t.literal(p)
	}
	if err != nil {
		return 0, p, err
	}
	t.values[i].end = int32(p)
	return i, p, nil
}

// inner reads the members of an object or the elements of an array, up to close.
func (t *tree) inner(p int, parent int32, close byte, depth int) (int, error) {
	p = t.space(p + 1)
	if p < len(t.line) && t.line[p] == close {
		return p + 1, nil
	}
	before := int32(0)
	for {
		var key place
		if close == '}' {
			var err error
			if p, key, err = t.key(p); err != nil {
				return p, err
			}
		}
		i, end, err := t.value(p, parent, depth)
		if err != nil {
			return end, err
		}
		if before == 0 {
			t.values[parent].child = i
		} else {
			t.values[before].next = i
		}
		before = i
		if key.end != 0 {
			t.name(i, key)
		}
		p = t.space(end)
		switch {
		case p < len(t.line) && t.line[p] == close:
			return p + 1, nil
		case p == len(t.line) || t.line[p] != ',':
			return p, t.fault(p, "neither a comma nor an end")
		}
		p = t.space(p + 1)
	}
}

// key reads a key and the colon behind it, and returns the place of its value.
func (t *tree) key(p int) (int, place, error) {
	if p == len(t.line) || t.line[p] != '"' {
		return p, place{}, t.fault(p, "no key")
	}
	end, escaped, err := t.text(p)
	if err != nil {
		return end, place{}, err
	}
	key := place{int32(p), int32(end)}
	if escaped {
		if key, err = t.spell(key); err != nil {
			return p, place{}, t.fault(p, err.Error())
		}
	}
	if end = t.space(end); end == len(t.line) || t.line[end] != ':' {
		return end, place{}, t.fault(end, "no colon behind a key")
	}
	return t.space(end + 1), key, nil
}

// spell puts a key with escapes into spelled.
func (t *tree) spell(key place) (place, error) {
	var s string
	if err := json.Unmarshal(t.line[key.start:key.end], &s); err != nil {
		return key, err
	}
	text, err := json.Marshal(s)
	from := int32(len(t.line) + len(t.spelled))
	t.spelled = append(t.spelled, text...)
	return place{from, from + int32(len(text))}, err
}

// keyed is the key of a value with its quotes; empty for one without.
func (t *tree) keyed(v *value) []byte {
	if n := int32(len(t.line)); v.name.start >= n {
		return t.spelled[v.name.start-n : v.name.end-n]
	}
	return t.line[v.name.start:v.name.end]
}

// name gives member i its key, and ties it to an earlier one that has it.
func (t *tree) name(i int32, key place) {
	if 2*len(t.values) > len(t.keys) {
		t.grow()
	}
	v := &t.values[i]
	v.name = key
	v.hash = uint32(maphash.Bytes(t.seed, t.keyed(v))) ^ uint32(v.parent)*0x9e3779b9
	at := t.find(v)
	if s := &t.keys[at]; s.turn != t.turn {
		*s, v.last = slot{t.turn, i}, i
		return
	}
	v.repeated = true
	first := &t.values[t.keys[at].value]
	t.values[first.last].same = i
	first.last = i
	t.change(v.parent)
}

// find returns the slot of v's key, or the free one for it.
func (t *tree) find(v *value) int {
	mask := len(t.keys) - 1
	at := int(v.hash) & mask
	for ; t.keys[at].turn == t.turn; at = (at + 1) & mask {
		if w := &t.values[t.keys[at].value]; w.hash == v.hash && w.parent == v.parent && bytes.Equal(t.keyed(w), t.keyed(v)) {
			break
		}
	}
	return at
}

// grow makes room for more keys.
func (t *tree) grow() {
	t.keys = make([]slot, 2*len(t.keys))
	for i := range t.values {
		if v := &t.values[i]; v.name.end != 0 && !v.repeated {
			t.keys[t.find(v)] = slot{t.turn, int32(i)}
		}
	}
}

// change notes that value i, and what it is in, are not written as they were read.
func (t *tree) change(i int32) {
	for !t.values[i].changed {
		t.values[i].changed = true
		i = t.values[i].parent
	}
}
