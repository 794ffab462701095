// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var (
	ra          = field.Group("icmpv6.nd.ra")
	fHopLimit   = ra.Add("cur_hop_limit", field.Uint8, "icmpv6.nd.ra.cur_hop_limit", "Hop limit that hosts should use")
	fManaged    = ra.Add("flag.m", field.Bool, "icmpv6.nd.ra.flag.m", "Managed addresses")
	fOther      = ra.Add("flag.o", field.Bool, "icmpv6.nd.ra.flag.o", "Other configuration")
	fHomeAgent  = ra.Add("flag.h", field.Bool, "icmpv6.nd.ra.flag.h", "Home agent", field.Rare, field.Detail)
	fPreference = ra.Add("flag.prf", field.Uint8, "icmpv6.nd.ra.flag.prf", "Router preference: 0 medium, 1 high, 3 low")
	fProxy      = ra.Add("flag.p", field.Bool, "icmpv6.nd.ra.flag.p", "Proxy", field.Rare, field.Detail)
	fRouterLife = ra.Add("router_lifetime", field.Uint16, "icmpv6.nd.ra.router_lifetime", "Lifetime as default router, seconds")
	fReachable  = ra.Add("reachable_time", field.Uint32, "icmpv6.nd.ra.reachable_time", "Reachable time, milliseconds", field.Rare, field.Detail)
	fRetrans    = ra.Add("retrans_timer", field.Uint32, "icmpv6.nd.ra.retrans_timer", "Retransmission timer, milliseconds", field.Rare, field.Detail)
	nd          = field.Group("icmpv6.nd")
	fSolicited  = nd.Add("ns.target_address", field.IP, "icmpv6.nd.ns.target_address", "Target of a neighbor solicitation")
	fFromRouter = nd.Add("na.flag.r", field.Bool, "icmpv6.nd.na.flag.r", "The neighbor is a router")
	fAnswer     = nd.Add("na.flag.s", field.Bool, "icmpv6.nd.na.flag.s", "Solicited")
	fOverride   = nd.Add("na.flag.o", field.Bool, "icmpv6.nd.na.flag.o", "Override")
	fAdvertised = nd.Add("na.target_address", field.IP, "icmpv6.nd.na.target_address", "Target of a neighbor advertisement")
	fBetter     = nd.Add("rd.target_address", field.IP, "icmpv6.nd.rd.target_address", "Better first hop of a redirect")
	fRedirected = fields.Add("rd.na.destination_address", field.IP, "icmpv6.rd.na.destination_address", "Destination of a redirect")
)

// neighbor writes a message of neighbor discovery (RFC 4861, 4).
func neighbor(p *dissect.Packet, kind uint8, b []byte, wire int) {
	n := [...]int{restLen, 16, 24, 24, 40}[kind-routerSolicit]
	if kind == routerAdvert {
		p.Out.Uint(fHopLimit, uint64(b[4]))
		p.Out.Bool(fManaged, b[5]&0x80 != 0)
		p.Out.Bool(fOther, b[5]&0x40 != 0)
		p.Out.Bool(fHomeAgent, b[5]&0x20 != 0)
		p.Out.Uint(fPreference, uint64(b[5]>>3&3))
		p.Out.Bool(fProxy, b[5]&4 != 0)
		p.Out.Uint(fRouterLife, uint64(binary.BigEndian.Uint16(b[6:])))
	}
	if !p.Need(b, wire, n) {
		return
	}
	switch kind {
	case routerAdvert:
		p.Out.Uint(fReachable, uint64(binary.BigEndian.Uint32(b[8:])))
		p.Out.Uint(fRetrans, uint64(binary.BigEndian.Uint32(b[12:])))
	case neighborSolicit:
		p.Out.IP(fSolicited, b[8:24])
	case neighborAdvert:
		p.Out.Bool(fFromRouter, b[4]&0x80 != 0)
		p.Out.Bool(fAnswer, b[4]&0x40 != 0)
		p.Out.Bool(fOverride, b[4]&0x20 != 0)
		p.Out.IP(fAdvertised, b[8:24])
	case redirect:
		p.Out.IP(fBetter, b[8:24])
		p.Out.IP(fRedirected, b[24:40])
	}
	options(p, b[n:], wire-n)
}
