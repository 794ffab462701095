// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

// Benchmarks of packets of known flows, from the source to the record; their time is that of one packet.

func benchmark(b *testing.B, s *enginetest.Source) {
	s.Loop = true
	e := engine.New(s, all.Registry(), engine.Options{})
	var batch engine.Batch
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(batch.Records) {
		if err := e.Next(&batch); err != nil {
			b.Fatal(err)
		}
	}
}

// Sixteen segments each way in flight, then one acknowledgement for two.
func BenchmarkTCP(b *testing.B) {
	const window = 16
	seq := uint32(1)
	var packets []capture.Packet
	for range window {
		packets = append(packets, enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 40001, push, 0, 77, "new bytes"))[0])
	}
	for range window / 2 {
		packets = append(packets, enginetest.Ethernet(enginetest.TCP(2, 1, 40001, 40000, 0x10, 77, 0, ""))[0])
	}
	acked := seq
	benchmark(b, &enginetest.Source{Packets: packets, Edit: func(n int, p *capture.Packet) {
		if n%len(packets) < window {
			binary.BigEndian.PutUint32(p.Data[38:], seq)
			seq += 9
		} else {
			acked += 18
			binary.BigEndian.PutUint32(p.Data[42:], acked)
		}
	}})
}

func BenchmarkUDP(b *testing.B) {
	benchmark(b, &enginetest.Source{Packets: enginetest.Ethernet(enginetest.UDP(1, 2, 40000, 40001, "datagram"), enginetest.UDP(2, 1, 40001, 40000, "datagram"))})
}
