// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine/enginetest"
)

const (
	ipAt  = 14 // of the network header in an Ethernet frame
	ttlAt = ipAt + 8
)

// edited is a copy of frame that edit has changed.
func edited(frame []byte, edit func(b []byte)) []byte {
	b := slices.Clone(frame)
	edit(b)
	return b
}

// tagged is frame with a VLAN tag.
func tagged(frame []byte, tpid, vlan uint16) []byte {
	tag := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, tpid), vlan)
	return slices.Insert(slices.Clone(frame), 12, tag...)
}

// ipv6 makes an Ethernet frame with an IPv6 packet.
func ipv6(hopLimit byte, payload string) []byte {
	b := append(make([]byte, 12, 100), 0x86, 0xdd, 0x60, 0, 0, 0, 0, byte(len(payload)), 59, hopLimit)
	return append(append(b, make([]byte, 32)...), payload...)
}

func TestCopies(t *testing.T) {
	segment := enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "payload")
	arp := append(append(make([]byte, 12), 8, 6), "an ARP request"...)
	for _, c := range []struct {
		name    string
		a, b    []byte
		copy    bool
		withTTL bool // copy when TTL is ignored
	}{
		{"the same bytes", segment, segment, true, true},
		{"other link addresses", segment, edited(segment, func(b []byte) { b[0], b[6] = 4, 4 }), true, true},
		{"a VLAN tag", segment, tagged(segment, 0x8100, 7), true, true},
		{"another VLAN", tagged(segment, 0x8100, 7), tagged(segment, 0x8100, 8), true, true},
		{"tags in tags", segment, tagged(tagged(segment, 0x8100, 7), 0x88a8, 8), true, true},
		{"a checksum not filled in yet", segment, edited(segment, func(b []byte) { b[24], b[25] = 0, 0 }), true, true},
		{"padding", segment, append(slices.Clone(segment), make([]byte, 6)...), true, true},
		{"a retransmission", segment, edited(segment, func(b []byte) { b[ipAt+5]++ }), false, false},
		{"another payload", segment, enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "PAYLOAD"), false, false},
		{"behind a router", segment, edited(segment, func(b []byte) { b[ttlAt]--; b[24]++ }), false, true},
		{"IPv6", ipv6(64, "x"), ipv6(64, "x"), true, true},
		{"IPv6 behind a router", ipv6(64, "x"), ipv6(63, "x"), false, true},
		{"IPv6, another payload", ipv6(64, "x"), ipv6(64, "y"), false, false},
		{"ARP", arp, arp, true, true},
		{"the bytes of another protocol", arp, edited(arp, func(b []byte) { b[13] = 0x35 }), false, false},
		{"nothing behind the tag", segment[:14], segment[:14], false, false},
	} {
		for _, ignore := range []bool{false, true} {
			packets := enginetest.Ethernet(c.a, c.b)
			k := newCopies(Dedup{Window: 50 * time.Millisecond, IgnoreTTL: ignore}, 4)
			want := c.copy
			if ignore {
				want = c.withTTL
			}
			if k.repeats(&packets[0]) || k.repeats(&packets[1]) != want {
				t.Errorf("%s, TTL ignored %v: copy %v, want %v", c.name, ignore, !want, want)
			}
		}
	}
}

func TestCopiesOfOtherLinkLayers(t *testing.T) {
	frame := enginetest.UDP(1, 2, 3, 4, "x")
	for _, c := range []struct {
		name string
		edit func(p *capture.Packet)
		copy bool
	}{
		{"raw IP", func(p *capture.Packet) { p.LinkType, p.Data = 101, p.Data[ipAt:] }, true},
		{"IPv4", func(p *capture.Packet) { p.LinkType, p.Data = 228, p.Data[ipAt:] }, true},
		{"not known", func(p *capture.Packet) { p.LinkType = 189 }, false},
		{"no time", func(p *capture.Packet) { p.TimeValid = false }, false},
	} {
		packets := enginetest.Ethernet(frame, frame)
		c.edit(&packets[1])
		k := newCopies(Dedup{Window: time.Second}, 4)
		if k.repeats(&packets[0]) || k.repeats(&packets[1]) != c.copy {
			t.Errorf("%s: copy %v, want %v", c.name, !c.copy, c.copy)
		}
	}
}

