// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"strings"
	"sync"

	"github.com/espbeat/espbeat/field"
)

// The packet that an ICMP or ICMPv6 error quotes, by its innermost headers. They are fields of their own, so that source.* and destination.* stay the error's.
var (
	original     = field.Group("icmp.original")
	fOrigSrcIP   = original.Add("source.ip", field.IP, "", "Source address of the packet that an ICMP or ICMPv6 error quotes")
	fOrigSrcPort = original.Add("source.port", field.Uint16, "", "Source port of the quoted packet")
	fOrigDstIP   = original.Add("destination.ip", field.IP, "", "Destination address of the quoted packet")
	fOrigDstPort = original.Add("destination.port", field.Uint16, "", "Destination port of the quoted packet")
	fOrigTrans   = original.Add("transport", field.Keyword, "", "Transport of the quoted packet, in IANA's lower case")
	fOrigProto   = original.Add("protocol", field.Keyword, "", "Application protocol of the quoted packet's flow, else that of its ports")
	fOrigFlow    = original.Add("flow_id", field.Keyword, "", "flow.id of the quoted packet's conversation, where that is known")
)

// Quote dissects the packet that an ICMP error quotes, which starts with a header of EtherType t. Its layers are listed like any
// others, but the document speaks of the packet that was captured: Core, the conversation and the packet's state stay those of the
// outer packet, and of the quote's fields only those of the network layer (ip.*, ipv6.*, icmp.*, icmpv6.*) are kept, behind the
// outer ones, as Wireshark lists them. What the quote says is summed up in icmp.original.*. A quote is cut by its maker, so it is neither
// truncated nor malformed. b must not be empty.
func (p *Packet) Quote(t uint16, b []byte, wire int) {
	p.aside(func() { p.EtherType(t, b, wire) }, true)
}

// Sample dissects a packet that another one reports (sFlow) as Quote does, from link on; nothing sums it up, because there may be many.
func (p *Packet) Sample(link *Protocol, b []byte, wire int) {
	p.aside(func() { p.Call(link, b, wire) }, false)
}

// aside calls dissect for a packet within the packet. sum says that icmp.original.* is to sum it up.
func (p *Packet) aside(dissect func(), sum bool) {
	outer := *p
	mark := p.Out.Len()
	p.Core = Core{}
	p.Quoted, p.InQuote = true, true
	dissect()
	keepNetwork(p.Out, mark)
	core, layers, depth := p.Core, p.Layers, p.Depth
	var conv *Conversation
	if core.Networks > 0 {
		conv = p.State.Known(p)
		core.Application = p.portApplication()
		if conv != nil && conv.App != nil {
			core.Application = conv.App
		}
	}
	*p = outer
	p.Layers, p.Depth = layers, depth
	if p.QuotedFrom == 0 {
		p.QuotedFrom = outer.Depth
	}
	if sum && core.Networks > 0 && !p.InQuote { // of a quote within a quote, the outer one is this packet's
		sumUp(p.Out, &core, conv)
	}
}

func sumUp(out *field.Buffer, c *Core, conv *Conversation) {
	out.Addr(fOrigSrcIP, c.Source.Addr)
	out.Addr(fOrigDstIP, c.Destination.Addr)
	out.Addr(field.RelatedIP, c.Source.Addr)
	out.Addr(field.RelatedIP, c.Destination.Addr)
	if c.Ports {
		out.Uint(fOrigSrcPort, uint64(c.Source.Port))
		out.Uint(fOrigDstPort, uint64(c.Destination.Port))
	}
	if name, ok := TransportName(c.IPProtocol); ok {
		out.Const(fOrigTrans, name)
	}
	if c.Application != nil {
		out.Const(fOrigProto, c.Application.Keyword())
	}
	if conv != nil {
		out.String(fOrigFlow, conv.ID)
	}
}

var networkFields = sync.OnceValue(func() []bool {
	defs := field.Seal().Defs
	is := make([]bool, len(defs))
	for i := range defs {
		if strings.HasPrefix(defs[i].Name, "icmp.original.") {
			continue // of a quote within the quote
		}
		switch group, _, _ := strings.Cut(defs[i].Name, "."); group {
		case "ip", "ipv6", "icmp", "icmpv6":
			is[i] = true
		}
	}
	return is
})

// keepNetwork drops the entries from mark on that are not of the network layer.
func keepNetwork(out *field.Buffer, mark int) {
	is := networkFields()
	kept := mark
	for _, e := range out.Entries[mark:] {
		if is[e.ID] {
			out.Entries[kept] = e
			kept++
		}
	}
	out.Truncate(kept)
}
