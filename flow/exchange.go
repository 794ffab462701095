// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxExchanges bounds the exchanges that are known; the oldest is forgotten. A server for some thousand clients has fewer within their time.
	maxExchanges = 4096
	// exchangeIdle is how long after its last packet an exchange's number may stand for another one, nanoseconds: clients of DHCP give up after
	// about a minute (RFC 2131, 4.1).
	exchangeIdle = 60e9
)

// exchangeKey is what the packets of an exchange have in common.
type exchangeKey struct {
	proto      *dissect.Protocol
	asker      netip.Addr
	id, tunnel uint64
}

// exchange is a conversation that is found by its key.
type exchange struct {
	dissect.Conversation
	key exchangeKey
}

// exchanges are those that are known; ring has them by age, and next is the place of the oldest once it is full.
type exchanges struct {
	table map[exchangeKey]*exchange
	ring  []*exchange
	next  int
}

// Exchange implements dissect.State.
func (s *State) Exchange(p *dissect.Packet, proto *dissect.Protocol, asker netip.Addr, id uint64) *dissect.Conversation {
	x := &s.exchanges
	k := exchangeKey{proto: proto, asker: asker, id: id, tunnel: p.TunnelKey()}
	e := x.table[k]
	if e == nil {
		e = x.add(k)
	}
	if e.ID == "" || p.Time-e.LastTime > exchangeIdle {
		e.Conversation = dissect.Conversation{ID: s.flowID(key{a: asker, tunnel: id}, p), FirstTime: p.Time, FirstNumber: p.Number}
	}
	e.LastTime = p.Time
	return &e.Conversation
}

// add makes room for one more.
func (x *exchanges) add(k exchangeKey) *exchange {
	if x.table == nil {
		x.table = make(map[exchangeKey]*exchange)
	}
	e := &exchange{key: k}
	if len(x.ring) < maxExchanges {
		x.ring = append(x.ring, e)
	} else {
		delete(x.table, x.ring[x.next].key)
		x.ring[x.next] = e
		x.next = (x.next + 1) % maxExchanges
	}
	x.table[k] = e
	return e
}
