// SPDX-License-Identifier: Apache-2.0

package dnp3

import (
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	// maxPartial bounds the fragments that a conversation puts together at a time: several outstations may share one.
	maxPartial = 4
	// maxFragment bounds one of them, bytes; IEEE 1815 wants 2,048 at most unless both sides are set otherwise.
	maxFragment = 16 << 10
)

// Bits of a segment's first byte (IEEE 1815, 8.2.1).
const (
	segmentFinal = 0x80
	segmentFirst = 0x40
	sequenceMask = 0x3f
)

// link are the addresses of a frame.
type link struct{ dst, src uint16 }

// partial is a fragment of which the last segment has not come.
type partial struct {
	link
	dir  int
	next byte // sequence number of the segment that is wanted
	data []byte
}

// state is what a conversation remembers. The fragments in progress are there the oldest first.
type state struct {
	layers  common.Layers
	partial []partial
}

// stateOf is the conversation's.
func stateOf(c *dissect.Conversation) *state {
	s, ok := c.AppState.(*state)
	if !ok {
		s = &state{}
		c.AppState = s
	}
	return s
}

// transport dissects a segment. whole is false when the capture cut it.
func transport(p *dissect.Packet, c *dissect.Conversation, l link, segment []byte, whole bool) {
	first, final, sequence := segment[0]&segmentFirst != 0, segment[0]&segmentFinal != 0, segment[0]&sequenceMask
	p.Out.Uint(fSequence, uint64(sequence))
	p.Out.Bool(fFirst, first)
	p.Out.Bool(fFinal, final)
	segment = segment[1:]
	if first && final {
		application(p, c, l, segment, whole)
		return
	}
	if c == nil || p.Quoted {
		return
	}
	if f := stateOf(c).add(p, l, segment, sequence, first, final, whole); f != nil {
		application(p, c, l, f, true)
	}
}

// add adds a segment to its fragment and returns the fragment when it is complete. A segment that is not the one that is wanted ends the fragment
// without result (IEEE 1815, 8.2.2).
func (s *state) add(p *dissect.Packet, l link, segment []byte, sequence byte, first, final, whole bool) []byte {
	i := slices.IndexFunc(s.partial, func(f partial) bool { return f.link == l && f.dir == p.Direction })
	f := partial{link: l, dir: p.Direction}
	if i >= 0 {
		f = s.partial[i]
		s.partial = slices.Delete(s.partial, i, i+1)
	}
	switch {
	case !whole:
		return nil
	case first:
		f.data = nil
	case i < 0 || sequence != f.next || len(f.data)+len(segment) > maxFragment:
		return nil
	case sequence == 0 && p.Options.Wireshark: // tshark does not know that the numbers start anew behind 63
		return nil
	}
	f.data = append(f.data, segment...)
	if final {
		return f.data
	}
	f.next = (sequence + 1) & sequenceMask
	if len(s.partial) == maxPartial {
		s.partial = slices.Delete(s.partial, 0, 1)
	}
	s.partial = append(s.partial, f)
	return nil
}
