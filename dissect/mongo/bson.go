// SPDX-License-Identifier: Apache-2.0

package mongo

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/espbeat/espbeat/dissect/common"
)

// place is where a document stands.
type place uint8

const (
	inCommand place = iota
	inReply
	inCursor // of a reply
	inErrors // the list of a reply's writeErrors
	inError
)

// Types of BSON's elements (BSON specification, version 1.1).
const (
	typeDouble   = 0x01
	typeString   = 0x02
	typeDocument = 0x03
	typeArray    = 0x04
	typeBinary   = 0x05
	typeBool     = 0x08
	typeRegex    = 0x0b
	typePointer  = 0x0c
	typeScope    = 0x0f
	typeInt32    = 0x10
	typeInt64    = 0x12
)

// sizes are the lengths of values that do not say it: double, undefined, object identifier, boolean, date, null, 32 bits, timestamp, 64 bits, decimal, the smallest and greatest key.
var sizes = map[byte]int{typeDouble: 8, 0x06: 0, 0x07: 12, typeBool: 1, 0x09: 8, 0x0a: 0, typeInt32: 4, 0x11: 8, typeInt64: 8, 0x13: 16, 0xff: 0, 0x7f: 0}

// ofCollections are the commands whose value is the name of a collection.
var ofCollections = map[string]bool{"find": true, "insert": true, "update": true, "delete": true, "aggregate": true, "count": true, "distinct": true, "findAndModify": true, "findandmodify": true, "create": true, "drop": true,
	"createIndexes": true, "listIndexes": true, "dropIndexes": true, "mapReduce": true, "mapreduce": true, "collStats": true, "collMod": true, "validate": true, "compact": true, "reIndex": true, "convertToCapped": true}

// element is one of a document.
type element struct {
	kind  byte
	name  []byte
	value message
}

// document takes a document. Documents within others are looked at where errors and cursors are.
func (m *message) document(at place) {
	d := message{m.Sub(int(min(m.u32(), maxMessage)) - 4)}
	first := true
	for range common.MaxItems {
		e, ok := d.element()
		if !ok {
			return
		}
		e.write(m, at, first)
		first = false
	}
}

// element reads an element; ok is false at the end.
func (m *message) element() (e element, ok bool) {
	if !m.More() {
		return e, false
	}
	if e.kind = m.U8(); e.kind == 0 {
		return e, false
	}
	e.name = m.str()
	size, fixed := sizes[e.kind]
	switch {
	case fixed:
	case e.kind == typeRegex:
		m.str()
		m.str()
	case e.kind == typeDocument, e.kind == typeArray, e.kind == typeScope:
		if len(m.B) >= 4 { // the length is part of the value
			size = int(min(binary.LittleEndian.Uint32(m.B), maxMessage))
		}
		size = max(size, 5)
	default:
		size = int(min(m.u32(), maxMessage))
		switch e.kind {
		case typeBinary:
			size++ // its subtype
		case typePointer:
			size += 12
		}
	}
	e.value = message{m.Sub(size)}
	return e, !m.Failed
}

// write writes what an element says in its place.
func (e *element) write(m *message, at place, first bool) {
	if at == inCommand {
		e.command(m, first)
		return
	}
	o := m.P.Out
	switch name := string(e.name); {
	case at == inErrors && e.kind == typeDocument:
		e.value.document(inError)
	case at == inReply && name == "cursor" && e.kind == typeDocument:
		e.value.document(inCursor)
	case at == inReply && name == "writeErrors" && e.kind == typeArray:
		e.value.document(inErrors)
	case at == inCursor && (name == "firstBatch" || name == "nextBatch") && e.kind == typeArray:
		e.value.count()
	case at == inCursor && name == "ns" && e.kind == typeString:
		e.value.namespace()
	case at == inReply && name == "ok":
		if n, ok := e.number(); ok {
			o.Bool(fOK, n != 0)
		}
	case at != inCursor && name == "code":
		if n, ok := e.number(); ok {
			o.Int(fCode, int64(n))
		}
	case at != inCursor && name == "codeName":
		m.text(fName, e.text())
	case at != inCursor && (name == "errmsg" || name == "$err"):
		m.text(fMessage, e.text())
	}
}

// command writes what an element of a command says: the first is its name.
func (e *element) command(m *message, first bool) {
	switch name := string(e.name); {
	case first:
		m.text(fCommand, e.name)
		if ofCollections[name] {
			m.text(fCollection, e.text())
		}
	case name == "$db":
		m.text(fDatabase, e.text())
	case name == "collection": // of getMore
		m.text(fCollection, e.text())
	case name == "mechanism":
		m.text(fMechanism, e.text())
	case name == "payload" && e.kind == typeBinary && len(e.value.B) > 1:
		user(m, e.value.B[1:])
	case (name == "documents" || name == "updates" || name == "deletes") && e.kind == typeArray:
		e.value.count()
	}
}

// user writes who logs in, of a first message of SCRAM (RFC 5802, 7: n,,n=user,r=nonce) or of PLAIN (RFC 4616: \0user\0password).
func user(m *message, payload []byte) {
	if _, rest, ok := bytes.Cut(payload, []byte(",n=")); ok && payload[0] == 'n' {
		name, _, _ := bytes.Cut(rest, []byte(","))
		common.User(m.P.Out, name)
	} else if parts := bytes.SplitN(payload, []byte{0}, 3); len(parts) == 3 {
		common.User(m.P.Out, parts[1])
	}
}

// count counts the elements of an array.
func (m *message) count() {
	m.Skip(4)
	n := uint64(0)
	for range common.MaxItems {
		if _, ok := m.element(); !ok {
			break
		}
		n++
	}
	m.P.Out.Uint(fDocuments, n)
}

// text is a string's value, nil of any other.
func (e *element) text() []byte {
	if e.kind != typeString {
		return nil
	}
	return bytes.TrimSuffix(e.value.B, []byte{0})
}

// number is a number's value; ok is false for any other.
func (e *element) number() (n float64, ok bool) {
	b := e.value.B
	switch {
	case e.kind == typeDouble && len(b) == 8:
		n = math.Float64frombits(binary.LittleEndian.Uint64(b))
	case e.kind == typeInt32 && len(b) == 4:
		n = float64(int32(binary.LittleEndian.Uint32(b))) //nolint:gosec // signed on the wire
	case e.kind == typeInt64 && len(b) == 8:
		n = float64(int64(binary.LittleEndian.Uint64(b))) //nolint:gosec // signed on the wire
	default:
		return 0, false
	}
	return n, n > math.MinInt32 && n < math.MaxInt32
}
