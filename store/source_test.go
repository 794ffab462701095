// SPDX-License-Identifier: Apache-2.0

package store

import (
	"io"

	"github.com/espbeat/espbeat/capture"
)

// source yields batches of packets whose bytes lie in a slab that the next batch overwrites.
type source struct {
	batches    [][]capture.Packet
	interfaces []capture.Interface
	stats      capture.Stats
	slab       []byte
}

func (s *source) Next(b *capture.Batch) error {
	if len(s.batches) == 0 {
		return io.EOF
	}
	for i := range s.slab {
		s.slab[i] = 0xa5
	}
	b.Packets, s.slab = b.Packets[:0], s.slab[:0]
	for _, p := range s.batches[0] {
		s.slab = append(s.slab, p.Data...)
	}
	at := 0
	for _, p := range s.batches[0] {
		to := at + len(p.Data)
		p.Data = s.slab[at:to:to]
		at = to
		b.Packets = append(b.Packets, p)
	}
	s.batches = s.batches[1:]
	return nil
}

func (s *source) Interfaces() []capture.Interface { return s.interfaces }
func (s *source) Stats() capture.Stats            { return s.stats }
func (s *source) Close() error                    { return nil }
