// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"sync"
	"sync/atomic"
)

const (
	// slabPackets bounds the packets of a slab, and with it the memory of their
	// records (about 100 bytes each) and how many a Batch can hold.
	slabPackets = 2048
	// slabMin is the smallest slab: it must hold the largest packet with the header
	// and the tag that are put before it.
	slabMin = maxPacket + 4096
	// lookLen is how much of a packet is captured at least, whatever the snap length,
	// so that the process's own connections can be told.
	lookLen = 256
)

// slab is the memory of one batch: packets and the bytes that they point into.
type slab struct {
	pool    *slabPool
	buf     []byte
	packets []Packet
}

// slabPool hands out at most max slabs. It makes them when they are first needed,
// and takes the one that came back last, whose memory is warm. It may be used by
// several goroutines.
type slabPool struct {
	mu        sync.Mutex
	free      []*slab
	made, max int
	size      int
}

func (p *slabPool) get() *slab {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s
	}
	if p.made == p.max {
		return nil
	}
	p.made++
	return &slab{pool: p, buf: make([]byte, 0, p.size)}
}

func (p *slabPool) put(s *slab) {
	s.buf, s.packets = s.buf[:0], s.packets[:0]
	p.mu.Lock()
	p.free = append(p.free, s)
	p.mu.Unlock()
}

// counters are what a live source counts itself; the kernel's drops come on top.
type counters struct {
	taken, bytes, pool, own atomic.Uint64
}

// sink takes the packets of a capture engine, in one goroutine, and puts those
// that are wanted into slabs. It never waits.
type sink struct {
	pool    *slabPool
	full    chan *slab // has room for every slab of the pool
	cur     *slab
	scratch []byte
	snapLen int
	// filter is what the kernel could not decide; nil when it decided all.
	filter *Filter
	own    *ownFilter
	count  *counters
}

// space is an empty slice with room for n bytes: in a slab, or, when every slab
// is in use, in scratch memory (ok is false), so that a packet can still be
// looked at before it is counted as dropped.
func (s *sink) space(n int) (dst []byte, ok bool) {
	if s.cur != nil && (cap(s.cur.buf)-len(s.cur.buf) < n || len(s.cur.packets) == slabPackets) {
		s.flush()
	}
	if s.cur == nil {
		s.cur = s.pool.get()
	}
	if s.cur == nil || cap(s.cur.buf) < n {
		if cap(s.scratch) < n {
			s.scratch = make([]byte, 0, n)
		}
		return s.scratch[:0], false
	}
	return s.cur.buf[len(s.cur.buf):], true
}

// ringFrame takes a frame of a ring.
func (s *sink) ringFrame(f *rawFrame, link LinkType, iface int) {
	extra := frameExtra(f, link)
	dst, ok := s.space(len(f.Data) + extra)
	if s.filter != nil && !s.matches(dst, *f, link) {
		return
	}
	s.keep(appendFrame(dst, f, link), ok, Packet{Time: f.Time, Length: f.Length + extra, LinkType: link, Interface: iface, Offload: f.Offload})
}

// matches filters a frame as it was on the wire; a cooked one without its tag,
// as the kernel would, because pcap-filter knows no tags behind a cooked header.
func (s *sink) matches(dst []byte, f rawFrame, link LinkType) bool {
	f.Tagged = f.Tagged && link != linkSLL2
	return s.filter.Match(appendFrame(dst, &f, link), f.Length+frameExtra(&f, link))
}

// packet takes a packet that is complete as it is; data is copied.
func (s *sink) packet(data []byte, t int64, length int, link LinkType, iface int) {
	dst, ok := s.space(len(data))
	s.keep(append(dst, data...), ok, Packet{Time: t, Length: length, LinkType: link, Interface: iface})
}

// keep adds a packet whose bytes lie in what space gave.
func (s *sink) keep(data []byte, ok bool, p Packet) {
	if s.own.match(data, p.LinkType) {
		s.count.own.Add(1)
		return
	}
	if !ok {
		s.count.pool.Add(1)
		return
	}
	c := s.cur
	from := len(c.buf)
	to := from + min(len(data), s.snapLen)
	c.buf = c.buf[:to]
	p.Data, p.TimeValid = c.buf[from:to:to], true
	c.packets = append(c.packets, p)
}

// flush hands the current slab over.
func (s *sink) flush() {
	if s.cur == nil || len(s.cur.packets) == 0 {
		return
	}
	s.count.taken.Add(uint64(len(s.cur.packets)))
	s.count.bytes.Add(uint64(len(s.cur.buf)))
	s.full <- s.cur
	s.cur = nil
}

// idle is called when the engine has no packet for now: a reader that has nothing
// to do gets what there is. It reports whether packets still wait to be handed over.
func (s *sink) idle() bool {
	if len(s.full) == 0 {
		s.flush()
	}
	return s.cur != nil && len(s.cur.packets) > 0
}
