// SPDX-License-Identifier: Apache-2.0

package common

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// MaxItems bounds what a loop over the records of one layer (TLVs, routes, attributes) looks at.
const MaxItems = 1024

// Cursor reads a layer from front to back. The first read that the bytes do not suffice for marks the packet as truncated or
// the layer as malformed, as dissect.Packet.Need does; from then on every read gives zeros and writes nothing.
type Cursor struct {
	P *dissect.Packet
	// B is what was captured of the rest, Wire how long the rest was on the wire.
	B    []byte
	Wire int
	// Failed is set by the first read beyond the end.
	Failed bool
}

// Read returns a Cursor over b, of wire bytes on the wire.
func Read(p *dissect.Packet, b []byte, wire int) Cursor { return Cursor{P: p, B: b, Wire: wire} }

// More reports whether something is left to read.
func (c *Cursor) More() bool { return !c.Failed && c.Wire > 0 }

// Bytes reads n bytes, nil when they are not there.
func (c *Cursor) Bytes(n int) []byte {
	if c.Failed || !c.P.Need(c.B, c.Wire, n) {
		c.Failed = true
		return nil
	}
	v := c.B[:n:n]
	c.B, c.Wire = c.B[n:], c.Wire-n
	return v
}

// Skip passes over n bytes.
func (c *Cursor) Skip(n int) { c.Bytes(n) }

// Sub takes the next n bytes on the wire as a Cursor of their own, whatever the capture kept of them. More than there are is malformed: then
// what there is is taken. So is a negative n, a length that does not count its own header: nothing can be read from there on.
func (c *Cursor) Sub(n int) Cursor {
	if n < 0 && !c.Failed {
		c.P.Bad()
		c.Failed = true
	}
	if c.Failed {
		return Cursor{P: c.P, Failed: true}
	}
	if n > c.Wire {
		c.P.Bad()
		n = c.Wire
	}
	at := min(n, len(c.B))
	if at < n {
		c.P.Truncated = true
	}
	s := Cursor{P: c.P, B: c.B[:at:at], Wire: n}
	c.B, c.Wire = c.B[at:], c.Wire-n
	return s
}

// U8 reads a number of 8 bits.
func (c *Cursor) U8() uint8 {
	if v := c.Bytes(1); v != nil {
		return v[0]
	}
	return 0
}

// U16 reads a number of 16 bits.
func (c *Cursor) U16() uint16 {
	if v := c.Bytes(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

// U24 reads a number of 24 bits.
func (c *Cursor) U24() uint32 {
	if v := c.Bytes(3); v != nil {
		return uint32(v[0])<<16 | uint32(v[1])<<8 | uint32(v[2])
	}
	return 0
}

// U32 reads a number of 32 bits.
func (c *Cursor) U32() uint32 {
	if v := c.Bytes(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

// Number reads a number of n bytes, at most 7, and writes it.
func (c *Cursor) Number(id field.ID, n int) uint64 {
	b := c.Bytes(n)
	if b == nil {
		return 0
	}
	v := uint64(0)
	for _, o := range b {
		v = v<<8 | uint64(o)
	}
	c.P.Out.Uint(id, v)
	return v
}

// Uint8 reads and writes a number of 8 bits.
func (c *Cursor) Uint8(id field.ID) uint8 { return uint8(c.Number(id, 1)) }

// Uint16 reads and writes a number of 16 bits.
func (c *Cursor) Uint16(id field.ID) uint16 { return uint16(c.Number(id, 2)) }

// Uint32 reads and writes a number of 32 bits.
func (c *Cursor) Uint32(id field.ID) uint32 { return uint32(c.Number(id, 4)) }

// IP reads and writes an address of n bytes, 4 or 16.
func (c *Cursor) IP(id field.ID, n int) {
	if v := c.Bytes(n); v != nil {
		c.P.Out.IP(id, v)
	}
}

// Prefix reads the first bits of an address of n bytes, 4 or 16, in as few bytes as hold them, and writes it with the rest 0. More bits than
// the address has are malformed.
func (c *Cursor) Prefix(id field.ID, bits, n int) {
	if bits > 8*n {
		c.P.Bad()
		c.Failed = true
		return
	}
	v := c.Bytes((bits + 7) / 8)
	if c.Failed {
		return
	}
	var a [16]byte
	copy(a[:], v)
	c.P.Out.IP(id, a[:n])
}

// MAC reads and writes a link address of 6 bytes.
func (c *Cursor) MAC(id field.ID) {
	if v := c.Bytes(6); v != nil {
		c.P.Out.MAC(id, v)
	}
}

// Hex reads n bytes and writes them to a Hex field; none write nothing.
func (c *Cursor) Hex(id field.ID, n int) {
	if v := c.Bytes(n); len(v) > 0 {
		c.P.Out.Bytes(id, v)
	}
}

// Text reads n bytes and writes them as text, without the zeros at their end; nothing is written when none are left.
func (c *Cursor) Text(id field.ID, n int) {
	v := c.Bytes(n)
	for len(v) > 0 && v[len(v)-1] == 0 {
		v = v[:len(v)-1]
	}
	if len(v) > 0 {
		c.P.Out.Text(id, v)
	}
}
