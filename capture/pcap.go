// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The pcap file format (draft-ietf-opsawg-pcap):
//
//	file header, 24 bytes: magic, major and minor version (16 bits each), two
//	unused words, snap length, network (link type and FCS length)
//	record header, 16 bytes: seconds, microseconds or nanoseconds, captured
//	length, original length; some variants append more (pcap_variant.go)
//
// Read in both byte orders: the standard, nanosecond, modified and IXIA magic
// numbers, any version from 2.0 on, records longer than the snap length.
// Not read: the FCS length; the interface and packet type of modified headers.
const (
	pcapMagic         = 0xa1b2c3d4
	pcapMagicNano     = 0xa1b23c4d
	pcapMagicModified = 0xa1b2cd34
	pcapMagicIxiaHW   = 0x1c0001ac // nanoseconds, 4 more bytes of file header
	pcapMagicIxiaSW   = 0x1c0001ab // microseconds, 4 more bytes of file header

	pcapFileHeader = 24
)

// linkTypeMask keeps the link type of a pcap header: what remains without the FCS
// length (4 bits), its presence flag and a reserved bit. The 10 reserved bits
// above the 16 of the link type stay, so that a file that sets them is not misread.
const linkTypeMask = 0x03ffffff

// lengthOrder says in which order a record has its two lengths: before version
// 2.3 the original length came first, and some writers of 2.3 did not know better.
type lengthOrder uint8

const (
	capturedFirst lengthOrder = iota
	originalFirst
	largerIsOriginal
)

// pcap parses records of one pcap file.
type pcap struct {
	order   binary.ByteOrder
	big     bool
	magic   uint32
	header  int   // file header, bytes
	record  int   // record header, bytes
	pad     int   // bytes between record header and packet, counted by the lengths
	scale   int64 // nanoseconds in the fraction's unit
	snap    uint32
	link    LinkType
	lengths lengthOrder
}

// newPcap returns a parser when head starts with a magic number of pcap, else nil.
func newPcap(head []byte) *pcap {
	if len(head) < 4 {
		return nil
	}
	for _, big := range []bool{false, true} {
		p := &pcap{order: binary.LittleEndian, big: big, header: pcapFileHeader, record: 16, scale: 1000}
		if big {
			p.order = binary.BigEndian
		}
		p.magic = p.order.Uint32(head)
		switch p.magic {
		case pcapMagic, pcapMagicModified:
		case pcapMagicNano:
			p.scale = 1
		case pcapMagicIxiaHW:
			p.scale, p.header = 1, pcapFileHeader+4
		case pcapMagicIxiaSW:
			p.header = pcapFileHeader + 4
		default:
			continue
		}
		return p
	}
	return nil
}

func (p *pcap) open(f *file) error {
	h := f.lookahead(p.header)
	if len(h) < p.header {
		return f.endCause("the file header")
	}
	major, minor := p.order.Uint16(h[4:]), p.order.Uint16(h[6:])
	network := p.order.Uint32(h[20:])
	p.snap = p.order.Uint32(h[16:])
	f.advance(p.header)
	if major < 2 {
		return fmt.Errorf("pcap version %d.%d is not supported, 2.0 and later are", major, minor)
	}
	standard := false // the versions that variants of the record header were written with
	switch {
	case major == 2 && minor < 3, major == 543: // 543.0: tcpdump of DG/UX
		p.lengths = originalFirst
	case major == 2 && minor == 3:
		p.lengths = largerIsOriginal
	default:
		standard = true
	}
	p.link = linkType(network & linkTypeMask)
	aix := p.magic == pcapMagic && major == 2 && minor == 2 && p.aix(network)
	switch {
	case aix:
	case p.magic == pcapMagicModified, standard && p.magic == pcapMagic && f.guess:
		p.chooseVariant(f)
	}
	f.describe(Interface{LinkType: p.link, SnapLen: length(p.snap)})
	return nil
}

// aix recognises the files of AIX, which have an interface type of RFC 1573 for
// the link type, and nanoseconds.
func (p *pcap) aix(network uint32) bool {
	switch network {
	case 6:
		p.link = 1 // Ethernet
	case 9:
		p.link = 6 // Token Ring
	case 15:
		p.link, p.pad = 10, 3 // FDDI
	case 24:
		p.link = 0 // loopback
	default:
		return false
	}
	p.scale = 1
	return true
}

// parse is part of format.
func (p *pcap) parse(f *file, b *Batch, buf []byte, offset int64) (progress, error) {
	pos := 0
	for len(b.Packets) < f.opt.BatchPackets {
		rest := buf[pos:]
		if len(rest) < p.record {
			return progress{used: pos, need: p.record, what: "a record header"}, nil
		}
		sec, frac, captured, original := p.fields(rest)
		if captured > maxPacket && captured > maxRecord(p.link) {
			return progress{used: pos}, fmt.Errorf("the record claims %d captured bytes, more than the %d that are possible",
				captured, maxRecord(p.link))
		}
		kept := min(int(captured), maxPacket)
		end := p.record + kept
		if len(rest) < end {
			return progress{used: pos, need: end, what: "a record"}, nil
		}
		pad := min(p.pad, kept)
		k := b.add()
		*k = Packet{
			Data:      rest[p.record+pad : end : end],
			Time:      int64(sec)*1e9 + int64(frac)*p.scale,
			TimeValid: true,
			Length:    max(length(original)-pad, 0),
			LinkType:  p.link,
			Offset:    offset + int64(pos),
		}
		pos += end
		if cut := int64(captured) - int64(kept); cut > 0 {
			return progress{used: pos, skip: cut}, nil
		}
	}
	return progress{used: pos}, nil
}

// fields are those that every variant's record header starts with.
func (p *pcap) fields(h []byte) (sec, frac, captured, original uint32) {
	h = h[:16]
	if p.big {
		sec, frac = binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:])
		captured, original = binary.BigEndian.Uint32(h[8:]), binary.BigEndian.Uint32(h[12:])
	} else {
		sec, frac = binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:])
		captured, original = binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
	}
	if p.lengths != capturedFirst && (p.lengths == originalFirst || captured > original) {
		captured, original = original, captured
	}
	return sec, frac, captured, original
}

// maxRecord bounds the captured bytes of a record, by link type: these three have
// records of many megabytes. Whatever exceeds maxPacket is passed over.
func maxRecord(link LinkType) uint32 {
	switch link {
	case 231, 249: // D-Bus, USBPcap
		return 128 << 20
	case 279: // EBHSCR
		return 32 << 20
	}
	return maxPacket
}

// linkType maps the two values that systems write for raw IP, after their own
// DLT_RAW, to the registered one.
func linkType(v uint32) LinkType {
	if v == 12 || v == 14 {
		return 101
	}
	return LinkType(v)
}

// length is v as an int of any size, and at most what Wireshark shows too.
func length(v uint32) int { return int(min(v, math.MaxInt32)) }
