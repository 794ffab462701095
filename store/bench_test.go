// SPDX-License-Identifier: Apache-2.0

package store

import (
	"testing"

	"github.com/espbeat/espbeat/capture"
)

// endless yields the same packets for ever.
type endless struct{ source }

func (s *endless) Next(b *capture.Batch) error {
	b.Packets = append(b.Packets[:0], s.batches[0]...)
	return nil
}

// BenchmarkTap is what storing costs the goroutine that captures for, a packet of 350 bytes on average. Nothing is written.
func BenchmarkTap(b *testing.B) {
	r, err := New(options(b.TempDir(), None))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	r.opt.piece, r.opt.FileSize = pieceSize, 1<<40
	all := packets(512, 700)
	tap := r.tap(&endless{source{batches: [][]capture.Packet{all}, interfaces: eth0}})
	bytes := 0
	for _, p := range all {
		bytes += len(p.Data)
	}
	b.SetBytes(int64(bytes / len(all)))
	b.ReportAllocs()
	var batch capture.Batch
	for n := 0; n < b.N; n += len(all) {
		if err := tap.Next(&batch); err != nil {
			b.Fatal(err)
		}
		for len(tap.pieces) > 0 {
			p := <-tap.pieces
			tap.free <- p.data[:0]
		}
	}
}

// BenchmarkPack is what the writing goroutine compresses.
func BenchmarkPack(b *testing.B) {
	piece := appendSection(nil, "a benchmark")
	for _, p := range packets(3000, 700) {
		piece = appendPacket(piece, &p)
	}
	for _, c := range compressions {
		b.Run(string(c), func(b *testing.B) {
			pack, err := newPacker(c)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(piece)))
			var dst []byte
			for b.Loop() {
				if dst, err = pack.pack(dst[:0], piece); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst))/float64(len(piece)), "ratio")
		})
	}
}
