// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strings"
	"sync"

	"github.com/espbeat/espbeat/field"
)

// step is how one field is written: the objects around it and its key.
type step struct {
	objects []int // nodes of the enclosing objects, outermost first; the first is the top-level key
	// opens is what precedes the value where so many of the objects are open already: `,"b":{"name":` for 1 of a.b.name.
	// There is always a member before it, @timestamp if no other.
	opens   [][]byte
	key     []byte // `"name":`
	top     string // the top-level key
	topLen  int    // length of `,"top":`
	address address
	single  bool // its value is no array, unless it has several
}

// keep says whether documents of a profile have a value.
type keep uint8

const (
	never keep = iota
	always
	notZero
)

// address says of which layer's headers a field with flag field.Address is.
type address uint8

const (
	noAddress address = iota
	linkAddress
	networkAddress
	transportAddress
)

func addressOf(d *field.Def) address {
	switch {
	case !d.Is(field.Address):
		return noAddress
	case d.Type == field.MAC:
		return linkAddress
	case d.Type == field.IP:
		return networkAddress
	}
	return transportAddress
}

// plan is the layout of all documents, made once.
type plan struct {
	*field.Layout
	ids     map[string]field.ID    // by name
	steps   []step                 // by field ID
	keeps   [field.Full + 1][]keep // by profile and field ID
	strings [][]byte               // interned ones as JSON, by field.Str
	words   int                    // of a bit set over ranks
}

var thePlan = sync.OnceValue(func() *plan {
	l := field.Seal()
	p := &plan{Layout: l, ids: map[string]field.ID{}, steps: make([]step, len(l.Defs)), words: len(l.Defs)/64 + 1}
	nodes := map[string]int{}
	for id := range l.Defs {
		path := l.Path[id]
		s := &p.steps[id]
		p.ids[l.Defs[id].Name] = field.ID(id) //nolint:gosec // as many as IDs
		s.address = addressOf(&l.Defs[id])
		s.top, s.topLen = path[0], len(path[0])+len(`,"":`)
		s.single = l.Defs[id].Type != field.Object && l.Array[id] == field.NoArray && !l.Defs[id].Is(field.List)
		for profile := range p.keeps {
			p.keeps[profile] = append(p.keeps[profile], keepOf(&l.Defs[id], field.Profile(profile)))
		}
		for depth := 1; depth < len(path); depth++ {
			name := strings.Join(path[:depth], ".")
			if _, ok := nodes[name]; !ok {
				nodes[name] = len(nodes)
			}
			s.objects = append(s.objects, nodes[name])
		}
		for depth := range path {
			s.opens = append(s.opens, []byte(`,"`+strings.Join(path[depth:], `":{"`)+`":`))
		}
		s.key = []byte(`"` + path[len(path)-1] + `":`)
		if a := l.Array[id]; a != field.NoArray {
			// Keys within an element are relative to the array.
			s.key = []byte(`"` + strings.Join(path[len(l.Path[a]):], ".") + `":`)
		}
	}
	for _, text := range field.Interned() {
		p.strings = append(p.strings, appendString(nil, text))
	}
	return p
})

func keepOf(d *field.Def, p field.Profile) keep {
	switch {
	case !d.In(p):
		return never
	case d.Is(field.Sparse) && p != field.Full:
		return notZero
	}
	return always
}
