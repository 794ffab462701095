// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The control protocols share one header (RFC 1661, 5); only it is decoded, not the options behind it.
//
//	0      1            2        4
//	| code | identifier | length | options or data …

const controlLen = 4

func control(name, title, reference string, number uint16) *dissect.Protocol {
	return &dissect.Protocol{
		Name: name, Title: "PPP " + title, Reference: reference,
		PPPTypes: []uint16{number},
		Dissect:  decodeControl,
		Summary:  controlSummary,
	}
}

// The link and network control protocols.
var (
	BACP    = control("bacp", "BACP", "RFC 2125", 0xc02b)
	CCP     = control("ccp", "CCP", "RFC 1962", 0x80fd)
	ECP     = control("ecp", "ECP", "RFC 1968", 0x8053)
	IPCP    = control("ipcp", "IPCP", "RFC 1332", 0x8021)
	IPV6CP  = control("ipv6cp", "IPV6CP", "RFC 5072", 0x8057)
	LCP     = control("lcp", "LCP", "RFC 1661", 0xc021)
	MPLSCP  = control("mplscp", "MPLSCP", "RFC 3032", 0x8281)
	OSINLCP = control("osinlcp", "OSINLCP", "RFC 1377", 0x8023)
)

var (
	fCode       = fields.Add("code", field.Uint8, "ppp.code", "Code of a control protocol: 1 configure request, 2 ack, 3 nak, 4 reject, 5 terminate request, 6 ack, 9 echo request, 10 reply")
	fIdentifier = fields.Add("identifier", field.Uint8, "ppp.identifier", "Identifier that pairs a reply with its request", field.Rare)
	fLength     = fields.Add("length", field.Uint16, "ppp.length", "Length of the control packet, bytes", field.Rare)
)

func decodeControl(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, controlLen) {
		return
	}
	n := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fCode, uint64(b[0]))
	p.Out.Uint(fIdentifier, uint64(b[1]))
	p.Out.Uint(fLength, uint64(n))
	if n < controlLen || int(n) > wire {
		p.Bad()
	}
}

var codes = [...]string{"Vendor Specific", "Configuration Request", "Configuration Ack", "Configuration Nak", "Configuration Reject",
	"Termination Request", "Termination Ack", "Code Reject", "Protocol Reject", "Echo Request", "Echo Reply", "Discard Request", "Identification", "Time Remaining"}

func controlSummary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fCode); ok && n < uint64(len(codes)) {
		return append(dst, codes[n]...)
	}
	dst, _ = v.Text(append(dst, "Code "...), fCode)
	return dst
}
