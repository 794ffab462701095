// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math/rand/v2"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

const (
	second = int64(1e9)
	lossy  = dissect.LostSegment
	again  = dissect.Retransmission
)

// opened is a handshake of 2 ms; the client's data begins at 1001, the server's at 5001. Windows are not scaled.
var opened = []segment{{flags: flagSYN, seq: 1000, window: 500}, {server: true, flags: flagSYN | flagACK, seq: 5000, ack: 1001, window: 500},
	{flags: flagACK, seq: 1001, ack: 5001, window: 500}}

// from is a segment of the client, to one of the server.
func from(seq, ack uint32, data string) segment {
	return segment{flags: flagACK, seq: seq, ack: ack, data: data, window: 500}
}

func to(seq, ack uint32, data string) segment {
	g := from(seq, ack, data)
	g.server = true
	return g
}

func (g segment) with(change func(*segment)) segment {
	change(&g)
	return g
}

func (g segment) later(wait int64) segment   { return g.with(func(g *segment) { g.wait = wait }) }
func (g segment) size(window uint16) segment { return g.with(func(g *segment) { g.window = window }) }
func (g segment) flag(flags uint8) segment   { return g.with(func(g *segment) { g.flags |= flags }) }

// A handshake whose SYN has the time 0 is measured, but to Wireshark that is no time.
func TestHandshakeAtTheEpoch(t *testing.T) {
	for _, compat := range []bool{false, true} {
		f := &conversation{}
		f.handshake(0, flagSYN, compat)
		f.handshake(2, flagACK, compat)
		if want := map[bool]int64{false: 2, true: 0}[compat]; f.initialRTT != want {
			t.Errorf("compat %v: %d ns, want %d", compat, f.initialRTT, want)
		}
	}
}

