// SPDX-License-Identifier: Apache-2.0

// Package flow implements dissect.State: what spans packets. Conversations, fragments and streams are kept in bounded tables; what is
// evicted is counted. Time is packet time, never the wall clock.
package flow

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/espbeat/espbeat/dissect"
)

// Options bound a State. The zero value means the defaults.
type Options struct {
	// Flows is the most conversations kept; the least recently seen goes first.
	Flows int
	// Idle is how long a conversation stays in the table after its last packet, IdleTCP how long a TCP connection that has not ended does;
	// what comes later is a new conversation. Negative means for ever.
	Idle, IdleTCP time.Duration
	// FragmentBytes bounds the fragments that wait for their datagram, bytes.
	FragmentBytes int
	// StreamBytes bounds what one direction of a TCP connection may hold for reassembly, bytes.
	StreamBytes int
	// StreamsBytes bounds all streams together.
	StreamsBytes int
	// Wireshark tells connections apart as Wireshark does (espbeat.dissect.compat).
	Wireshark bool
	// LastWins makes the bytes of IPv4 fragments that came last the ones that stay where fragments overlap; else those that came first do.
	LastWins bool
	// InputID salts flow.id, so that equal packets of two inputs are two flows.
	InputID string
}

const (
	defaultFlows         = 1 << 16
	defaultIdle          = time.Minute
	defaultIdleTCP       = 5 * time.Minute
	defaultFragmentBytes = 8 << 20
	defaultStreamBytes   = 1 << 20
	defaultStreamsBytes  = 64 << 20
)

// Stats counts what a State holds and what its bounds cost. Counters only grow.
type Stats struct {
	Flows            int    // now in the table
	FlowsSeen        uint64 // ever
	FlowsEvicted     uint64
	FragmentsEvicted uint64 // datagrams given up
	FragmentBytes    int    // now held
	Overlaps         uint64 // fragments with bytes that an earlier one had
	StreamGaps       uint64 // places where bytes of a stream were missing
	StreamBytes      int    // now held
	ExpectedEvicted  uint64 // expected conversations that made room for others
}

// State is the state of one input. It belongs to one goroutine.
type State struct {
	opt   Options
	table map[key]*conversation
	// connected holds the TCP connections that have not ended, brief all other conversations.
	connected, brief list
	numbers          [256]uint64 // next conversation number, by IP protocol
	frags            fragments
	exchanges        exchanges
	expected         expectations
	stats            Stats
	unacked          int // room for segments that wait for their acknowledgement, of all conversations
	idSalt           [32]byte
	ended            *[]*Ended // takes the flows that end; nil takes none
}

var _ dissect.State = (*State)(nil)

// New returns an empty State.
func New(opt Options) *State {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&opt.Flows, defaultFlows)
	if opt.Idle == 0 {
		opt.Idle = defaultIdle
	}
	if opt.IdleTCP == 0 {
		opt.IdleTCP = defaultIdleTCP
	}
	def(&opt.FragmentBytes, defaultFragmentBytes)
	def(&opt.StreamBytes, defaultStreamBytes)
	def(&opt.StreamsBytes, defaultStreamsBytes)
	return &State{opt: opt, table: make(map[key]*conversation), frags: fragments{max: opt.FragmentBytes, lastWins: opt.LastWins}, idSalt: sha256.Sum256([]byte(opt.InputID))}
}

// Stats returns the counters.
func (s *State) Stats() Stats {
	st := s.stats
	st.Flows = len(s.table)
	st.FragmentsEvicted, st.FragmentBytes, st.Overlaps = s.frags.evicted, s.frags.held, s.frags.overlaps
	st.ExpectedEvicted = s.expected.evicted
	return st
}

// key is a 5-tuple with its tunnel; a is the lower of address and port.
type key struct {
	a, b         netip.Addr
	portA, portB uint16
	proto        uint8
	tunnel       uint64
}

// conversation is a dissect.Conversation with what only this package needs.
type conversation struct {
	dissect.Conversation
	key          key
	initiatorIsA bool
	// reuses is set when a TCP connection took the place of another one, until its SYN was analysed.
	reuses bool
	// synTime is the time of the last SYN, valid when synSeen is set; initialRTT that from there to the end of the handshake, 0 while unknown.
	synSeen             bool
	synTime, initialRTT int64
	tcp                 *[2]direction        // 0 from the initiator; nil until a TCP segment was seen
	expected            *dissect.Expectation // whom restart gives it to again; nil when it was not expected
	spoke               *dissect.Protocol    // whose messages the conversation had last; nil before
	flow                *Ended               // what Note knows of it; nil before
	in                  *list
	older, newer        *conversation
}

// Converse implements dissect.State.
func (s *State) Converse(p *dissect.Packet) *dissect.Conversation { return s.converse(p, nil) }

