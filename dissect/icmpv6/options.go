// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Option types of neighbor discovery (IANA).
const (
	optSourceLink    = 1
	optTargetLink    = 2
	optPrefix        = 3
	optRedirected    = 4
	optMTU           = 5
	optInterval      = 7
	optHomeAgent     = 8
	optSourceList    = 9
	optTargetList    = 10
	optTimestamp     = 13
	optNonce         = 14
	optRoute         = 24
	optRDNSS         = 25
	optFlags         = 26
	optDNSSL         = 31
	optAddress       = 33
	optContext       = 34
	optBorder        = 35
	optCaptivePortal = 37
	optPREF64        = 38
)

var (
	opt         = field.Group("icmpv6.opt")
	fOpt        = opt.Add("type", field.Uint8, "icmpv6.opt.type", "Types of the options in order", field.List)
	fOptLen     = opt.Add("length", field.Uint8, "icmpv6.opt.length", "Lengths of the options, units of 8 bytes", field.List, field.Rare, field.Detail)
	fLink       = opt.Add("linkaddr", field.Hex, "icmpv6.opt.linkaddr", "Link-layer address of source or target")
	fPrefix     = opt.Add("prefix.address", field.IP, "icmpv6.opt.prefix", "Prefixes")
	fPrefixLen  = opt.Add("prefix.length", field.Uint8, "icmpv6.opt.prefix.length", "Lengths of the prefixes, bits")
	fOnLink     = opt.Add("prefix.flag.l", field.Bool, "icmpv6.opt.prefix.flag.l", "On-link", field.Rare, field.Detail)
	fAutonomous = opt.Add("prefix.flag.a", field.Bool, "icmpv6.opt.prefix.flag.a", "For autonomous address configuration", field.Rare)
	fRouterAddr = opt.Add("prefix.flag.r", field.Bool, "icmpv6.opt.prefix.flag.r", "Holds the router's address", field.Rare, field.Detail)
	fValid      = opt.Add("prefix.valid_lifetime", field.Uint32, "icmpv6.opt.prefix.valid_lifetime", "Valid lifetime, seconds")
	fPreferred  = opt.Add("prefix.preferred_lifetime", field.Uint32, "icmpv6.opt.prefix.preferred_lifetime", "Preferred lifetime, seconds")
	fOptMTU     = opt.Add("mtu", field.Uint32, "icmpv6.opt.mtu", "MTU of the link, bytes")
	fInterval   = opt.Add("advertisement_interval", field.Uint32, "icmpv6.opt.advertisement_interval", "Advertisement interval, milliseconds", field.Rare, field.Detail)
	fHAPref     = opt.Add("home_agent_preference", field.Uint16, "icmpv6.opt.home_agent_preference", "Home agent preference", field.Rare, field.Detail)
	fHALife     = opt.Add("home_agent_lifetime", field.Uint16, "icmpv6.opt.home_agent_lifetime", "Home agent lifetime, seconds", field.Rare, field.Detail)
	fAddress    = opt.Add("ipv6_address", field.IP, "icmpv6.opt.ipv6_address", "Addresses of a source or target list", field.Rare, field.Detail)
	fOptTime    = opt.Add("timestamp", field.Hex, "icmpv6.opt.timestamp", "SEND timestamp: 48 bits of seconds, 16 of fraction", field.Rare, field.Detail)
	fOptNonce   = opt.Add("nonce", field.Hex, "icmpv6.opt.nonce", "SEND nonce", field.Rare, field.Detail)
	fRoutePref  = opt.Add("route_info.flag.route_preference", field.Uint8, "icmpv6.opt.route_info.flag.route_preference", "Route preference", field.Rare, field.Detail)
	fRouteLife  = opt.Add("route_lifetime", field.Uint32, "icmpv6.opt.route_lifetime", "Route lifetime, seconds", field.Rare, field.Detail)
	fRDNSSLife  = opt.Add("rdnss.lifetime", field.Uint32, "icmpv6.opt.rdnss.lifetime", "Lifetime of the DNS servers, seconds", field.Rare, field.Detail)
	fRDNSS      = opt.Add("rdnss.address", field.IP, "icmpv6.opt.rdnss", "DNS servers")
	fExtFlags   = opt.Add("efo", field.Uint16, "icmpv6.opt.efo", "Flags of the flags expansion option", field.Rare, field.Detail)
	fDNSSLLife  = opt.Add("dnssl.lifetime", field.Uint32, "icmpv6.opt.dnssl.lifetime", "Lifetime of the search list, seconds", field.Rare, field.Detail)
	fDNSSL      = opt.Add("dnssl.name", field.Keyword, "icmpv6.opt.dnssl", "DNS search list")
	fAROStatus  = opt.Add("aro.status", field.Uint8, "icmpv6.opt.aro.status", "Status of an address registration", field.Rare, field.Detail)
	fAROLife    = opt.Add("aro.registration_lifetime", field.Uint16, "icmpv6.opt.aro.registration_lifetime", "Registration lifetime, minutes", field.Rare, field.Detail)
	fAROEUI     = opt.Add("aro.eui64", field.MAC, "icmpv6.opt.aro.eui64", "Registering node", field.Rare, field.Detail)
	fContext    = opt.Add("6co.context_prefix", field.IP, "icmpv6.opt.6co.context_prefix", "6LoWPAN context prefix", field.Rare, field.Detail)
	fContextLen = opt.Add("6co.context_length", field.Uint8, "icmpv6.opt.6co.context_length", "Length of the 6LoWPAN context prefix, bits", field.Rare, field.Detail)
	fBorder     = opt.Add("abro.6lbr_address", field.IP, "icmpv6.opt.abro.6lbr_address", "6LoWPAN border router", field.Rare, field.Detail)
	fCaptive    = opt.Add("captive_portal", field.Wildcard, "icmpv6.opt.captive_portal", "Captive portal's URI")
	fPREF64     = opt.Add("pref64.prefix", field.IP, "icmpv6.opt.pref64.prefix", "NAT64 prefix")
	fPREF64Life = opt.Add("pref64.scaled_lifetime", field.Uint16, "icmpv6.opt.pref64.scaled_lifetime", "Lifetime of the NAT64 prefix, units of 8 s", field.Rare, field.Detail)
)

