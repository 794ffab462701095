// SPDX-License-Identifier: Apache-2.0

// Package bacnet dissects BACnet (ASHRAE 135, ISO 16484-5): the network layer, the application layer's services with the objects and properties that they are about, and
// what carries them: BACnet/IP, IEEE 802.2, MS/TP.
//
//	| type 0x81 | function | length 2 | address 6 where forwarded | NPDU                                    BACnet/IP (BVLC)
//	| 0x55 0xff | frame type | destination | source | length 2 | header CRC | NPDU | CRC 2                  MS/TP
//	| version 1 | control | DNET 2, length 1, DADR | SNET 2, length 1, SADR | hops 1 | message type or APDU   NPDU
//	| type, flags | size 1 | invoke ID 1 | sequence 1, window 1 | service 1 | tags …                         APDU, which has what its type says
//	| tag number 4 bits, class 1, length 3 | … | value                                                      a tag
//
// A reply is tied to its request by the invoke ID. Limits: 1024 tags of an APDU, 16 levels, 128 objects and properties. Segments are not joined: what the first one names is
// written. Not decoded: values, network messages, tables of broadcast management, encoded MS/TP frames, BACnet/SC, secured NPDUs, passwords.
package bacnet

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	reference = "ASHRAE 135"
	port      = 47808
	sap       = 0x82
)

// Protocol is the network layer; BVLC and MSTP carry it, Application is what it carries.
var (
	Protocol    = &dissect.Protocol{Name: "bacnet", Title: "BACnet", Reference: reference, LLCSAPs: []uint8{sap}, Summary: networkSummary}
	BVLC        = &dissect.Protocol{Name: "bvlc", Title: "BVLC", Reference: reference, Application: true, UDPPorts: []uint16{port}, GuessUDP: guess, AcceptUDP: accept, Summary: linkSummary}
	Application = &dissect.Protocol{Name: "bacapp", Title: "BACnet-APDU", Reference: reference, Summary: summary}
	MSTP        = &dissect.Protocol{Name: "mstp", Title: "BACnet", Reference: reference, LinkTypes: []uint32{165}, Summary: mstpSummary}
)

// The dissectors name their Protocols, which cannot name them back in their own values.
func init() {
	Protocol.Dissect, BVLC.Dissect, Application.Dissect, MSTP.Dissect = network, link, apdu, mstp
}

var (
	linkFields = field.Group("bvlc")
	fFunction  = linkFields.Add("function", field.Uint8, "bvlc.function, bvlc.function_ipv6", "Function: 4 forwarded, 5 register foreign device, 9 distribute broadcast, 10 unicast, 11 broadcast; of BACnet/IPv6 1 unicast, 2 broadcast, 8 forwarded")
	fForwarded = linkFields.Add("fwd_ip", field.IP, "bvlc.fwd_ip, bvlc.orig_source_addr", "Address that a forwarded message is from")
	fOutcome   = linkFields.Add("result", field.Uint16, "bvlc.result", "Result of a request to the broadcast management", field.Rare, field.Detail)

	networkFields = field.Group("bacnet")
	fControl      = networkFields.Add("control", field.Uint8, "bacnet.control", "Flags: 4 a reply is expected, 8 a source, 32 a destination, 128 a network message", field.Rare, field.Detail)
	fDNet         = networkFields.Add("dnet", field.Uint16, "bacnet.dnet", "Network that the message is for; 65535 all", field.Rare)
	fDAddr        = networkFields.Add("dadr", field.Hex, "bacnet.dadr_tmp", "Address there", field.Rare, field.Detail)
	fSNet         = networkFields.Add("snet", field.Uint16, "bacnet.snet", "Network that the message is from", field.Rare)
	fSAddr        = networkFields.Add("sadr", field.Hex, "bacnet.sadr_tmp", "Address there", field.Rare, field.Detail)
	fHops         = networkFields.Add("hopc", field.Uint8, "bacnet.hopc", "Hops that are left", field.Rare, field.Detail)
	fMessage      = networkFields.Add("mesgtyp", field.Uint8, "bacnet.mesgtyp", "Network message: 0 who is router to network, 1 I am router to network, …", field.Rare)
)

