// SPDX-License-Identifier: Apache-2.0

// Package checksum computes the Internet checksum (RFC 1071).
package checksum

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// Status is the outcome of a verification, with Wireshark's numbers.
type Status uint8

const (
	Bad        Status = 0
	Good       Status = 1
	Unverified Status = 2 // a fragment, cut by the capture, or left to the network card
	NotPresent Status = 3
)

// Sum adds b to a running one's complement sum.
func Sum(sum uint64, b []byte) uint64 {
	for len(b) >= 8 {
		v := binary.BigEndian.Uint64(b)
		sum += v>>32 + v&0xffffffff
		b = b[8:]
	}
	for len(b) >= 2 {
		sum += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	return sum
}

// Fold reduces a sum to 16 bits; a sound header or segment folds to 0xffff.
func Fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// Pseudo is the sum of the pseudo header (RFC 9293, 3.1; RFC 8200, 8.1) of the packet's innermost IP header.
func Pseudo(p *dissect.Packet, proto uint8, length int) uint64 {
	c := &p.Core
	var sum uint64
	if c.Source.Addr.Is4() {
		a, b := c.Source.Addr.As4(), c.Destination.Addr.As4()
		sum = Sum(Sum(0, a[:]), b[:])
	} else {
		a, b := c.Source.Addr.As16(), c.Destination.Addr.As16()
		sum = Sum(Sum(0, a[:]), b[:])
	}
	return sum + uint64(proto) + uint64(length)
}

// Transport verifies a segment or datagram of length bytes on the wire, of which b was captured, under the pseudo header.
func Transport(p *dissect.Packet, proto uint8, b []byte, length int) Status {
	if len(b) < length || p.Core.IPVersion == 0 {
		return Unverified
	}
	if Fold(Sum(Pseudo(p, proto, length), b[:length])) == 0xffff {
		return Good
	}
	return Wrong(p)
}

// Wrong is the status of a transport layer's checksum that does not fit.
func Wrong(p *dissect.Packet) Status {
	if p.ChecksumOffload {
		return Unverified
	}
	return Bad
}
