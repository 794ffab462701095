// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"net/netip"
	"regexp"

	"github.com/espbeat/espbeat/field"
)

// node is a condition on a document. What a filter means is said once, by its nodes: the query and the predicate are both made of them.
type node interface{}

type (
	// all and either hold when all, or one, of them do.
	all    []node
	either []node
	// not holds when its node does not.
	not struct{ of node }
	// exists holds when the document has the field.
	exists struct{ def *field.Def }
	// equal holds when one of the field's values is the text, as the document has it.
	equal struct {
		def  *field.Def
		text string
	}
	// within holds when one of an IP field's values lies in the network.
	within struct {
		def    *field.Def
		prefix netip.Prefix
	}
	// between holds when one of the values lies between two bounds, of which one may be "". A bound is part of it unless it is open.
	between struct {
		def               *field.Def
		low, high         string
		lowOpen, highOpen bool
	}
	// like holds when one of the values contains the text, or with prefix begins with it; with fold whatever the case of ASCII letters.
	like struct {
		def          *field.Def
		text         string
		prefix, fold bool
	}
	// same is equal whatever the case of ASCII letters.
	same struct {
		def  *field.Def
		text string
	}
	// matches holds when the expression is found in one of the values; lucene is the same for Elasticsearch, which matches whole values. With fold the case of
	// letters does not count, which re says itself.
	matches struct {
		def    *field.Def
		re     *regexp.Regexp
		lucene string
		fold   bool
	}
	// ranked holds when one of the values is one of the names or a decimal number from low to high.
	ranked struct {
		def       *field.Def
		low, high uint64
		names     []string
	}
	// everything always holds.
	everything struct{}
)

// nothing never holds.
var nothing = not{everything{}}

// some is either of the nodes, or the only one.
func some(nodes []node) node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return either(nodes)
}

// both is all of the nodes that are not nil, or the only one.
func both(nodes ...node) node {
	var kept all
	for _, n := range nodes {
		if n != nil {
			kept = append(kept, n)
		}
	}
	if len(kept) == 1 {
		return kept[0]
	}
	return kept
}