// options writes the options (RFC 4861, 4.6): type, length in units of 8 bytes, value. A length of 0 ends them.
func options(p *dissect.Packet, b []byte, wire int) {
	for wire > 0 {
		if !p.Need(b, wire, 2) {
			return
		}
		n := int(b[1]) * 8
		p.Out.Uint(fOpt, uint64(b[0]))
		p.Out.Uint(fOptLen, uint64(b[1]))
		if n == 0 {
			p.Bad()
			return
		}
		option(p, b[0], b[2:min(n, len(b))])
		if !p.Need(b, wire, n) {
			return
		}
		b, wire = b[n:], wire-n
	}
}

func option(p *dissect.Packet, kind uint8, v []byte) {
	out := p.Out
	switch {
	case (kind == optSourceLink || kind == optTargetLink) && len(v) >= 6:
		out.Bytes(fLink, v)
	case kind == optPrefix && len(v) >= 30:
		out.Uint(fPrefixLen, uint64(v[0]))
		out.Bool(fOnLink, v[1]&0x80 != 0)
		out.Bool(fAutonomous, v[1]&0x40 != 0)
		out.Bool(fRouterAddr, v[1]&0x20 != 0)
		out.Uint(fValid, uint64(binary.BigEndian.Uint32(v[2:])))
		out.Uint(fPreferred, uint64(binary.BigEndian.Uint32(v[6:])))
		out.IP(fPrefix, v[14:30])
	case kind == optRedirected && len(v) > 6:
		p.Quote(etherType, v[6:len(v):len(v)], len(v)-6)
	case kind == optMTU && len(v) >= 6:
		out.Uint(fOptMTU, uint64(binary.BigEndian.Uint32(v[2:])))
	case kind == optInterval && len(v) >= 6:
		out.Uint(fInterval, uint64(binary.BigEndian.Uint32(v[2:])))
	case kind == optHomeAgent && len(v) >= 6:
		out.Uint(fHAPref, uint64(binary.BigEndian.Uint16(v[2:])))
		out.Uint(fHALife, uint64(binary.BigEndian.Uint16(v[4:])))
	case (kind == optSourceList || kind == optTargetList) && len(v) >= 6:
		sources(p, fAddress, v[6:], len(v)/16)
	case kind == optTimestamp && len(v) >= 14:
		out.Bytes(fOptTime, v[6:14])
	case kind == optNonce:
		out.Bytes(fOptNonce, v)
	case kind == optRoute && len(v) >= 6:
		out.Uint(fPrefixLen, uint64(v[0]))
		out.Uint(fRoutePref, uint64(v[1]>>3&3))
		out.Uint(fRouteLife, uint64(binary.BigEndian.Uint32(v[2:])))
		prefix(p, fPrefix, v[6:])
	default:
		serviceOption(p, kind, v)
	}
}

