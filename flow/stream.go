// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxWaiting bounds the segments of one direction that arrived before what precedes them.
	maxWaiting = 1024
	// waitingCost is what a waiting segment takes beside its bytes.
	waitingCost = 64
	// maxMessage bounds the bytes that an application may ask to see at once.
	maxMessage = 256 << 10
	// maxCalls bounds how many messages one segment may complete.
	maxCalls = 256
)

// stream is one direction's bytes in order.
type stream struct {
	next    uint32 // sequence number of the next byte wanted
	begin   uint32 // next as it was at the start
	nextSet bool
	ended   bool // the application was told of the FIN
	// skip counts bytes from next on that the application does not want to see.
	skip uint64
	// pending are bytes before next that the application has not consumed; handed is set when they wait for the one that took over.
	pending []byte
	handed  bool
	// waiting are segments beyond next, by sequence number.
	waiting []waiting
	ahead   int // what waiting takes, bytes
	// segments and length are what the message in progress is made of so far; delivered is the first of the packet's messages that took several.
	segments  int
	length    uint64
	delivered dissect.Delivered
	// lost says that the receiver has everything before acked: what of it is missing was lost by the capture.
	lost  bool
	acked uint32
	// counted is what of this stream is in Stats.StreamBytes.
	counted int
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
// What was waiting for bytes that the capture lost is offered with the direction's next packet.
func (s *State) Deliver(p *dissect.Packet, c *dissect.Conversation, g dissect.Segment, payload []byte, wire int) dissect.Delivered {
	f := c.Private.(*conversation)
	st := &f.connection()[p.Direction].stream
	syn := g.Flags&flagSYN != 0
	if syn {
		g.Seq++ // the SYN itself takes a number; data on it (RFC 7413) comes after
	}
	if !st.nextSet || syn && st.begin != g.Seq {
		if st.nextSet { // what the application knows of this direction no longer holds
			f.restart()
		}
		*st = stream{next: g.Seq, begin: g.Seq, nextSet: true, counted: st.counted}
		s.count(st)
	}
	if p.Options.HeadersOnly {
		s.leaveOut(c, st, g.Seq+uint32(max(wire, 0)))
		return dissect.Delivered{}
	}
	if g.Flags&flagACK != 0 {
		f.connection()[1-p.Direction].acknowledged(g.Ack)
	}
	next := st.next
	st.delivered = dissect.Delivered{}
	if st.handed && len(st.pending) > 0 {
		s.offer(p, c, st, nil, false)
	}
	switch {
	case wire <= 0:
	case before(st.next, g.Seq):
		if !st.begun() {
			f.continues(p)
		}
		s.wait(st, g.Seq, payload, wire)
	default:
		s.accept(p, c, st, g.Seq, payload, wire)
	}
	s.drain(p, c, st)
	if g.Flags&flagFIN != 0 && !st.ended && st.next == g.Seq+uint32(max(wire, 0)) {
		st.ended = true
		if st.next == next && c.App != nil { // else the application saw the FIN with the last bytes
			st.segments++
			s.offer(p, c, st, nil, false)
		}
	}
	return st.delivered
}

// count brings Stats.StreamBytes up to date with st.
func (s *State) count(st *stream) {
	s.stats.StreamBytes += st.held() - st.counted
	st.counted = st.held()
}

// wait keeps a segment that came too early.
func (s *State) wait(st *stream, seq uint32, payload []byte, wire int) {
	at, found := slices.BinarySearchFunc(st.waiting, seq, func(w waiting, seq uint32) int { return int(int32(w.seq - seq)) })
	if found {
		if st.waiting[at].wire >= wire {
			return
		}
		st.ahead -= len(st.waiting[at].data) + waitingCost
		st.waiting = slices.Delete(st.waiting, at, at+1)
	}
	st.waiting = slices.Insert(st.waiting, at, waiting{seq, slices.Clone(payload), wire})
	st.ahead += len(payload) + waitingCost
	s.count(st)
}

// drain takes the waiting segments whose turn it is. What is missing before them is given up when its receiver has it, or when too much waits.
func (s *State) drain(p *dissect.Packet, c *dissect.Conversation, st *stream) {
	for len(st.waiting) > 0 {
		w := st.waiting[0]
		if before(st.next, w.seq) {
			if !(st.lost && before(w.seq, st.acked)) && !s.tooMuch(st) {
				return
			}
			s.gap(c, st, w.seq)
		}
		st.waiting = slices.Delete(st.waiting, 0, 1)
		st.ahead -= len(w.data) + waitingCost
		truncated := p.Truncated
		s.accept(p, c, st, w.seq, w.data, w.wire)
		p.Truncated = truncated
		s.count(st)
	}
	st.waiting, st.lost = nil, false
}

func (s *State) tooMuch(st *stream) bool {
	return len(st.waiting) > maxWaiting || st.held() > s.opt.StreamBytes || s.stats.StreamBytes > s.opt.StreamsBytes
}

// acknowledged notes that the receiver has what lies before waiting segments.
func (st *stream) acknowledged(ack uint32) {
	if len(st.waiting) > 0 && before(st.waiting[0].seq, ack) {
		st.lost, st.acked = true, ack
	}
}

// leaveOut moves on to the end of a segment of which the application is to see nothing. What waits for bytes before it is forgotten.
func (s *State) leaveOut(c *dissect.Conversation, st *stream, end uint32) {
	st.waiting, st.ahead, st.lost = nil, 0, false
	if before(st.next, end) {
		s.moveOn(c, st, end)
	}
	s.count(st)
}

// gap moves on to seq over missing bytes.
func (s *State) gap(c *dissect.Conversation, st *stream, seq uint32) {
	s.stats.StreamGaps++
	s.moveOn(c, st, seq)
}

// moveOn passes over the bytes before seq. The application starts anew, unless it had said that it does not want these bytes.
func (s *State) moveOn(c *dissect.Conversation, st *stream, seq uint32) {
	missing := uint64(seq - st.next)
	st.next = seq
	if missing <= st.skip {
		st.skip -= missing
		return
	}
	st.pending, st.skip = nil, 0
	st.between()
	s.count(st)
	c.Private.(*conversation).restart()
}

// between says that no message is in progress.
func (st *stream) between() { st.segments, st.length = 0, 0 }

// consumed notes that the application took n bytes, whether it emitted a message with them, and whether the segment has more. What it takes
// without emitting is part of no message, but with tshark's way, where a message stands at its end, part of the next.
func (st *stream) consumed(n int, emitted, more, wireshark bool) {
	st.length += uint64(n)
	if emitted && st.segments > 1 && st.delivered.Segments == 0 {
		st.delivered = dissect.Delivered{Segments: st.segments, Length: st.length}
	}
	if emitted || !wireshark {
		st.between()
		if more {
			st.segments = 1
		}
	}
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
	if cut > 0 {
		p.Truncated = true
	}
	alone := st.begun()
	st.segments++
	if st.skip > 0 {
		n := min(st.skip, uint64(len(data)))
		st.skip -= n
		data = data[n:]
		st.consumed(int(n), false, len(data) > 0, p.Options.Wireshark) //nolint:gosec // at most a segment's
	}
	if len(data) > 0 {
		s.offer(p, c, st, data, alone)
	}
	if cut > 0 {
		st.next -= uint32(cut)
		s.gap(c, st, st.next+uint32(cut))
	}
}

// offer gives the application what it has not consumed, with data at its end, as long as it consumes something. Without data it tells the
// application of the FIN. alone says that the segment goes on with a message.
func (s *State) offer(p *dissect.Packet, c *dissect.Conversation, st *stream, data []byte, alone bool) {
	defer s.count(st)
	st.handed = false
	end, joined := len(data) == 0, len(st.pending) > 0
	if joined {
		st.pending = append(st.pending, data...)
		data = st.pending
	}
	f := c.Private.(*conversation)
	was := p.Reassembled
	p.Reassembled = joined
	defer func() { p.Reassembled = was }()
	run := run{alone: alone}
	for calls := 0; (len(data) > 0 || end) && calls < maxCalls; calls++ {
		app, depth, n := c.App, p.Depth, dissect.Reject
		if app == nil {
			app = p.TCPApplication(c, data)
		}
		if app != nil && app.Stream != nil {
			c.App = app
			n = app.Stream(p, c, data[:len(data):len(data)])
		}
		end = false
		if n < 0 {
			c.App, c.AppState, f.expected, st.pending = nil, nil, nil, nil
			st.between()
			f.continues(p)
			return
		}
		handed := c.App != app
		if handed {
			f.connection()[1-p.Direction].handed = true
		}
		emitted := p.Depth > depth
		run.emitted(p, c, app, depth)
		if n > 0 || emitted {
			st.consumed(min(n, len(data)), emitted, n < len(data), p.Options.Wireshark)
		}
		if n == 0 && !handed {
			break
		}
		if n > len(data) {
			st.skip = uint64(n - len(data))
			n = len(data)
		}
		data = data[n:]
		p.Reassembled = was
	}
	if st.skip > 0 || len(data) > 0 {
		run.began(p, c)
	}
	switch {
	case len(data) == 0:
		st.pending = nil
	case len(data) > maxMessage || st.ahead+len(data) > s.opt.StreamBytes || s.stats.StreamBytes-st.counted+st.ahead+len(data) > s.opt.StreamsBytes:
		s.stats.StreamGaps++
		st.pending = nil
		f.restart()
	case joined && len(data) == len(st.pending): // nothing was consumed
	default:
		st.pending = slices.Clone(data)
	}
}
