// SPDX-License-Identifier: Apache-2.0

// Package udplite dissects the Lightweight User Datagram Protocol (RFC 3828).
//
//	0          2           4          6          8
//	| src port | dst port  | coverage | checksum | payload …
//
// The coverage is how many bytes the checksum covers, header included; 0 is all. Its other fields are those of UDP, as in Wireshark. The
// checksum is not verified.
package udplite

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	_ "github.com/espbeat/espbeat/dissect/udp" // whose fields these are
	"github.com/espbeat/espbeat/field"
)

const headerLen = 8

// Protocol is UDP-Lite.
var Protocol = &dissect.Protocol{
	Name: "udplite", Title: "UDP-Lite", Reference: "RFC 3828",
	IPProtocols: []uint8{136},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fSrcPort, _  = field.Lookup("udp.srcport")
	fDstPort, _  = field.Lookup("udp.dstport")
	fChecksum, _ = field.Lookup("udp.checksum.value")
	fCoverage    = field.Group("udp").Add("checksum_coverage", field.Uint16, "udp.checksum_coverage", "Bytes that the checksum of a UDP-Lite header covers, 0 for all", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	coverage := binary.BigEndian.Uint16(b[4:])
	p.SetPorts(src, dst)
	p.Out.Uint(fSrcPort, uint64(src))
	p.Out.Uint(fDstPort, uint64(dst))
	p.Out.Uint(fCoverage, uint64(coverage))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[6:])))
	if coverage != 0 && (coverage < headerLen || int(coverage) > wire) {
		p.Bad()
	}
	if p.Quoted {
		return
	}
	b, wire = b[headerLen:], wire-headerLen
	c := p.State.Converse(p)
	p.Call(p.UDPApplication(c, b), b, wire)
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Coverage="...), fCoverage)
	return dst
}
