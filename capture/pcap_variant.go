// SPDX-License-Identifier: Apache-2.0

package capture

// Systems around the year 2000 wrote record headers that are longer than the
// standard one, under the standard magic number or a common modified one. What a
// file has is told by reading its first records in every way, as Wireshark does:
// the way with the fewest implausible values wins, the first of equals.
//
//	modified, 24 bytes: 16 of the standard header, then interface index (32 bits),
//	    protocol (16 bits, as an EtherType), packet type (8 bits), padding
//	modified with SMP debugging, 28 bytes: two bytes and three of padding after
//	    the packet type
//	Nokia, 20 bytes: 16 of the standard header and a word of unknown meaning
//
// On a pipe a standard magic number is taken to mean standard records, because
// waiting for three records would hold back the first. Of a growing file the records
// count that are there.
type pcapVariant uint8

const (
	variantStandard pcapVariant = iota
	variantModified
	variantModifiedSMP
	variantNokia
)

const (
	// variantRecords is how many records are tried.
	variantRecords = 3
	// implausible bounds of what was captured at that time.
	maxOriginal   = 128 << 20
	maxInterface  = 10000
	maxPacketType = 4
)

var variantSize = [...]int{variantStandard: 16, variantModified: 24, variantModifiedSMP: 28, variantNokia: 20}

// chooseVariant sets the size of the record header.
func (p *pcap) chooseVariant(f *file) {
	defer f.hold()()
	candidates := []pcapVariant{variantStandard, variantModified, variantNokia}
	if p.magic == pcapMagicModified {
		candidates = []pcapVariant{variantModified, variantModifiedSMP}
	}
	best := -1
	for _, v := range candidates {
		if n := p.implausible(f, v); best < 0 || n < best {
			best, p.record = n, variantSize[v]
		}
		if best == 0 {
			return
		}
	}
}

// implausible counts what speaks against v in the first records.
func (p *pcap) implausible(f *file, v pcapVariant) (count int) {
	size, pos := variantSize[v], 0
	short := 1 // what a file says by ending inside a record
	if f.unfinished {
		short = 0
	}
	for range variantRecords {
		h := f.lookahead(pos + size)[pos:]
		if len(h) == 0 {
			return count
		}
		if len(h) < size {
			return count + short
		}
		_, frac, captured, original := p.fields(h)
		for _, bad := range []bool{
			frac >= 1e6,
			captured > maxRecord(p.link),
			captured > p.snap,
			original > maxOriginal,
			captured > original,
			p.implausibleRest(h, v),
		} {
			if bad {
				count++
			}
		}
		if v == variantModified || v == variantModifiedSMP {
			count += p.implausibleModified(h)
		}
		if captured > maxPacket {
			return count
		}
		pos += size + int(captured)
		if len(f.lookahead(pos)) < pos {
			return count + short
		}
	}
	return count
}

// implausibleRest checks Nokia's word against the values that were seen:
// XfbfYZ0W with X 9 or b, Y b or d, Z 6 or 9, W 1 or 2.
func (p *pcap) implausibleRest(h []byte, v pcapVariant) bool {
	if v != variantNokia {
		return false
	}
	w := p.order.Uint32(h[16:])
	nibble := func(shift int, a, b uint32) bool { n := w >> shift & 0xf; return n == a || n == b }
	return w&0x0fff00f0 != 0x0fbf0000 ||
		!nibble(28, 0x9, 0xb) || !nibble(12, 0xb, 0xd) || !nibble(8, 0x6, 0x9) || !nibble(0, 1, 2)
}

// implausibleModified checks interface index, protocol and packet type.
func (p *pcap) implausibleModified(h []byte) (count int) {
	if p.order.Uint32(h[16:]) > maxInterface {
		count++
	}
	switch proto := p.order.Uint16(h[20:]); {
	case proto >= 0x0600, proto <= 0x0017, proto == 0x0060, proto == 0x0200, proto == 0x0400:
	default:
		count++
	}
	if h[22] > maxPacketType {
		count++
	}
	return count
}
