// SPDX-License-Identifier: Apache-2.0

package common

// Opaque reads opaque data of XDR (RFC 4506, 4.10): a length of 4 bytes, as many bytes, and zeros up to a multiple of 4. More than most bytes
// are malformed.
func (c *Cursor) Opaque(most int) []byte {
	n := c.U32()
	if !c.Failed && uint64(n) > uint64(most) { //nolint:gosec // a bound
		c.P.Bad()
		c.Failed = true
	}
	b := c.Bytes(int(n))
	c.Skip(min(int(-n&3), c.Wire)) // some leave out the last zeros of a message
	return b
}

// OpaqueLength reads the length of opaque data and passes over them.
func (c *Cursor) OpaqueLength() uint32 {
	n := c.U32()
	c.Sub(int(min(uint64(n)+uint64(-n&3), 1<<31-1))) //nolint:gosec // bounded
	return n
}

// U64 reads a number of 64 bits.
func (c *Cursor) U64() uint64 { return uint64(c.U32())<<32 | uint64(c.U32()) }