// Connect implements dissect.State.
func (s *State) Connect(p *dissect.Packet, isn uint32) *dissect.Conversation {
	return s.converse(p, func(d *direction) bool { return d.restarts(isn, s.opt.Wireshark) })
}

// Known implements dissect.State.
func (s *State) Known(p *dissect.Packet) *dissect.Conversation {
	k, _ := keyOf(p)
	if f := s.table[k]; f != nil {
		return &f.Conversation
	}
	return nil
}

// converse finds the packet's conversation; restart says from the sending direction's state whether the packet starts a new one.
func (s *State) converse(p *dissect.Packet, restart func(*direction) bool) *dissect.Conversation {
	s.expire(p.Time)
	k, sourceIsA := keyOf(p)
	f := s.table[k]
	if f == nil || restart != nil && restart(&f.connection()[f.direction(sourceIsA)]) {
		f = s.add(k, f, p, sourceIsA)
	} else {
		s.touch(f)
	}
	s.expected.meet(p, f)
	dir := f.direction(sourceIsA)
	f.Delta, f.LastTime = p.Time-f.LastTime, p.Time
	f.Handshake = 0
	f.Packets[dir]++
	f.Bytes[dir] += uint64(p.Length)
	p.Conversation, p.Direction = &f.Conversation, dir
	return &f.Conversation
}

// keyOf is the key of the packet's conversation, and whether its source is the lower side.
func keyOf(p *dissect.Packet) (k key, sourceIsA bool) {
	c := &p.Core
	k = key{a: c.Source.Addr, b: c.Destination.Addr, portA: c.Source.Port, portB: c.Destination.Port, proto: c.IPProtocol, tunnel: p.TunnelKey()}
	if c.HasICMP {
		k.portA, k.portB, _ = icmpPorts(c)
	}
	sourceIsA = true
	if o := k.a.Compare(k.b); o > 0 || o == 0 && k.portA > k.portB {
		k.a, k.b, k.portA, k.portB = k.b, k.a, k.portB, k.portA
		sourceIsA = false
	}
	return k, sourceIsA
}

// direction is 0 when the source is the initiator, else 1.
func (f *conversation) direction(sourceIsA bool) int {
	if sourceIsA == f.initiatorIsA {
		return 0
	}
	return 1
}

// add starts a conversation under k, in the place of old if there is one.
func (s *State) add(k key, old *conversation, p *dissect.Packet, sourceIsA bool) *conversation {
	if old != nil {
		s.remove(old, ReusedPorts)
	} else if len(s.table) >= s.opt.Flows {
		s.evict()
	}
	// Whoever answers a SYN did not begin, also where the capture has missed the SYN.
	answers := k.proto == protoTCP && p.Core.TCPFlags&(flagSYN|flagACK) == flagSYN|flagACK
	var f *conversation
	if k.proto == protoTCP { // one allocation for both
		c := &struct {
			conversation
			tcp [2]direction
		}{}
		f = &c.conversation
		f.begin(&c.tcp)
	} else {
		f = &conversation{}
	}
	f.key, f.initiatorIsA, f.reuses = k, sourceIsA != answers, old != nil
	f.Private = f
	f.Number = s.numbers[k.proto]
	s.numbers[k.proto]++
	f.FirstTime, f.FirstNumber = p.Time, p.Number
	f.CommunityID = CommunityID(&p.Core)
	var b [keyLen]byte
	f.Hash = xxhash.Sum64(k.append(b[:0]))
	f.ID = s.flowID(k, p)
	s.table[k] = f
	s.stats.FlowsSeen++
	f.LastTime = p.Time
	s.brief.push(f)
	s.touch(f)
	return f
}

// keyLen is what append appends, bytes.
const keyLen = 16 + 16 + 2 + 2 + 1 + 8

// append appends the key as bytes.
func (k *key) append(b []byte) []byte {
	lower, higher := k.a.As16(), k.b.As16()
	b = append(append(b, lower[:]...), higher[:]...)
	b = binary.BigEndian.AppendUint16(b, k.portA)
	b = binary.BigEndian.AppendUint16(b, k.portB)
	return binary.BigEndian.AppendUint64(append(b, k.proto), k.tunnel)
}

// flowID hashes the key with the first packet's time and number: the same file gives the same ids.
func (s *State) flowID(k key, p *dissect.Packet) string {
	var b [32 + keyLen + 16]byte
	id := k.append(append(b[:0], s.idSalt[:]...))
	id = binary.BigEndian.AppendUint64(id, uint64(p.Time))
	id = binary.BigEndian.AppendUint64(id, p.Number)
	h := sha256.Sum256(id)
	return base64.RawURLEncoding.EncodeToString(h[:12])
}
