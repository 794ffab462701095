// SPDX-License-Identifier: Apache-2.0

// Package json is the layer of a JavaScript Object Notation text (RFC 8259) that another protocol carries. Not decoded: the text, of which the
// protocol that carries it takes what it knows: a summary line is that protocol's.
package json

import (
	stdjson "encoding/json"

	"github.com/espbeat/espbeat/dissect"
)

// Protocol is JSON.
var Protocol = &dissect.Protocol{
	Name: "json", Title: "JSON", Reference: "RFC 8259",
	Dissect: decode,
}

func decode(p *dissect.Packet, b []byte, wire int) {
	switch {
	case len(b) < wire:
		p.Truncated = true
	case !stdjson.Valid(b):
		p.Bad()
	}
}
