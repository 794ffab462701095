// SPDX-License-Identifier: Apache-2.0

// Package bssgp dissects the Base Station Subsystem GPRS Protocol (3GPP TS 48.018): which cell and which mobile station a frame comes from or goes to.
//
//	0          1      5             8
//	| PDU type | TLLI | QoS profile | elements      user data (10.2.1, 10.2.2)
//	| PDU type | elements …                         all other PDUs
//
// An element is type 1, length 1 or 2, value. The LLC frames among them are opened. Limits: 1024 elements. Not decoded: all elements but the identities of station and
// cell and the cause; the PDU that a status returns.
package bssgp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/gsm"
	"github.com/espbeat/espbeat/dissect/llcgprs"
	"github.com/espbeat/espbeat/field"
)

const (
	dlUnitdata = 0x00
	ulUnitdata = 0x01
	lenQoS     = 3
)

// Information elements (TS 48.018, 11.3).
const (
	ieBVCI  = 0x04
	ieCause = 0x07
	ieCell  = 0x08
	ieIMSI  = 0x0d
	ieLLC   = 0x0e
	ieRAI   = 0x1b
	ieTLLI  = 0x1f
	ieTMSI  = 0x20
	ieNSEI  = 0x3e
)

// Protocol is BSSGP.
var Protocol = &dissect.Protocol{
	Name: "bssgp", Title: "BSSGP", Reference: "3GPP TS 48.018", Dissect: decode, Summary: summary,
}

var (
	fields   = field.Group("bssgp")
	fPDU     = fields.Add("pdu_type", field.Uint8, "bssgp.pdu_type", "PDU type: 0 user data to the station, 1 from it, 6 and 7 paging, 0x20 and above management of cells")
	fElement = fields.Add("elem_id", field.Uint8, "bssgp.elem_id", "Types of the information elements in order", field.List, field.Rare, field.Detail)
	fTLLI    = fields.Add("tlli", field.Uint32, "gsm_a.rr.tlli", "Temporary logical link identity of the mobile station")
	fTMSI    = fields.Add("tmsi", field.Uint32, "gsm_a.tmsi", "Temporary identity of the mobile station that is paged")
	fBVCI    = fields.Add("bvci", field.Uint16, "bssgp.bvci", "Virtual connection that the PDU is about", field.Rare, field.Detail)
	fNSEI    = fields.Add("nsei", field.Uint16, "bssgp.nsei", "Network service entity that the PDU is about", field.Rare, field.Detail)
	fCause   = fields.Add("cause", field.Uint8, "bssgp.cause", "Cause of a reset, block or status", field.Rare, field.Detail)
	fCI      = fields.Add("ci", field.Uint16, "bssgp.ci", "Cell within its location area")
)

// Length reads the length of an element, which is of 7 bits when the first bit is set, else of 15. The network service has the same.
func Length(c *common.Cursor) int {
	const short = 0x80
	n := c.U8()
	if n&short != 0 {
		return int(n &^ short)
	}
	return int(n)<<8 | int(c.U8())
}

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	if pdu := c.Uint8(fPDU); pdu == dlUnitdata || pdu == ulUnitdata {
		c.Uint32(fTLLI)
		c.Skip(lenQoS)
	}
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint8(fElement)
		v := c.Sub(Length(&c))
		element(kind, &v)
	}
}

func element(kind uint8, v *common.Cursor) {
	switch kind {
	case ieBVCI:
		v.Uint16(fBVCI)
	case ieCause:
		v.Uint8(fCause)
	case ieCell:
		gsm.Area(v)
		v.Uint16(fCI)
	case ieRAI:
		gsm.Area(v)
	case ieIMSI:
		gsm.Identity(v)
	case ieLLC:
		if !v.Failed {
			v.P.Call(llcgprs.Protocol, v.B, v.Wire)
		}
	case ieTLLI:
		v.Uint32(fTLLI)
	case ieTMSI:
		v.Uint32(fTMSI)
	case ieNSEI:
		v.Uint16(fNSEI)
	}
}

var names = map[uint64]string{
	0x00: "DL-UNITDATA", 0x01: "UL-UNITDATA", 0x02: "RA-CAPABILITY", 0x04: "DL-MBMS-UNITDATA", 0x05: "UL-MBMS-UNITDATA", 0x06: "PAGING-PS", 0x07: "PAGING-CS",
	0x08: "RA-CAPABILITY-UPDATE", 0x09: "RA-CAPABILITY-UPDATE-ACK", 0x0a: "RADIO-STATUS", 0x0b: "SUSPEND", 0x0c: "SUSPEND-ACK", 0x0d: "SUSPEND-NACK",
	0x0e: "RESUME", 0x0f: "RESUME-ACK", 0x10: "RESUME-NACK", 0x20: "BVC-BLOCK", 0x21: "BVC-BLOCK-ACK", 0x22: "BVC-RESET", 0x23: "BVC-RESET-ACK",
	0x24: "BVC-UNBLOCK", 0x25: "BVC-UNBLOCK-ACK", 0x26: "FLOW-CONTROL-BVC", 0x27: "FLOW-CONTROL-BVC-ACK", 0x28: "FLOW-CONTROL-MS", 0x29: "FLOW-CONTROL-MS-ACK",
	0x2a: "FLUSH-LL", 0x2b: "FLUSH-LL-ACK", 0x2c: "LLC-DISCARDED", 0x41: "STATUS",
}

func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fPDU)
	if name := names[kind]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "PDU type "...), fPDU)
	}
	if _, ok := v.Uint(fTLLI); ok {
		dst, _ = v.Text(append(dst, ", TLLI "...), fTLLI)
	}
	return dst
}
