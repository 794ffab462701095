// SPDX-License-Identifier: Apache-2.0

package dissect

// Link returns who dissects a link type, nil when nobody does.
func (r *Registry) Link(t uint32) *Protocol { return r.link[t] }

// EtherType returns who dissects an EtherType, nil when nobody does.
func (r *Registry) EtherType(t uint16) *Protocol { return r.ether.at(t) }

// IPProtocol returns who dissects an IANA protocol number, nil when nobody does.
func (r *Registry) IPProtocol(n uint8) *Protocol { return r.ip[n] }

// Named returns the protocol of that name, nil when there is none.
func (r *Registry) Named(name string) *Protocol { return r.byName[name] }

// CallName hands b to the protocol of that name, where no number names it.
func (p *Packet) CallName(name string, b []byte, wire int) { p.Call(p.Registry.byName[name], b, wire) }

// EtherType hands b to the protocol of an EtherType (IEEE 802).
func (p *Packet) EtherType(t uint16, b []byte, wire int) {
	p.Core.EtherType = t
	p.Call(p.Registry.ether.at(t), b, wire)
}

// IPProtocol hands b to the protocol of an IANA protocol number.
func (p *Packet) IPProtocol(n uint8, b []byte, wire int) {
	p.Carry(b)
	p.Call(p.Registry.ip[n], b, wire)
}

// Carry notes what an IP, TCP or UDP header carries.
func (p *Packet) Carry(b []byte) {
	if !p.InQuote {
		p.Payload = b
	}
}

// PPP hands b to the protocol of a PPP DLL protocol number.
func (p *Packet) PPP(n uint16, b []byte, wire int) { p.Call(p.Registry.ppp.at(n), b, wire) }

// LLC hands b to the protocol of an IEEE 802.2 destination SAP.
func (p *Packet) LLC(sap uint8, b []byte, wire int) { p.Call(p.Registry.llc[sap], b, wire) }

// GRE hands b to the protocol of a GRE protocol type: its own table first, then the EtherTypes.
func (p *Packet) GRE(t uint16, b []byte, wire int) {
	if n := p.Registry.gre.at(t); n != nil {
		p.Call(n, b, wire)
		return
	}
	p.EtherType(t, b, wire)
}

// UDPApplication finds who speaks over a UDP flow: whom the conversation expects, then whose port it is, the lower first, and whose first bytes they
// are as well where a protocol knows its own; then the first bytes alone, then whose port it is and who asks for less there.
func (p *Packet) UDPApplication(c *Conversation, b []byte) *Protocol {
	if c != nil && c.App != nil {
		return c.App
	}
	lo, hi := p.Core.Source.Port, p.Core.Destination.Port
	if lo > hi {
		lo, hi = hi, lo
	}
	for _, port := range [2]uint16{lo, hi} {
		if a := p.Registry.udp.at(port); a != nil && (a.GuessUDP == nil || a.GuessUDP(b)) {
			return a
		}
	}
	for _, h := range p.Registry.udpHeur {
		if h.GuessUDP(b) {
			return h
		}
	}
	for _, port := range [2]uint16{lo, hi} {
		if a := p.Registry.udp.at(port); a != nil && a.AcceptUDP != nil && a.AcceptUDP(b) {
			return a
		}
	}
	return nil
}

// portApplication is the application that has one of the packet's ports, the lower first, whatever the bytes are.
func (p *Packet) portApplication() *Protocol {
	const tcp, udp = 6, 17
	c := &p.Core
	ports := &p.Registry.tcp
	switch {
	case !c.Ports || c.IPProtocol != tcp && c.IPProtocol != udp:
		return nil
	case c.IPProtocol == udp:
		ports = &p.Registry.udp
	}
	lo, hi := min(c.Source.Port, c.Destination.Port), max(c.Source.Port, c.Destination.Port)
	for _, port := range [2]uint16{lo, hi} {
		if a := ports.at(port); a != nil && a.Application {
			return a
		}
	}
	return nil
}

// TCPApplication finds who speaks over a TCP stream, as UDPApplication does.
func (p *Packet) TCPApplication(c *Conversation, b []byte) *Protocol {
	lo, hi := p.Core.Source.Port, p.Core.Destination.Port
	if lo > hi {
		lo, hi = hi, lo
	}
	for _, port := range [2]uint16{lo, hi} {
		if a := p.Registry.tcp.at(port); a != nil && a.acceptsTCP(b) {
			return a
		}
	}
	for _, h := range p.Registry.tcpHeur {
		if h.GuessTCP(b) {
			return h
		}
	}
	return nil
}

// acceptsTCP reports whether b may start a stream on one of the protocol's own ports.
func (a *Protocol) acceptsTCP(b []byte) bool {
	switch {
	case a.AcceptTCP != nil:
		return a.AcceptTCP(b)
	case a.GuessTCP != nil:
		return a.GuessTCP(b)
	}
	return true
}

// SCTPApplication finds who speaks over an SCTP association, by the ports, the lower first.
func (p *Packet) SCTPApplication() *Protocol {
	lo, hi := min(p.Core.Source.Port, p.Core.Destination.Port), max(p.Core.Source.Port, p.Core.Destination.Port)
	if a := p.Registry.sctp.at(lo); a != nil {
		return a
	}
	return p.Registry.sctp.at(hi)
}
