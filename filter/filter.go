// SPDX-License-Identifier: Apache-2.0

// Package filter understands Wireshark's display filters, of packet documents: as a query to Elasticsearch, as KQL, and as a predicate.
//
// The language is that of Wireshark 4.0 (wireshark-filter(4)): comparison (==, !=, ===, ~=, <, …), any and all, contains, matches, sets with ranges, and, or, xor, not,
// networks in CIDR, slices of addresses, bytes and texts, masks of numbers, upper(), lower() and len(). As there, a comparison holds when one of a field's values
// satisfies it, != when none is equal. What documents cannot tell is an error that names the token: bytes that no field has (frame contains, tcp.payload[…]),
// arithmetic, comparison of two fields, layer numbers (ip.src#2) and count().
package filter

import (
	"strings"

	"github.com/espbeat/espbeat/field"
)

// Options of Compile.
type Options struct {
	// Layers are the protocols that packet.layers may name.
	Layers []string
	// Profile is that of the documents: a field that they do not have is an error.
	Profile field.Profile
}

// Filter is a display filter that was understood.
type Filter struct{ root node }

// maxLength bounds a filter, maxDepth its parentheses.
const (
	maxLength = 64 << 10
	maxDepth  = 100
)

// Compile reads a display filter. Its errors are of type *Error. An empty filter holds for every packet.
func Compile(text string, o Options) (*Filter, error) {
	if len(text) > maxLength {
		return nil, &Error{text[:40] + "…", "", maxLength, "is longer than 64 KiB"}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := parser{text: text, tokens: tokens, names: namesFor(o)}
	if strings.TrimSpace(text) == "" {
		return &Filter{everything{}}, nil
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.fail(t, "something like and, or or a comparison was expected before it")
	}
	return &Filter{root}, nil
}
