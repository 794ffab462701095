// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/espbeat/espbeat/field"
)

// target is what a name of Wireshark's stands for.
type target struct {
	leaves []leaf
	// layer is the protocol whose header always has the field; "" where only the field itself tells that it is there.
	layer node
	// units is how many of a document's units are one of Wireshark's: 1e9 nanoseconds a second; 0 is 1.
	units int64
	// choices are what the field's values mean where documents say it otherwise, by their decimal numbers; other values never occur.
	choices map[string]node
	// bits are its bits, lowest first, where a mask can be asked for.
	bits []node
	// family is 4 or 6 where values are addresses of this version of IP alone.
	family int
	// list is set for packet.layers as one text.
	list bool
}

// leaf is a field of documents; guard is what else must hold for its value to be the target's.
type leaf struct {
	def   *field.Def
	guard node
}

// names finds targets.
type names struct {
	layers  map[string]bool
	profile field.Profile
	byName  map[string]*field.Def // by path in the document
	fields  map[string][]*field.Def
	layer   *field.Def
}

// definitions are the fields by path and by Wireshark's names.
var definitions = sync.OnceValues(func() (map[string]*field.Def, map[string][]*field.Def) {
	defs := field.Defs()
	paths, fields := map[string]*field.Def{}, map[string][]*field.Def{}
	for i := range defs {
		d := &defs[i]
		paths[d.Name] = d
		for name := range strings.SplitSeq(d.Wireshark, ", ") {
			if name != "" && d.Type != field.Object {
				fields[name] = append(fields[name], d)
			}
		}
	}
	return paths, fields
})

func namesFor(o Options) *names {
	n := &names{layers: map[string]bool{}, profile: o.Profile}
	for _, l := range o.Layers {
		n.layers[l] = true
	}
	n.byName, n.fields = definitions()
	n.layer = n.byName["packet.layers"]
	return n
}

// renamed are older names of protocols, as in filters of years ago.
var renamed = map[string]string{"ssl": "tls", "bootp": "dhcp"}

// find says what a word stands for: nil and no cause when it is no name, but maybe a literal; a cause when it is a name that cannot be used.
func (n *names) find(name string) (*target, string) {
	name = strings.TrimSuffix(name, ".")
	if first, rest, ok := strings.Cut(name, "."); ok && renamed[first] != "" {
		name = renamed[first] + "." + rest
	} else if renamed[name] != "" {
		name = renamed[name]
	}
	if make, ok := special[name]; ok {
		return make(n)
	}
	if cause, ok := impossible[name]; ok {
		return nil, cause
	}
	if slices.ContainsFunc(forward, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return nil, "documents do not know later packets: ask the later one (http.request_in, dns.response_to, icmp.resp_to)"
	}
	if defs := n.fields[name]; len(defs) > 0 {
		return n.of(name, defs...)
	}
	if n.layers[name] {
		return &target{layer: n.hasLayer(name)}, ""
	}
	if d := n.byName[name]; d != nil && d.Type != field.Object && d.Type != field.Binary { // espbeat's own name
		return n.of(name, d)
	}
	if first, _, ok := strings.Cut(name, "."); ok && n.layers[first] && !strings.ContainsAny(name, ":/") {
		return nil, fmt.Sprintf("espbeat has no such field of %s; docs/fields.md lists those that it has", first)
	}
	return nil, ""
}

// of is the target of fields that hold what Wireshark's field does.
func (n *names) of(name string, defs ...*field.Def) (*target, string) {
	t := &target{}
	for _, d := range defs {
		if d.In(n.profile) {
			t.leaves = append(t.leaves, leaf{d, n.guard(name, d)})
		}
	}
	if len(t.leaves) == 0 {
		return nil, fmt.Sprintf("its field %s is in documents of profile full only", defs[0].Name)
	}
	if seconds[name] {
		t.units = 1e9
	}
	// Fields of reassembly are those of fragments only, though documents leave their zeros out, too.
	if first, rest, _ := strings.Cut(name, "."); t.leaves[0].def.Is(field.Sparse) && n.profile != field.Full && !strings.HasPrefix(rest, "fragment.") {
		t.layer = n.hasLayer(first)
	}
	return t, ""
}

// shared are the fields of documents, by how their names begin, that hold what several protocols of Wireshark's have fields of their own for.
var shared = []string{"email.from.", "email.to.", "request_in", "tls."}

// guard is what must hold for the value of a shared field to be that of Wireshark's field: the protocol that its name begins with.
func (n *names) guard(name string, d *field.Def) node {
	switch name {
	case "http.request.uri.path": // which Wireshark has where there is a query
		return exists{n.fields["http.request.uri.query"][0]}
	case "smtp.req.parameter": // whose addresses the message has, too
		return exists{n.fields["smtp.req.command"][0]}
	}
	first, _, _ := strings.Cut(name, ".")
	if name == d.Name && first != "tls" || !slices.ContainsFunc(shared, func(s string) bool { return strings.HasPrefix(d.Name, s) }) {
		return nil
	}
	if first == "http" { // as in what a connection was upgraded to
		return all{n.hasLayer("http"), not{n.hasLayer("http2")}}
	}
	return n.hasLayer(first)
}

func (n *names) hasLayer(name string) node { return equal{n.layer, name} }

// unknown says what is wrong with a word that ought to be a field.
func (n *names) unknown(t token) string {
	if t.kind != word {
		return "a field was expected, not a value"
	}
	return "is neither a field nor a protocol that espbeat dissects"
}

// present holds when the packet has the field.
func (t *target) present() node {
	if t.layer != nil {
		return t.layer
	}
	var nodes []node
	for _, l := range t.leaves {
		nodes = append(nodes, both(l.guard, exists{l.def}))
	}
	return some(nodes)
}

// each is the condition of one of the leaves.
func (t *target) each(condition func(d *field.Def) (node, string)) (node, string) {
	var nodes []node
	wrong := bytesCause // of a protocol
	for _, l := range t.leaves {
		n, cause := condition(l.def)
		if cause != "" {
			wrong = cause
			continue // of leaves of several types, those are asked that can have the value
		}
		if t.family != 0 && is(n) {
			l.guard = nil
		}
		nodes = append(nodes, both(l.guard, n))
	}
	if len(nodes) == 0 {
		return nil, wrong
	}
	return some(nodes), ""
}

// is tells whether a condition on an address holds for those of one version of IP only.
func is(n node) bool {
	switch n.(type) {
	case equal, within:
		return true
	}
	return false
}
