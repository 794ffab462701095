// SPDX-License-Identifier: Apache-2.0

package ip

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Option kinds (IANA, Internet Protocol Version 4 parameters).
const (
	kindEnd           = 0
	kindNop           = 1
	kindRecordRoute   = 7
	kindProbeMTU      = 11
	kindReplyMTU      = 12
	kindQuickStart    = 25
	kindTimestamp     = 68
	kindTraceroute    = 82
	kindSecurity      = 130
	kindLooseRoute    = 131
	kindExtSecurity   = 133
	kindCIPSO         = 134
	kindStream        = 136
	kindStrictRoute   = 137
	kindRouterAlert   = 148
	kindDirectedBcast = 149
)

var (
	opt            = field.Group("ip.opt")
	fOpt           = opt.Add("type", field.Uint8, "ip.opt.type", "Kinds of the options in order, up to end of options", field.List)
	fOptLen        = opt.Add("len", field.Uint8, "ip.opt.len", "Lengths of the options that have one, bytes", field.List, field.Rare, field.Detail)
	fPtr           = opt.Add("ptr", field.Uint8, "ip.opt.ptr", "Pointer of a route or timestamp option", field.Rare, field.Detail)
	fSID           = opt.Add("sid", field.Uint16, "ip.opt.sid", "Stream identifier", field.Rare, field.Detail)
	fMTU           = opt.Add("mtu", field.Uint16, "ip.opt.mtu", "MTU of a probe or reply option (RFC 1063), bytes", field.Rare, field.Detail)
	fTraceID       = opt.Add("id_number", field.Uint16, "ip.opt.id_number", "Traceroute identification (RFC 1393)", field.Rare, field.Detail)
	fOHC           = opt.Add("ohc", field.Uint16, "ip.opt.ohc", "Traceroute outbound hop count", field.Rare, field.Detail)
	fRHC           = opt.Add("rhc", field.Uint16, "ip.opt.rhc", "Traceroute return hop count", field.Rare, field.Detail)
	fOriginator    = opt.Add("originator", field.IP, "ip.opt.originator", "Traceroute originator", field.Rare, field.Detail)
	fAlert         = opt.Add("ra", field.Uint16, "ip.opt.ra", "Router alert value (RFC 2113)")
	fOverflow      = opt.Add("overflow", field.Uint8, "ip.opt.overflow", "Stations that found no room for their timestamp", field.Rare, field.Detail)
	fFlag          = opt.Add("flag", field.Uint8, "ip.opt.flag", "Timestamp option's flag", field.Rare, field.Detail)
	fTime          = opt.Add("time_stamp", field.Uint32, "ip.opt.time_stamp", "Timestamps, milliseconds since midnight UT", field.Rare, field.Detail)
	fTimeAddr      = opt.Add("time_stamp_addr", field.IP, "ip.opt.time_stamp_addr", "Stations of the timestamps", field.Rare, field.Detail)
	fAddr          = opt.Add("addr", field.IP, "ip.opt.addr", "Addresses of a selective directed broadcast (RFC 1770)", field.Rare, field.Detail)
	fQSFunc        = opt.Add("qs_func", field.Uint8, "ip.opt.qs_func", "Quick-Start function (RFC 4782)", field.Rare, field.Detail)
	fQSRate        = opt.Add("qs_rate", field.Uint8, "ip.opt.qs_rate", "Quick-Start rate", field.Rare, field.Detail)
	fQSTTL         = opt.Add("qs_ttl", field.Uint8, "ip.opt.qs_ttl", "Quick-Start TTL", field.Rare, field.Detail)
	fQSNonce       = opt.Add("qs_nonce", field.Uint32, "ip.opt.qs_nonce", "Quick-Start nonce", field.Rare, field.Detail)
	fSecurity      = opt.Add("sec_rfc791_sec", field.Uint16, "ip.opt.sec_rfc791_sec", "Security of RFC 791", field.Rare, field.Detail)
	fCompartments  = opt.Add("sec_rfc791_comp", field.Uint16, "ip.opt.sec_rfc791_comp", "Compartments of RFC 791", field.Rare, field.Detail)
	fHandling      = opt.Add("sec_rfc791_hr", field.Keyword, "ip.opt.sec_rfc791_hr", "Handling restrictions of RFC 791", field.Rare, field.Detail)
	fControl       = opt.Add("sec_rfc791_tcc", field.Keyword, "ip.opt.sec_rfc791_tcc", "Transmission control code of RFC 791", field.Rare, field.Detail)
	fClassLevel    = opt.Add("sec_cl", field.Uint8, "ip.opt.sec_cl", "Classification level (RFC 1108)", field.Rare, field.Detail)
	fAuthority     = opt.Add("sec_prot_auth_flags", field.Uint8, "ip.opt.sec_prot_auth_flags", "Protection authority flags (RFC 1108)", field.Rare, field.Detail)
	fExtCode       = opt.Add("ext_sec_add_sec_info_format_code", field.Uint8, "ip.opt.ext_sec_add_sec_info_format_code", "Extended security: format code", field.Rare, field.Detail)
	fExtInfo       = opt.Add("ext_sec_add_sec_info", field.Hex, "ip.opt.ext_sec_add_sec_info", "Extended security: information", field.Rare, field.Detail)
	fRecordedRt    = fields.Add("rec_rt", field.IP, "ip.rec_rt", "Recorded route", field.Rare, field.Detail)
	fCurRt         = fields.Add("cur_rt", field.IP, "ip.cur_rt", "Next hop of a source route: the destination address of the header", field.Rare, field.Detail)
	fSourceRt      = fields.Add("src_rt", field.IP, "ip.src_rt", "Source route yet to follow", field.Rare, field.Detail)
	fCIPSODOI      = fields.Add("cipso.doi", field.Uint32, "ip.cipso.doi", "CIPSO domain of interpretation", field.Rare, field.Detail)
	fCIPSOTag      = fields.Add("cipso.tag_type", field.Uint8, "ip.cipso.tag_type", "CIPSO tags", field.Rare, field.Detail)
	fCIPSOLevel    = fields.Add("cipso.sensitivity_level", field.Uint8, "ip.cipso.sensitivity_level", "CIPSO sensitivity level", field.Rare, field.Detail)
	routeOptionMin = 3
)