// Types and functions of the virtual link (ASHRAE 135, annexes J and U).
const (
	typeIPv4, typeIPv6 = 0x81, 0x82

	result, forwarded, distribute, unicast, broadcast = 0, 4, 9, 0x0a, 0x0b

	unicast6, broadcast6, forwarded6, distribute6 = 1, 2, 8, 0x0c

	lastFunction = 0x0c
	linkLen      = 4
)

// accept says what may be a datagram on BACnet's port.
func accept(b []byte) bool {
	return len(b) >= linkLen && (b[0] == typeIPv4 || b[0] == typeIPv6) && b[1] <= lastFunction && int(binary.BigEndian.Uint16(b[2:])) >= linkLen
}

// guess recognises BACnet/IP by a network layer of version 1 that fills the datagram.
func guess(b []byte) bool {
	const originLen, reserved, version = 6, 0x50, 1
	if !accept(b) || b[0] != typeIPv4 || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		return false
	}
	at := linkLen
	switch b[1] {
	case forwarded:
		at += originLen
	case distribute, unicast, broadcast:
	default:
		return false
	}
	return len(b) >= at+3 && b[at] == version && b[at+1]&reserved == 0
}

// link is a datagram of BACnet/IP. Wireshark looks for it on its port only.
func link(p *dissect.Packet, b []byte, wire int) {
	if p.Options.Wireshark && p.Core.Source.Port != port && p.Core.Destination.Port != port {
		p.Pop()
		return
	}
	p.Message(BVLC)
	const virtualLen, portLen = 3, 2
	c := common.Read(p, b, wire)
	kind := c.U8()
	function := c.Uint8(fFunction)
	length := int(c.U16())
	c = c.Sub(length - linkLen)
	origin := func(n int) {
		if addr := c.Bytes(n); addr != nil {
			p.Out.IP(fForwarded, addr)
			common.IP(p.Out, addr)
		}
		c.Skip(portLen)
	}
	if kind == typeIPv6 {
		c.Skip(virtualLen)
		switch function {
		case unicast6:
			c.Skip(virtualLen)
		case forwarded6:
			origin(16)
		case broadcast6, distribute6:
		default:
			return
		}
	} else {
		switch function {
		case result:
			c.Uint16(fOutcome)
			return
		case forwarded:
			origin(4)
		case distribute, unicast, broadcast:
		default:
			return
		}
	}
	if !c.Failed {
		p.Call(Protocol, c.B, c.Wire)
	}
}

// network is the network layer.
func network(p *dissect.Packet, b []byte, wire int) {
	const hasMessage, hasDestination, hasSource, firstProprietary = 0x80, 0x20, 0x08, 0x80
	c := common.Read(p, b, wire)
	c.Skip(1)
	control := c.Uint8(fControl)
	if control&hasDestination != 0 {
		c.Uint16(fDNet)
		c.Hex(fDAddr, int(c.U8()))
	}
	if control&hasSource != 0 {
		c.Uint16(fSNet)
		c.Hex(fSAddr, int(c.U8()))
	}
	if control&hasDestination != 0 {
		c.Uint8(fHops)
	}
	switch {
	case c.Failed:
	case control&hasMessage != 0:
		if c.Uint8(fMessage) >= firstProprietary {
			c.Skip(2) // the vendor
		}
	case c.Wire > 0 && len(c.B) == 0:
		p.Truncated = true
	case p.Push(Application): // Wireshark names it without a byte, too
		apdu(p, c.B, c.Wire)
	}
}

func linkSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Function "...), fFunction)
	return dst
}

func networkSummary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "Network message "...), fMessage); ok {
		return text
	}
	return dst
}
