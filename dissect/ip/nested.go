// SPDX-License-Identifier: Apache-2.0

package ip

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// IP within IP: RFC 2003 (IPv4 in IPv4), RFC 4213 (IPv6 in IPv4), RFC 2473 (either in IPv6). Of IPv6 in IPv4, addresses tell two kinds:
// ISATAP has an IPv4 address behind 00-00-5E-FE or 02-00-5E-FE in the interface identifier (RFC 5214, 6.1), 6to4 has it behind 2002::/16 (RFC 3056).
var (
	kindIPIP, kind6in4, kind4in6, kind6in6 = field.Intern("ipip"), field.Intern("6in4"), field.Intern("4in6"), field.Intern("6in6")
	kindISATAP, kind6to4                   = field.Intern("isatap"), field.Intern("6to4")
)

// Nested reports whether the current layer is the payload of an IP header, maybe behind extension headers.
func Nested(p *dissect.Packet) bool {
	if p.Depth < 2 {
		return false
	}
	switch p.Layers[p.Depth-2].Name {
	case "ip", "ipv6", "ipv6.hopopts", "ipv6.dstopts", "ipv6.routing", "ipv6.fraghdr", "ah", "ipcomp":
		return true
	}
	return false
}

// Within notes the tunnel that an IP header of that version and these addresses is the payload of. It is called before SetIP.
func Within(p *dissect.Packet, version uint8, src, dst []byte) {
	kind := kindIPIP
	switch outer := p.Core.IPVersion; {
	case outer == 4 && version == 6:
		kind = kind6in4
		if isatap(src) || isatap(dst) {
			kind = kindISATAP
		} else if sixToFour(src) || sixToFour(dst) {
			kind = kind6to4
		}
	case outer == 6 && version == 6:
		kind = kind6in6
	case outer == 6:
		kind = kind4in6
	}
	p.TunnelType(kind)
}

// isatap looks past the bit that says whether the IPv4 address is a global one.
func isatap(addr []byte) bool { return binary.BigEndian.Uint32(addr[8:])&^0x02000000 == 0x00005efe }

func sixToFour(addr []byte) bool { return binary.BigEndian.Uint16(addr) == 0x2002 }
