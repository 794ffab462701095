// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"encoding/binary"
	"math/rand/v2"
)

// Sizes, bytes.
const (
	minFrame = 60 // of Ethernet, without its checksum
	mss      = 1460
)

// IP protocols.
const (
	protoTCP, protoUDP = 6, 17
)

// TCP flags.
const (
	fin, syn, psh, ack = 0x01, 0x02, 0x08, 0x10
)

// end is one side of a conversation.
type end struct {
	address [4]byte
	port    uint16
}

// random is the source of all chance of a workload: the same in every run.
func random() *rand.Rand { return rand.New(rand.NewPCG(20250106, 1)) }

// client is an end in 10.1.0.0/20 with an ephemeral port.
func client(r *rand.Rand) end {
	return end{[4]byte{10, 1, byte(r.IntN(16)), byte(1 + r.IntN(254))}, uint16(32768 + r.IntN(28232))}
}

// ip appends the headers of Ethernet and IPv4 for a transport segment of the given length, bytes.
func ip(b []byte, from, to end, proto byte, id uint16, segment int) []byte {
	be := binary.BigEndian
	b = append(append(b, 2, 0), to.address[:]...) // addresses of our own making: locally administered
	b = append(append(b, 2, 0), from.address[:]...)
	b = append(b, 0x08, 0x00)
	at := len(b)
	b = be.AppendUint16(append(b, 0x45, 0), uint16(20+segment))
	b = append(be.AppendUint16(b, id), 0x40, 0, 64, proto, 0, 0) // don't fragment
	b = append(append(b, from.address[:]...), to.address[:]...)
	be.PutUint16(b[at+10:], ^folded(added(0, b[at:])))
	return b
}

// udpFrame appends a frame of a datagram.
func udpFrame(b []byte, from, to end, id uint16, payload []byte) []byte {
	be := binary.BigEndian
	size := 8 + len(payload)
	b = ip(b, from, to, protoUDP, id, size)
	at := len(b)
	b = be.AppendUint16(be.AppendUint16(b, from.port), to.port)
	b = append(be.AppendUint16(b, uint16(size)), 0, 0)
	b = append(b, payload...)
	sum := ^folded(added(pseudo(from, to, protoUDP, size), b[at:]))
	if sum == 0 {
		sum = 0xffff // 0 would say that there is none
	}
	be.PutUint16(b[at+6:], sum)
	return padded(b)
}

// synOptions: maximum segment size, window scale, SACK permitted.
var synOptions = []byte{2, 4, mss >> 8, mss & 0xff, 1, 3, 3, 7, 1, 1, 4, 2}

// tcpFrame appends a frame of a segment.
func tcpFrame(b []byte, from, to end, id uint16, seq, acked uint32, flags byte, payload []byte) []byte {
	be := binary.BigEndian
	var options []byte
	if flags&syn != 0 {
		options = synOptions
	}
	head := 20 + len(options)
	b = ip(b, from, to, protoTCP, id, head+len(payload))
	at := len(b)
	b = be.AppendUint16(be.AppendUint16(b, from.port), to.port)
	b = be.AppendUint32(be.AppendUint32(b, seq), acked)
	b = append(b, byte(head/4)<<4, flags)
	b = append(be.AppendUint16(b, 64240), 0, 0, 0, 0)
	b = append(append(b, options...), payload...)
	be.PutUint16(b[at+16:], ^folded(added(pseudo(from, to, protoTCP, head+len(payload)), b[at:])))
	return padded(b)
}

// pseudo is the sum of the pseudo header.
func pseudo(from, to end, proto byte, size int) uint32 {
	return added(added(uint32(proto)+uint32(size), from.address[:]), to.address[:])
}

// added adds the 16-bit words of p.
func added(s uint32, p []byte) uint32 {
	for ; len(p) > 1; p = p[2:] {
		s += uint32(be(p))
	}
	if len(p) == 1 {
		s += uint32(p[0]) << 8
	}
	return s
}

func folded(s uint32) uint16 {
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

// padded makes a frame of the least length.
func padded(b []byte) []byte {
	for len(b) < minFrame {
		b = append(b, 0)
	}
	return b
}
