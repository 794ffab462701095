// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"strings"
	"sync"

	"github.com/espbeat/espbeat/field"
)

// Quote dissects the packet that an ICMP error quotes, which starts with a header of EtherType t. Its layers are listed like any
// others, but the document speaks of the packet that was captured: Core, the conversation and the packet's state stay those of the
// outer packet, and of the quote's fields only those of the network layer (ip.*, ipv6.*, icmp.*, icmpv6.*) are kept, behind the
// outer ones, as Wireshark lists them. A quote is cut by its maker, so it is neither truncated nor malformed. b must not be empty.
func (p *Packet) Quote(t uint16, b []byte, wire int) {
	outer := *p
	mark := p.Out.Len()
	p.Quoted = true
	p.EtherType(t, b, wire)
	keepNetwork(p.Out, mark)
	layers, depth := p.Layers, p.Depth
	*p = outer
	p.Layers, p.Depth = layers, depth
	if p.QuotedFrom == 0 {
		p.QuotedFrom = outer.Depth
	}
}

var networkFields = sync.OnceValue(func() []bool {
	defs := field.Seal().Defs
	is := make([]bool, len(defs))
	for i := range defs {
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
