// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"github.com/espbeat/espbeat/dissect"
)

// Sampling chooses the packets of which there are records (RFC 5475). What spans packets sees the others too, so that the records say the
// same with and without it. The choice depends on nothing but the packet's number and flow: the same file gives the same records.
type Sampling struct {
	// Every is the N of 1 in N; 0 and 1 keep all.
	Every uint64
	// ByFlow keeps whole flows, chosen by the hash of their key: both directions, and all engines of a fanout, agree. Packets without a
	// flow (ARP, fragments that were not reassembled) are chosen by packet.
	ByFlow bool
}

// keeps reports whether there is to be a record of a packet of that number, from 1, and conversation.
//
// By packet it is the RFC's n-out-of-N sampling with n = 1: one of each N in a row, at a place that the run's hash tells, since every N-th
// would always hit the same side of what alternates.
func (s Sampling) keeps(number uint64, c *dissect.Conversation) bool {
	if s.Every <= 1 {
		return true
	}
	if s.ByFlow && c != nil {
		return c.Hash%s.Every == 0
	}
	var run [8]byte
	binary.BigEndian.PutUint64(run[:], (number-1)/s.Every)
	return (number-1)%s.Every == xxhash.Sum64(run[:])%s.Every
}
