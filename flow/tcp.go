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

// direction is one direction of a TCP connection.
type direction struct {
	// base is the initial sequence number; without a SYN, one before the first number seen.
	base    uint32
	baseSet bool
	// synSeen says that base and scale come from a SYN.
	synSeen bool
	// over is set when a FIN or RST was seen, of either side.
	over bool
	// scale is the SYN's window scale, -1 when it had none.
	scale int
	stream
}

// restarts reports whether a SYN with the initial number isn begins a new connection rather than repeating this one's.
func (d *direction) restarts(isn uint32) bool { return d.baseSet && (d.base != isn || d.over) }

// Segment implements dissect.State.
func (s *State) Segment(p *dissect.Packet, c *dissect.Conversation, g dissect.Segment) dissect.SegmentInfo {
	f := c.Private.(*conversation)
	fwd, rev := &f.tcp[p.Direction], &f.tcp[1-p.Direction]
	syn, ack := g.Flags&flagSYN != 0, g.Flags&flagACK != 0
	if syn {
		fwd.base, fwd.baseSet = g.Seq, true
		fwd.synSeen, fwd.scale = true, min(g.WindowScale, maxShift)
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
	info := dissect.SegmentInfo{RelativeSeq: g.Seq - fwd.base, RelativeAck: g.Ack, Window: uint32(g.Window), WindowScale: -1}
	if ack {
		info.RelativeAck = g.Ack - rev.base
	}
	switch {
	case syn || !fwd.synSeen:
	case fwd.scale < 0 || rev.synSeen && rev.scale < 0:
		info.WindowScale = -2
	default:
		info.WindowScale = fwd.scale
		info.Window <<= fwd.scale
	}
	return info
}
