// SPDX-License-Identifier: Apache-2.0

package common

import "strconv"

// maxArcs bounds the arcs of an object identifier (RFC 2578, 3.5).
const maxArcs = 128

// Element reads the head of an element in ASN.1's Basic Encoding Rules (X.690, 8.1) and takes its contents, as Sub does. Unlike cryptobyte's, which is for
// the Distinguished ones, it takes lengths in more bytes than they need: SNMP and LDAP are full of them. Tags of several bytes and indefinite lengths,
// which none of the protocols has, are malformed.
func (c *Cursor) Element() (tag uint8, contents Cursor) {
	const manyBytes, long, maxLength = 0x1f, 0x80, 4
	tag = c.U8()
	n := int(c.U8())
	if n >= long {
		count := n - long
		n = 0
		if count == 0 || count > maxLength {
			n = -1
		}
		for ; n >= 0 && count > 0 && !c.Failed; count-- {
			n = n<<8 | int(c.U8())
		}
	}
	if tag&manyBytes == manyBytes {
		n = -1
	}
	return tag, c.Sub(n)
}

// Integer reads the whole contents of an INTEGER; none, and more than 8 bytes, are malformed.
func (c *Cursor) Integer() int64 {
	if c.Wire == 0 || c.Wire > 9 || c.Wire == 9 && len(c.B) > 0 && c.B[0] != 0 { // 9 bytes hold an unsigned number of 64 bits
		if !c.Failed {
			c.P.Bad()
		}
		c.Failed = true
		return 0
	}
	b := c.Bytes(c.Wire)
	if b == nil {
		return 0
	}
	v := int64(int8(b[0])) // the sign
	for _, o := range b[1:] {
		v = v<<8 | int64(o)
	}
	return v
}

// AppendOID appends the whole contents of an OBJECT IDENTIFIER as numbers joined by dots; one without an arc, of more than 128, or with an arc of more than
// 63 bits is malformed.
func (c *Cursor) AppendOID(dst []byte) []byte {
	b := c.Bytes(c.Wire)
	if c.Failed {
		return dst
	}
	start, arc, arcs := len(dst), uint64(0), 0
	for i, o := range b {
		if arc >= 1<<56 || arcs == maxArcs || i == len(b)-1 && o >= 0x80 {
			b = nil
			break
		}
		if arc = arc<<7 | uint64(o&0x7f); o >= 0x80 {
			continue
		}
		if arcs == 0 { // two arcs in one number (X.690, 8.19.4)
			first := min(arc/40, 2)
			dst = append(strconv.AppendUint(dst, first, 10), '.')
			arc -= 40 * first
		} else {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, arc, 10)
		arc, arcs = 0, arcs+1
	}
	if len(b) == 0 {
		c.P.Bad()
		c.Failed = true
		return dst[:start]
	}
	return dst
}