func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name string
		send []segment // after the handshake
		want []dissect.Findings
	}{
		{"nothing", []segment{from(1001, 5001, "ab"), to(5001, 1003, "cd"), from(1003, 5003, "")}, []dissect.Findings{0, 0, 0}},
		{"sent again after a second", []segment{from(1001, 5001, "ab"), from(1001, 5001, "ab").later(second)}, []dissect.Findings{0, again}},
		{"a FIN sent again", []segment{from(1001, 5001, "").flag(flagFIN), from(1001, 5001, "").flag(flagFIN).later(second)}, []dissect.Findings{0, again}},
		{"sent again at once is no other order", []segment{from(1001, 5001, "ab"), from(1001, 5001, "ab")}, []dissect.Findings{0, again}},
		{"sent again though acknowledged", []segment{from(1001, 5001, "ab"), to(5001, 1003, ""), from(1001, 5001, "ab")},
			[]dissect.Findings{0, 0, again | dissect.SpuriousRetransmission}},
		{"lost, and late within the round-trip time", []segment{from(1003, 5001, "cd"), from(1001, 5001, "ab")}, []dissect.Findings{lossy, dissect.OutOfOrder}},
		{"lost, and late beyond it", []segment{from(1003, 5001, "cd"), from(1001, 5001, "ab").later(second)}, []dissect.Findings{lossy, again}},
		{"lost before a reset", []segment{from(1900, 5001, "").flag(flagRST)}, []dissect.Findings{0}},
		{"fast retransmission", []segment{from(1001, 5001, "ab"), from(1003, 5001, "cd"), to(5001, 1001, ""), to(5001, 1001, ""), from(1001, 5001, "ab")},
			[]dissect.Findings{0, 0, dissect.DuplicateACK, dissect.DuplicateACK, again | dissect.FastRetransmission}},
		{"one duplicate is too few", []segment{from(1001, 5001, "ab"), from(1003, 5001, "cd"), to(5001, 1001, ""), from(1001, 5001, "ab").later(second)},
			[]dissect.Findings{0, 0, dissect.DuplicateACK, again}},
		{"20 ms are too late", []segment{from(1001, 5001, "ab"), from(1003, 5001, "cd"), to(5001, 1001, ""), to(5001, 1001, ""), from(1001, 5001, "ab").later(20e6)},
			[]dissect.Findings{0, 0, dissect.DuplicateACK, dissect.DuplicateACK, again}},
		{"an acknowledgement of what was not captured", []segment{to(5001, 1100, ""), to(5001, 1200, ""), from(1200, 5001, "x"), to(5001, 1201, "")},
			[]dissect.Findings{dissect.ACKLostSegment, 0, lossy, dissect.ACKLostSegment}},
		{"another of them once the other side goes on", []segment{to(5001, 1100, ""), from(1100, 5001, "x"), to(5001, 1300, ""), to(5001, 1400, "")},
			[]dissect.Findings{dissect.ACKLostSegment, lossy, dissect.ACKLostSegment, 0}},
		{"the window changed", []segment{from(1001, 5001, "").size(600), from(1001, 5001, "").size(600)}, []dissect.Findings{dissect.WindowUpdate, dissect.DuplicateACK}},
		{"the window is full", []segment{from(1001, 5001, "ab"), to(5001, 1001, "").size(2), to(5001, 1003, "").size(2), from(1003, 5001, "cd")},
			[]dissect.Findings{0, dissect.WindowUpdate, 0, dissect.WindowFull}},
		{"no window left, and a probe", []segment{from(1001, 5001, "ab"), to(5001, 1003, "").size(0), from(1003, 5001, "c"), to(5001, 1003, "").size(0), from(1003, 5001, "cd")},
			[]dissect.Findings{0, dissect.ZeroWindow, dissect.ZeroWindowProbe, dissect.ZeroWindow | dissect.ZeroWindowProbeACK, 0}},
		{"the end of a window is no finding in a reset", []segment{to(5001, 1001, "").size(0).flag(flagRST)}, []dissect.Findings{0}},
		{"keep-alive", []segment{from(1001, 5001, "ab"), to(5001, 1003, ""), from(1002, 5001, ""), to(5001, 1003, ""), from(1002, 5001, "b"), to(5001, 1003, "")},
			[]dissect.Findings{0, 0, dissect.KeepAlive, dissect.KeepAliveACK, dissect.KeepAlive, dissect.KeepAliveACK}},
		{"one number back but longer is new", []segment{from(1001, 5001, "a"), from(1001, 5001, "ab").later(second)}, []dissect.Findings{0, 0}},
		{"duplicates begin anew", []segment{to(5001, 1001, ""), to(5001, 1001, ""), to(5001, 1000, ""), to(5001, 1000, "")},
			[]dissect.Findings{dissect.DuplicateACK, dissect.DuplicateACK, 0, dissect.DuplicateACK}},
		{"data is no duplicate", []segment{to(5001, 1001, "x"), to(5002, 1001, "x")}, []dissect.Findings{0, 0}},
		{"the ports again", []segment{{flags: flagSYN, seq: 70000, window: 500}, {server: true, flags: flagSYN | flagACK, seq: 90000, ack: 70001, window: 500}}, []dissect.Findings{dissect.ReusedPorts, 0}},
		{"another SYN, ACK of the same connection", []segment{{server: true, flags: flagSYN | flagACK, seq: 4000, ack: 1001, window: 500}}, []dissect.Findings{dissect.ReusedPorts | dissect.Retransmission}},
		{"the SYN again", []segment{{flags: flagSYN, seq: 1000, window: 500, wait: second}}, []dissect.Findings{again}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			for _, g := range opened {
				b.send(g)
			}
			for i, g := range c.send {
				if _, info := b.send(g); info.Analysis.Findings != c.want[i] || info.Analysis.Known != (info.Analysis != dissect.Analysis{InitialRTT: info.Analysis.InitialRTT}) {
					t.Errorf("segment %d: %+v, want %b", i, info.Analysis, c.want[i])
				}
			}
		})
	}
}

