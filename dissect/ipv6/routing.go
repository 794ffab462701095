// SPDX-License-Identifier: Apache-2.0

package ipv6

import (
	"encoding/binary"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Routing types (IANA).
const (
	routingSource  = 0 // RFC 2460, deprecated by RFC 5095
	routingMobile  = 2 // RFC 6275
	routingRPL     = 3 // RFC 6554
	routingSegment = 4 // RFC 8754
)

// Routing is the routing header.
var Routing = &dissect.Protocol{
	Name: "ipv6.routing", Title: "IPv6 routing", Reference: "RFC 8200, 4.4",
	IPProtocols: []uint8{43}, Dissect: decodeRouting, Summary: summary,
}

var (
	routing      = field.Group("ipv6.routing")
	fRouteNext   = routing.Add("nxt", field.Uint8, "ipv6.routing.nxt", "Next header of the routing header")
	fRouteType   = routing.Add("type", field.Uint8, "ipv6.routing.type", "Routing type")
	fSegLeft     = routing.Add("segleft", field.Uint8, "ipv6.routing.segleft", "Segments left")
	fSourceAddr  = routing.Add("src.addr", field.IP, "ipv6.routing.src.addr", "Addresses of a source route (type 0)")
	fHomeAddr    = routing.Add("mipv6.home_address", field.IP, "ipv6.routing.mipv6.home_address", "Home address (type 2)")
	fCmprI       = routing.Add("rpl.cmpr_i", field.Uint8, "ipv6.routing.rpl.cmprI", "Prefix bytes left out of all addresses but the last (type 3)", field.Rare, field.Detail)
	fCmprE       = routing.Add("rpl.cmpr_e", field.Uint8, "ipv6.routing.rpl.cmprE", "Prefix bytes left out of the last address (type 3)", field.Rare, field.Detail)
	fRPLAddr     = routing.Add("rpl.full_address", field.IP, "ipv6.routing.rpl.full_address", "Addresses of an RPL source route (type 3)")
	fLastEntry   = routing.Add("srh.last_entry", field.Uint8, "ipv6.routing.srh.last_entry", "Index of the last segment (type 4)", field.Rare, field.Detail)
	fSRHFlags    = routing.Add("srh.flags", field.Uint8, "ipv6.routing.srh.flags", "Segment routing flags (type 4)", field.Rare, field.Detail)
	fSRHTag      = routing.Add("srh.tag", field.Hex, "ipv6.routing.srh.tag", "Segment routing tag (type 4)", field.Rare, field.Detail)
	fSegmentAddr = routing.Add("srh.addr", field.IP, "ipv6.routing.srh.addr", "Segment list, the last segment first (type 4)")
)

func decodeRouting(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fRouteNext, uint64(b[0]))
	if len(b) >= 4 {
		p.Out.Uint(fRouteType, uint64(b[2]))
		p.Out.Uint(fSegLeft, uint64(b[3]))
	}
	if !p.Need(b, wire, 8) {
		return
	}
	n := extLen(b)
	if !p.Need(b, wire, n) {
		return
	}
	if final := addresses(p, b[2], b[4:n]); b[3] > 0 && final.IsValid() {
		p.Core.Destination.Addr = final
	}
	follow(p, b[0], b[n:], wire-n)
}

// addresses writes what follows the segments left and returns the last address of the route, invalid where there is none.
func addresses(p *dissect.Packet, kind uint8, v []byte) (final netip.Addr) {
	switch kind {
	case routingSource, routingMobile:
		id := fSourceAddr
		if kind == routingMobile {
			id = fHomeAddr
		}
		for v = v[4:]; len(v) >= 16; v = v[16:] {
			p.Out.IP(id, v[:16])
			final = netip.AddrFrom16([16]byte(v))
		}
	case routingRPL:
		return compressed(p, v)
	case routingSegment:
		p.Out.Uint(fLastEntry, uint64(v[0]))
		p.Out.Uint(fSRHFlags, uint64(v[1]))
		p.Out.Bytes(fSRHTag, v[2:4])
		segments := int(v[0]) + 1
		for v = v[4:]; len(v) >= 16 && segments > 0; v = v[16:] {
			p.Out.IP(fSegmentAddr, v[:16])
			if !final.IsValid() {
				final = netip.AddrFrom16([16]byte(v))
			}
			segments--
		}
	}
	return final
}

// compressed expands the addresses of an RPL source route, whose prefixes are those of the destination (RFC 6554, 3).
func compressed(p *dissect.Packet, v []byte) (final netip.Addr) {
	first := binary.BigEndian.Uint32(v)
	inner, last, pad := int(first>>28), int(first>>24&15), int(first>>20&15)
	p.Out.Uint(fCmprI, uint64(inner))
	p.Out.Uint(fCmprE, uint64(last))
	if v = v[4:]; pad >= len(v) {
		return final
	}
	v = v[:len(v)-pad]
	addr := p.Core.Destination.Addr.As16()
	for len(v) > 0 {
		prefix := inner
		if len(v) == 16-last {
			prefix = last
		}
		if len(v) < 16-prefix {
			p.Bad()
			return final
		}
		v = v[copy(addr[prefix:], v):]
		final = netip.AddrFrom16(addr)
		p.Out.Addr(fRPLAddr, final)
	}
	return final
}
