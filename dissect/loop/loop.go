// SPDX-License-Identifier: Apache-2.0

// Package loop dissects the Ethernet Configuration Testing Protocol, "loopback" (Ethernet 2.0 specification, chapter 8), which switches send to
// themselves as a keepalive.
//
//	0            2 + skip count
//	| skip count | function 2 | data …
//
// All numbers are little-endian. The skip count says which function is the relevant one; the functions before it are done. Forward (2) has an
// address of 6 bytes and another function behind it, reply (1) a receipt number and test data.
package loop

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	reply   = 1
	forward = 2
	// maxFunctions bounds the functions of one packet.
	maxFunctions = 32
)

// Protocol is the loopback protocol.
var Protocol = &dissect.Protocol{
	Name: "loop", Title: "LOOP", Reference: "Ethernet Version 2.0, 8",
	EtherTypes: []uint16{0x9000},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields    = field.Group("loop")
	fSkip     = fields.Add("skipcount", field.Uint16, "loop.skipcount", "Where the relevant function starts, bytes after the first", field.Rare, field.Detail)
	fFunction = fields.Add("function", field.Uint16, "loop.function", "Functions in order: 1 reply, 2 forward")
	fRelevant = fields.Add("relevant_function", field.Uint16, "loop.relevant_function", "Function to be done now")
	fReceipt  = fields.Add("receipt_number", field.Uint16, "loop.receipt_number", "Receipt number of a reply", field.Rare, field.Detail)
	fAddress  = fields.Add("forwarding_address", field.MAC, "loop.forwarding_address", "Addresses to forward to")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 2) {
		return
	}
	skip := int(binary.LittleEndian.Uint16(b))
	p.Out.Uint(fSkip, uint64(skip))
	at := 2
	for range maxFunctions {
		if !p.Need(b, wire, at+2) {
			return
		}
		f := binary.LittleEndian.Uint16(b[at:])
		p.Out.Uint(fFunction, uint64(f))
		if at == 2+skip {
			p.Out.Uint(fRelevant, uint64(f))
		}
		at += 2
		switch f {
		case reply:
			if p.Need(b, wire, at+2) {
				p.Out.Uint(fReceipt, uint64(binary.LittleEndian.Uint16(b[at:])))
			}
			return
		case forward:
			if !p.Need(b, wire, at+6) {
				return
			}
			p.Out.MAC(fAddress, b[at:at+6])
			at += 6
		default:
			return
		}
	}
}

func summary(dst []byte, v dissect.View) []byte {
	switch n, ok := v.Uint(fRelevant); {
	case !ok:
		return append(dst, "Loopback"...)
	case n == reply:
		return append(dst, "Reply"...)
	case n == forward:
		return append(dst, "Forward"...)
	default:
		return fmt.Appendf(dst, "Unknown function (%d)", n)
	}
}
