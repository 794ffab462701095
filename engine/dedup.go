// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// Dedup leaves out the copies that a mirrored port makes of a packet. A copy equals an earlier packet from the network layer on: link
// addresses and VLAN tags may differ, and so may IPv4's header checksum. A retransmission is no copy, since it has another
// identification; IPv6 has none, so that equal packets of one sender within the window are taken for copies.
//
// Packets are compared by a 64-bit hash with a random seed. With the most packets that are remembered, 65,536, a packet is taken
// for a copy of another one with a probability of 2^-48: at a million packets a second, once in nine years.
type Dedup struct {
	// Window is how long after a packet its copies are left out, in packet time; 0 leaves none out.
	Window time.Duration
	// IgnoreTTL lets TTL and hop limit differ: of a packet that was seen on both sides of a router one is left out.
	IgnoreTTL bool
}

// dedupPackets is how many packets are remembered, a power of two: 50 ms of 1.3 million packets a second, in 1.5 MiB.
const dedupPackets = 1 << 16

// copies remembers the packets of the window. It allocates nothing after newCopies.
type copies struct {
	window    int64 // ns
	ignoreTTL bool
	hash      maphash.Hash
	head      [headLen]byte

	ring      []sighting // in the order of arrival; its length is a power of two
	oldest, n int
	index     []uint32 // places in ring plus 1, by hash, with linear probing; 0 is free
	evicted   uint64
}

// sighting is a packet that was kept.
type sighting struct {
	hash uint64
	time int64
}

// headLen covers the EtherType and the network header's first bytes, among which are those that may differ.
const headLen = 2 + 12

// newCopies remembers up to limit packets, a power of two.
func newCopies(o Dedup, limit int) *copies {
	c := &copies{window: int64(o.Window), ignoreTTL: o.IgnoreTTL, ring: make([]sighting, limit), index: make([]uint32, 2*limit)}
	c.hash.SetSeed(maphash.MakeSeed())
	return c
}

// repeats reports whether p is a copy, and remembers it if not. A packet without a time of its own, or of a link layer that is not
// known, is none.
func (c *copies) repeats(p *capture.Packet) bool {
	if !p.TimeValid {
		return false
	}
	h, ok := c.sum(p)
	if !ok {
		return false
	}
	for c.n > 0 && !c.within(c.ring[c.oldest].time, p.Time) {
		c.forget()
	}
	if s := c.find(h); s != nil {
		if c.within(s.time, p.Time) {
			return true
		}
		s.time = p.Time // time went back in between
		return false
	}
	if c.n == len(c.ring) {
		c.forget()
		c.evicted++
	}
	c.remember(sighting{h, p.Time})
	return false
}

// within reports whether two times are in one window, whichever is earlier.
func (c *copies) within(a, b int64) bool { return max(a, b)-min(a, b) <= c.window }

// sum hashes what copies have in common.
func (c *copies) sum(p *capture.Packet) (sum uint64, ok bool) {
	etherType, b := p.Network()
	if etherType == 0 || len(b) == 0 {
		return 0, false
	}
	binary.BigEndian.PutUint16(c.head[:], etherType)
	b = unpadded(etherType, b)
	n := 2 + copy(c.head[2:], b)
	switch {
	case etherType == 0x0800 && n == headLen: // RFC 791
		if c.ignoreTTL {
			c.head[2+8] = 0
		}
		c.head[2+10], c.head[2+11] = 0, 0
	case etherType == 0x86dd && n == headLen && c.ignoreTTL: // RFC 8200
		c.head[2+7] = 0
	}
	c.hash.Reset()
	c.hash.Write(c.head[:n])
	c.hash.Write(b[n-2:])
	return c.hash.Sum64(), true
}

// unpadded cuts off what pads a short frame, which a copy behind another VLAN tag or from before the network card lacks.
func unpadded(etherType uint16, b []byte) []byte {
	length := 0 // that of a super-packet of segmentation offload is 0
	switch {
	case etherType < 0x600: // IEEE 802.3
		length = int(etherType)
	case etherType == 0x0800 && len(b) >= 20:
		length = int(binary.BigEndian.Uint16(b[2:]))
	case etherType == 0x86dd && len(b) >= 40 && b[4]|b[5] != 0:
		length = 40 + int(binary.BigEndian.Uint16(b[4:]))
	}
	if length == 0 {
		return b
	}
	return b[:min(length, len(b))]
}

func (c *copies) find(hash uint64) *sighting {
	for i := c.slot(hash); c.index[i] != 0; i = c.next(i) {
		if s := &c.ring[c.index[i]-1]; s.hash == hash {
			return s
		}
	}
	return nil
}

// remember adds a sighting, for which there is room.
func (c *copies) remember(s sighting) {
	at := (c.oldest + c.n) & (len(c.ring) - 1)
	c.ring[at] = s
	c.n++
	i := c.slot(s.hash)
	for c.index[i] != 0 {
		i = c.next(i)
	}
	c.index[i] = uint32(at) + 1
}

// forget takes the oldest sighting out.
func (c *copies) forget() {
	hole := c.slot(c.ring[c.oldest].hash)
	for c.index[hole] != uint32(c.oldest)+1 {
		hole = c.next(hole)
	}
	// What probing would no longer reach behind the hole moves into it.
	for i := c.next(hole); c.index[i] != 0; i = c.next(i) {
		home, mask := c.slot(c.ring[c.index[i]-1].hash), len(c.index)-1
		if (i-home)&mask >= (i-hole)&mask {
			c.index[hole] = c.index[i]
			hole = i
		}
	}
	c.index[hole] = 0
	c.oldest = (c.oldest + 1) & (len(c.ring) - 1)
	c.n--
}

func (c *copies) slot(hash uint64) int { return int(hash & uint64(len(c.index)-1)) }
func (c *copies) next(i int) int       { return (i + 1) & (len(c.index) - 1) }
