// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"runtime"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// Blocks and options of pcapng (draft-ietf-opsawg-pcapng) as they are written: one section, little-endian, times in nanoseconds.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockStatistics = 5
	blockPacket     = 6 // enhanced

	sectionMagic = 0x1a2b3c4d
	packetHead   = 28 // of an enhanced packet block, before the bytes
	blockTail    = 4

	optEnd         = 0
	optComment     = 1 // opt_comment
	optHardware    = 2 // shb_hardware
	optOS          = 3 // shb_os
	optApplication = 4 // shb_userappl
	optName        = 2 // if_name
	optDescription = 3 // if_description
	optTSResol     = 9 // if_tsresol
	optStart       = 2 // isb_starttime
	optEndTime     = 3 // isb_endtime
	optReceived    = 4 // isb_ifrecv
	optOSDropped   = 7 // isb_osdrop
	optDelivered   = 8 // isb_usrdeliv

	nanoseconds = 9 // of if_tsresol: a power of 10

	// maxText bounds an option's text, bytes.
	maxText = 1<<16 - 1
)

var le = binary.LittleEndian

// open appends the head of a block, whose length seal sets.
func open(dst []byte, kind uint32) []byte { return le.AppendUint32(le.AppendUint32(dst, kind), 0) }

// seal ends the block that begins at from.
func seal(dst []byte, from int) []byte {
	total := uint32(len(dst) - from + blockTail) //nolint:gosec // bounded by a packet's length
	le.PutUint32(dst[from+4:], total)
	return le.AppendUint32(dst, total)
}

func pad(dst []byte, n int) []byte { return append(dst, 0, 0, 0)[:len(dst)+(-n&3)] }

func option(dst []byte, code uint16, value string) []byte {
	value = value[:min(len(value), maxText)]
	dst = le.AppendUint16(le.AppendUint16(dst, code), uint16(len(value))) //nolint:gosec // bounded above
	return pad(append(dst, value...), len(value))
}

func optionTime(dst []byte, code uint16, ns uint64) []byte {
	dst = le.AppendUint16(le.AppendUint16(dst, code), 8)
	return timestamp(dst, ns)
}

func optionCount(dst []byte, code uint16, n uint64) []byte {
	dst = le.AppendUint16(le.AppendUint16(dst, code), 8)
	return le.AppendUint64(dst, n)
}

// timestamp appends the upper half before the lower one, as pcapng has it.
func timestamp(dst []byte, ns uint64) []byte {
	return le.AppendUint32(le.AppendUint32(dst, uint32(ns>>32)), uint32(ns)) //nolint:gosec // halves
}

// appendSection appends the section header block that begins a file.
func appendSection(dst []byte, application string) []byte {
	from := len(dst)
	dst = le.AppendUint32(open(dst, blockSection), sectionMagic)
	dst = le.AppendUint16(le.AppendUint16(dst, 1), 0)
	dst = le.AppendUint64(dst, 1<<64-1) // of unknown length
	dst = option(dst, optHardware, runtime.GOARCH)
	dst = option(dst, optOS, runtime.GOOS)
	dst = option(dst, optApplication, application)
	return seal(option(dst, optEnd, ""), from)
}

// appendInterface appends an interface description block.
func appendInterface(dst []byte, in *capture.Interface) []byte {
	from := len(dst)
	dst = le.AppendUint16(open(dst, blockInterface), uint16(in.LinkType)) //nolint:gosec // what live captures have
	dst = le.AppendUint32(le.AppendUint16(dst, 0), uint32(in.SnapLen))    //nolint:gosec // at most 256 KiB
	if in.Name != "" {
		dst = option(dst, optName, in.Name)
	}
	if in.Description != "" {
		dst = option(dst, optDescription, in.Description)
	}
	dst = option(dst, optTSResol, string([]byte{nanoseconds}))
	return seal(option(dst, optEnd, ""), from)
}

// packetSize is the length of a packet's block without comments, bytes.
func packetSize(captured int) int { return packetHead + (captured+3)&^3 + blockTail }

// appendPacket appends an enhanced packet block.
func appendPacket(dst []byte, p *capture.Packet) []byte {
	from := len(dst)
	dst = le.AppendUint32(open(dst, blockPacket), uint32(p.Interface)) //nolint:gosec // an index
	dst = timestamp(dst, uint64(p.Time))                               //nolint:gosec // after 1970
	dst = le.AppendUint32(dst, uint32(len(p.Data)))                    //nolint:gosec // at most 256 KiB
	dst = le.AppendUint32(dst, uint32(p.Length))                       //nolint:gosec // a length on the wire
	dst = pad(append(dst, p.Data...), len(p.Data))
	if len(p.Comments) == 0 {
		return seal(dst, from)
	}
	for _, c := range p.Comments {
		dst = option(dst, optComment, c)
	}
	return seal(option(dst, optEnd, ""), from)
}

// appendStatistics appends an interface statistics block: what the first interface's capture has counted since it began.
func appendStatistics(dst []byte, begun, now time.Time, st capture.Stats) []byte {
	from, start, end := len(dst), uint64(begun.UnixNano()), uint64(now.UnixNano()) //nolint:gosec // after 1970
	dst = timestamp(le.AppendUint32(open(dst, blockStatistics), 0), end)
	dst = optionTime(dst, optStart, start)
	dst = optionTime(dst, optEndTime, end)
	dst = optionCount(dst, optReceived, st.Received)
	dst = optionCount(dst, optOSDropped, st.KernelDropped)
	dst = optionCount(dst, optDelivered, st.Received-min(st.Received, st.KernelDropped+st.PoolDropped))
	return seal(option(dst, optEnd, ""), from)
}
