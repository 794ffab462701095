// SPDX-License-Identifier: Apache-2.0

package ldap

import "encoding/binary"

// BER tags (X.690).
const (
	tagInteger     = 0x02
	tagOctets      = 0x04
	tagEnumerated  = 0x0a
	tagSequence    = 0x30
	tagRequestName = 0x80
	tagContext     = 0xa0 // [0], constructed; others add their number
	// classMask and application tell a tag of the class APPLICATION, and numberMask its number.
	classMask, application = 0xc0, 0x40
	numberMask             = 0x1f
)

const (
	// maxWait bounds the messages that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// maxMessage bounds the lengths that are believed, bytes: what directories accept by default.
	maxMessage = 16 << 20
	maxHeader  = 6 // tag, and length of up to four bytes with theirs
)

// element reads a tag and a length of the definite form, which need not be the shortest one. body is as much as there is of the value.
func element(b []byte) (tag byte, body, rest []byte, ok bool) {
	n, header, ok := lengths(b)
	if !ok {
		return 0, nil, nil, false
	}
	end := min(header+n, len(b))
	return b[0], b[header:end], b[end:], true
}

// lengths reads the lengths of an element's value and of its header.
func lengths(b []byte) (value, header int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	n := int(b[1])
	if n < 0x80 {
		return n, 2, true
	}
	n &= 0x7f
	if n == 0 || n > 4 || len(b) < 2+n {
		return 0, 0, false
	}
	for _, c := range b[2 : 2+n] {
		value = value<<8 | int(c)
	}
	return value, 2 + n, value <= maxMessage
}

// length is that of the message at the front of b; ok is false when there is none, or too little of it.
func length(b []byte) (int, bool) {
	value, header, ok := lengths(b)
	return value + header, ok && b[0] == tagSequence
}

// integer reads an element of a number of at most four bytes.
func integer(b []byte, tag byte) (v int64, rest []byte, ok bool) {
	t, body, rest, ok := element(b)
	if !ok || t != tag || len(body) == 0 || len(body) > 4 {
		return 0, nil, false
	}
	v = int64(int8(body[0])) //nolint:gosec // the first byte has the sign
	for _, c := range body[1:] {
		v = v<<8 | int64(c)
	}
	return v, rest, true
}

// envelope reads the identifier and the operation of a message; rest is what there is of the operation's value.
func envelope(b []byte) (id int64, op byte, rest []byte, ok bool) {
	id, op, rest, _, ok = parts(b)
	return id, op, rest, ok
}

// parts is envelope, and gives the controls that follow the operation as well, nil without any.
func parts(b []byte) (id int64, op byte, rest, controls []byte, ok bool) {
	tag, body, _, ok := element(b)
	if !ok || tag != tagSequence {
		return 0, 0, nil, nil, false
	}
	if id, body, ok = integer(body, tagInteger); !ok || id < 0 {
		return 0, 0, nil, nil, false
	}
	tag, rest, behind, ok := element(body)
	if !ok || tag&classMask != application || tag&numberMask > opIntermediate {
		return 0, 0, nil, nil, false
	}
	if t, list, _, found := element(behind); found && t == tagContext {
		controls = list
	}
	return id, tag & numberMask, rest, controls, true
}

// wrapped reads the length of a buffer of a SASL security layer (RFC 4422, 3.7).
func wrapped(b []byte) (n int, ok bool) {
	if len(b) < 8 || b[0] != 0 {
		return 0, false
	}
	size := binary.BigEndian.Uint32(b)
	return int(size), size > 4 && size <= maxMessage
}
