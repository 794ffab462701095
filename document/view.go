// SPDX-License-Identifier: Apache-2.0

package document

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// View looks at the fields of one record after the other.
type View struct {
	entries []field.Entry
	arena   []byte
	defs    []field.Def
}

var _ dissect.View = (*View)(nil)

// NewView returns a View of nothing.
func NewView() *View { return &View{defs: field.Seal().Defs} }

// Of turns the view to a record.
func (v *View) Of(b *engine.Batch, r *engine.Record) { v.entries, v.arena = b.Fields(r), b.Arena() }

func (v *View) last(id field.ID) *field.Entry {
	for i := len(v.entries) - 1; i >= 0; i-- {
		if v.entries[i].ID == id {
			return &v.entries[i]
		}
	}
	return nil
}

// Uint implements dissect.View.
func (v *View) Uint(id field.ID) (uint64, bool) {
	if x := v.last(id); x != nil {
		return x.Val, true
	}
	return 0, false
}

// Text implements dissect.View.
func (v *View) Text(dst []byte, id field.ID) ([]byte, bool) {
	if x := v.last(id); x != nil {
		return field.AppendText(dst, v.defs[id].Type, *x, v.arena), true
	}
	return dst, false
}

// All implements dissect.View.
func (v *View) All(id field.ID, f func(text []byte)) {
	var buf [64]byte
	for i := range v.entries {
		if v.entries[i].ID == id {
			f(field.AppendText(buf[:0], v.defs[id].Type, v.entries[i], v.arena))
		}
	}
}

// Headline is what Wireshark's Protocol column says of a packet that speaker speaks for.
func Headline(speaker *dissect.Protocol, core *dissect.Core) field.Str {
	if core.Headline != 0 {
		return core.Headline
	}
	return speaker.Headline()
}

// Speaker is the layer that says what a packet is about: the innermost with a summary, nil when none has. layers are the packet's own.
func Speaker(layers []*dissect.Protocol) *dissect.Protocol {
	for i := len(layers) - 1; i >= 0; i-- {
		if layers[i].Summary != nil && layers[i].Title != "" {
			return layers[i]
		}
	}
	return nil
}
