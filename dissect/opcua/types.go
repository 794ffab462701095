// SPDX-License-Identifier: Apache-2.0

package opcua

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
)

// Encodings of a node ID (OPC 10000-6, 5.2.2.9), and the flags of one that may be elsewhere.
const (
	twoBytes, fourBytes, number, name, guid, opaque = 0, 1, 2, 3, 4, 5

	hasServer, hasNamespace = 0x40, 0x80
)

// identifier reads the front of a node ID: its namespace, and its number or what else it is; ok is false when the bytes are none.
func identifier(r *common.Cursor) (form byte, namespace uint16, n uint32, other []byte, ok bool) {
	flags := r.U8()
	form = flags &^ (hasServer | hasNamespace)
	switch form {
	case twoBytes:
		n = uint32(r.U8())
	case fourBytes:
		namespace, n = uint16(r.U8()), uint32(r.Little16())
	case number:
		namespace, n = r.Little16(), r.Little32()
	case name, opaque:
		namespace, other = r.Little16(), octets(r)
	case guid:
		namespace, other = r.Little16(), r.Bytes(16)
	default:
		if !r.Failed {
			r.P.Bad()
		}
		r.Failed = true
	}
	if flags&hasNamespace != 0 {
		octets(r)
	}
	if flags&hasServer != 0 {
		r.Skip(4)
	}
	return form, namespace, n, other, !r.Failed
}

// numeric reads a node ID and returns its number; ok is false for others.
func numeric(r *common.Cursor) (n uint32, ok bool) {
	form, _, n, _, ok := identifier(r)
	return n, ok && form <= number
}

func skipNode(r *common.Cursor) { identifier(r) }

// node reads a node ID and writes it as text (OPC 10000-6, 5.3.1.10).
func node(r *common.Cursor) {
	form, namespace, n, other, ok := identifier(r)
	if !ok {
		return
	}
	var buf [64]byte
	b := buf[:0]
	if namespace != 0 {
		b = append(strconv.AppendUint(append(b, "ns="...), uint64(namespace), 10), ';')
	}
	switch form {
	case name:
		b = append(append(b, "s="...), other...)
	case opaque:
		b = base64.StdEncoding.AppendEncode(append(b, "b="...), other)
	case guid:
		le := binary.LittleEndian
		b = fmt.Appendf(b, "g=%08x-%04x-%04x-%x-%x", le.Uint32(other), le.Uint16(other[4:]), le.Uint16(other[6:]), other[8:10], other[10:])
	default:
		b = strconv.AppendUint(append(b, "i="...), uint64(n), 10)
	}
	r.P.Out.Text(fNodes, b)
}

// skipExtension passes over an ExtensionObject: a node ID, whether a body follows, and the body.
func skipExtension(r *common.Cursor) {
	skipNode(r)
	if r.U8() != 0 {
		octets(r)
	}
}

// skipLocalized passes over a LocalizedText.
func skipLocalized(r *common.Cursor) {
	mask := r.U8()
	for bit := byte(1); bit <= 2; bit <<= 1 { // the locale, the text
		if mask&bit != 0 {
			octets(r)
		}
	}
}

func skipQualified(r *common.Cursor) {
	r.Skip(2)
	octets(r)
}

// skipValue passes over a DataValue.
func skipValue(r *common.Cursor) {
	mask := r.U8()
	if mask&1 != 0 {
		skipVariant(r)
	}
	for bit, size := range [...]int{1: 4, 2: 8, 3: 8, 4: 2, 5: 2} { // the status, times of source and server, their picoseconds
		if mask&(1<<bit) != 0 {
			r.Skip(size)
		}
	}
}

// sizes are the lengths of the built-in types of a fixed one, bytes (OPC 10000-6, 5.1.2).
var sizes = [...]int{1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 4, 8: 8, 9: 8, 10: 4, 11: 8, 13: 8, 14: 16, 19: 4}

// skipVariant passes over a Variant; one that holds variants, values or diagnostics ends what can be read.
func skipVariant(r *common.Cursor) {
	const typeMask, dimensions, array = 0x3f, 0x40, 0x80
	mask := r.U8()
	kind := int(mask & typeMask)
	one := func() { skipBuiltIn(r, kind) }
	switch {
	case kind == 0:
	case mask&array == 0:
		one()
	case kind < len(sizes) && sizes[kind] != 0:
		n := int64(int32(r.Little32())) //nolint:gosec // a length, which may be -1
		r.Sub(int(min(max(n, 0)*int64(sizes[kind]), int64(r.Wire)+1)))
	default:
		each(r, one)
	}
	if mask&dimensions != 0 {
		each(r, func() { r.Skip(4) })
	}
}

func skipBuiltIn(r *common.Cursor, kind int) {
	const str, byteString, xml, nodeID, expandedNodeID, qualifiedName, localizedText, extensionObject = 12, 15, 16, 17, 18, 20, 21, 22
	switch kind {
	case str, byteString, xml:
		octets(r)
	case nodeID, expandedNodeID:
		skipNode(r)
	case qualifiedName:
		skipQualified(r)
	case localizedText:
		skipLocalized(r)
	case extensionObject:
		skipExtension(r)
	default:
		if kind < len(sizes) && sizes[kind] != 0 {
			r.Skip(sizes[kind])
			return
		}
		r.Failed = true
	}
}
