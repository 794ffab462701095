// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/capture"
)

// feeder writes packets as the capture that a process reads.
type feeder interface {
	// header begins a capture.
	header(dst []byte) []byte
	// packet appends a packet; interfaces are those of its source.
	packet(dst []byte, p *capture.Packet, interfaces []capture.Interface) []byte
	// again is the feeder of another capture of the same source.
	again() feeder
}

// newFeeder returns that of a source with these interfaces. A source that does not number its interfaces has no name for them, either: a pcap
// file, of which tshark is to say nothing else than it would say of the file.
func newFeeder(link capture.LinkType, interfaces []capture.Interface) feeder {
	for i := range interfaces {
		if interfaces[i].Numbered || interfaces[i].Name != "" {
			return &pcapng{}
		}
	}
	return pcap{link}
}

var le = binary.LittleEndian

// snapLen is what a header promises: more than any packet has.
const snapLen = 256 << 10

// pcap is draft-ietf-opsawg-pcap with times in nanoseconds.
type pcap struct{ link capture.LinkType }

func (f pcap) header(dst []byte) []byte {
	const magicNanoseconds = 0xa1b23c4d
	dst = le.AppendUint32(dst, magicNanoseconds)
	dst = le.AppendUint16(le.AppendUint16(dst, 2), 4)
	dst = le.AppendUint64(dst, 0)
	return le.AppendUint32(le.AppendUint32(dst, snapLen), uint32(f.link))
}

func (pcap) packet(dst []byte, p *capture.Packet, _ []capture.Interface) []byte {
	dst = le.AppendUint32(dst, uint32(p.Time/1e9)) //nolint:gosec // until 2106, as in the file that it is of
	dst = le.AppendUint32(dst, uint32(p.Time%1e9)) //nolint:gosec // below 2^30
	dst = le.AppendUint32(dst, uint32(len(p.Data)))
	dst = le.AppendUint32(dst, uint32(p.Length)) //nolint:gosec // a length on the wire
	return append(dst, p.Data...)
}

func (f pcap) again() feeder { return f }

// pcapng is draft-ietf-opsawg-pcapng: one section, interfaces as they come, times in nanoseconds.
type pcapng struct {
	described int // interfaces
}

// Blocks and options.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6 // enhanced

	optEnd         = 0
	optComment     = 1
	optName        = 2 // if_name
	optDescription = 3 // if_description
	optTSResol     = 9 // if_tsresol

	// maxOption bounds an option's text, bytes.
	maxOption = 32 << 10
)

func (*pcapng) header(dst []byte) []byte {
	from := len(dst)
	dst = le.AppendUint32(open(dst, blockSection), 0x1a2b3c4d)
	dst = le.AppendUint16(le.AppendUint16(dst, 1), 0)
	return seal(le.AppendUint64(dst, 1<<64-1), from) // of unknown length
}

func (f *pcapng) packet(dst []byte, p *capture.Packet, interfaces []capture.Interface) []byte {
	for ; f.described < len(interfaces) && f.described <= p.Interface; f.described++ {
		dst = appendInterface(dst, &interfaces[f.described])
	}
	from := len(dst)
	dst = le.AppendUint32(open(dst, blockPacket), uint32(p.Interface))                 //nolint:gosec // an index
	dst = le.AppendUint32(le.AppendUint32(dst, uint32(p.Time>>32)), uint32(p.Time))    //nolint:gosec // halves
	dst = le.AppendUint32(le.AppendUint32(dst, uint32(len(p.Data))), uint32(p.Length)) //nolint:gosec // at most 256 KiB; a length on the wire
	dst = pad(append(dst, p.Data...), len(p.Data))
	for _, text := range p.Comments {
		dst = option(dst, optComment, text)
	}
	if len(p.Comments) > 0 {
		dst = option(dst, optEnd, "")
	}
	return seal(dst, from)
}

func (*pcapng) again() feeder { return &pcapng{} }

func appendInterface(dst []byte, in *capture.Interface) []byte {
	from := len(dst)
	dst = le.AppendUint16(open(dst, blockInterface), uint16(in.LinkType)) //nolint:gosec // 16 bits in pcapng
	dst = le.AppendUint32(le.AppendUint16(dst, 0), uint32(in.SnapLen))    //nolint:gosec // of 32 bits
	if in.Name != "" {
		dst = option(dst, optName, in.Name)
	}
	if in.Description != "" {
		dst = option(dst, optDescription, in.Description)
	}
	const nanoseconds = 9 // a power of 10
	dst = option(dst, optTSResol, string([]byte{nanoseconds}))
	return seal(option(dst, optEnd, ""), from)
}

// open appends the head of a block, whose length seal sets.
func open(dst []byte, kind uint32) []byte { return le.AppendUint32(le.AppendUint32(dst, kind), 0) }

// seal ends the block that begins at from.
func seal(dst []byte, from int) []byte {
	total := uint32(len(dst) - from + 4) //nolint:gosec // bounded by a packet and its comments
	le.PutUint32(dst[from+4:], total)
	return le.AppendUint32(dst, total)
}

func pad(dst []byte, n int) []byte { return append(dst, 0, 0, 0)[:len(dst)+(-n&3)] }

func option(dst []byte, code uint16, value string) []byte {
	value = value[:min(len(value), maxOption)]
	dst = le.AppendUint16(le.AppendUint16(dst, code), uint16(len(value))) //nolint:gosec // bounded above
	return pad(append(dst, value...), len(value))
}