// serviceOption writes the options that tell hosts of services, and those of 6LoWPAN.
func serviceOption(p *dissect.Packet, kind uint8, v []byte) {
	out := p.Out
	switch {
	case kind == optRDNSS && len(v) >= 6:
		out.Uint(fRDNSSLife, uint64(binary.BigEndian.Uint32(v[2:])))
		sources(p, fRDNSS, v[6:], len(v)/16)
	case kind == optFlags && len(v) >= 2:
		out.Uint(fExtFlags, uint64(binary.BigEndian.Uint16(v)))
	case kind == optDNSSL && len(v) >= 6:
		out.Uint(fDNSSLLife, uint64(binary.BigEndian.Uint32(v[2:])))
		names(p, v[6:])
	case kind == optAddress && len(v) >= 14:
		out.Uint(fAROStatus, uint64(v[0]))
		out.Uint(fAROLife, uint64(binary.BigEndian.Uint16(v[4:])))
		out.MAC(fAROEUI, v[6:14])
	case kind == optContext && len(v) >= 6:
		out.Uint(fContextLen, uint64(v[0]))
		prefix(p, fContext, v[6:])
	case kind == optBorder && len(v) >= 22:
		out.IP(fBorder, v[6:22])
	case kind == optCaptivePortal:
		for len(v) > 0 && v[len(v)-1] == 0 {
			v = v[:len(v)-1]
		}
		out.Text(fCaptive, v)
	case kind == optPREF64 && len(v) >= 14:
		out.Uint(fPREF64Life, uint64(binary.BigEndian.Uint16(v)>>3))
		prefix(p, fPREF64, v[2:14])
	}
}

// prefix writes an address of which only the first bytes are there.
func prefix(p *dissect.Packet, id field.ID, v []byte) {
	var a [16]byte
	copy(a[:], v)
	p.Out.IP(id, a[:])
}

// names writes domain names in DNS's wire format without compression (RFC 8106, 5.2); an empty name is padding.
func names(p *dissect.Packet, v []byte) {
	var buf [255]byte
	name := buf[:0]
	for len(v) > 0 {
		n := int(v[0])
		switch {
		case n == 0 && len(name) > 0:
			p.Out.Text(fDNSSL, name)
			name = buf[:0]
		case n >= len(v) || n > 63 || len(name)+1+n > len(buf):
			p.Bad()
			return
		case n > 0:
			if len(name) > 0 {
				name = append(name, '.')
			}
			name = append(name, v[1:1+n]...)
		}
		v = v[1+n:]
	}
}