// options writes the options' kinds and contents.
func options(p *dissect.Packet, b []byte) {
	for len(b) > 0 {
		kind := b[0]
		// Wireshark has no ip.opt.type for a kind that it does not know.
		if !p.Options.Wireshark || known(kind) {
			p.Out.Uint(fOpt, uint64(kind))
		}
		if kind == kindEnd {
			return
		}
		if kind == kindNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			p.Bad()
			return
		}
		p.Out.Uint(fOptLen, uint64(b[1]))
		option(p, kind, b[2:b[1]])
		b = b[b[1]:]
	}
}

func known(kind uint8) bool {
	switch kind {
	case kindEnd, kindNop, kindRecordRoute, kindProbeMTU, kindReplyMTU, kindQuickStart, kindTimestamp, kindTraceroute, kindSecurity,
		kindLooseRoute, kindExtSecurity, kindCIPSO, kindStream, kindStrictRoute, kindRouterAlert, kindDirectedBcast:
		return true
	}
	return false
}

func option(p *dissect.Packet, kind uint8, v []byte) {
	out := p.Out
	u16 := func(id field.ID, at int) {
		if len(v) >= at+2 {
			out.Uint(id, uint64(binary.BigEndian.Uint16(v[at:])))
		}
	}
	switch kind {
	case kindRecordRoute, kindLooseRoute, kindStrictRoute:
		route(p, kind, v)
	case kindProbeMTU, kindReplyMTU:
		u16(fMTU, 0)
	case kindStream:
		u16(fSID, 0)
	case kindRouterAlert:
		u16(fAlert, 0)
	case kindTraceroute:
		u16(fTraceID, 0)
		u16(fOHC, 2)
		u16(fRHC, 4)
		if len(v) >= 10 {
			out.IP(fOriginator, v[6:10])
		}
	case kindTimestamp:
		timestamps(p, v)
	case kindDirectedBcast:
		for ; len(v) >= 4; v = v[4:] {
			out.IP(fAddr, v[:4])
		}
	case kindQuickStart:
		if len(v) >= 6 {
			out.Uint(fQSFunc, uint64(v[0]>>4))
			out.Uint(fQSRate, uint64(v[0]&15))
			out.Uint(fQSTTL, uint64(v[1]))
			out.Uint(fQSNonce, uint64(binary.BigEndian.Uint32(v[2:])>>2))
		}
	case kindSecurity:
		security(p, v)
	case kindExtSecurity:
		if len(v) >= 1 {
			out.Uint(fExtCode, uint64(v[0]))
			if len(v) > 1 {
				out.Bytes(fExtInfo, v[1:])
			}
		}
	case kindCIPSO:
		cipso(p, v)
	}
}

