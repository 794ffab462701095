// SPDX-License-Identifier: Apache-2.0

package document

import (
	"unicode/utf8"
	"unsafe"

	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// Fields are the values of a packet's document without the document: what a filter asks for. Each goroutine has its own.
type Fields struct {
	e      *Encoder
	batch  *engine.Batch
	record *engine.Record
	text   []byte
}

// NewFields returns the Fields of one source's packets, of documents of all options but the profile, which is full.
func NewFields(opt Options) *Fields {
	opt.Profile = field.Full
	return &Fields{e: NewEncoder(opt)}
}

// Of turns to a packet.
func (f *Fields) Of(b *engine.Batch, r *engine.Record) {
	f.batch, f.record = b, r
	f.e.collect(b, r)
}

// Values implements filter.Document: it calls yield with each value of a field as text, valid until yield returns, until yield says false.
func (f *Fields) Values(name string, yield func(string) bool) {
	if name == "@timestamp" {
		f.text = f.e.clock.append(f.text[:0], f.record.Time)
		yield(f.string())
		return
	}
	id, ok := f.e.plan.ids[name]
	if !ok || f.e.plan.Defs[id].Type == field.Object {
		return
	}
	rank := f.e.plan.Rank[id]
	if f.e.set[rank>>6]&(1<<(rank&63)) == 0 || f.e.skip(&f.e.plan.steps[id], f.record) {
		return
	}
	for i := f.e.head[rank]; i >= 0; i = f.e.list[i].next {
		x := &f.e.list[i]
		if x.ID != id { // of another field in an array of objects
			continue
		}
		d := &f.e.plan.Defs[id]
		f.text = field.AppendText(f.text[:0], d.Type, x.Entry, f.e.arena(x, f.batch.Arena()))
		if !yield(f.string()) || d.Is(field.First) {
			return
		}
	}
}

// string is the text as it reads in the document, without a copy if that can be.
func (f *Fields) string() string {
	if !utf8.Valid(f.text) {
		return string([]rune(string(f.text)))
	}
	return unsafe.String(unsafe.SliceData(f.text), len(f.text))
}
