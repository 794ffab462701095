// SPDX-License-Identifier: Apache-2.0

// Package eigrp dissects the Enhanced Interior Gateway Routing Protocol (RFC 7868).
//
//	0         1        2          4       8          12    16                  18   20
//	| version | opcode | checksum | flags | sequence | ack | virtual router ID | AS | TLVs: type 2, length 2 (with these four), value
//
// The TLVs are in tlv.go. Limits: 1024 TLVs. Not decoded: AppleTalk, IPX, service families, communities; the checksum is not verified.
package eigrp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is EIGRP.
var Protocol = &dissect.Protocol{
	Name: "eigrp", Title: "EIGRP", Reference: "RFC 7868",
	IPProtocols: []uint8{88}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("eigrp")
	fVersion  = fields.Add("version", field.Uint8, "eigrp.version", "Version", field.Rare, field.Detail)
	fOpcode   = fields.Add("opcode", field.Uint8, "eigrp.opcode", "Opcode: 1 update, 3 query, 4 reply, 5 hello, 10 SIA-query, 11 SIA-reply, …")
	fChecksum = fields.Add("checksum", field.Uint16, "eigrp.checksum", "Checksum", field.Rare, field.Detail)
	fFlags    = fields.Add("flags", field.Uint32, "eigrp.flags", "Flags: 1 init, 2 conditional receive, 4 restart, 8 end of table", field.Rare)
	fSequence = fields.Add("seq.value", field.Uint32, "eigrp.seq", "Sequence number, 0 for packets without acknowledgement", field.Rare, field.Detail)
	fAck      = fields.Add("ack", field.Uint32, "eigrp.ack", "Sequence number acknowledged; a hello with one is an acknowledgement", field.Rare, field.Detail)
	fRouter   = fields.Add("vrid", field.Uint16, "eigrp.vrid", "Virtual router", field.Rare, field.Detail)
	fAS       = fields.Add("as", field.Uint16, "eigrp.as", "Autonomous system")
	fType     = fields.Add("tlv_type", field.Uint16, "eigrp.tlv_type", "Type of each TLV: 0x0001 parameters, 0x0102 internal IPv4 route, 0x0103 external IPv4 route, …")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.Uint8(fVersion)
	c.Uint8(fOpcode)
	c.Uint16(fChecksum)
	c.Uint32(fFlags)
	c.Uint32(fSequence)
	c.Uint32(fAck)
	c.Uint16(fRouter)
	c.Uint16(fAS)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint16(fType)
		v := c.Sub(int(c.U16()) - tlvHeader)
		if c.Failed {
			return
		}
		tlv(&v, kind)
	}
}

var opcodes = map[uint64]string{1: "Update", 2: "Request", 3: "Query", 4: "Reply", 5: "Hello", 6: "IPX SAP", 7: "Probe", 8: "Acknowledge", 10: "SIA-Query", 11: "SIA-Reply"}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fOpcode)
	ack, _ := v.Uint(fAck)
	switch name := opcodes[n]; {
	case n == 5 && ack != 0:
		dst = append(dst, "Hello (Ack)"...)
	case name != "":
		dst = append(dst, name...)
	default:
		dst, _ = v.Text(append(dst, "Opcode "...), fOpcode)
	}
	dst, _ = v.Text(append(dst, ", AS "...), fAS)
	return dst
}
