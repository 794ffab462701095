// SPDX-License-Identifier: Apache-2.0

// Package field says what a field of a packet document is, and holds the
// append-style buffer that dissectors write their fields to.
//
// A field is defined once, by the protocol that owns it, with its name, type,
// Wireshark display filter name and description. Everything derived (index
// template, fields.yml, reference table) comes from these definitions.
package field

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// ID names a defined field. It is only valid in this process.
type ID uint16

// Type is a field's type: how its value is stored in a Buffer, written as JSON
// and mapped in Elasticsearch.
type Type uint8

// The types. Unsigned 32-bit numbers need Elasticsearch's long, 16-bit ones integer, 8-bit ones short.
const (
	Bool Type = iota + 1
	Uint8
	Uint16
	Uint32
	Int64    // long; also durations in nanoseconds and counters. Elasticsearch's unsigned_long is slow and not everywhere: 64-bit tags are Hex
	Float    // double
	Keyword  // text searched as a whole
	Wildcard // long or unbounded text searched by pattern
	Text     // free text searched by word
	IP
	MAC  // EUI-48 or other link address, upper-case hex bytes joined by hyphens as ECS wants (RFC 7042)
	Hex  // bytes, as lower-case hex digits
	Date // nanoseconds since the epoch
	Object
	Binary // bytes, as base64 (RFC 4648); nobody searches by them
)

// Flag changes how a field is written.
type Flag uint16

const (
	// List is always an array, also with one value.
	List Flag = 1 << iota
	// First keeps the first value only: a single-valued ECS field.
	First
	// Secret is replaced by Redacted unless redaction is switched off.
	Secret
	// Address is a header's own address or port. It is written when the packet has several headers
	// of that layer; otherwise source.* and destination.* say it.
	Address
	// Unique leaves out a value that an earlier one of the same packet equals.
	Unique
	// ECS marks a field of the Elastic Common Schema.
	ECS
	// Rare fields keep doc values but no index: still searchable, slower, smaller.
	Rare
	// Core fields are in the documents of every profile.
	Core
	// Detail fields are in the documents of profile full only: what other fields say already, or what few search by.
	Detail
	// Sparse fields are left out when they are 0 or false, but in profile full.
	Sparse
)

// Profile says how much of a packet its document holds.
type Profile uint8

// Minimal has least, Full has everything; Standard is between them and the default.
const (
	Standard Profile = iota
	Minimal
	Full
)

// ProfileOf finds a profile by its name: minimal, standard or full.
func ProfileOf(name string) (Profile, bool) {
	switch name {
	case "minimal":
		return Minimal, true
	case "standard":
		return Standard, true
	case "full":
		return Full, true
	}
	return 0, false
}

// In reports whether documents of profile p hold the field.
func (d *Def) In(p Profile) bool {
	switch p {
	case Minimal:
		return d.Is(Core)
	case Full:
		return true
	}
	return !d.Is(Detail)
}

// Redacted stands for the value of a secret field.
const Redacted = "[redacted]"

// Def is the definition of one field.
type Def struct {
	Name        string // dotted path in the document
	Type        Type
	Flags       Flag
	Wireshark   string // display filter name, "" when Wireshark has none
	Description string
	// Texts are what documents have for Wireshark's numbers, nil where they have the numbers themselves.
	Texts map[uint16]Str
}

// Is reports whether all the given flags are set.
func (d *Def) Is(f Flag) bool { return d.Flags&f == f }

// node is an object or a leaf of the document tree.
type node struct {
	name     string
	parent   int
	children []int
	leaf     bool
	id       ID
}

var registry = struct {
	sync.Mutex
	defs   []Def
	byName map[string]ID
	layout *Layout

	secretOnce sync.Once
	secrets    []bool
}{byName: map[string]ID{}}

// Set is a group of fields under one prefix.
type Set struct{ prefix string }

// Group starts the fields of one prefix, for example "tcp" or "dns.question".
func Group(prefix string) Set { return Set{prefix} }

