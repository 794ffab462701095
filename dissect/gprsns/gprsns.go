// SPDX-License-Identifier: Apache-2.0

// Package gprsns dissects GPRS Network Service over UDP (3GPP TS 48.016), which carries BSSGP between the base stations of a GPRS network and its support node.
//
//	0          1              2      4
//	| PDU type | control bits | BVCI | BSSGP      user data
//	| PDU type | elements: type 1, length 1 or 2, value …     resets, blocks, states and, over IP, the configuration of endpoints
//
// Limits: 1024 elements. Not decoded: weights and ports of endpoints, how many there may be. Frame Relay, where NS was at home, says nowhere that it carries NS.
package gprsns

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/bssgp"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// PDU types (TS 48.016, 10.3.7) whose layout is not that of all.
const (
	unitdata        = 0x00
	snsAck          = 0x0c
	snsAdd          = 0x0d
	snsChangeWeight = 0x0e
	snsConfig       = 0x0f
	snsDelete       = 0x11
)

// Information elements (TS 48.016, 10.3.1). Those from ieMaxVCs on have a fixed length.
const (
	ieCause = iota
	ieVCI
	iePDU
	ieBVCI
	ieNSEI
	ieIP4Elements
	ieIP6Elements
	ieMaxVCs
	ieIP4Endpoints
	ieIP6Endpoints
	ieResetFlag
	ieIPAddress
)

// Lengths of addresses, by their types in an IP address element, and what stands behind an address in a list of endpoints: port and weights.
const (
	typeIP4, typeIP6 = 1, 2
	lenIP4, lenIP6   = 4, 16
	endpointRest     = 4
)

// Protocol is GPRS-NS. Its UDP ports are 2157, as registered, and 19999, of the first networks over IP.
var Protocol = &dissect.Protocol{
	Name: "gprs-ns", Title: "GPRS-NS", Reference: "3GPP TS 48.016",
	UDPPorts: []uint16{2157, 19999},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields       = field.Group("nsip")
	fPDU         = fields.Add("pdu_type", field.Uint8, "nsip.pdu_type", "PDU type: 0 user data, 2 reset, 4 block, 8 status, 10 alive, 12 and above configuration")
	fBVCI        = fields.Add("bvci", field.Uint16, "nsip.bvci", "BSSGP virtual connection: 0 signalling, 1 point to multipoint, else a cell's")
	fNSEI        = fields.Add("nsei", field.Uint16, "nsip.nsei", "Network service entity")
	fVCI         = fields.Add("ns_vci", field.Uint16, "nsip.ns_vci", "Network service virtual connection", field.Rare, field.Detail)
	fCause       = fields.Add("cause", field.Uint8, "nsip.cause", "Cause of a reset, block or status", field.Rare, field.Detail)
	fTransaction = fields.Add("transaction_id", field.Uint8, "nsip.transaction_id", "Transaction that an acknowledgement answers", field.Rare, field.Detail)
	fIP          = fields.Add("ip_address", field.IP, "nsip.ipv4_address, nsip.ipv6_address", "Addresses of endpoints that are configured")
)

var names = [...]string{"NS_UNITDATA", "", "NS_RESET", "NS_RESET_ACK", "NS_BLOCK", "NS_BLOCK_ACK", "NS_UNBLOCK", "NS_UNBLOCK_ACK", "NS_STATUS", "",
	"NS_ALIVE", "NS_ALIVE_ACK", "SNS_ACK", "SNS_ADD", "SNS_CHANGEWEIGHT", "SNS_CONFIG", "SNS_CONFIG_ACK", "SNS_DELETE", "SNS_SIZE", "SNS_SIZE_ACK"}

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	kind := c.Uint8(fPDU)
	if int(kind) >= len(names) || names[kind] == "" {
		return
	}
	switch kind {
	case unitdata:
		c.Skip(1) // who wants the flow on another connection
		if c.Uint16(fBVCI); !c.Failed {
			p.Call(bssgp.Protocol, c.B, c.Wire)
		}
		return
	case snsConfig:
		c.Skip(1) // whether this is the last one
	}
	elements(&c, kind)
}

// elements reads the information elements of a PDU.
func elements(c *common.Cursor, pdu uint8) {
	for n := 0; c.More() && n < common.MaxItems; n++ {
		switch kind := c.U8(); kind {
		case ieMaxVCs, ieIP4Endpoints, ieIP6Endpoints:
			c.Skip(2)
		case ieResetFlag:
			c.Skip(1)
		case ieIPAddress:
			address(c)
		default:
			v := c.Sub(bssgp.Length(c))
			sized(kind, &v)
			if kind == ieNSEI && hasTransaction(pdu) {
				c.Uint8(fTransaction)
			}
		}
	}
}

// hasTransaction says that a transaction identifier, which has no type of its own, stands behind the entity.
func hasTransaction(pdu uint8) bool {
	return pdu == snsAck || pdu == snsAdd || pdu == snsChangeWeight || pdu == snsDelete
}

// sized reads an element that says its length.
func sized(kind uint8, v *common.Cursor) {
	switch kind {
	case ieCause:
		v.Uint8(fCause)
	case ieVCI:
		v.Uint16(fVCI)
	case iePDU: // which a status returns
		if !v.Failed {
			v.P.CallName("gprs-ns", v.B, v.Wire)
		}
	case ieBVCI:
		v.Uint16(fBVCI)
	case ieNSEI:
		v.Uint16(fNSEI)
	case ieIP4Elements:
		endpoints(v, lenIP4)
	case ieIP6Elements:
		endpoints(v, lenIP6)
	}
}

// endpoints reads a list of endpoints with addresses of n bytes.
func endpoints(v *common.Cursor, n int) {
	for i := 0; v.More() && i < common.MaxItems; i++ {
		v.IP(fIP, n)
		v.Skip(endpointRest)
	}
}

// address reads the address whose type tells its length.
func address(c *common.Cursor) {
	switch c.U8() {
	case typeIP4:
		c.IP(fIP, lenIP4)
	case typeIP6:
		c.IP(fIP, lenIP6)
	default: // how long it is is not known
		if !c.Failed {
			c.P.Bad()
			c.Failed = true
		}
	}
}

func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fPDU)
	if kind < uint64(len(names)) && names[kind] != "" {
		dst = append(dst, names[kind]...)
	} else {
		dst, _ = v.Text(append(dst, "PDU type "...), fPDU)
	}
	for _, f := range [...]struct {
		name string
		id   field.ID
	}{{", BVCI ", fBVCI}, {", NSEI ", fNSEI}, {", cause ", fCause}} {
		if _, ok := v.Uint(f.id); ok {
			dst, _ = v.Text(append(dst, f.name...), f.id)
		}
	}
	return dst
}
