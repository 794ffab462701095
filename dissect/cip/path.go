// SPDX-License-Identifier: Apache-2.0

package cip

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
)

// Segments of a path: their types, the upper 3 bits (CIP volume 1, appendix C).
const (
	segmentPort, segmentLogical, segmentNetwork, segmentSymbolic, segmentData = 0, 1, 2, 3, 4
)

// Kinds of logical segments, bits 2 to 4, and forms of data segments and network segments.
const (
	logicalClass, logicalInstance, logicalMember, logicalAttribute, logicalSpecial = 0, 1, 2, 4, 5

	dataSymbol      = 0x91
	networkExtended = 0x10
)

// readPath reads a padded path, writes what it names, and returns the class and tag among that.
func readPath(c common.Cursor) (class uint32, symbol string) {
	var tag []byte
	o := c.P.Out
	for c.More() {
		first := c.U8()
		low := first & 0x1f
		switch first >> 5 {
		case segmentPort:
			skipPort(&c, low)
		case segmentLogical:
			kind := low >> 2
			if kind == logicalSpecial { // an electronic key: its form, and 8 bytes
				c.Skip(9)
				continue
			}
			n, ok := logical(&c, low&3)
			if !ok {
				return class, symbol
			}
			switch kind {
			case logicalClass:
				o.Uint(fClass, uint64(n))
				class = n
			case logicalInstance:
				o.Uint(fInstance, uint64(n))
			case logicalAttribute:
				o.Uint(fAttribute, uint64(n))
			case logicalMember:
				if tag != nil {
					tag = append(strconv.AppendUint(append(tag, '['), uint64(n), 10), ']')
				}
			}
		case segmentNetwork:
			size := 1
			if low >= networkExtended {
				size = 2 * int(c.U8())
			}
			c.Skip(size)
		case segmentSymbolic:
			tag = name(&c, tag, int(low), 1+int(low))
		case segmentData:
			size := int(c.U8())
			if first == dataSymbol {
				tag = name(&c, tag, size, size)
			} else {
				c.Skip(2 * size)
			}
		default: // a data type, which a path does not have
			c.P.Bad()
			c.Failed = true
		}
	}
	if tag != nil {
		symbol = string(tag)
		o.Text(fSymbol, tag)
	}
	return class, symbol
}

// logical reads the number of a logical segment: of 1 byte, or behind a pad of 2 or 4.
func logical(c *common.Cursor, format byte) (n uint32, ok bool) {
	switch format {
	case 0:
		n = uint32(c.U8())
	case 1:
		c.Skip(1)
		n = uint32(c.Little16())
	case 2:
		c.Skip(1)
		n = c.Little32()
	default:
		c.P.Bad()
		return 0, false
	}
	return n, !c.Failed
}

// skipPort passes over a port segment: an extended port of 2 bytes, a link address of 1 byte or as many as it says.
func skipPort(c *common.Cursor, low byte) {
	const sized, extendedPort = 0x10, 0x0f
	size := 1
	if low&sized != 0 {
		size = int(c.U8())
		size += size & 1
	}
	if low&0xf == extendedPort {
		c.Skip(2)
	}
	c.Skip(size)
}

// name reads a name of n bytes, padded where head and name are odd together, and appends it to tag.
func name(c *common.Cursor, tag []byte, n, head int) []byte {
	b := c.Bytes(n)
	if head%2 == 1 && !c.Failed && c.Wire > 0 {
		c.Skip(1)
	}
	if b == nil {
		return tag
	}
	if tag != nil {
		tag = append(tag, '.')
	}
	return append(tag, b...)
}
