// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

func TestExchange(t *testing.T) {
	s := New(Options{})
	one, other := &dissect.Protocol{Name: "one"}, &dissect.Protocol{Name: "other"}
	asker := netip.MustParseAddr("192.0.2.1")
	p := &dissect.Packet{Number: 1, Time: 1}
	first := s.Exchange(p, one, asker, 7)
	first.Ask(p, 1)
	id := first.ID
	p.Number, p.Time = 2, 2
	if c := s.Exchange(p, one, asker, 7); c != first || c.ID != id {
		t.Error("the same number is another exchange")
	}
	for _, c := range []*dissect.Conversation{s.Exchange(p, other, asker, 7), s.Exchange(p, one, netip.Addr{}, 7), s.Exchange(p, one, asker, 8)} {
		if c == first || c.ID == id {
			t.Error("another protocol, asker or number is the same exchange")
		}
	}
	p.Number, p.Time = 3, 3+exchangeIdle
	if c := s.Exchange(p, one, asker, 7); c.ID == id || c.FirstNumber != 3 {
		t.Errorf("a number that comes again after %v ns is the same exchange", int64(exchangeIdle))
	} else if _, open := c.Asked(1); open {
		t.Error("the request of an exchange that is over is open")
	}
	if st := s.Stats(); st.Flows != 0 || st.FlowsSeen != 0 {
		t.Errorf("exchanges count as flows: %+v", st)
	}
}

func TestExchangesAreBounded(t *testing.T) {
	s := New(Options{})
	proto := &dissect.Protocol{Name: "one"}
	p := &dissect.Packet{}
	exchange := func(id uint64) string {
		p.Number++
		return s.Exchange(p, proto, netip.Addr{}, id).ID
	}
	oldest, second := exchange(0), exchange(1)
	for id := range uint64(maxExchanges) - 1 {
		exchange(2 + id)
	}
	if n := len(s.exchanges.table); n != maxExchanges {
		t.Errorf("%d exchanges are known", n)
	}
	if exchange(1) != second {
		t.Error("more than the oldest was forgotten")
	}
	if exchange(0) == oldest {
		t.Error("the oldest was not forgotten")
	}
}
