// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"fmt"
)

// The pcapng file format (draft-ietf-opsawg-pcapng): blocks, each with its type,
// total length (a multiple of 4), body, and total length again.
//
// Read: Section Header (any number, each with its byte order and interfaces),
// Interface Description, Enhanced Packet, Simple Packet and the obsolete Packet
// Block. All others (name resolution, interface statistics, decryption secrets,
// custom, unknown) are passed over by their length, whatever it is.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacketOld = 2
	blockSimple    = 3
	blockEnhanced  = 6

	sectionMagic = 0x1a2b3c4d

	// Smallest total lengths, bytes.
	minBlock     = 12
	minSection   = 28
	minInterface = 20
	minSimple    = 16
	minPacket    = 32

	// blockHead is where a block's body starts, packetHead where the data of an
	// enhanced or obsolete packet block starts, simpleHead that of a simple one.
	blockHead  = 8
	packetHead = 28
	simpleHead = 12

	// maxBlock is how much of a block is looked at, bytes: the largest packet and
	// 128 KiB of options. What follows is passed over.
	maxBlock = packetHead + maxPacket + 128<<10
	// maxInterfaces bounds the interfaces of a file over all its sections.
	maxInterfaces = 1 << 16
)

// pcapng parses the blocks of one pcapng file.
type pcapng struct {
	order binary.ByteOrder
	big   bool
	// first is the index of the current section's first interface.
	first int
	units []timeUnit // by interface index, all sections
}

func isPcapng(head []byte) bool {
	return len(head) >= 4 && binary.LittleEndian.Uint32(head) == blockSection
}

// open is part of format.
func (p *pcapng) open(f *file) error {
	h := f.lookahead(minSection)
	if len(h) < minSection {
		return f.endCause("the section header")
	}
	return p.setOrder(h)
}

// setOrder reads the byte order of a section header block.
func (p *pcapng) setOrder(h []byte) error {
	switch {
	case binary.LittleEndian.Uint32(h[8:]) == sectionMagic:
		p.order, p.big = binary.LittleEndian, false
	case binary.BigEndian.Uint32(h[8:]) == sectionMagic:
		p.order, p.big = binary.BigEndian, true
	default:
		return fmt.Errorf("the section header has the byte-order magic % x, which is none", h[8:12])
	}
	return nil
}

