// SPDX-License-Identifier: Apache-2.0

// Package udld dissects Cisco's Unidirectional Link Detection (RFC 5171).
//
//	0                     1       2          4
//	| version 3, opcode 5 | flags | checksum | TLVs: type 2, length 2 with these four, value …
//
// Not decoded: echoes, intervals and sequence numbers.
package udld

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of TLVs, and the length of their headers.
const (
	tlvDevice = 1
	tlvPort   = 2
	tlvName   = 6
	tlvHeader = 4
)

// Protocol is UDLD; package llc finds it by Cisco's PID.
var Protocol = &dissect.Protocol{
	Name: "udld", Title: "UDLD", Reference: "RFC 5171",
	Dissect: decode,
	Summary: summary,
}

var (
	fields    = field.Group("udld")
	fVersion  = fields.Add("version", field.Uint8, "udld.version", "Version", field.Rare, field.Detail)
	fOpcode   = fields.Add("opcode", field.Uint8, "udld.opcode", "Opcode: 1 probe, 2 echo, 3 flush", field.Rare)
	fFlags    = fields.Add("flags", field.Uint8, "udld.flags", "Flags: 1 recommended timeout, 2 resynchronization", field.Rare, field.Detail)
	fChecksum = fields.Add("checksum", field.Uint16, "udld.checksum", "Checksum", field.Rare, field.Detail)
	fDevice   = fields.Add("device_id", field.Keyword, "udld.device_id", "Sender's device id")
	fPort     = fields.Add("sent_through_interface", field.Keyword, "udld.sent_through_interface", "Sender's interface")
	fName     = fields.Add("device_name", field.Keyword, "", "Sender's name")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	first := c.U8()
	if c.Failed {
		return
	}
	p.Out.Uint(fVersion, uint64(first>>5))
	p.Out.Uint(fOpcode, uint64(first&0x1f))
	c.Uint8(fFlags)
	c.Uint16(fChecksum)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind, length := c.U16(), int(c.U16())
		v := c.Sub(length - tlvHeader)
		switch kind {
		case tlvDevice:
			v.Text(fDevice, v.Wire)
		case tlvPort:
			v.Text(fPort, v.Wire)
		case tlvName:
			v.Text(fName, v.Wire)
		}
	}
}

// summary reads "Device ID: FOC1031Z7JG  Port ID: Gi0/1", as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Device ID: "...), fDevice)
	dst, _ = v.Text(append(dst, "  Port ID: "...), fPort)
	return dst
}
