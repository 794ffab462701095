// SPDX-License-Identifier: Apache-2.0

// Package dtp dissects Cisco's Dynamic Trunking Protocol, by which switches agree on VLAN trunks (Cisco's; there is no public standard).
//
//	0         1
//	| version | TLVs: type 2, length 2 with these four, value …
//
// The TLVs are the domain (1), the trunk's status (2) and type (3), and the neighbour (4). Not decoded: what the bits of status and type say.
package dtp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of TLVs, and the length of their headers.
const (
	tlvDomain = 1
	tlvStatus = 2
	tlvType   = 3
	tlvSender = 4
	tlvHeader = 4
)

// Protocol is DTP; package llc finds it by Cisco's PID.
var Protocol = &dissect.Protocol{
	Name: "dtp", Title: "DTP", Reference: "Cisco DTP",
	Dissect: decode,
	Summary: summary,
}

var (
	fields   = field.Group("dtp")
	fVersion = fields.Add("version", field.Uint8, "dtp.version", "Version", field.Rare, field.Detail)
	fDomain  = fields.Add("domain", field.Keyword, "dtp.domain", "VTP domain of the sender")
	fStatus  = fields.Add("status", field.Uint8, "dtp.tos, dtp.tas", "Status of the trunk: 128 and more trunking; of the lower 3 bits 1 on, 2 off, 3 desirable, 4 auto", field.Rare)
	fType    = fields.Add("type", field.Uint8, "dtp.tot, dtp.tat", "Type of the trunk: the upper 3 bits as it works, the lower ones as it is set; 2 ISL, 5 802.1Q", field.Rare, field.Detail)
	fSender  = fields.Add("senderid", field.MAC, "dtp.senderid", "Sender's link address")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.Uint8(fVersion)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind, length := c.U16(), int(c.U16())
		if kind == 0 && length == 0 { // padding
			return
		}
		v := c.Sub(length - tlvHeader)
		switch {
		case v.Failed:
		case kind == tlvDomain:
			v.Text(fDomain, v.Wire)
		case kind == tlvStatus:
			v.Uint8(fStatus)
		case kind == tlvType:
			v.Uint8(fType)
		case kind == tlvSender:
			v.MAC(fSender)
		}
	}
}

// summary names the domain and the sender.
func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Domain "...), fDomain)
	dst, _ = v.Text(append(dst, ", sender "...), fSender)
	return dst
}
