// SPDX-License-Identifier: Apache-2.0

// Package dissect turns the bytes of a packet into layers with fields.
//
// A protocol is one Protocol value: how it is found, how it is dissected, how its summary reads. What spans
// packets (fragments, conversations, streams) is reached through State only.
package dissect

import (
	"fmt"

	"github.com/espbeat/espbeat/field"
)

// Func dissects one layer. b holds the captured bytes of the layer and all that follows; wire is how many bytes there
// were on the wire as the layers outside say (wire >= len(b), larger when the capture cut the packet). It writes
// fields to p.Out and hands what it carries on with p.Call, p.EtherType, … It must not keep b, must not panic and
// must stay within the budgets of DESIGN: bounded loops, no heap on the hot path.
type Func func(p *Packet, b []byte, wire int)

// StreamFunc dissects messages at the front of one direction's bytes in order. data are the contiguous bytes that
// were not consumed before; it is called again with the rest as long as it consumes something, and when more bytes have arrived. When a FIN comes without bytes, it is called with what
// is left, maybe nothing; p.Core.TCPFlags tells.
// It returns how many bytes it has done with: 0 asks for more, more than len(data) passes over bytes yet to come without keeping
// them, Reject says that this is another protocol's stream; Conversation.HandOver gives what follows to another protocol. It calls p.Push(itself) for every message that it emits.
type StreamFunc func(p *Packet, c *Conversation, data []byte) int

// Reject is what a StreamFunc returns when the bytes are not of its protocol.
const Reject = -1

// Protocol is one protocol: everything that the rest of the program needs to know of it.
type Protocol struct {
	// Name is Wireshark's protocol name as in frame.protocols; it stands in packet.layers.
	Name string
	// Title is the name in a summary line and in packet.protocol, as Wireshark's Protocol column has it; Core.Headline may say more.
	Title string
	// Reference is the defining document, for docs/protocols.md.
	Reference string
	// Application marks what network.protocol names.
	Application bool

	Dissect Func
	Stream  StreamFunc
	// Begins is set where tshark 4 has the layer in the segment, too, that has only the beginning of a message; with Options.Wireshark it stands there.
	Begins bool
	// Continues is set where tshark 4 has the layer in a segment, too, that is no message of the protocol but goes on with its conversation, behind a gap
	// or before what is missing; with Options.Wireshark it stands there.
	Continues bool

	// Where it is found.
	LinkTypes   []uint32 // LINKTYPE_ values
	EtherTypes  []uint16
	IPProtocols []uint8
	TCPPorts    []uint16
	UDPPorts    []uint16
	SCTPPorts   []uint16 // Dissect gets one message
	PPPTypes    []uint16
	LLCSAPs     []uint8 // destination SAP
	GREProtocol []uint16
	// GuessTCP and GuessUDP recognise the protocol by its first bytes, whatever the port; nil when they cannot.
	GuessTCP func(data []byte) bool
	GuessUDP func(data []byte) bool
	// AcceptTCP says whether a stream on one of TCPPorts may be the protocol's, where that asks for less than GuessTCP does; nil when it does not.
	AcceptTCP func(data []byte) bool

	// AcceptUDP is that for a datagram on one of UDPPorts which no protocol recognises by its first bytes; nil when GuessUDP has the last word.
	AcceptUDP func(data []byte) bool

	// Summary appends what a summary line says of the packet, from the fields of its record.
	Summary func(dst []byte, v View) []byte

	name, title field.Str
}

// Keyword is the name as an interned text; valid once the protocol is in a Registry.
func (p *Protocol) Keyword() field.Str { return p.name }

// Headline is the title as an interned text; valid once the protocol is in a Registry.
func (p *Protocol) Headline() field.Str { return p.title }

// View gives access to the fields of one record. Of several values it gives the last (innermost).
type View interface {
	Uint(id field.ID) (uint64, bool)
	// Text appends the field's value as it reads in the document, without quotes.
	Text(dst []byte, id field.ID) ([]byte, bool)
	// All calls f with every value of the field, as text, in order.
	All(id field.ID, f func(text []byte))
}

// Registry finds the protocol that speaks next.
type Registry struct {
	All []*Protocol

	byName  map[string]*Protocol
	link    map[uint32]*Protocol
	ether   numbers
	ip      [256]*Protocol
	tcp     numbers
	udp     numbers
	sctp    numbers
	ppp     numbers
	llc     [256]*Protocol
	gre     numbers
	tcpHeur []*Protocol
	udpHeur []*Protocol
}

// NewRegistry builds the tables. Two protocols that claim the same number are an error of the programmer and panic.
func NewRegistry(all ...*Protocol) *Registry {
	r := &Registry{All: all, byName: map[string]*Protocol{}, link: map[uint32]*Protocol{}}
	for _, p := range all {
		p.name, p.title = field.Intern(p.Name), field.Intern(p.Title)
		for _, t := range p.LinkTypes {
			claim(t, p, r.link[t])
			r.link[t] = p
		}
		claim(p.Name, p, r.byName[p.Name])
		r.byName[p.Name] = p
		r.ether.claim(p.EtherTypes, p)
		r.tcp.claim(p.TCPPorts, p)
		r.udp.claim(p.UDPPorts, p)
		r.sctp.claim(p.SCTPPorts, p)
		r.ppp.claim(p.PPPTypes, p)
		r.gre.claim(p.GREProtocol, p)
		for _, n := range p.IPProtocols {
			r.ip[n] = p
		}
		for _, n := range p.LLCSAPs {
			r.llc[n] = p
		}
		if p.GuessTCP != nil {
			r.tcpHeur = append(r.tcpHeur, p)
		}
		if p.GuessUDP != nil {
			r.udpHeur = append(r.udpHeur, p)
		}
	}
	return r
}

// claim panics when another protocol has a number that p claims.
func claim(number any, p, other *Protocol) {
	if other != nil {
		panic(fmt.Sprintf("%s and %s both claim %v", other.Name, p.Name, number))
	}
}
