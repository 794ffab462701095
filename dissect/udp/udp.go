// SPDX-License-Identifier: Apache-2.0

// Package udp dissects the User Datagram Protocol (RFC 768).
//
//	0          2           4        6          8
//	| src port | dst port  | length | checksum | payload …
//
// The length counts the header; 0 stands for a jumbogram over IPv6 (RFC 2675). Bytes beyond it are padding. Not decoded: UDP options
// behind the length (RFC 9868).
package udp

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	number    = 17
)

// Protocol is UDP.
var Protocol = &dissect.Protocol{
	Name: "udp", Title: "UDP", Reference: "RFC 768",
	IPProtocols: []uint8{number},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields    = field.Group("udp")
	fSrcPort  = fields.Add("srcport", field.Uint16, "udp.srcport", "Source port of each UDP header", field.Address)
	fDstPort  = fields.Add("dstport", field.Uint16, "udp.dstport", "Destination port of each UDP header", field.Address)
	fStream   = fields.Add("stream", field.Uint32, "udp.stream", "Number of the conversation in its input, from 0", field.Detail, field.Rare)
	fLength   = fields.Add("length", field.Uint16, "udp.length", "Length of header and payload, bytes", field.Rare)
	fChecksum = fields.Add("checksum.value", field.Uint16, "udp.checksum", "Checksum; 0 when the sender made none", field.Rare, field.Detail)
	fStatus   = fields.Add("checksum.status", field.Uint8, "udp.checksum.status", "0 bad, 1 good, 2 unverified, 3 not present; when checksums are verified")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if len(b) >= 4 {
		src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		p.SetPorts(src, dst)
		p.Out.Uint(fSrcPort, uint64(src))
		p.Out.Uint(fDstPort, uint64(dst))
	}
	if !p.Need(b, wire, headerLen) {
		if len(b) >= 6 {
			p.Out.Uint(fLength, uint64(binary.BigEndian.Uint16(b[4:])))
		}
		return
	}
	length, sum := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	p.Out.Uint(fLength, uint64(length))
	end := int(length)
	if length == 0 && p.Core.IPVersion == 6 {
		end = wire
	}
	if end < headerLen {
		p.Bad()
		p.Unpassed()
		return
	}
	p.Out.Uint(fChecksum, uint64(sum))
	if p.Options.Checksums {
		p.Out.Uint(fStatus, uint64(status(p, b, wire, end, sum)))
	}
	if end > wire && !p.Quoted {
		p.Bad() // what is there is dissected all the same
	}
	if !p.Quoted {
		end = min(end, wire)
	}
	b, wire = b[headerLen:min(len(b), end)], end-headerLen
	p.Carry(b)
	if p.InQuote {
		return
	}
	// A first fragment that cannot be joined has the head of the application's message.
	c := p.State.Converse(p)
	p.Out.Uint(fStream, c.Number)
	app := p.UDPApplication(c, b)
	p.Call(app, b, wire)
	if p.Core.Application == nil && c.App != nil {
		p.Core.Application = c.App
	}
}

func status(p *dissect.Packet, b []byte, wire, end int, sum uint16) checksum.Status {
	if sum == 0 {
		if p.Core.IPVersion == 4 {
			return checksum.NotPresent
		}
		return checksum.Bad
	}
	if p.Quoted || end > wire {
		return checksum.Unverified
	}
	return checksum.Transport(p, number, b, end)
}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fLength); ok {
		dst = strconv.AppendUint(append(dst, "Len="...), max(n, headerLen)-headerLen, 10)
	}
	return dst
}
