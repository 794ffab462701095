// SPDX-License-Identifier: Apache-2.0

// Package enginetest serves packets from memory to tests of engines and of what follows them.
package enginetest

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/espbeat/espbeat/capture"
)

// Source yields packets from memory. As in a capture, the bytes of a batch lie in a slab that the next batch overwrites.
type Source struct {
	Packets []capture.Packet
	// PerBatch is the most packets of a batch, 64 if 0.
	PerBatch int
	// Err ends the source after its packets, io.EOF if nil.
	Err error
	// Loop begins anew after the last packet, for ever.
	Loop bool
	// Edit may change a packet before it is yielded; n counts from 0.
	Edit func(n int, p *capture.Packet)

	at, served int
	slab       []byte
}

// Next implements capture.Source.
func (s *Source) Next(b *capture.Batch) error {
	b.Packets = b.Packets[:0]
	s.Poison()
	per := s.PerBatch
	if per == 0 {
		per = 64
	}
	s.slab = s.slab[:0]
	for ; len(b.Packets) < per; s.at++ {
		if s.at == len(s.Packets) {
			if !s.Loop {
				break
			}
			s.at = 0
		}
		b.Packets = append(b.Packets, s.Packets[s.at])
		p := &b.Packets[len(b.Packets)-1]
		from := len(s.slab)
		s.slab = append(s.slab, p.Data...)
		p.Data = s.slab[from:len(s.slab):len(s.slab)]
		if s.Edit != nil {
			s.Edit(s.served, p)
		}
		s.served++
	}
	switch {
	case len(b.Packets) > 0:
		return nil
	case s.Err != nil:
		return s.Err
	}
	return io.EOF
}

// Poison overwrites the bytes of the last batch.
func (s *Source) Poison() {
	for i := range s.slab {
		s.slab[i] = 0xa5
	}
}

// Interfaces implements capture.Source.
func (s *Source) Interfaces() []capture.Interface { return nil }

// Stats implements capture.Source.
func (s *Source) Stats() capture.Stats { return capture.Stats{} }

// Close implements capture.Source.
func (s *Source) Close() error { return nil }

// Ethernet makes packets of Ethernet frames, 1 ms apart.
func Ethernet(frames ...[]byte) []capture.Packet {
	var all []capture.Packet
	for i, f := range frames {
		all = append(all, capture.Packet{Data: f, Length: len(f), LinkType: 1, TimeValid: true, Time: 1_700_000_000e9 + int64(i)*1e6})
	}
	return all
}

// Read returns all packets of a capture file, as far as it can be read.
func Read(t testing.TB, path string) []capture.Packet {
	t.Helper()
	s, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var all []capture.Packet
	var b capture.Batch
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		for _, p := range b.Packets {
			p.Data = append([]byte(nil), p.Data...)
			all = append(all, p)
		}
	}
	if !errors.Is(err, io.EOF) && len(all) == 0 {
		t.Logf("read packets: %v", err)
	}
	return all
}

// TCP makes an Ethernet frame with an IPv4 TCP segment from 192.0.2.from to 192.0.2.to.
func TCP(from, to byte, srcPort, dstPort uint16, flags byte, seq, ack uint32, payload string) []byte {
	h := make([]byte, 20, 20+len(payload))
	binary.BigEndian.PutUint16(h, srcPort)
	binary.BigEndian.PutUint16(h[2:], dstPort)
	binary.BigEndian.PutUint32(h[4:], seq)
	binary.BigEndian.PutUint32(h[8:], ack)
	h[12], h[13] = 5<<4, flags
	binary.BigEndian.PutUint16(h[14:], 1024)
	return IPv4(from, to, 6, append(h, payload...))
}

// UDP makes an Ethernet frame with an IPv4 UDP datagram from 192.0.2.from to 192.0.2.to.
func UDP(from, to byte, srcPort, dstPort uint16, payload string) []byte {
	h := make([]byte, 8, 8+len(payload))
	binary.BigEndian.PutUint16(h, srcPort)
	binary.BigEndian.PutUint16(h[2:], dstPort)
	binary.BigEndian.PutUint16(h[4:], uint16(8+len(payload)))
	return IPv4(from, to, 17, append(h, payload...))
}

// IPv4 makes an Ethernet frame with an IPv4 packet from 192.0.2.from to 192.0.2.to.
func IPv4(from, to, proto byte, payload []byte) []byte {
	b := []byte{2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0}
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(payload)))
	b = append(b, 0, 1, 0, 0, 64, proto, 0, 0, 192, 0, 2, from, 192, 0, 2, to)
	var sum uint32
	for i := 14; i < 34; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	binary.BigEndian.PutUint16(b[24:], ^uint16(sum+sum>>16))
	return append(b, payload...)
}