// route writes the addresses of a route option: those before the pointer were passed, the others are yet to come.
func route(p *dissect.Packet, kind uint8, v []byte) {
	if len(v) < 1 {
		return
	}
	p.Out.Uint(fPtr, uint64(v[0]))
	for at := 1; at+4 <= len(v); at += 4 {
		switch {
		// The pointer counts from 1 at the kind.
		case at+routeOptionMin < int(v[0]):
			p.Out.IP(fRecordedRt, v[at:at+4])
		case kind != kindRecordRoute:
			p.Out.IP(fSourceRt, v[at:at+4])
		}
	}
}

// finalDestination is the last address of a source route that is not exhausted, nil without one.
func finalDestination(b []byte) []byte {
	for len(b) >= 2 && b[0] != kindEnd {
		if b[0] == kindNop {
			b = b[1:]
			continue
		}
		n := int(b[1])
		if n < 2 || n > len(b) {
			return nil
		}
		if (b[0] == kindLooseRoute || b[0] == kindStrictRoute) && n >= routeOptionMin+4 {
			if int(b[2]) > n {
				return nil
			}
			last := routeOptionMin + (n-routeOptionMin)/4*4
			return b[last-4 : last]
		}
		b = b[n:]
	}
	return nil
}

func timestamps(p *dissect.Packet, v []byte) {
	if len(v) < 2 {
		return
	}
	p.Out.Uint(fPtr, uint64(v[0]))
	p.Out.Uint(fOverflow, uint64(v[1]>>4))
	flag := v[1] & 15
	p.Out.Uint(fFlag, uint64(flag))
	v = v[2:]
	for len(v) >= 4 {
		if flag == 1 || flag == 3 {
			if len(v) < 8 {
				return
			}
			p.Out.IP(fTimeAddr, v[:4])
			v = v[4:]
		}
		p.Out.Uint(fTime, uint64(binary.BigEndian.Uint32(v)))
		v = v[4:]
	}
}

// security writes the basic security option: of RFC 791 with its one length, else of RFC 1108.
func security(p *dissect.Packet, v []byte) {
	const rfc791Length = 9
	switch {
	case len(v) == rfc791Length:
		p.Out.Uint(fSecurity, uint64(binary.BigEndian.Uint16(v)))
		p.Out.Uint(fCompartments, uint64(binary.BigEndian.Uint16(v[2:])))
		p.Out.Text(fHandling, v[4:6])
		p.Out.Text(fControl, v[6:9])
	case len(v) >= 1:
		p.Out.Uint(fClassLevel, uint64(v[0]))
		if len(v) >= 2 {
			p.Out.Uint(fAuthority, uint64(v[1]))
		}
	}
}

// cipso writes a commercial security option (FIPS 188): domain, then tags of type, length, level, categories.
func cipso(p *dissect.Packet, v []byte) {
	if len(v) < 4 {
		return
	}
	p.Out.Uint(fCIPSODOI, uint64(binary.BigEndian.Uint32(v)))
	for v = v[4:]; len(v) >= 2 && v[1] >= 2 && int(v[1]) <= len(v); v = v[v[1]:] {
		p.Out.Uint(fCIPSOTag, uint64(v[0]))
		if v[0] <= 5 && v[1] >= 4 {
			p.Out.Uint(fCIPSOLevel, uint64(v[3]))
		}
	}
}
