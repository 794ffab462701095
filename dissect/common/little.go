// SPDX-License-Identifier: Apache-2.0

package common

import "github.com/espbeat/espbeat/field"

// Little16 reads a number of 16 bits whose least significant byte comes first.
func (c *Cursor) Little16() uint16 { return uint16(c.little(2)) } //nolint:gosec // two bytes

// Little32 is Little16 for 32 bits.
func (c *Cursor) Little32() uint32 { return uint32(c.little(4)) } //nolint:gosec // four bytes

// LittleNumber reads a number of n bytes, at most 7, the least significant first, and writes it.
func (c *Cursor) LittleNumber(id field.ID, n int) uint64 {
	v := c.little(n)
	if !c.Failed {
		c.P.Out.Uint(id, v)
	}
	return v
}

func (c *Cursor) little(n int) (v uint64) {
	for i, o := range c.Bytes(n) {
		v |= uint64(o) << (8 * i)
	}
	return v
}
