// SPDX-License-Identifier: Apache-2.0

// Package ptp dissects the Precision Time Protocol (IEEE 1588): version 2 over Ethernet and UDP, version 1 over UDP.
//
//	0      1         2        4        5   6       8            16         20               28     30         32        33
//	| type | version | length | domain | … | flags | correction | reserved | clock identity | port | sequence | control | interval | body
//
//	0         2           4           20     21           22     28     30         32        33
//	| version | version … | subdomain | type | technology | UUID | port | sequence | control | …         version 1
//
// Not decoded: timestamps, signalling, management, what TLVs carry, the body of version 1.
package ptp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	version1     = 1
	version2     = 2
	typeAnnounce = 0xb
	// timestampLen is the length of a timestamp, identityLen that of a clock's identity, bytes.
	timestampLen, identityLen = 10, 8
)

// Protocol is PTP.
var Protocol = &dissect.Protocol{
	Name: "ptp", Title: "PTP", Reference: "IEEE 1588", Application: true,
	EtherTypes: []uint16{0x88f7},
	UDPPorts:   []uint16{319, 320},
	Dissect:    decode,
	Summary:    summary,
}

var (
	first          = field.Group("ptp")
	fControl       = first.Add("controlfield", field.Uint8, "ptp.controlfield", "Message of version 1: 0 Sync, 1 Delay_Req, 2 Follow_Up, 3 Delay_Resp, 4 Management")
	fSubdomain     = first.Add("subdomain", field.Keyword, "ptp.subdomain", "Subdomain of version 1")
	fUUID          = first.Add("sourceuuid", field.MAC, "ptp.sourceuuid", "Clock of version 1 that sends")
	fFirstSequence = first.Add("sequenceid", field.Uint16, "ptp.sequenceid", "Sequence number of version 1", field.Rare, field.Detail)

	fields      = field.Group("ptp.v2")
	fType       = fields.Add("messagetype", field.Uint8, "ptp.v2.messagetype", "Message: 0 Sync, 1 Delay_Req, 2 Peer_Delay_Req, 3 Peer_Delay_Resp, 8 Follow_Up, 9 Delay_Resp, 10 Peer_Delay_Resp_Follow_Up, 11 Announce, 12 Signalling, 13 Management")
	fDomain     = fields.Add("domainnumber", field.Uint8, "ptp.v2.domainnumber", "Domain")
	fFlags      = fields.Add("flags", field.Uint16, "ptp.v2.flags", "Flags", field.Rare, field.Detail)
	fCorrection = fields.Add("correction", field.Int64, "ptp.v2.correction.ns", "Correction, nanoseconds", field.Rare, field.Detail)
	fIdentity   = fields.Add("clockidentity", field.Hex, "ptp.v2.clockidentity", "Clock that sends")
	fPort       = fields.Add("sourceportid", field.Uint16, "ptp.v2.sourceportid", "Its port")
	fSequence   = fields.Add("sequenceid", field.Uint16, "ptp.v2.sequenceid", "Sequence number", field.Rare, field.Detail)
	fPriority1  = fields.Add("an.priority1", field.Uint8, "ptp.v2.an.priority1", "First priority of the grandmaster that is announced")
	fClass      = fields.Add("an.clockclass", field.Uint8, "ptp.v2.an.grandmasterclockclass", "Its clock class")
	fPriority2  = fields.Add("an.priority2", field.Uint8, "ptp.v2.an.priority2", "Its second priority")
	fMaster     = fields.Add("an.grandmaster", field.Hex, "ptp.v2.an.grandmasterclockidentity", "Grandmaster that is announced")
	fSteps      = fields.Add("an.stepsremoved", field.Uint16, "ptp.v2.an.localstepsremoved", "Steps between the sender and the grandmaster")
)

// Wireshark's names of the versions.
var headline1, headline2 = field.Intern("PTPv1"), field.Intern("PTPv2")

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	head := c.U8()
	switch version := c.U8() & 0xf; {
	case c.Failed:
		return
	case version == version1:
		p.Core.Headline = headline1
		decodeFirst(&c)
		return
	case version != version2:
		return
	}
	p.Core.Headline = headline2
	kind := head & 0xf
	p.Out.Uint(fType, uint64(kind))
	length := int(c.U16())
	c.Uint8(fDomain)
	c.Skip(1)
	c.Uint16(fFlags)
	if v := c.Bytes(8); v != nil { // units of 2^-16 ns
		p.Out.Int(fCorrection, int64(binary.BigEndian.Uint64(v))>>16) //nolint:gosec // it is signed
	}
	c.Skip(4)
	c.Hex(fIdentity, identityLen)
	c.Uint16(fPort)
	c.Uint16(fSequence)
	c.Skip(2)
	if !c.Failed && length > wire {
		p.Bad()
	}
	if kind == typeAnnounce {
		announce(&c)
	}
}

// decodeFirst reads version 1 behind its version.
func decodeFirst(c *common.Cursor) {
	const subdomainLen = 16
	c.Skip(2)
	c.Text(fSubdomain, subdomainLen)
	c.Skip(2)
	c.MAC(fUUID)
	c.Skip(2)
	c.Uint16(fFirstSequence)
	c.Uint8(fControl)
}

func announce(c *common.Cursor) {
	c.Skip(timestampLen + 3) // and the offset from UTC
	c.Uint8(fPriority1)
	c.Uint8(fClass)
	c.Skip(3)
	c.Uint8(fPriority2)
	c.Hex(fMaster, identityLen)
	c.Uint16(fSteps)
	c.Skip(1)
}

// types are the names of the messages.
var types = [16]string{"Sync", "Delay_Req", "Peer_Delay_Req", "Peer_Delay_Resp", 8: "Follow_Up", 9: "Delay_Resp", 10: "Peer_Delay_Resp_Follow_Up",
	11: "Announce", 12: "Signalling", 13: "Management"}

// controls are those of version 1.
var controls = [...]string{"Sync", "Delay_Req", "Follow_Up", "Delay_Resp", "Management"}

func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fType)
	if !ok {
		if control, ok := v.Uint(fControl); ok && control < uint64(len(controls)) {
			dst, _ = v.Text(append(append(dst, controls[control]...), ", sequence "...), fFirstSequence)
		}
		return dst
	}
	if dst = append(dst, types[kind&0xf]...); types[kind&0xf] == "" {
		dst = append(dst, "Unknown message"...)
	}
	dst, _ = v.Text(append(dst, ", sequence "...), fSequence)
	return dst
}
