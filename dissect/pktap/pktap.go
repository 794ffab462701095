// SPDX-License-Identifier: Apache-2.0

// Package pktap dissects LINKTYPE_PKTAP, the header of macOS that tells interface and process of a packet. Older systems wrote
// it as LINKTYPE_USER2.
//
//	0        4             8           12                36      40          44               48                52
//	| length | record type | link type | interface name  | flags | protocol  | header's length | trailer's length | process ID |
//	56              76              80           82        84              88                        108
//	| command name  | service class | if. type 2 | unit 2  | effective PID | effective command name  | packet …
//
// Numbers have the byte order of the machine that captured: little-endian. Names end with a zero byte.
package pktap

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 108
	// recordPacket is the only record type there is.
	recordPacket = 1
	// noProcess is the process ID of packets without one.
	noProcess = 0xffffffff
)

// Protocol is PKTAP.
var Protocol = &dissect.Protocol{
	Name: "pktap", Title: "PKTAP", Reference: "LINKTYPE_PKTAP",
	LinkTypes: []uint32{258},
	Dissect:   decode,
	Summary:   summary,
}

// User2 is the layer that Wireshark lists for LINKTYPE_USER2.
var User2 = &dissect.Protocol{
	Name: "user_dlt", Title: "USER 2", Reference: "LINKTYPE_USER2",
	LinkTypes: []uint32{149},
	Dissect:   func(p *dissect.Packet, b []byte, wire int) { p.CallName("pktap", b, wire) },
	Summary:   summary,
}

// Data is the layer that Wireshark lists between the header and the packet; it has no bytes of its own.
var Data = &dissect.Protocol{
	Name: "pcap_pktdata", Title: "Packet data", Reference: "LINKTYPE_PKTAP",
	Dissect: func(*dissect.Packet, []byte, int) {},
	Summary: summary,
}

var (
	fields    = field.Group("pktap")
	fDLT      = fields.Add("dlt", field.Uint32, "pktap.dlt", "Link type of the packet")
	fName     = fields.Add("ifname", field.Keyword, "pktap.ifname", "Interface")
	fFlags    = fields.Add("flags", field.Uint32, "pktap.flags", "Flags: 1 inbound, 2 outbound", field.Rare, field.Detail)
	fPID      = fields.Add("pid", field.Uint32, "pktap.pid", "Process ID of the socket's owner")
	fCommand  = fields.Add("cmdname", field.Keyword, "pktap.cmdname", "Command of the socket's owner")
	fClass    = fields.Add("svc_class", field.Uint32, "pktap.svc_class", "Service class", field.Rare, field.Detail)
	fEPID     = fields.Add("epid", field.Uint32, "pktap.epid", "Process ID on whose behalf the packet was sent", field.Rare, field.Detail)
	fECommand = fields.Add("ecmdname", field.Keyword, "pktap.ecmdname", "Command on whose behalf the packet was sent", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	n, dlt := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[8:])
	if n < headerLen || uint64(n) > uint64(wire) {
		p.Bad()
		return
	}
	p.Out.Uint(fDLT, uint64(dlt))
	text(p, fName, b[12:36])
	p.Out.Uint(fFlags, uint64(binary.LittleEndian.Uint32(b[36:])))
	process(p, fPID, b[52:])
	text(p, fCommand, b[56:76])
	p.Out.Uint(fClass, uint64(binary.LittleEndian.Uint32(b[76:])))
	process(p, fEPID, b[84:])
	text(p, fECommand, b[88:108])
	if binary.LittleEndian.Uint32(b[4:]) != recordPacket || !p.Need(b, wire, int(n)) {
		return
	}
	next := p.Registry.Link(dlt)
	if next == p.Top() || !p.Push(Data) {
		return
	}
	outer := p.LinkType
	p.LinkType = dlt // which some protocols go by
	p.Call(next, b[n:], wire-int(n))
	p.LinkType = outer
}

func text(p *dissect.Packet, id field.ID, v []byte) {
	if v, _, _ = bytes.Cut(v, []byte{0}); len(v) > 0 {
		p.Out.Text(id, v)
	}
}

func process(p *dissect.Packet, id field.ID, v []byte) {
	if n := binary.LittleEndian.Uint32(v); n != noProcess {
		p.Out.Uint(id, uint64(n))
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Interface "...), fName)
	return dst
}
