// SPDX-License-Identifier: Apache-2.0

package juniper

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// Juniper's numbers of protocols.
const (
	protoIP         = 2
	protoIPv6       = 6
	protoPPP        = 200
	protoISO        = 201
	protoLLC        = 202
	protoSNAP       = 203
	protoEthernet   = 204
	protoFrameRelay = 207
	protoCHDLC      = 208
)

// sapOSI is the service access point of OSI's network layer.
const sapOSI = 0xfe

// names are the protocols of the numbers, but for OSI. Labels may stand before MPLS, IPv4, IPv6 and CLNP.
var names = map[uint16]string{
	protoIP: "ip", 3: "ip", 4: "mpls", 5: "mpls", protoIPv6: "ipv6", 7: "ipv6", 8: "mpls", 32: "mpls",
	protoPPP: "ppp", protoLLC: "llc", protoSNAP: "llc", protoEthernet: "eth", protoFrameRelay: "fr", protoCHDLC: "chdlc",
}

// payload hands the rest to the protocol of Juniper's number.
func payload(p *dissect.Packet, n uint16, c *common.Cursor) {
	if c.Failed {
		return
	}
	p.Out.Uint(fPayload, uint64(n))
	switch n {
	case 10, 33, protoISO:
		p.LLC(sapOSI, c.B, c.Wire)
	default:
		p.CallName(names[n], c.B, c.Wire)
	}
}

// OAM cells, by bits of the cookies; the gap count that only bridged Ethernet has.
const (
	atm1OAM = 0x80
	atm2OAM = 0x70
	atm2Gap = 0x000003fe
)

// atm finds out what a virtual channel carries (RFC 2684): LLC, bridged Ethernet, PPP, OSI by its NLPID alone, or IP without a header.
func atm(p *dissect.Packet, c *common.Cursor, bridged, ppp bool) {
	if !p.Need(c.B, c.Wire, 3) {
		return
	}
	switch b := c.B; {
	case b[0] == 0xfe && b[1] == 0xfe && b[2] == 3:
		payload(p, protoLLC, c)
	case b[0] == 0xaa && b[1] == 0xaa && b[2] == 3:
		payload(p, protoSNAP, c)
	case bridged:
		payload(p, protoEthernet, c)
	case ppp && pppTypes[binary.BigEndian.Uint16(b)]:
		payload(p, protoPPP, c)
	case b[0] == 3:
		c.Skip(1)
		payload(p, protoISO, c)
	case b[0]>>4 == 4 && b[0]&0xf >= 5:
		payload(p, protoIP, c)
	case b[0]>>4 == 6:
		payload(p, protoIPv6, c)
	}
}

// pppTypes are the PPP protocols that Juniper's cards carry: IP, OSI, MPLS, multilink and their control protocols.
var pppTypes = map[uint16]bool{0x0021: true, 0x0023: true, 0x003d: true, 0x0057: true, 0x0281: true, 0x0283: true,
	0x8021: true, 0x8023: true, 0x8057: true, 0x8281: true, 0xc021: true, 0xc023: true, 0xc223: true}