func TestMeasures(t *testing.T) {
	b := newBench(t, Options{})
	for i, c := range []struct {
		name string
		g    segment
		want dissect.Analysis // beside Findings and Known
	}{
		{"SYN", opened[0], dissect.Analysis{}},
		{"SYN, ACK", opened[1], dissect.Analysis{AcksFrame: 1, RTT: 1e6}},
		{"ACK", opened[2], dissect.Analysis{AcksFrame: 2, RTT: 1e6, InitialRTT: 2e6}},
		{"four bytes", from(1001, 5001, "abcd"), dissect.Analysis{BytesInFlight: 4, PushBytes: 4}},
		{"and two with PSH", from(1005, 5001, "ef").flag(flagPSH), dissect.Analysis{BytesInFlight: 6, PushBytes: 6}},
		{"half of the first acknowledged", to(5001, 1003, ""), dissect.Analysis{}},
		{"two more", from(1007, 5001, "gh"), dissect.Analysis{BytesInFlight: 6, PushBytes: 2}},
		{"two duplicates", to(5001, 1003, ""), dissect.Analysis{DuplicateACKs: 1}},
		{"of which one selects two bytes", to(5001, 1003, "").with(func(g *segment) { g.sacked = 2 }), dissect.Analysis{DuplicateACKs: 2}},
		{"so fewer are in flight", from(1009, 5001, "i"), dissect.Analysis{BytesInFlight: 5, PushBytes: 3}},
		{"sent again", from(1003, 5001, "cd").later(second), dissect.Analysis{RTO: second + 7e6, BytesInFlight: 5, PushBytes: 5}},
		{"all acknowledged", to(5001, 1010, ""), dissect.Analysis{AcksFrame: 10, RTT: second + 2e6}},
		{"after a gap the flight is unknown", from(2000, 5001, "x"), dissect.Analysis{}},
		{"until something is acknowledged", to(5001, 2001, ""), dissect.Analysis{AcksFrame: 13, RTT: 1e6}},
		{"known again, the FIN not counted", from(2001, 5001, "yz").flag(flagFIN), dissect.Analysis{BytesInFlight: 2, PushBytes: 7}},
	} {
		_, info := b.send(c.g)
		got := info.Analysis
		got.Findings, got.Known = 0, false
		if i > 1 {
			c.want.InitialRTT = 2e6
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if b.s.unacked == 0 || b.s.unacked > 16 {
		t.Errorf("room for %d segments", b.s.unacked)
	}
}

// What waits for acknowledgement is bounded, per direction and in all, and freed with the conversation.
func TestUnackedAreBounded(t *testing.T) {
	b := newBench(t, Options{Flows: 80, StreamBytes: 1})
	for port := uint16(1); port <= 90; port++ {
		for i := uint32(0); i < maxUnacked+10; i++ {
			b.p.Begin()
			c, p := dissect.Core{IPVersion: 4, IPProtocol: protoTCP, Ports: true}, &b.p
			c.Source.Port = port
			p.Core = c
			p.Time++
			conv := b.s.Converse(p)
			b.s.Segment(p, conv, dissect.Segment{Seq: 1 + i, Flags: flagPSH, Length: 1, WindowScale: -1})
			if f := conv.Private.(*conversation); len(f.tcp[0].all()) > maxUnacked {
				t.Fatalf("%d segments of one direction", len(f.tcp[0].all()))
			}
		}
	}
	room := 0
	for _, f := range b.s.table {
		for d := range f.tcp {
			room += cap(f.tcp[d].unacked.list)
			if f.key.portA+f.key.portB > 80 && f.tcp[d].unacked.list != nil && len(f.tcp[d].unacked.list) < minUnacked {
				t.Errorf("a late conversation holds %d", len(f.tcp[d].unacked.list))
			}
		}
	}
	if room != b.s.unacked || room > maxAllUnacked+80*2*minUnacked {
		t.Errorf("room for %d segments, says %d", room, b.s.unacked)
	}
	for _, f := range b.s.table {
		b.s.remove(f, IdleTimeout)
	}
	if b.s.unacked != 0 {
		t.Errorf("room for %d segments after the end", b.s.unacked)
	}
}

// acknowledge agrees with a list that is kept without tricks.
func TestAcknowledge(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		s, u := New(Options{}), unacked{}
		var plain []sent
		at := r.Uint32() // also across the wrap of the numbers
		base := at
		for n := range uint64(60) {
			if r.IntN(3) > 0 {
				x := sent{seq: at, next: at + 1 + r.Uint32N(9), number: n}
				if r.IntN(6) == 0 {
					x.seq -= r.Uint32N(20)
				}
				if at = x.next + r.Uint32N(3); r.IntN(8) == 0 {
					at -= r.Uint32N(15)
				}
				s.note(&u, x)
				plain = append(plain, x)
			} else {
				ack := at - r.Uint32N(30)
				var want sent
				var kept []sent
				found := false
				for _, x := range plain {
					if x.next == ack && !found {
						want, found = x, true
					}
					if int32(ack-x.next) >= 0 {
						continue
					}
					if int32(ack-x.seq) > 0 {
						x.seq = ack
					}
					kept = append(kept, x)
				}
				plain = kept
				if got, ok := s.acknowledge(&u, ack); got != want || ok != found {
					t.Fatalf("seed %d: %v, %v, want %v, %v", seed, got, ok, want, found)
				}
			}
			if len(plain) != len(u.all()) {
				t.Fatalf("seed %d: %d segments, want %d", seed, len(u.all()), len(plain))
			}
			if len(plain) == 0 {
				continue
			}
			first, last := plain[0].seq, plain[0].next
			for i, x := range plain {
				if x != u.all()[i] {
					t.Fatalf("seed %d: %v, want %v", seed, u.all(), plain)
				}
				if before(x.seq, first) {
					first = x.seq
				}
				if before(last, x.next) {
					last = x.next
				}
			}
			if got := u.span(base - 1<<20); got != last-first {
				t.Fatalf("seed %d: span %d, want %d", seed, got, last-first)
			}
		}
	}
}
