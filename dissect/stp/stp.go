// SPDX-License-Identifier: Apache-2.0

// Package stp dissects the bridge protocol data units of the spanning tree protocols: STP (IEEE 802.1D-1998), RSTP (802.1D-2004), MSTP (802.1Q, 14)
// and Cisco's PVST+, a tree for each VLAN.
//
//	0          2         3      4       5            13          17            25     27            35
//	| protocol | version | type | flags | root 8     | root cost | bridge 8    | port | four times  | version 1 length 1 …
//
// A bridge identifier is a priority of 4 bits, a system extension of 12 (a VLAN or instance) and an address. Times are in 1/256 s. A topology
// change notification (type 0x80) ends behind its type. PVST+ appends a TLV with the VLAN at 36; MSTP what file mst.go draws.
// Not decoded: shortest path bridging (version 4).
package stp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 4
	// portEnd is where the times begin.
	portEnd = 27
	// rapidLen adds the version 1 length, which is 0.
	rapidLen = 36

	typeConfig = 0x00
	typeRapid  = 0x02
	typeChange = 0x80

	versionRapid    = 2
	versionMultiple = 3

	// The TLV of PVST+.
	tlvHeader, tlvVLAN = 4, 0

	// ticks are the units of times, a second's.
	ticks = 256
)

// Flags.
const (
	flagChange    = 0x01
	flagProposal  = 0x02
	flagLearning  = 0x10
	flagForward   = 0x20
	flagAgreement = 0x40
	flagChangeAck = 0x80
)

// Protocol is the spanning tree protocol in all its versions.
var Protocol = &dissect.Protocol{
	Name: "stp", Title: "STP", Reference: "IEEE 802.1D, IEEE 802.1Q",
	LLCSAPs: []uint8{0x42},
	Dissect: decode,
	Summary: summary,
}

var (
	fields     = field.Group("stp")
	fProtocol  = fields.Add("protocol", field.Uint16, "stp.protocol", "Protocol identifier, 0", field.Rare, field.Detail)
	fVersion   = fields.Add("version", field.Uint8, "stp.version", "Version: 0 STP, 2 RSTP, 3 MSTP, 4 SPT")
	fType      = fields.Add("type", field.Uint8, "stp.type", "Type: 0 configuration, 2 rapid or multiple spanning tree, 0x80 topology change notification")
	fFlags     = fields.Add("flags.value", field.Uint8, "stp.flags", "Flags", field.Rare)
	fChange    = fields.Add("flags.tc", field.Bool, "stp.flags.tc", "Topology change", field.Sparse)
	fChangeAck = fields.Add("flags.tcack", field.Bool, "stp.flags.tcack", "Topology change acknowledgment", field.Rare, field.Detail, field.Sparse)
	fProposal  = fields.Add("flags.proposal", field.Bool, "stp.flags.proposal", "Proposal (RSTP)", field.Detail, field.Rare)
	fRole      = fields.Add("flags.port_role", field.Uint8, "stp.flags.port_role", "Role of the port (RSTP): 1 alternate or backup, 2 root, 3 designated", field.Rare, field.Detail)
	fLearning  = fields.Add("flags.learning", field.Bool, "stp.flags.learning", "Learning (RSTP)", field.Detail, field.Rare)
	fForward   = fields.Add("flags.forwarding", field.Bool, "stp.flags.forwarding", "Forwarding (RSTP)", field.Detail, field.Rare)
	fAgreement = fields.Add("flags.agreement", field.Bool, "stp.flags.agreement", "Agreement (RSTP)", field.Detail, field.Rare)
	root       = newBridge("root", "root bridge")
	fCost      = fields.Add("root.cost", field.Uint32, "stp.root.cost", "Cost of the path to the root bridge", field.Rare)
	sender     = newBridge("bridge", "bridge that sends")
	fPort      = fields.Add("port", field.Uint16, "stp.port", "Port that sends: priority and number")
	fMsgAge    = fields.Add("msg_age", field.Float, "stp.msg_age", "Age of the root's message, seconds", field.Detail, field.Rare)
	fMaxAge    = fields.Add("max_age", field.Float, "stp.max_age", "Age at which a message is forgotten, seconds", field.Detail, field.Rare)
	fHello     = fields.Add("hello", field.Float, "stp.hello", "Time between messages of the root, seconds", field.Detail, field.Rare)
	fDelay     = fields.Add("forward", field.Float, "stp.forward", "Time that ports listen and learn, seconds", field.Detail, field.Rare)
	fVLAN      = fields.Add("pvst.origvlan", field.Uint16, "stp.pvst.origvlan", "VLAN whose tree this is (PVST+)")
)

