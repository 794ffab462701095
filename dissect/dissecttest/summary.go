// SPDX-License-Identifier: Apache-2.0

package dissecttest

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Summary is what proto's summary says of the frame that was dissected last.
func (b *Bench) Summary(proto *dissect.Protocol) string {
	return string(proto.Summary(nil, view{&b.Out}))
}

// view is the dissect.View of what was just dissected.
type view struct{ out *field.Buffer }

func (v view) Uint(id field.ID) (n uint64, found bool) {
	for _, e := range v.out.Entries {
		if e.ID == id {
			n, found = e.Val, true
		}
	}
	return n, found
}

func (v view) Text(dst []byte, id field.ID) ([]byte, bool) {
	var last []byte
	found := false
	v.All(id, func(text []byte) { last, found = text, true })
	return append(dst, last...), found
}

func (v view) All(id field.ID, f func(text []byte)) {
	defs := field.Seal().Defs
	for _, e := range v.out.Entries {
		if e.ID == id {
			f(field.AppendText(nil, defs[id].Type, e, v.out.Arena))
		}
	}
}
