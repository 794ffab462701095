// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strings"
	"sync"

	"github.com/espbeat/espbeat/field"
)

// step is how one field is written: the objects around it and its key.
type step struct {
	objects []int  // nodes of the enclosing objects, outermost first; the first is the top-level key
	key     []byte // `"name":`
	address address
	in      [field.Full + 1]bool // by profile
	sparse  bool
}

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
	steps   []step   // by field ID
	objects [][]byte // by node: `"name":{`
	names   []string // by node: the last path element
	words   int      // of a bit set over ranks
}

var thePlan = sync.OnceValue(func() *plan {
	l := field.Seal()
	p := &plan{Layout: l, steps: make([]step, len(l.Defs)), words: len(l.Defs)/64 + 1}
	nodes := map[string]int{}
	for id := range l.Defs {
		path := l.Path[id]
		s := &p.steps[id]
		s.address = addressOf(&l.Defs[id])
		s.sparse = l.Defs[id].Is(field.Sparse)
		for profile := range s.in {
			s.in[profile] = l.Defs[id].In(field.Profile(profile))
		}
		for depth := 1; depth < len(path); depth++ {
			name := strings.Join(path[:depth], ".")
			n, ok := nodes[name]
			if !ok {
				n = len(p.objects)
				nodes[name] = n
				p.objects = append(p.objects, []byte(`"`+path[depth-1]+`":{`))
				p.names = append(p.names, path[depth-1])
			}
			s.objects = append(s.objects, n)
		}
		s.key = []byte(`"` + path[len(path)-1] + `":`)
		if a := l.Array[id]; a != field.NoArray {
			// Keys within an element are relative to the array.
			s.key = []byte(`"` + strings.Join(path[len(l.Path[a]):], ".") + `":`)
		}
	}
	return p
})
