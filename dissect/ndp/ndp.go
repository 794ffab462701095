// SPDX-License-Identifier: Apache-2.0

// Package ndp dissects the Nortel Discovery Protocol, also known as SynOptics Network Management Protocol (Nortel's; there is no public standard).
//
//	0            4                    7              8           9       10
//	| IP address | segment identifier | chassis type | backplane | state | number of links |
package ndp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const segmentLen = 3

// Protocol is NDP; package llc finds it by Nortel's PIDs.
var Protocol = &dissect.Protocol{
	Name: "ndp", Title: "NDP", Reference: "Nortel NDP",
	Dissect: decode,
	Summary: summary,
}

var (
	fields     = field.Group("ndp")
	fAddress   = fields.Add("ipaddress", field.IP, "ndp.ipaddress", "Sender's address")
	fSegment   = fields.Add("segmentident", field.Hex, "ndp.segmentident", "Segment identifier: slot and port", field.Rare)
	fChassis   = fields.Add("chassis", field.Uint8, "ndp.chassis", "Type of the chassis", field.Rare)
	fBackplane = fields.Add("backplane", field.Uint8, "ndp.backplane", "Type of the backplane", field.Rare, field.Detail)
	fState     = fields.Add("state", field.Uint8, "ndp.state", "State: 1 topology changed, 2 heartbeat, 3 new", field.Rare)
	fLinks     = fields.Add("numberoflinks", field.Uint8, "ndp.numberoflinks", "Number of links", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	c.IP(fAddress, 4)
	c.Hex(fSegment, segmentLen)
	c.Uint8(fChassis)
	c.Uint8(fBackplane)
	c.Uint8(fState)
	c.Uint8(fLinks)
}

var states = [...]string{1: "Topology change", 2: "Heartbeat", 3: "New"}

// summary names the state and the sender.
func summary(dst []byte, v dissect.View) []byte {
	if n, _ := v.Uint(fState); n > 0 && n < uint64(len(states)) {
		dst = append(append(dst, states[n]...), ", "...)
	}
	dst, _ = v.Text(append(dst, "Address: "...), fAddress)
	dst, _ = v.Text(append(dst, " Segment: "...), fSegment)
	return dst
}