// u32 is the 32-bit number at the start of b.
func (p *pcapng) u32(b []byte) uint32 {
	if p.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// parse is part of format.
func (p *pcapng) parse(f *file, b *Batch, buf []byte, offset int64) (progress, error) {
	pos := 0
	for len(b.Packets) < f.opt.BatchPackets {
		rest := buf[pos:]
		if len(rest) < minBlock {
			return progress{used: pos, need: minBlock, what: "a block header"}, nil
		}
		kind := p.u32(rest)
		if kind == blockSection { // reads the same in both byte orders
			if err := p.setOrder(rest); err != nil {
				return progress{used: pos}, err
			}
		}
		// Some writers do not count the padding.
		total := (int64(p.u32(rest[4:])) + 3) &^ 3
		look, err := p.look(f, kind, total)
		if err != nil {
			return progress{used: pos}, err
		}
		if len(rest) < look {
			return progress{used: pos, need: look, what: "a block"}, nil
		}
		block := rest[:look:look]
		whole := int64(look) == total
		if whole {
			if again := p.u32(block[look-4:]); (int64(again)+3)&^3 != total {
				return progress{used: pos}, fmt.Errorf("the block's total lengths differ: %d at its start, %d at its end", total, again)
			}
		}
		if err := p.block(f, b, kind, block, total, offset+int64(pos)); err != nil {
			return progress{used: pos}, err
		}
		pos += look
		if !whole {
			return progress{used: pos, skip: total - int64(look)}, nil
		}
	}
	return progress{used: pos}, nil
}

// look returns how much of a block must be at hand.
func (p *pcapng) look(f *file, kind uint32, total int64) (int, error) {
	least := int64(minBlock)
	switch kind {
	case blockSection:
		least = minSection
	case blockInterface:
		least = minInterface
	case blockSimple:
		least = minSimple
	case blockEnhanced, blockPacketOld:
		least = minPacket
	}
	if total < least {
		return 0, fmt.Errorf("the block of type %#x has a total length of %d bytes, at least %d are needed", kind, total, least)
	}
	if least == minBlock && total > maxBlock {
		return minBlock, nil
	}
	return int(min(total, maxBlock)), nil
}

// block handles one block, of which the first bytes are at hand: all up to maxBlock.
func (p *pcapng) block(f *file, b *Batch, kind uint32, block []byte, total, offset int64) error {
	if (kind == blockSection || kind == blockInterface) && f.packets+uint64(len(b.Packets)) > 0 {
		f.described = true
	}
	switch kind {
	case blockSection:
		if major := p.order.Uint16(block[12:]); major != 1 {
			return fmt.Errorf("the section has pcapng version %d.%d, only 1 is supported", major, p.order.Uint16(block[14:]))
		}
		p.first = len(f.interfaces)
	case blockInterface:
		return p.iface(f, block, total)
	case blockEnhanced:
		return p.packet(f, b, block, total, offset, p.u32(block[8:]))
	case blockPacketOld: // the upper half of the word counts drops
		return p.packet(f, b, block, total, offset, uint32(p.order.Uint16(block[8:])))
	case blockSimple:
		return p.simple(f, b, block, total, offset)
	}
	return nil
}

// interfaceIndex makes a section's interface number an index over all sections.
func (p *pcapng) interfaceIndex(f *file, id uint32) (int, error) {
	if n := len(f.interfaces) - p.first; uint64(id) >= uint64(n) {
		return 0, fmt.Errorf("the packet's interface number is %d, but the section has described %d interfaces", id, n)
	}
	return p.first + int(id), nil
}

// packet reads an enhanced or obsolete packet block.
func (p *pcapng) packet(f *file, b *Batch, block []byte, total, offset int64, id uint32) error {
	idx, err := p.interfaceIndex(f, id)
	if err != nil {
		return err
	}
	captured := p.u32(block[20:])
	data, err := packetData(block[packetHead:], captured, total-minPacket, f.interfaces[idx].LinkType)
	if err != nil {
		return err
	}
	k := b.add()
	*k = Packet{
		Data:      data,
		Length:    length(p.u32(block[24:])),
		LinkType:  f.interfaces[idx].LinkType,
		Interface: idx,
		Offset:    offset,
	}
	sec, nsec, ok := p.units[idx].seconds(uint64(p.u32(block[12:]))<<32 | uint64(p.u32(block[16:])))
	f.clock.set(k, sec, nsec, ok)
	if at := packetHead + (int64(captured)+3)&^3; at < total-4 && at < int64(len(block)) {
		k.Comments = p.comments(block[at:min(int64(len(block)), total-4)])
	}
	return nil
}

// simple reads a simple packet block: the section's first interface, no time.
func (p *pcapng) simple(f *file, b *Batch, block []byte, total, offset int64) error {
	idx, err := p.interfaceIndex(f, 0)
	if err != nil {
		return err
	}
	in := f.interfaces[idx]
	original := p.u32(block[8:])
	captured := original
	if snap := uint64(in.SnapLen); snap != 0 && uint64(captured) > snap {
		captured = uint32(snap)
	}
	data, err := packetData(block[simpleHead:], captured, total-minSimple, in.LinkType)
	if err != nil {
		return err
	}
	k := b.add()
	*k = Packet{Data: data, Length: length(original), LinkType: in.LinkType, Interface: idx, Offset: offset}
	f.clock.set(k, 0, 0, false)
	return nil
}

// packetData is the captured data at the start of body, cut to maxPacket. room is
// what the block has for data and options, bytes.
func packetData(body []byte, captured uint32, room int64, link LinkType) ([]byte, error) {
	if int64(captured) > room {
		return nil, fmt.Errorf("the packet claims %d captured bytes, but its block has room for %d", captured, room)
	}
	if captured > maxRecord(link) {
		return nil, fmt.Errorf("the packet claims %d captured bytes, more than the %d that are possible", captured, maxRecord(link))
	}
	n := min(int(captured), maxPacket)
	return body[:n:n], nil
}
