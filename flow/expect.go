// SPDX-License-Identifier: Apache-2.0

package flow

import (
	fifo "container/list"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
)

// maxExpected bounds the expectations that are kept; the oldest goes first.
const maxExpected = 4096

// place is where a conversation is expected.
type place struct {
	at     netip.AddrPort
	proto  uint8
	tunnel uint64
}

// expected is an expectation that is waiting, and the packet time until which it does.
type expected struct {
	dissect.Expectation
	place place
	until int64
}

// expectations are found by place, and listed as they were made, oldest first.
type expectations struct {
	byPlace map[place]*fifo.Element // of *expected
	made    fifo.List
	evicted uint64
}

// Expect implements dissect.State.
func (s *State) Expect(p *dissect.Packet, e dissect.Expectation) {
	x := &s.expected
	at := place{at: netip.AddrPortFrom(e.At.Addr().Unmap(), e.At.Port()), proto: e.Transport, tunnel: p.TunnelKey()}
	if old := x.byPlace[at]; old != nil {
		x.drop(old)
	}
	for front := x.made.Front(); front != nil && front.Value.(*expected).until < p.Time; front = x.made.Front() {
		x.drop(front)
	}
	if x.made.Len() >= maxExpected {
		x.drop(x.made.Front())
		x.evicted++
	}
	if x.byPlace == nil {
		x.byPlace = map[place]*fifo.Element{}
	}
	x.byPlace[at] = x.made.PushBack(&expected{Expectation: e, place: at, until: p.Time + int64(e.Lifetime)})
}

func (x *expectations) drop(e *fifo.Element) {
	delete(x.byPlace, e.Value.(*expected).place)
	x.made.Remove(e)
}

// meet gives a conversation that nobody speaks over to whom it is expected for.
func (x *expectations) meet(p *dissect.Packet, f *conversation) {
	if x.made.Len() == 0 || f.App != nil || !p.Core.Ports {
		return
	}
	src := netip.AddrPortFrom(p.Core.Source.Addr, p.Core.Source.Port)
	dst := netip.AddrPortFrom(p.Core.Destination.Addr, p.Core.Destination.Port)
	e := x.find(p, f, dst, src)
	if e == nil {
		if e = x.find(p, f, src, dst); e == nil {
			return
		}
	}
	w := e.Value.(*expected)
	f.App, f.AppState, f.expected = w.App, w.State, &w.Expectation
	if f.key.proto == protoTCP {
		x.drop(e)
	}
}

// find returns the expectation at one side of f whose peer the other side may be, nil when there is none; one that is over is forgotten.
func (x *expectations) find(p *dissect.Packet, f *conversation, at, peer netip.AddrPort) *fifo.Element {
	e := x.byPlace[place{at: at, proto: f.key.proto, tunnel: f.key.tunnel}]
	if e == nil {
		return nil
	}
	w := e.Value.(*expected)
	switch {
	case w.until < p.Time:
		x.drop(e)
		return nil
	case w.Peer.Addr().IsValid() && w.Peer.Addr().Unmap() != peer.Addr(), w.Peer.Port() != 0 && w.Peer.Port() != peer.Port():
		return nil
	}
	return e
}

// restart makes the application begin anew behind a gap: an expected one, or whoever is found.
func (f *conversation) restart() {
	f.App, f.AppState = nil, nil
	if e := f.expected; e != nil {
		f.App, f.AppState = e.App, e.State
	}
}
