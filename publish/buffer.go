// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"bytes"
	"io"
	"reflect"
	"unsafe"

	structform "github.com/elastic/go-structform"
	sfjson "github.com/elastic/go-structform/json"
)

// go-structform's JSON visitor writes every quote and colon through an io.Writer,
// which costs half as much again as the rest of an event's way. Where the visitor
// writes into a bytes.Buffer, as libbeat's Elasticsearch output and its codec.json
// do, a view appends its value to that buffer instead. The visitor does not give
// the buffer out, so it is read through two pointers, whose places are proved by
// reflection at start; with any other layout, or visitor, the structural path runs.

// extType is the dynamic type of structform's wrapper around a JSON visitor; nil when
// the layout is not the one that bufferAt reads.
var extType = provenLayout()

func provenLayout() reflect.Type {
	var probe bytes.Buffer
	x := structform.EnsureExtVisitor(sfjson.NewVisitor(&probe))
	t := reflect.TypeOf(x)
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct || t.Elem().NumField() == 0 {
		return nil
	}
	if f := t.Elem().Field(0); f.Offset != 0 || f.Type != reflect.TypeFor[structform.Visitor]() {
		return nil
	}
	v := reflect.TypeFor[sfjson.Visitor]().Field(0)
	if v.Offset != 0 || v.Type.Kind() != reflect.Struct || v.Type.NumField() != 1 ||
		v.Type.Field(0).Type != reflect.TypeFor[io.Writer]() {
		return nil
	}
	if bufferAt(x) != &probe {
		return nil
	}
	return t
}

// bufferOf is the buffer that x writes JSON into, or nil.
func bufferOf(x structform.ExtVisitor) *bytes.Buffer {
	if extType == nil || reflect.TypeOf(x) != extType {
		return nil
	}
	return bufferAt(x)
}

// bufferAt follows x to its visitor and that to its writer. Only for layouts that
// provenLayout has seen.
func bufferAt(x structform.ExtVisitor) *bytes.Buffer {
	type iface struct{ tab, data unsafe.Pointer }
	inner := *(*structform.Visitor)((*iface)(unsafe.Pointer(&x)).data)
	v, ok := inner.(*sfjson.Visitor)
	if !ok {
		return nil
	}
	b, _ := (*(*io.Writer)(unsafe.Pointer(v))).(*bytes.Buffer)
	return b
}
