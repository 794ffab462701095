// SPDX-License-Identifier: Apache-2.0

package ipv6

import (
	"encoding/binary"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Option types (IANA, Internet Protocol Version 6 parameters).
const (
	optPad1        = 0x00
	optTunnelLimit = 0x04
	optRouterAlert = 0x05
	optCALIPSO     = 0x07
	optPDM         = 0x0f
	optRPL         = 0x23
	optQuickStart  = 0x26
	optPathMTU     = 0x30
	optRPLOld      = 0x63
	optLineID      = 0x8c
	optJumbo       = 0xc2
	optHomeAddress = 0xc9
	optDFF         = 0xee
)

// HopByHop and Destination are the two headers of options.
var (
	HopByHop = &dissect.Protocol{
		Name: "ipv6.hopopts", Title: "IPv6 hop-by-hop options", Reference: "RFC 8200, 4.3",
		IPProtocols: []uint8{hopByHop}, Summary: summary, Dissect: func(p *dissect.Packet, b []byte, wire int) { decodeOptions(p, b, wire, fHopNext) },
	}
	Destination = &dissect.Protocol{
		Name: "ipv6.dstopts", Title: "IPv6 destination options", Reference: "RFC 8200, 4.6",
		IPProtocols: []uint8{60}, Summary: summary, Dissect: func(p *dissect.Packet, b []byte, wire int) { decodeOptions(p, b, wire, fDestNext) },
	}
)

var (
	fHopNext  = fields.Add("hopopts.nxt", field.Uint8, "ipv6.hopopts.nxt", "Next header of the hop-by-hop options")
	fDestNext = fields.Add("dstopts.nxt", field.Uint8, "ipv6.dstopts.nxt", "Next header of the destination options")
	opt       = field.Group("ipv6.opt")
	fOpt      = opt.Add("type", field.Uint8, "ipv6.opt.type", "Types of the options in order, padding included", field.List)
	fLimit    = opt.Add("tel", field.Uint8, "ipv6.opt.tel", "Tunnel encapsulation limit (RFC 2473)", field.Rare, field.Detail)
	fAlert    = opt.Add("router_alert", field.Uint16, "ipv6.opt.router_alert", "Router alert value (RFC 2711)")
	fDOI      = opt.Add("calipso.doi", field.Uint32, "ipv6.opt.calipso.doi", "CALIPSO domain of interpretation (RFC 5570)", field.Rare, field.Detail)
	fLevel    = opt.Add("calipso.sens_level", field.Uint8, "ipv6.opt.calipso.sens_level", "CALIPSO sensitivity level", field.Rare, field.Detail)
	fPSNThis  = opt.Add("pdm.psn_this_pkt", field.Uint16, "ipv6.opt.pdm.psn_this_pkt", "Packet sequence number of this packet (RFC 8250)", field.Rare, field.Detail)
	fPSNLast  = opt.Add("pdm.psn_last_recv", field.Uint16, "ipv6.opt.pdm.psn_last_recv", "Packet sequence number last received (RFC 8250)", field.Rare, field.Detail)
	fRPLFlags = opt.Add("rpl.flag", field.Uint8, "ipv6.opt.rpl.flag", "RPL option's flags (RFC 6553)", field.Rare, field.Detail)
	fRPLInst  = opt.Add("rpl.instance_id", field.Uint8, "ipv6.opt.rpl.instance_id", "RPL instance", field.Rare, field.Detail)
	fRPLRank  = opt.Add("rpl.sender_rank", field.Uint16, "ipv6.opt.rpl.sender_rank", "RPL rank of the sender", field.Rare, field.Detail)
	fQSFunc   = opt.Add("qs_func", field.Uint8, "ipv6.opt.qs_func", "Quick-Start function (RFC 4782)", field.Rare, field.Detail)
	fQSRate   = opt.Add("qs_rate", field.Uint8, "ipv6.opt.qs_rate", "Quick-Start rate", field.Rare, field.Detail)
	fQSTTL    = opt.Add("qs_ttl", field.Uint8, "ipv6.opt.qs_ttl", "Quick-Start TTL", field.Rare, field.Detail)
	fMTUMin   = opt.Add("pmtu.min", field.Uint16, "ipv6.opt.pmtu.min", "Least path MTU so far (RFC 9268), bytes", field.Rare, field.Detail)
	fMTUBack  = opt.Add("pmtu.rtn", field.Uint16, "ipv6.opt.pmtu.rtn", "Path MTU returned (RFC 9268), bytes", field.Rare, field.Detail)
	fLineID   = opt.Add("lio.line_id", field.Keyword, "ipv6.opt.lio.line_id", "Line identification (RFC 6788)", field.Rare, field.Detail)
	fJumbo    = opt.Add("jumbo", field.Uint32, "ipv6.opt.jumbo", "Jumbo payload length (RFC 2675), bytes")
	fHome     = opt.Add("mipv6.home_address", field.IP, "ipv6.opt.mipv6.home_address", "Home address of a mobile node (RFC 6275)")
	fDFFFlags = opt.Add("dff.flags", field.Uint8, "ipv6.opt.dff.flags", "Depth-first forwarding flags (RFC 6971)", field.Rare, field.Detail)
	fDFFSeq   = opt.Add("dff.sequence_number", field.Uint16, "ipv6.opt.dff.sequence_number", "Depth-first forwarding sequence number", field.Rare, field.Detail)
)

// extLen is the length of an extension header that counts its 8-byte units after the first, bytes.
func extLen(b []byte) int { return (int(b[1]) + 1) * 8 }

// follow hands on what comes after an extension header.
func follow(p *dissect.Packet, next uint8, b []byte, wire int) {
	p.Core.IPProtocol = next
	p.IPProtocol(next, b, wire)
}

func decodeOptions(p *dissect.Packet, b []byte, wire int, id field.ID) {
	p.Out.Uint(id, uint64(b[0]))
	if !p.Need(b, wire, 2) {
		return
	}
	n := extLen(b)
	options(p, b[2:min(n, len(b))])
	if p.Need(b, wire, n) {
		follow(p, b[0], b[n:], wire-n)
	}
}

// options writes types and contents; an option that the capture cut is left out.
func options(p *dissect.Packet, b []byte) {
	for len(b) > 0 {
		p.Out.Uint(fOpt, uint64(b[0]))
		if b[0] == optPad1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || int(b[1])+2 > len(b) {
			p.Bad()
			return
		}
		n := int(b[1]) + 2
		option(p, b[0], b[2:n])
		b = b[n:]
	}
}

func option(p *dissect.Packet, kind uint8, v []byte) {
	out := p.Out
	switch {
	case kind == optTunnelLimit && len(v) == 1:
		out.Uint(fLimit, uint64(v[0]))
	case kind == optRouterAlert && len(v) == 2:
		out.Uint(fAlert, uint64(binary.BigEndian.Uint16(v)))
	case kind == optCALIPSO && len(v) >= 8:
		out.Uint(fDOI, uint64(binary.BigEndian.Uint32(v)))
		out.Uint(fLevel, uint64(v[5]))
	case kind == optPDM && len(v) == 10:
		out.Uint(fPSNThis, uint64(binary.BigEndian.Uint16(v[2:])))
		out.Uint(fPSNLast, uint64(binary.BigEndian.Uint16(v[4:])))
	case (kind == optRPL || kind == optRPLOld) && len(v) >= 4:
		out.Uint(fRPLFlags, uint64(v[0]))
		out.Uint(fRPLInst, uint64(v[1]))
		out.Uint(fRPLRank, uint64(binary.BigEndian.Uint16(v[2:])))
	case kind == optQuickStart && len(v) == 6:
		out.Uint(fQSFunc, uint64(v[0]>>4))
		out.Uint(fQSRate, uint64(v[0]&15))
		out.Uint(fQSTTL, uint64(v[1]))
	case kind == optPathMTU && len(v) == 4:
		out.Uint(fMTUMin, uint64(binary.BigEndian.Uint16(v)))
		out.Uint(fMTUBack, uint64(binary.BigEndian.Uint16(v[2:])&0xfffe))
	case kind == optLineID && len(v) >= 1 && int(v[0]) < len(v):
		out.Text(fLineID, v[1:1+int(v[0])])
	case kind == optJumbo && len(v) == 4:
		out.Uint(fJumbo, uint64(binary.BigEndian.Uint32(v)))
	case kind == optHomeAddress && len(v) == 16:
		// To the layers above, the packet comes from there (RFC 6275, 6.3).
		out.IP(fHome, v)
		p.Core.Source.Addr, _ = netip.AddrFromSlice(v)
	case kind == optDFF && len(v) >= 3:
		out.Uint(fDFFFlags, uint64(v[0]))
		out.Uint(fDFFSeq, uint64(binary.BigEndian.Uint16(v[1:])))
	}
}
