// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// spoofed is another address for every n.
func spoofed(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], 0x0a000000+n)
	return netip.AddrFrom4(b)
}

// SYNs of more connections than can be known push each other out; nothing else grows. tools/flood does it with ten million.
func TestSYNFlood(t *testing.T) {
	const flows, packets = 500, 20000
	s := New(Options{Flows: flows})
	p := &dissect.Packet{State: s, Options: &dissect.Options{}}
	for n := range uint32(packets) {
		p.Begin()
		p.Number++
		p.Time += 1000
		p.Core = dissect.Core{IPVersion: 4, IPProtocol: protoTCP, Ports: true, TCPFlags: flagSYN, Source: dissect.Endpoint{Addr: spoofed(n), Port: uint16(n)},
			Destination: dissect.Endpoint{Addr: spoofed(1 << 24), Port: 80}}
		c := s.Connect(p, n)
		g := dissect.Segment{Seq: n, Flags: flagSYN, WindowScale: -1}
		s.Segment(p, c, g)
		s.Deliver(p, c, g, nil, 0)
	}
	listed := 0
	for _, l := range []list{s.connected, s.brief} {
		for f := l.newest; f != nil; f = f.older {
			listed++
		}
	}
	st := s.Stats()
	if len(s.table) != flows || listed != flows || st.Flows != flows || st.FlowsSeen != packets || st.FlowsEvicted != packets-flows || s.unacked != flows {
		t.Errorf("%d in the table, %d in the lists, room for %d segments, %+v", len(s.table), listed, s.unacked, st)
	}
}

func TestFirstFragmentFlood(t *testing.T) {
	const packets = 20000
	s := New(Options{FragmentBytes: 100 << 10})
	p := &dissect.Packet{}
	for n := range uint32(packets) {
		p.Time += 1000
		s.Fragment(p, dissect.FragmentKey{Src: spoofed(n), Dst: spoofed(1 << 24), ID: 1, Proto: 17}, dissect.Fragment{More: true, Data: make([]byte, 1480), Whole: true})
	}
	checkFragments(t, s)
	if st := s.Stats(); st.FragmentBytes > 100<<10 || int(st.FragmentsEvicted)+len(s.frags.table) != packets || len(s.frags.table) > 80 {
		t.Errorf("%d datagrams wait, %+v", len(s.frags.table), st)
	}
}

// TCP may be found where no IP header announced it.
func TestUnannouncedTCP(t *testing.T) {
	s := New(Options{})
	p := &dissect.Packet{State: s, Options: &dissect.Options{}}
	c := s.Connect(p, 5)
	g := dissect.Segment{Seq: 5, Flags: flagSYN, WindowScale: -1}
	if i := s.Segment(p, c, g); i.RelativeSeq != 0 {
		t.Errorf("%+v", i)
	}
	s.Deliver(p, c, g, nil, 0)
	if c = s.Converse(p); c.Packets[0] != 2 {
		t.Errorf("%+v", c)
	}
}

// Whatever the segments, the accounts of what waits for acknowledgement hold, and what is said stays within its bounds.
func FuzzSegments(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x80\x12\x00\x00\x01\x80\x10\x01\x01\x05\x18\x11\x01\x01\x05"))
	f.Fuzz(func(t *testing.T, script []byte) {
		b := newBench(t, Options{Flows: 2})
		for ; len(script) >= 5; script = script[5:] {
			g := segment{server: script[0]&0x80 != 0, port: uint16(script[0]>>5&3) + 1, flags: script[0] & 0x1f, seq: uint32(int8(script[1])), ack: uint32(int8(script[2])),
				wire: int(script[3] & 15), window: uint16(script[3] >> 4), scale: int(script[4] & 3), sacked: uint32(script[4] >> 5), wait: int64(script[4]>>2&7) << 24}
			_, info := b.send(g)
			a := info.Analysis
			if a.BytesInFlight >= maxFlight || a.RTT < 0 || a.RTO < 0 || a.InitialRTT < 0 || a.AcksFrame >= b.p.Number || a.Findings != 0 && !a.Known ||
				(a.DuplicateACKs != 0) != (a.Findings&dissect.DuplicateACK != 0) {
				t.Fatalf("%+v says %+v", g, a)
			}
			room := 0
			for _, f := range b.s.table {
				for d := range f.tcp {
					u := &f.tcp[d].unacked
					room += cap(u.list)
					if u.head > len(u.list) || len(u.all()) > maxUnacked {
						t.Fatalf("%d of %d segments", u.head, len(u.list))
					}
				}
			}
			if room != b.s.unacked {
				t.Fatalf("room for %d segments, says %d", room, b.s.unacked)
			}
		}
	})
}
