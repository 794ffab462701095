// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The control protocols share one header (RFC 1661, 5). Of those that name a reader, the options are read: file option.go.
//
//	0      1            2        4
//	| code | identifier | length | options: type 1, length 1 (of all), value; or data …

const controlLen = 4

// Codes of control packets.
const (
	configureRequest = 1
	configureReject  = 4
	protocolReject   = 8
	echoRequest      = 9
	identification   = 12
)

// optionReader writes the value of one option.
type optionReader func(p *dissect.Packet, t uint8, v []byte)

func control(name, title, reference string, number uint16, read optionReader) *dissect.Protocol {
	return &dissect.Protocol{
		Name: name, Title: "PPP " + title, Reference: reference,
		PPPTypes: []uint16{number},
		Dissect: func(p *dissect.Packet, b []byte, wire int) {
			if b, n, ok := controlHeader(p, b, wire); ok && read != nil && b[0] >= configureRequest && b[0] <= configureReject {
				options(p, b[controlLen:], n-controlLen, read)
			}
		},
		Summary: controlSummary,
	}
}

// The link and network control protocols.
var (
	BACP    = control("bacp", "BACP", "RFC 2125", 0xc02b, nil)
	CCP     = control("ccp", "CCP", "RFC 1962", 0x80fd, nil)
	ECP     = control("ecp", "ECP", "RFC 1968", 0x8053, nil)
	IPCP    = control("ipcp", "IPCP", "RFC 1332", 0x8021, ipcpOption)
	IPV6CP  = control("ipv6cp", "IPV6CP", "RFC 5072", 0x8057, ipv6cpOption)
	MPLSCP  = control("mplscp", "MPLSCP", "RFC 3032", 0x8281, nil)
	OSINLCP = control("osinlcp", "OSINLCP", "RFC 1377", 0x8023, nil)
)

// LCP is the Link Control Protocol.
var LCP = &dissect.Protocol{
	Name: "lcp", Title: "PPP LCP", Reference: "RFC 1661",
	PPPTypes: []uint16{0xc021},
	Dissect:  lcp,
	Summary:  controlSummary,
}

var (
	fCode       = fields.Add("code", field.Uint8, "ppp.code", "Code of a control protocol: 1 configure request, 2 ack, 3 nak, 4 reject, 5 terminate request, 6 ack, 9 echo request, 10 reply")
	fIdentifier = fields.Add("identifier", field.Uint8, "ppp.identifier", "Identifier that pairs a reply with its request", field.Rare, field.Detail)
	fLength     = fields.Add("length", field.Uint16, "ppp.length", "Length of the control packet, bytes", field.Rare, field.Detail)
)

// controlHeader writes the header's fields and returns the packet within its length.
func controlHeader(p *dissect.Packet, b []byte, wire int) (packet []byte, packetWire int, ok bool) {
	if !p.Need(b, wire, controlLen) {
		return nil, 0, false
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(fCode, uint64(b[0]))
	p.Out.Uint(fIdentifier, uint64(b[1]))
	p.Out.Uint(fLength, uint64(n))
	if n < controlLen || n > wire {
		p.Bad()
		return nil, 0, false
	}
	return b[:min(n, len(b))], n, true
}

// lcp reads options and, of other codes, the magic number, the text of an identification, and the packet that a protocol reject returns.
func lcp(p *dissect.Packet, b []byte, wire int) {
	b, wire, ok := controlHeader(p, b, wire)
	if !ok {
		return
	}
	code := b[0]
	b, wire = b[controlLen:], wire-controlLen
	switch {
	case code >= configureRequest && code <= configureReject:
		options(p, b, wire, lcpOption)
	case code == protocolReject:
		if p.Need(b, wire, 2) {
			rejected := binary.BigEndian.Uint16(b)
			p.Out.Uint(fRejected, uint64(rejected))
			p.PPP(rejected, b[2:], wire-2)
		}
	case code >= echoRequest && code <= identification:
		if !p.Need(b, wire, 4) {
			return
		}
		p.Out.Uint(fMagic, uint64(binary.BigEndian.Uint32(b)))
		if code == identification && len(b) > 4 {
			p.Out.Text(fMessage, b[4:])
		}
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
