// SPDX-License-Identifier: Apache-2.0

package flow

import "github.com/espbeat/espbeat/dissect"

// TCP flags (RFC 9293, 3.1).
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

const protoTCP = 6

// maxShift is the largest window scale (RFC 7323, 2.3).
const maxShift = 14

// The window scale of a direction, when it is no shift.
const (
	scaleUnknown = -1 // no SYN was seen
	scaleNone    = -2 // the SYNs say that none is used
)

// direction is one direction of a TCP connection.
type direction struct {
	// base is the initial sequence number; without a SYN, one before the first number seen.
	base    uint32
	baseSet bool
	// over is set when a FIN or RST was seen, of either side.
	over bool
	// fin is set when this side sent a FIN.
	fin bool
	// scale is the window scale: a shift, scaleUnknown or scaleNone.
	scale int8
	analysis
	stream
}

// restarts reports whether a SYN with the initial number isn begins a new connection rather than repeating this one's. To Wireshark only
// another number does.
func (d *direction) restarts(isn uint32, wireshark bool) bool {
	return d.baseSet && (d.base != isn || d.over && !wireshark)
}

// connection is the state of a TCP connection. TCP may also be found where no IP header announced it.
func (f *conversation) connection() *[2]direction {
	if f.tcp == nil {
		f.begin(new([2]direction))
	}
	return f.tcp
}

func (f *conversation) begin(tcp *[2]direction) {
	f.tcp = tcp
	for d := range tcp {
		tcp[d].scale, tcp[d].window = scaleUnknown, noWindow
	}
}

// Segment implements dissect.State.
func (s *State) Segment(p *dissect.Packet, c *dissect.Conversation, g dissect.Segment) dissect.SegmentInfo {
	f := c.Private.(*conversation)
	fwd, rev := &f.connection()[p.Direction], &f.connection()[1-p.Direction]
	info := dissect.SegmentInfo{RelativeSeq: g.Seq, RelativeAck: g.Ack, Window: uint32(g.Window), WindowScale: int(fwd.scale)}
	if g.Length < 0 {
		return info
	}
	syn, ack := g.Flags&flagSYN != 0, g.Flags&flagACK != 0
	reused := syn && s.reuses(f, fwd, g)
	if syn {
		fwd.base, fwd.baseSet = g.Seq, true
		c.InitiatorKnown = true
	} else if !fwd.baseSet {
		fwd.base, fwd.baseSet = g.Seq-1, true
	}
	if ack && !rev.baseSet {
		rev.base, rev.baseSet = g.Ack-1, true
	}
	if g.Flags&(flagFIN|flagRST) != 0 {
		fwd.over, rev.over = true, true
		s.touch(f)
	}
	fwd.fin = fwd.fin || g.Flags&flagFIN != 0
	c.State = state(c.State, g.Flags, fwd.fin, rev.fin)
	info.RelativeSeq = g.Seq - fwd.base
	if ack {
		info.RelativeAck = g.Ack - rev.base
	}
	if !syn && fwd.scale > 0 {
		info.Window <<= fwd.scale
	}
	info.Analysis = s.analyze(p, f, g, reused)
	fwd.negotiate(rev, g)
	return info
}

// state is that of a connection after a segment with the given flags; fwd and rev tell who has sent a FIN.
func state(was dissect.Connection, flags uint8, fwd, rev bool) dissect.Connection {
	switch {
	case was == dissect.Reset || was == dissect.Closed:
		return was
	case flags&flagRST != 0:
		return dissect.Reset
	case fwd && rev:
		return dissect.Closed
	case fwd || rev:
		return dissect.Closing
	case flags&flagSYN != 0 && was == dissect.NoConnection:
		return dissect.Opening
	case flags&flagSYN == 0:
		return dissect.Established
	}
	return was
}

// reuses reports whether a SYN uses the ports of an earlier connection again.
func (s *State) reuses(f *conversation, fwd *direction, g dissect.Segment) bool {
	if g.Flags&flagACK != 0 {
		return fwd.baseSet && fwd.base != g.Seq
	}
	if f.reuses {
		f.reuses = false
		return true
	}
	if fwd.baseSet {
		// A RST may carry a number of the other side (RFC 9293, 3.5.2): what follows the SYN is known better.
		fwd.high = fwd.continuous
	}
	return false
}

// negotiate notes what the segment says about window scales (RFC 7323, 2.2): both SYNs must have the option.
func (d *direction) negotiate(rev *direction, g dissect.Segment) {
	if g.WindowScale >= 0 {
		d.scale = int8(min(g.WindowScale, maxShift))
	}
	if g.Flags&flagSYN == 0 {
		d.unscaled = d.unscaled && g.Flags&flagACK == 0
		return
	}
	d.unscaled = true
	switch {
	case d.scale == scaleUnknown:
		d.scale, rev.scale = scaleNone, scaleNone
	case g.Flags&flagACK != 0 && rev.scale == scaleNone:
		d.scale = scaleNone
	}
}
