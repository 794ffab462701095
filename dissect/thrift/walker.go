// SPDX-License-Identifier: Apache-2.0

package thrift

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/field"
)

const (
	// maxDepth bounds the levels of a structure, maxItems its fields and the items of what is in them.
	maxDepth = 32
	maxItems = 64 << 10
)

// Types of values of the binary protocol, as far as they are not in fixed.
const (
	typeStop   = 0
	typeString = 11
	typeStruct = 12
	typeMap    = 13
	typeSet    = 14
	typeList   = 15
	typeI32    = 8
)

// fixed are the lengths of values of the binary protocol: bool, byte, double, i16, i32, i64, UUID.
var fixed = [17]int{2: 1, 3: 1, 4: 8, 6: 2, typeI32: 4, 10: 8, 16: 16}

// Types of values of the compact protocol.
const (
	compactTrue   = 1
	compactFalse  = 2
	compactByte   = 3
	compactI16    = 4
	compactI32    = 5
	compactI64    = 6
	compactDouble = 7
	compactBinary = 8
	compactList   = 9
	compactSet    = 10
	compactMap    = 11
	compactStruct = 12
	compactUUID   = 13
)

// walker passes over values.
type walker struct {
	b       []byte
	at      int
	compact bool
	state   state
	items   int
}

// take passes over n bytes, and returns them, nil when they are not there.
func (w *walker) take(n int) []byte {
	if w.state != right {
		return nil
	}
	if n < 0 || n > maxFrame {
		w.state = wrong
		return nil
	}
	if len(w.b)-w.at < n {
		w.state = short
		return nil
	}
	v := w.b[w.at : w.at+n : w.at+n]
	w.at += n
	return v
}

func (w *walker) byte() byte {
	if v := w.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (w *walker) number() uint32 {
	if v := w.take(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

// varint reads a number of 7 bits a byte.
func (w *walker) varint() (n uint64) {
	for shift := 0; shift < 70 && w.state == right; shift += 7 {
		b := w.byte()
		n |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			return n
		}
	}
	if w.state == right {
		w.state = wrong
	}
	return 0
}

// length reads the length of a text, or the number of items.
func (w *walker) length() int {
	n := uint64(0)
	if w.compact {
		n = w.varint()
	} else {
		n = uint64(w.number())
	}
	if n > maxFrame {
		if w.state == right {
			w.state = wrong
		}
		return 0
	}
	return int(n) //nolint:gosec // bounded
}

// structure passes over fields up to the one that ends them.
func (w *walker) structure(depth int) {
	for w.state == right {
		kind, ok := w.field()
		if !ok {
			return
		}
		w.value(kind, depth, false)
	}
}

// field reads the head of a field, and returns its type; ok is false at the end of the structure, and when there is nothing to be read.
func (w *walker) field() (kind byte, ok bool) {
	if w.items++; w.items > maxItems {
		w.state = wrong
	}
	kind = w.byte()
	if w.state != right || kind == typeStop {
		return kind, false
	}
	if !w.compact {
		w.take(2) // its identifier
		return kind, w.state == right
	}
	if kind>>4 == 0 { // else the difference to the identifier before
		w.varint()
	}
	return kind & 0x0f, w.state == right
}

// value passes over a value; within says that it is an item, where the compact protocol writes a bool that otherwise its type tells.
func (w *walker) value(kind byte, depth int, within bool) {
	if w.items++; w.items > maxItems || depth >= maxDepth {
		w.state = wrong
		return
	}
	if w.compact {
		w.compactValue(kind, depth, within)
		return
	}
	if int(kind) < len(fixed) && fixed[kind] > 0 {
		w.take(fixed[kind])
		return
	}
	switch kind {
	case typeString:
		w.take(w.length())
	case typeStruct:
		w.structure(depth + 1)
	case typeMap:
		key, value := w.byte(), w.byte()
		w.list(w.length(), depth, key, value)
	case typeSet, typeList:
		item := w.byte()
		w.list(w.length(), depth, item)
	default:
		if w.state == right {
			w.state = wrong
		}
	}
}

func (w *walker) compactValue(kind byte, depth int, within bool) {
	switch kind {
	case compactTrue, compactFalse:
		if within {
			w.take(1)
		}
	case compactByte:
		w.take(1)
	case compactI16, compactI32, compactI64:
		w.varint()
	case compactDouble:
		w.take(8)
	case compactUUID:
		w.take(16)
	case compactBinary:
		w.take(w.length())
	case compactStruct:
		w.structure(depth + 1)
	case compactList, compactSet:
		const many = 15
		head := w.byte()
		n := int(head >> 4)
		if n == many {
			n = w.length()
		}
		w.list(n, depth, head&0x0f)
	case compactMap:
		if n := w.length(); n > 0 {
			kinds := w.byte()
			w.list(n, depth, kinds>>4, kinds&0x0f)
		}
	default:
		if w.state == right {
			w.state = wrong
		}
	}
}

// list passes over n items of one kind, or pairs of two.
func (w *walker) list(n, depth int, kinds ...byte) {
	for ; n > 0 && w.state == right; n-- {
		for _, kind := range kinds {
			w.value(kind, depth+1, true)
		}
	}
}

// exception writes what an exception says: its first field is a text, its second its kind.
func exception(o *field.Buffer, compact bool, b []byte) {
	w := walker{b: b, compact: compact}
	text, number := byte(typeString), byte(typeI32)
	if compact {
		text, number = compactBinary, compactI32
	}
	for w.state == right {
		kind, ok := w.field()
		switch {
		case !ok:
			return
		case kind == text:
			if v := w.take(w.length()); len(v) > 0 {
				o.Text(fMessage, v)
			}
		case kind == number && compact:
			if n := w.varint(); w.state == right {
				o.Int(fKind, int64(n>>1)^-int64(n&1)) //nolint:gosec // zigzag
			}
		case kind == number:
			if n := w.number(); w.state == right {
				o.Int(fKind, int64(int32(n))) //nolint:gosec // it is signed
			}
		default:
			w.value(kind, 0, false)
		}
	}
}
