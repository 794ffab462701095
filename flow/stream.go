// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxWaiting bounds the segments of one direction that arrived before what precedes them.
	maxWaiting = 64
	// maxMessage bounds the bytes that an application may ask to see at once.
	maxMessage = 256 << 10
	// maxCalls bounds how many messages one segment may complete.
	maxCalls = 256
)

// stream is one direction's bytes in order.
type stream struct {
	next    uint32 // sequence number of the next byte wanted
	nextSet bool
	// skip counts bytes from next on that the application does not want to see.
	skip uint64
	// pending are bytes before next that the application has not consumed.
	pending []byte
	// waiting are segments beyond next, by sequence number.
	waiting []waiting
	ahead   int // bytes in waiting
}

type waiting struct {
	seq  uint32
	data []byte
	wire int
}

func (st *stream) held() int { return len(st.pending) + st.ahead }

// before compares sequence numbers modulo 2^32 (RFC 9293, 3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }

// Deliver implements dissect.State. Bytes already delivered are never offered again, so a retransmission yields no second application layer.
func (s *State) Deliver(p *dissect.Packet, c *dissect.Conversation, g dissect.Segment, payload []byte, wire int) {
	f := c.Private.(*conversation)
	st := &f.tcp[p.Direction].stream
	held := st.held()
	defer func() { s.stats.StreamBytes += st.held() - held }()
	if g.Flags&flagSYN != 0 {
		g.Seq++ // the SYN itself takes a number; data on it (RFC 7413) comes after
		st.reset(g.Seq)
	}
	if !st.nextSet {
		st.reset(g.Seq)
	}
	if ack := f.tcp[1-p.Direction].stream; g.Flags&flagACK != 0 && ack.nextSet {
		s.acknowledged(f, 1-p.Direction, g.Ack)
	}
	if wire <= 0 {
		return
	}
	if before(st.next, g.Seq) {
		s.wait(p, c, st, g.Seq, payload, wire)
		return
	}
	s.accept(p, c, st, g.Seq, payload, wire)
	for len(st.waiting) > 0 && !before(st.next, st.waiting[0].seq) {
		w := st.waiting[0]
		st.waiting = slices.Delete(st.waiting, 0, 1)
		st.ahead -= len(w.data)
		s.accept(p, c, st, w.seq, w.data, w.wire)
	}
}

func (st *stream) reset(next uint32) { *st = stream{next: next, nextSet: true} }

// wait keeps a segment that came too early. When too much waits, what is missing is given up.
func (s *State) wait(p *dissect.Packet, c *dissect.Conversation, st *stream, seq uint32, payload []byte, wire int) {
	at, found := slices.BinarySearchFunc(st.waiting, seq, func(w waiting, seq uint32) int { return int(int32(w.seq - seq)) })
	if found && st.waiting[at].wire >= wire {
		return
	}
	full := len(st.waiting) >= maxWaiting || st.held()+len(payload) > s.opt.StreamBytes || s.stats.StreamBytes+len(payload) > s.opt.StreamsBytes
	if !full {
		st.waiting = slices.Insert(st.waiting, at, waiting{seq, slices.Clone(payload), wire})
		st.ahead += len(payload)
		return
	}
	waits := st.waiting
	st.waiting, st.ahead = nil, 0
	for _, w := range append(waits, waiting{seq, payload, wire}) {
		if before(st.next, w.seq) {
			s.gap(c, st, w.seq)
		}
		s.accept(p, c, st, w.seq, w.data, w.wire)
	}
}

// acknowledged gives up what is missing of a direction when its receiver has it: the capture lost it.
func (s *State) acknowledged(f *conversation, dir int, ack uint32) {
	st := &f.tcp[dir].stream
	if len(st.waiting) > 0 && before(st.waiting[0].seq, ack) {
		s.gap(&f.Conversation, st, st.waiting[0].seq)
	}
}

// gap moves on to seq over missing bytes. The application starts anew, unless it had said that it does not want these bytes.
func (s *State) gap(c *dissect.Conversation, st *stream, seq uint32) {
	missing := uint64(seq - st.next)
	st.next = seq
	s.stats.StreamGaps++
	if missing <= st.skip {
		st.skip -= missing
		return
	}
	st.pending, st.skip = nil, 0
	c.App, c.AppState = nil, nil
}

// accept takes a segment that begins at or before next: cuts what is known, offers the rest.
func (s *State) accept(p *dissect.Packet, c *dissect.Conversation, st *stream, seq uint32, data []byte, wire int) {
	known := int(st.next - seq)
	if known >= wire {
		return
	}
	data, wire = data[min(known, len(data)):], wire-known
	st.next += uint32(wire)
	cut := wire - len(data) // bytes the capture left out
	if st.skip > 0 {
		n := min(st.skip, uint64(len(data)))
		st.skip -= n
		data = data[n:]
	}
	if len(data) > 0 {
		s.offer(p, c, st, data)
	}
	if cut > 0 {
		p.Truncated = true
		st.next -= uint32(cut)
		s.gap(c, st, st.next+uint32(cut))
	}
}

// offer gives the application what it has not consumed, with data at its end, as long as it consumes something.
func (s *State) offer(p *dissect.Packet, c *dissect.Conversation, st *stream, data []byte) {
	joined := len(st.pending) > 0
	if joined {
		st.pending = append(st.pending, data...)
		data = st.pending
	}
	app := c.App
	if app == nil {
		if app = p.TCPApplication(c, data); app == nil || app.Stream == nil {
			st.pending = nil
			return
		}
	}
	was := p.Reassembled
	p.Reassembled = joined
	for calls := 0; len(data) > 0 && calls < maxCalls; calls++ {
		n := app.Stream(p, c, data)
		if n < 0 {
			c.App, c.AppState, st.pending = nil, nil, nil
			p.Reassembled = was
			return
		}
		c.App = app
		if n == 0 {
			break
		}
		if n > len(data) {
			st.skip = uint64(n - len(data))
			n = len(data)
		}
		data = data[n:]
		p.Reassembled = was
	}
	p.Reassembled = was
	switch {
	case len(data) == 0:
		st.pending = nil
	case len(data) > maxMessage || s.stats.StreamBytes+len(data) > s.opt.StreamsBytes:
		s.stats.StreamGaps++
		st.pending, c.App, c.AppState = nil, nil, nil
	default:
		st.pending = slices.Clone(data)
	}
}
