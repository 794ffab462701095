// SPDX-License-Identifier: Apache-2.0

package dns

import "github.com/espbeat/espbeat/field"

// Options of OPT (IANA, DNS EDNS0 Option Codes).
const (
	optionNSID         = 3
	optionClientSubnet = 8
	optionCookie       = 10
	optionError        = 15
)

// maxOptions bounds the options of one OPT record.
const maxOptions = 64

var (
	opt       = field.Group("dns.opt")
	fUDPSize  = opt.Add("udp_size", field.Uint16, "dns.rr.udp_payload_size", "EDNS: UDP payload that the sender can take, bytes", field.Rare)
	fExtRCode = opt.Add("ext_rcode", field.Uint8, "dns.resp.ext_rcode", "EDNS: upper bits of the response code, where set", field.Rare)
	fVersion  = opt.Add("version", field.Uint8, "dns.resp.edns0_version", "EDNS version", field.Rare)
	fDO       = opt.Add("do", field.Bool, "dns.resp.z.do", "EDNS: DNSSEC records are wanted", field.Rare)
	fOption   = opt.Add("code", field.Uint16, "dns.opt.code", "EDNS: code of each option", field.Rare)
	fSubnet   = opt.Add("client.addr", field.IP, "", "EDNS: network of the client on whose behalf is asked")
	fNetmask  = opt.Add("client.netmask", field.Uint8, "dns.opt.client.netmask", "EDNS: length of that network's prefix, bits", field.Rare)
	fScope    = opt.Add("client.scope", field.Uint8, "dns.opt.client.scope", "EDNS: length of the prefix that the answer holds for, bits", field.Rare)
	fClient   = opt.Add("cookie.client", field.Hex, "dns.opt.cookie.client", "EDNS: client's cookie", field.Rare)
	fServer   = opt.Add("cookie.server", field.Hex, "dns.opt.cookie.server", "EDNS: server's cookie", field.Rare)
	fNSID     = opt.Add("nsid", field.Hex, "dns.opt.data", "EDNS: name server identifier", field.Rare)
	fError    = opt.Add("error.code", field.Uint16, "dns.opt.ext_dns_err.info_code", "EDNS: extended error", field.Rare)
	fText     = opt.Add("error.text", field.Keyword, "dns.opt.ext_dns_err.extra_text", "EDNS: text of the extended error", field.Rare)
)

// edns writes OPT (RFC 6891, 6.1): its class is a size, its TTL holds code, version and flags.
func (m *message) edns(d reader, size uint16, ttl uint32) {
	o := m.p.Out
	o.Uint(fUDPSize, uint64(size))
	if ext := ttl >> 24; ext != 0 {
		o.Uint(fExtRCode, uint64(ext))
	}
	o.Uint(fVersion, uint64(ttl>>16&0xff))
	o.Bool(fDO, ttl&0x8000 != 0)
	for n := 0; d.pos < d.end && !d.bad; n++ {
		if n == maxOptions {
			o.Cut = true
			return
		}
		code := d.u16()
		v := d.sub(int(d.u16()))
		if d.bad {
			break
		}
		o.Uint(fOption, uint64(code))
		option(o, code, &v)
		d.bad = v.bad
	}
	m.bad = m.bad || d.bad
}

func option(o *field.Buffer, code uint16, v *reader) {
	if v.pos == v.end {
		return // a query for the option
	}
	switch code {
	case optionClientSubnet: // RFC 7871, 6
		family, mask, scope := v.u16(), v.u8(), v.u8()
		var addr [16]byte
		n := 4 // address family numbers of IANA: 1 is IPv4, 2 is IPv6
		if family == 2 {
			n = 16
		}
		prefix := v.rest()
		if v.bad || len(prefix) > n {
			v.bad = true
			return
		}
		copy(addr[:], prefix)
		o.IP(fSubnet, addr[:n])
		o.Uint(fNetmask, uint64(mask))
		o.Uint(fScope, uint64(scope))
	case optionCookie: // RFC 7873, 4
		if c := v.bytes(8); c != nil {
			o.Bytes(fClient, c)
		}
		if s := v.rest(); len(s) > 0 {
			o.Bytes(fServer, s)
		}
	case optionNSID: // RFC 5001
		o.Bytes(fNSID, v.rest())
	case optionError: // RFC 8914, 2
		o.Uint(fError, uint64(v.u16()))
		if s := v.rest(); len(s) > 0 {
			o.Text(fText, s)
		}
	}
}
