// SPDX-License-Identifier: Apache-2.0

package capture

import "encoding/binary"

// A block of a TPACKET_V3 ring (linux/if_packet.h), as the kernel fills it, in
// the machine's byte order:
//
//	block: version u32, offset_to_priv u32, block_status u32, num_pkts u32,
//	       offset_to_first_pkt u32, blk_len u32, seq_num u64, two timestamps
//	frame: next_offset u32, sec u32, nsec u32, snaplen u32, len u32, status u32,
//	       mac u16, net u16, rxhash u32, vlan_tci u32, vlan_tpid u16, 10 bytes
//	       padding, then sockaddr_ll: family u16, protocol u16 (network order),
//	       ifindex i32, hatype u16, pkttype u8, halen u8, addr [8]
const (
	ringStatus    = 8
	ringPackets   = 12
	ringFirst     = 16
	ringBlockHead = 48
	ringFrameHead = 48
	ringAddrLen   = 20

	ringChecksumNotReady = 0x08  // TP_STATUS_CSUMNOTREADY
	ringVLANValid        = 0x10  // TP_STATUS_VLAN_VALID
	ringTPIDValid        = 0x40  // TP_STATUS_VLAN_TPID_VALID
	ringGSOTCP           = 0x100 // TP_STATUS_GSO_TCP, since Linux 6.0

	// packetOutgoing is PACKET_OUTGOING: the machine sent the packet itself.
	packetOutgoing = 4
)

// rawFrame is one frame of a block. Data and Addr lie in the block.
type rawFrame struct {
	Data     []byte // what the kernel captured, without the tag that it took out
	Time     int64  // nanoseconds since the epoch
	Length   int    // original length, bytes, without the tag
	Tagged   bool
	TPID     uint16
	TCI      uint16
	Protocol uint16 // EtherType, or one of Linux's own below 0x600
	IfIndex  int
	HType    uint16 // ARPHRD_
	PktType  uint8
	AddrLen  uint8
	Addr     []byte // 8 bytes
	Offload  Offload
}

// blockReader walks the frames of one block. It trusts no number in it, so that
// a misread block ends early instead of reading outside.
type blockReader struct {
	block []byte
	next  uint64
	left  uint32
}

func readBlock(block []byte) blockReader {
	if len(block) < ringBlockHead {
		return blockReader{}
	}
	return blockReader{
		block: block,
		next:  uint64(binary.NativeEndian.Uint32(block[ringFirst:])),
		left:  binary.NativeEndian.Uint32(block[ringPackets:]),
	}
}

// frame reads the next frame into f; false is the end.
func (r *blockReader) frame(f *rawFrame) bool {
	size := uint64(len(r.block))
	if r.left == 0 || r.next < ringBlockHead || r.next+ringFrameHead+ringAddrLen > size {
		return false
	}
	h := r.block[r.next:]
	ne := binary.NativeEndian
	snap, mac := uint64(ne.Uint32(h[12:])), uint64(ne.Uint16(h[24:]))
	if mac < ringFrameHead || mac+snap > uint64(len(h)) {
		return false
	}
	status := ne.Uint32(h[20:])
	f.Data = h[mac : mac+snap : mac+snap]
	f.Time = int64(ne.Uint32(h[4:]))*1e9 + int64(ne.Uint32(h[8:]))
	f.Length = max(int(ne.Uint32(h[16:])&0x7fffffff), len(f.Data))
	f.Offload = 0
	if status&ringChecksumNotReady != 0 {
		f.Offload |= OffloadChecksum
	}
	if status&ringGSOTCP != 0 {
		f.Offload |= OffloadSegmentation
	}
	f.Tagged = status&ringVLANValid != 0
	if f.Tagged {
		f.TCI = uint16(ne.Uint32(h[32:]))
		f.TPID = 0x8100
		if status&ringTPIDValid != 0 {
			f.TPID = ne.Uint16(h[36:])
		}
	}
	a := h[ringFrameHead : ringFrameHead+ringAddrLen]
	f.Protocol = binary.BigEndian.Uint16(a[2:])
	f.IfIndex = int(int32(ne.Uint32(a[4:])))
	f.HType = ne.Uint16(a[8:])
	f.PktType = a[10]
	f.AddrLen = a[11]
	f.Addr = a[12:20:20]

	r.left--
	step := uint64(ne.Uint32(h[0:]))
	if step == 0 { // the last frame of a block
		r.left = 0
	}
	r.next += step
	return true
}

// sll2Len is the length of a LINKTYPE_LINUX_SLL2 header.
const sll2Len = 20

// appendSLL2 appends the cooked header of a frame, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html:
// protocol, 2 reserved, interface index, ARPHRD_, packet type, address length and address.
func appendSLL2(dst []byte, f *rawFrame, protocol uint16) []byte {
	dst = binary.BigEndian.AppendUint16(dst, protocol)
	dst = append(dst, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.IfIndex))
	dst = binary.BigEndian.AppendUint16(dst, f.HType)
	dst = append(dst, f.PktType, min(f.AddrLen, 8))
	var addr [8]byte
	copy(addr[:], f.Addr)
	return append(dst, addr[:]...)
}

// frameExtra is how many bytes appendFrame adds to what the kernel captured, and
// thereby to the length on the wire.
func frameExtra(f *rawFrame, link LinkType) int {
	switch {
	case link == linkSLL2 && f.Tagged:
		return sll2Len + 4
	case link == linkSLL2:
		return sll2Len
	case link == linkEthernet && f.Tagged && len(f.Data) >= 12:
		return 4
	}
	return 0
}

// appendFrame appends the packet as it was on the wire: with the VLAN tag that the
// kernel moved out of the frame back in its place. A cooked packet gets its header;
// its tag follows that, as the payload of a packet whose protocol is the tag's.
func appendFrame(dst []byte, f *rawFrame, link LinkType) []byte {
	switch {
	case link == linkSLL2 && f.Tagged:
		dst = appendSLL2(dst, f, f.TPID)
		dst = binary.BigEndian.AppendUint16(dst, f.TCI)
		dst = binary.BigEndian.AppendUint16(dst, f.Protocol)
		return append(dst, f.Data...)
	case link == linkSLL2:
		return append(appendSLL2(dst, f, f.Protocol), f.Data...)
	case link == linkEthernet && f.Tagged && len(f.Data) >= 12:
		dst = append(dst, f.Data[:12]...)
		dst = binary.BigEndian.AppendUint16(dst, f.TPID)
		dst = binary.BigEndian.AppendUint16(dst, f.TCI)
		return append(dst, f.Data[12:]...)
	}
	return append(dst, f.Data...)
}
