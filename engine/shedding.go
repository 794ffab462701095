// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/espbeat/espbeat/dissect"
)

// Level is how much of the packets there are records of.
type Level uint8

// The levels, from all to least.
const (
	// Full: of every packet, with every layer.
	Full Level = iota
	// Headers: of every packet, up to its transport header.
	Headers
	// Sampled: as Headers, of the packets of some flows.
	Sampled
)

// Shedding makes less of packets while what takes their records does not keep up, so that there is something of many packets instead
// of everything of some and nothing of the rest. What spans packets sees all of them at every level.
type Shedding struct {
	// Pressure is how full what holds packets and records is, 0 to 1; at 1 packets are lost. It is asked once a batch of packets. Nil
	// sheds nothing.
	Pressure func() float64
}

// Shed is what shedding made of a packet's record.
type Shed struct {
	Level Level
	// Rate is the N of 1 in N flows that have records at level Sampled, else 0. A packet without a flow (ARP, a fragment that was not
	// reassembled) counts as a flow of its own.
	Rate uint64
}

// A level begins when the pressure reaches its threshold, and is left when it has fallen far below, so that levels do not alternate.
const (
	headersAt = 0.5
	sampledAt = 0.8
	easedAt   = 0.25

	// maxRate bounds Shed.Rate: where that is not enough, packets are lost, and counted as such.
	maxRate = 1024

	// While the pressure stays, the rate doubles fast: a gigabit fills what is left of the memory for packets in a tenth of a second.
	// It is eased slowly, to find out what the output can take. Both in packet time.
	raiseEvery = int64(100 * time.Millisecond)
	easeEvery  = int64(5 * time.Second)
)

// shedder is the level of one engine.
type shedder struct {
	Shed
	changed int64 // packet time of the last step
}

// step moves the level by what the pressure is at a batch of packets that begins at packet time now, nanoseconds.
func (s *shedder) step(pressure float64, now int64) {
	since := max(0, now-s.changed)
	switch {
	case pressure >= headersAt && s.Level == Full:
		s.Level = Headers
	case pressure >= sampledAt && s.Level == Headers:
		s.Shed = Shed{Sampled, 2}
	case pressure >= sampledAt && since >= raiseEvery:
		s.Rate = min(2*s.Rate, maxRate)
	case pressure < easedAt && since >= easeEvery:
		for ; since >= easeEvery && s.Level != Full; since -= easeEvery { // several after a silence
			s.ease()
		}
	case now < s.changed: // the clock was set back
	default:
		return
	}
	s.changed = now
}

// ease goes one step back.
func (s *shedder) ease() {
	switch {
	case s.Rate > 2:
		s.Rate /= 2
	case s.Level == Sampled:
		s.Shed = Shed{Level: Headers}
	default:
		s.Level = Full
	}
}

// keeps reports whether there is to be a record of a packet of that number and conversation. Flows are chosen as those whose hash lies in
// the first of Rate ranges (RFC 5475, hash-based selection): a higher rate chooses some of those that a lower one does, and independently
// of Sampling, which takes the hash modulo its own rate.
func (s *shedder) keeps(number uint64, c *dissect.Conversation) bool {
	if s.Level != Sampled {
		return true
	}
	var hash uint64
	if c != nil {
		hash = c.Hash
	} else {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], number)
		hash = xxhash.Sum64(b[:])
	}
	return hash <= math.MaxUint64/s.Rate
}