// Add defines prefix.name. A second definition of the same name, or one that makes an object of a value,
// is a mistake of the programmer and panics at start-up.
func (s Set) Add(name string, t Type, wireshark, description string, flags ...Flag) ID {
	if s.prefix != "" {
		name = s.prefix + "." + name
	}
	d := Def{Name: name, Type: t, Wireshark: wireshark, Description: description}
	for _, f := range flags {
		d.Flags |= f
	}
	if d.Is(Secret) && t != Keyword && t != Wildcard && t != Text && t != Hex {
		panic(fmt.Sprintf("field %s is secret, but only text can be redacted", name))
	}
	if d.Is(Rare) && (t == Wildcard || t == Text) {
		panic(fmt.Sprintf("field %s is rare, but Elasticsearch always has an index of its type", name))
	}
	registry.Lock()
	defer registry.Unlock()
	if _, ok := registry.byName[name]; ok {
		panic(fmt.Sprintf("field %s is defined twice", name))
	}
	if registry.layout != nil {
		panic(fmt.Sprintf("field %s is defined after the first document was made", name))
	}
	id := ID(len(registry.defs))
	registry.defs = append(registry.defs, d)
	registry.byName[name] = id
	return id
}

// Named says that documents have texts for the numbers that Wireshark's field of the same meaning has. It is for start-up, as Add is.
func Named(id ID, texts map[uint16]Str) {
	registry.Lock()
	defer registry.Unlock()
	registry.defs[id].Texts = texts
}

// Numbered are texts by their index; those of no text are left out.
func Numbered(texts []Str) map[uint16]Str {
	m := map[uint16]Str{}
	for i, t := range texts {
		if t != 0 {
			m[uint16(i)] = t
		}
	}
	return m
}

// Names interns texts by their numbers, for Named.
func Names[N uint8 | uint32](texts map[N]string) map[uint16]Str {
	m := map[uint16]Str{}
	for n, t := range texts {
		m[uint16(n)] = Intern(t)
	}
	return m
}

// Lookup finds a field by its name.
func Lookup(name string) (ID, bool) {
	registry.Lock()
	defer registry.Unlock()
	id, ok := registry.byName[name]
	return id, ok
}

// Defs returns every definition in the order of the document.
func Defs() []Def {
	l := Seal()
	out := make([]Def, len(l.Order))
	for i, id := range l.Order {
		out[i] = l.Defs[id]
	}
	return out
}

// Layout is the document tree that all defined fields make.
type Layout struct {
	Defs  []Def
	Order []ID     // fields in document order
	Rank  []uint16 // by ID: position in Order; fields of an array of objects share the rank of its Object field
	Path  [][]string
	Array []ID // by ID: the Object field that encloses it, or NoArray
}

// NoArray marks a field outside any array of objects.
const NoArray = ID(0xffff)

// Seal fixes the set of fields, once, and lays the document out: top-level keys in alphabetical order,
// below them in order of definition.
func Seal() *Layout {
	registry.Lock()
	defer registry.Unlock()
	if registry.layout == nil {
		registry.layout = lay(registry.defs)
	}
	return registry.layout
}

func lay(defs []Def) *Layout {
	nodes := []node{{parent: -1}}
	index := map[string]int{"": 0}
	var find func(path string) int
	find = func(path string) int {
		if n, ok := index[path]; ok {
			return n
		}
		parent, name := "", path
		if i := strings.LastIndexByte(path, '.'); i >= 0 {
			parent, name = path[:i], path[i+1:]
		}
		p := find(parent)
		n := len(nodes)
		nodes = append(nodes, node{name: name, parent: p})
		nodes[p].children = append(nodes[p].children, n)
		index[path] = n
		return n
	}
	for id := range defs {
		n := find(defs[id].Name)
		nodes[n].leaf, nodes[n].id = true, ID(id)
	}
	l := &Layout{Defs: defs, Rank: make([]uint16, len(defs)), Path: make([][]string, len(defs)), Array: make([]ID, len(defs))}
	top := nodes[0].children
	slices.SortFunc(top, func(a, b int) int { return strings.Compare(nodes[a].name, nodes[b].name) })
	var walk func(n int, array ID, rank uint16)
	walk = func(n int, array ID, rank uint16) {
		nd := &nodes[n]
		if nd.leaf {
			d := &defs[nd.id]
			if len(nd.children) > 0 && d.Type != Object {
				panic(fmt.Sprintf("field %s is a value and an object", d.Name))
			}
			l.Path[nd.id] = strings.Split(d.Name, ".")
			l.Array[nd.id] = array
			if array != NoArray && (d.Type == Object || d.Flags&(List|Address) != 0) {
				panic(fmt.Sprintf("field %s is a list in an array of objects", d.Name))
			}
			if array == NoArray {
				rank = uint16(len(l.Order))
			}
			l.Rank[nd.id] = rank
			l.Order = append(l.Order, nd.id)
			if d.Type == Object {
				array = nd.id
			}
		}
		for _, c := range nd.children {
			walk(c, array, rank)
		}
	}
	walk(0, NoArray, 0)
	return l
}