func TestWindow(t *testing.T) {
	frame := enginetest.UDP(1, 2, 3, 4, "x")
	k := newCopies(Dedup{Window: 50 * time.Millisecond}, 4)
	for i, c := range []struct {
		at   int64 // ms
		copy bool
	}{{100, false}, {150, true}, {151, false}, {140, true}, {201, true}, {202, false}, {10, false}, {20, true}} {
		p := enginetest.Ethernet(frame)[0]
		p.Time = c.at * 1e6
		if k.repeats(&p) != c.copy {
			t.Errorf("packet %d at %d ms: copy %v, want %v", i, c.at, !c.copy, c.copy)
		}
	}
}

// Against a model: a list of all that was kept.
func TestCopiesAgainstAModel(t *testing.T) {
	const limit, window = 16, 40
	k := newCopies(Dedup{Window: window}, limit)
	var kept []sighting
	evicted := uint64(0)
	r := rand.New(rand.NewPCG(1, 2))
	now := int64(1000)
	for i := range 50_000 {
		now += r.Int64N(6)
		id := byte(r.IntN(40))
		p := capture.Packet{Data: enginetest.UDP(1, 2, 3, 4, string(rune('0'+id))), LinkType: 1, TimeValid: true, Time: now}
		kept = slices.DeleteFunc(kept, func(s sighting) bool { return now-s.time > window })
		want := slices.ContainsFunc(kept, func(s sighting) bool { return s.hash == uint64(id) })
		if !want {
			if len(kept) == limit {
				kept = kept[1:]
				evicted++
			}
			kept = append(kept, sighting{uint64(id), now})
		}
		if got := k.repeats(&p); got != want || k.n != len(kept) || k.evicted != evicted {
			t.Fatalf("packet %d: copy %v, %d kept, %d evicted; want %v, %d, %d", i, got, k.n, k.evicted, want, len(kept), evicted)
		}
	}
	if evicted == 0 {
		t.Error("the cap was never reached")
	}
}

// A mirrored port sends everything twice: the documents are those of the packets sent once, retransmissions included.
func TestEngineLeavesCopiesOut(t *testing.T) {
	segment := enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "payload")
	again := edited(segment, func(b []byte) { b[ipAt+5]++ })
	e := New(&enginetest.Source{Packets: enginetest.Ethernet(segment, segment, again, tagged(again, 0x8100, 7), enginetest.UDP(1, 2, 3, 4, "x"))}, all.Registry(),
		Options{Dedup: Dedup{Window: time.Second}})
	var b Batch
	if err := e.Next(&b); err != nil || len(b.Records) != 3 {
		t.Fatalf("%d records, %v", len(b.Records), err)
	}
	for i, want := range []uint64{1, 3, 5} {
		if b.Records[i].Number != want {
			t.Errorf("record %d is packet %d, want %d", i, b.Records[i].Number, want)
		}
	}
	if st := e.Stats(); st != (Stats{Seen: 5, Deduplicated: 2, Yielded: 3}) {
		t.Errorf("%+v", st)
	}
}

func TestCopiesDoNotAllocate(t *testing.T) {
	k := newCopies(Dedup{Window: time.Second}, 8)
	packets := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"), ipv6(64, "payload"))
	n := 0
	if a := testing.AllocsPerRun(1000, func() {
		p := &packets[n%2]
		binary.BigEndian.PutUint16(p.Data[18:], uint16(n/3))
		n++
		k.repeats(p)
	}); a != 0 {
		t.Errorf("%v allocations a packet", a)
	}
}

// FuzzCopies: whatever the bytes, a packet is no copy the first time, and one the second time if it has a network layer.
func FuzzCopies(f *testing.F) {
	f.Add(enginetest.UDP(1, 2, 3, 4, "x"), uint16(1), true)
	f.Add(tagged(ipv6(64, "x"), 0x88a8, 1), uint16(1), false)
	f.Add([]byte{0x45, 0, 0, 1}, uint16(228), true)
	f.Fuzz(func(t *testing.T, data []byte, link uint16, ttl bool) {
		k := newCopies(Dedup{Window: 1, IgnoreTTL: ttl}, 2)
		p := capture.Packet{Data: data, LinkType: capture.LinkType(link), TimeValid: true}
		before := slices.Clone(data)
		first, second := k.repeats(&p), k.repeats(&p)
		etherType, b := p.Network()
		if first || second != (etherType != 0 && len(b) > 0) || !slices.Equal(data, before) {
			t.Fatalf("copy %v, then %v", first, second)
		}
	})
}

func BenchmarkCopies(b *testing.B) {
	k := newCopies(Dedup{Window: 50 * time.Millisecond}, dedupPackets)
	p := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, string(make([]byte, 458))))[0]
	for i := range b.N {
		binary.BigEndian.PutUint32(p.Data[ipAt+4:], uint32(i))
		p.Time += 1000
		k.repeats(&p)
	}
}
