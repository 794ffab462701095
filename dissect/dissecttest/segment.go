// SPDX-License-Identifier: Apache-2.0

package dissecttest

import (
	"encoding/binary"
	"net/netip"
)

// Segment is a TCP segment in an IPv4 packet, without checksums.
type Segment struct {
	Src, Dst netip.AddrPort
	Flags    uint8
	Seq, Ack uint32
	Data     string
}

// Frame is the packet's bytes, from the IP header on.
func (s Segment) Frame() []byte {
	const headers, protoTCP = 40, 6
	src, dst := s.Src.Addr().As4(), s.Dst.Addr().As4()
	b := append([]byte{0x45, 0}, 0, 0, 0, 0, 0, 0, 64, protoTCP, 0, 0)
	b = append(append(b, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(b[2:], uint16(headers+len(s.Data))) //nolint:gosec // tests' data are short
	b = binary.BigEndian.AppendUint16(b, s.Src.Port())
	b = binary.BigEndian.AppendUint16(b, s.Dst.Port())
	b = binary.BigEndian.AppendUint32(b, s.Seq)
	b = binary.BigEndian.AppendUint32(b, s.Ack)
	b = append(b, 0x50, s.Flags, 0xff, 0xff, 0, 0, 0, 0)
	return append(b, s.Data...)
}
