// SPDX-License-Identifier: Apache-2.0

package flow

import "github.com/espbeat/espbeat/dissect"

// EndReason says why a flow has ended. Where IPFIX's flowEndReason (RFC 5102, 5.11.3) has a reason, it is that; what IPFIX calls "end of Flow
// detected" is told apart.
type EndReason uint8

// The reasons.
const (
	// Closed: both sides of a TCP connection have sent a FIN. Broken: one has sent a RST. Later packets of the connection are part of the flow.
	Closed EndReason = iota
	Broken
	// ReusedPorts: a SYN has begun another connection between the same ports.
	ReusedPorts
	// IdleTimeout: no packet came for Options.Idle or Options.IdleTCP.
	IdleTimeout
	// LackOfResources: it was the least recently seen of Options.Flows.
	LackOfResources
	// ForcedEnd: the input ended before the flow did.
	ForcedEnd
)

var endReasons = [...]string{Closed: "closed", Broken: "reset", ReusedPorts: "reused_ports", IdleTimeout: "idle_timeout",
	LackOfResources: "lack_of_resources", ForcedEnd: "forced_end"}

// String is the reason as documents name it.
func (r EndReason) String() string { return endReasons[r] }

// Ended is a flow that has ended. It counts the packets whose innermost conversation it was, so that each packet counts in one flow.
type Ended struct {
	ID, CommunityID string
	// Number, First, Direction and Interface are those of the flow's first packet: its number, what its headers say, 0 when the initiator sent
	// it as far as that is known, else 1, and the interface that captured it. No other flow of the input has that Number.
	Number         uint64
	First          dissect.Core
	Direction      int
	Interface      int
	InitiatorKnown bool
	// Application is the first that was recognised, nil when none was.
	Application *dissect.Protocol
	// TunnelTypes and TunnelIDs are the texts of the first packet's fields tunnel.type and tunnel.id.
	TunnelTypes, TunnelIDs []string
	// Start and End are the earliest and the latest time of its packets, nanoseconds since the epoch.
	Start, End int64
	// Packets and Bytes count each direction, 0 from the initiator; bytes are lengths on the wire.
	Packets, Bytes [2]uint64
	Reason         EndReason
}

// Collect appends the flows that end from now on to a list, nil to none. Note has to be called of their packets.
func (s *State) Collect(to *[]*Ended) { s.ended = to }

// Note counts a packet in the flow of its innermost conversation, after it was dissected. It returns the flow when the packet is its first, for
// the caller to add what a State does not know; time is the packet's, nanoseconds since the epoch.
func (s *State) Note(p *dissect.Packet, time int64) (begun *Ended) {
	f := p.Conversation.Private.(*conversation)
	if f.flow == nil {
		f.flow = &Ended{ID: f.ID, CommunityID: f.CommunityID, Number: p.Number, First: p.Core, Direction: p.Direction, Start: time}
		begun = f.flow
	}
	e := f.flow
	if e.Application == nil {
		e.Application = p.Core.Application
	}
	e.Start, e.End = min(e.Start, time), max(e.End, time)
	e.Packets[p.Direction]++
	e.Bytes[p.Direction] += uint64(p.Length) //nolint:gosec // a length
	return begun
}

// End ends all flows: first the connections that have ended and what has no end, then the other connections, the least recently seen first.
func (s *State) End() {
	for _, l := range []*list{&s.brief, &s.connected} {
		for l.oldest != nil {
			s.remove(l.oldest, ForcedEnd)
		}
	}
}

// report adds a flow that leaves the table to those that have ended.
func (s *State) report(f *conversation, why EndReason) {
	e := f.flow
	e.InitiatorKnown, e.Reason = f.InitiatorKnown, why
	switch f.State {
	case dissect.Closed:
		e.Reason = Closed
	case dissect.Reset:
		e.Reason = Broken
	}
	*s.ended = append(*s.ended, e)
}
