// SPDX-License-Identifier: Apache-2.0

package ipv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/field"
)

const fragmentLen = 8

// Fragment is the fragment header. A datagram of one fragment (RFC 6946) goes on as if it had none.
var Fragment = &dissect.Protocol{
	Name: "ipv6.fraghdr", Title: "IPv6 fragment", Reference: "RFC 8200, 4.5",
	IPProtocols: []uint8{44}, Dissect: decodeFragment, Summary: summary,
}

var (
	fragment  = field.Group("ipv6.fraghdr")
	fFragNext = fragment.Add("nxt", field.Uint8, "ipv6.fraghdr.nxt", "Next header of the fragment header")
	fOffset   = fragment.Add("offset", field.Uint16, "ipv6.fraghdr.offset", "Fragment offset, units of 8 bytes")
	fMore     = fragment.Add("more", field.Bool, "ipv6.fraghdr.more", "More fragments")
	joined    = ip.NewJoinedFields(field.Group("ipv6"), "ipv6")
	fIdent    = fragment.Add("ident", field.Uint32, "ipv6.fraghdr.ident", "Identification of the fragmented datagram")
)

func decodeFragment(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fragmentLen) {
		return
	}
	next, word, ident := b[0], binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	offset, more := int(word&^7), word&1 != 0
	p.Out.Uint(fFragNext, uint64(next))
	p.Out.Uint(fOffset, uint64(word>>3))
	p.Out.Bool(fMore, more)
	p.Out.Uint(fIdent, uint64(ident))
	p.Core.IPProtocol = next
	b, wire = b[fragmentLen:], wire-fragmentLen
	if offset == 0 && !more {
		p.IPProtocol(next, b, wire)
		return
	}
	var j dissect.Joined
	if wire > 0 && !p.Quoted {
		key := dissect.FragmentKey{Src: p.Core.Source.Addr, Dst: p.Core.Destination.Addr, ID: ident, VLAN: ip.InnerVLAN(p), Tunnel: p.TunnelKey()}
		j = p.State.Fragment(p, key, dissect.Fragment{Offset: offset, More: more, Data: b, Whole: len(b) >= wire})
		joined.Write(p.Out, &j)
		if j.Payload == nil && len(b) >= wire {
			return
		}
	}
	ip.Join(p, fWhole, next, j.Payload, b, wire, offset)
}