// bridge is the fields of a bridge identifier.
type bridge struct{ prio, ext, hw field.ID }

func newBridge(name, what string) bridge {
	return bridge{
		prio: fields.Add(name+".prio", field.Uint16, "stp."+name+".prio", "Priority of the "+what, field.Rare),
		ext:  fields.Add(name+".ext", field.Uint16, "stp."+name+".ext", "System extension of the "+what+": its VLAN", field.Rare),
		hw:   fields.Add(name+".hw", field.MAC, "stp."+name+".hw", "Address of the "+what),
	}
}

// put writes the identifier in the 8 bytes b.
func (f bridge) put(p *dissect.Packet, b []byte) {
	n := binary.BigEndian.Uint16(b)
	p.Out.Uint(f.prio, uint64(n&0xf000))
	p.Out.Uint(f.ext, uint64(n&0x0fff))
	p.Out.MAC(f.hw, b[2:8])
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	version, t := b[2], b[3]
	p.Out.Uint(fProtocol, uint64(binary.BigEndian.Uint16(b)))
	p.Out.Uint(fVersion, uint64(version))
	p.Out.Uint(fType, uint64(t))
	if t != typeConfig && t != typeRapid || !p.Need(b, wire, portEnd) {
		return
	}
	flags(p, b[4], t)
	root.put(p, b[5:])
	p.Out.Uint(fCost, uint64(binary.BigEndian.Uint32(b[13:])))
	sender.put(p, b[17:])
	p.Out.Uint(fPort, uint64(binary.BigEndian.Uint16(b[25:])))
	for i, id := range [...]field.ID{fMsgAge, fMaxAge, fHello, fDelay} {
		at := portEnd + 2*i
		if !p.Need(b, wire, at+2) {
			return
		}
		p.Out.Float(id, float64(binary.BigEndian.Uint16(b[at:]))/ticks)
	}
	if wire <= rapidLen {
		return
	}
	if version >= versionMultiple && t == typeRapid {
		multiple(p, b, wire)
		return
	}
	originatingVLAN(p, b, wire)
}

func flags(p *dissect.Packet, n, t uint8) {
	p.Out.Uint(fFlags, uint64(n))
	p.Out.Bool(fChange, n&flagChange != 0)
	p.Out.Bool(fChangeAck, n&flagChangeAck != 0)
	if t == typeRapid {
		p.Out.Bool(fProposal, n&flagProposal != 0)
		p.Out.Uint(fRole, uint64(n>>2&3))
		p.Out.Bool(fLearning, n&flagLearning != 0)
		p.Out.Bool(fForward, n&flagForward != 0)
		p.Out.Bool(fAgreement, n&flagAgreement != 0)
	}
}

// originatingVLAN reads the TLV that PVST+ puts behind a BPDU. Other bytes there are padding.
func originatingVLAN(p *dissect.Packet, b []byte, wire int) {
	if wire < rapidLen+tlvHeader+2 || len(b) < rapidLen+tlvHeader {
		return
	}
	b, wire = b[rapidLen:], wire-rapidLen
	if binary.BigEndian.Uint16(b) == tlvVLAN && binary.BigEndian.Uint16(b[2:]) == 2 && p.Need(b, wire, tlvHeader+2) {
		p.Out.Uint(fVLAN, uint64(binary.BigEndian.Uint16(b[tlvHeader:])))
	}
}

func summary(dst []byte, v dissect.View) []byte {
	t, ok := v.Uint(fType)
	version, _ := v.Uint(fVersion)
	switch {
	case !ok:
		return dst
	case t == typeChange:
		return append(dst, "Topology Change Notification"...)
	case t == typeConfig:
		dst = append(dst, "Conf."...)
	case t == typeRapid && version >= versionMultiple:
		dst = append(dst, "MST."...)
	case t == typeRapid:
		dst = append(dst, "RST."...)
	default:
		dst, _ = v.Text(append(dst, "Unknown BPDU type "...), fType)
		return dst
	}
	if on, _ := v.Uint(fChange); on != 0 {
		dst = append(dst, " TC"...)
	}
	for _, f := range [...]struct {
		before string
		id     field.ID
	}{{" Root = ", root.prio}, {"/", root.ext}, {"/", root.hw}, {" Cost = ", fCost}, {" Port = ", fPort}} {
		text, ok := v.Text(append(dst, f.before...), f.id)
		if !ok {
			return dst
		}
		dst = text
	}
	return dst
}
