// SPDX-License-Identifier: Apache-2.0

// Package lldp dissects the Link Layer Discovery Protocol (IEEE 802.1AB, 9).
//
//	0           7..16          2
//	| type 7, length 9 bits    | value … | type, length | value … | 0000
//
// The first three TLVs are chassis, port and time to live; without them there is no LLDPDU, as Wireshark has it. Of organizations' own TLVs
// (type 127) the VLANs of IEEE 802.1, the frame size of IEEE 802.3, the inventory and network policy of LLDP-MED
// (ANSI/TIA-1057) and the MUD URL (RFC 8520) are read: file organization.go. Not decoded: object identifiers, DCBX, PROFINET,
// power, location and the other subtypes.
package lldp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	tlvHeader = 2
	// maxTLVs bounds the TLVs of a frame.
	maxTLVs = 256
)

// Types of TLVs.
const (
	tlvEnd = iota
	tlvChassis
	tlvPort
	tlvTTL
	tlvPortDesc
	tlvName
	tlvDesc
	tlvCapabilities
	tlvManagement
	tlvOrganization = 127
)

// Protocol is LLDP.
var Protocol = &dissect.Protocol{
	Name: "lldp", Title: "LLDP", Reference: "IEEE 802.1AB",
	EtherTypes: []uint16{0x88cc},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields    = field.Group("lldp")
	fType     = fields.Add("tlv.type", field.Uint8, "lldp.tlv.type", "Types of all TLVs, in order", field.Detail, field.Rare)
	chassis   = newIdentity("chassis", "Chassis")
	port      = newIdentity("port", "Port")
	fPortDesc = fields.Add("port.desc", field.Keyword, "lldp.port.desc", "Description of the port")
	fTTL      = fields.Add("time_to_live", field.Uint16, "lldp.time_to_live", "How long the message holds, seconds; 0 takes it back", field.Rare)
	fName     = fields.Add("tlv.system.name", field.Keyword, "lldp.tlv.system.name", "Name of the system")
	fDesc     = fields.Add("tlv.system.desc", field.Wildcard, "lldp.tlv.system.desc", "Description of the system")
	fCap      = fields.Add("tlv.system_cap", field.Uint16, "lldp.tlv.system_cap", "Capabilities, as bits", field.Detail, field.Rare)
	fEnabled  = fields.Add("tlv.enable_system_cap", field.Uint16, "lldp.tlv.enable_system_cap", "Enabled capabilities, as bits", field.Detail, field.Rare)
	fRole     = fields.Add("capabilities", field.Keyword, "", "Enabled capabilities: bridge, router, telephone, …", field.List)
	fMgmt     = fields.Add("mgn.addr", field.IP, "lldp.mgn.addr.ip4, lldp.mgn.addr.ip6", "Management addresses")
	fMgmtMAC  = fields.Add("mgn.mac", field.MAC, "lldp.mgn.addr.hex", "Management addresses that are link addresses", field.Rare, field.Detail)
	fIfIndex  = fields.Add("mgn.interface.number", field.Uint32, "lldp.mgn.interface.number", "Number of the interface with the management address", field.Rare, field.Detail)
)

// identity is the fields of a chassis or port identifier.
type identity struct{ subtype, id, mac, ip field.ID }

func newIdentity(name, what string) identity {
	ws := "lldp." + name
	return identity{
		subtype: fields.Add(name+".subtype", field.Uint8, ws+".subtype", "Kind of the "+name+"'s identifier", field.Rare),
		id:      fields.Add(name+".id", field.Keyword, ws+".id", what+" identifier that is text"),
		mac:     fields.Add(name+".mac", field.MAC, ws+".id.mac", what+" identifier that is a link address"),
		ip:      fields.Add(name+".ip", field.IP, ws+".id.ip4, "+ws+".id.ip6", what+" identifier that is an address"),
	}
}

// put writes the identifier v; mac and net are the subtypes of link and network addresses.
func (f identity) put(p *dissect.Packet, v []byte, mac, net uint8) {
	if len(v) == 0 {
		p.Bad()
		return
	}
	t, v := v[0], v[1:]
	p.Out.Uint(f.subtype, uint64(t))
	switch {
	case t == mac && len(v) == 6:
		p.Out.MAC(f.mac, v)
	case t == net && len(v) > 1:
		p.Out.IP(f.ip, address(v[0], v[1:]))
	case t != mac && t != net && len(v) > 0:
		p.Out.Text(f.id, v)
	}
}

// Subtypes of chassis and port identifiers.
const (
	chassisMAC, chassisNet = 4, 5
	portMAC, portNet       = 3, 4
)

// Address families (IANA), and the number that LLDP borrows for link addresses.
const familyIPv4, familyIPv6, familyMAC = 1, 2, 6

// address returns the network address v of that family, nil when it has another length.
func address(family uint8, v []byte) []byte {
	if family == familyIPv4 && len(v) == 4 || family == familyIPv6 && len(v) == 16 {
		return v
	}
	return nil
}

func decode(p *dissect.Packet, b []byte, wire int) {
	for i := range maxTLVs {
		if wire == 0 && i >= tlvTTL || !p.Need(b, wire, tlvHeader) {
			return
		}
		head := binary.BigEndian.Uint16(b)
		t, n := uint8(head>>9), int(head&0x1ff)
		if i < tlvTTL && int(t) != tlvChassis+i {
			p.Bad() // the mandatory TLVs, in this order
			return
		}
		p.Out.Uint(fType, uint64(t))
		b, wire = b[tlvHeader:], wire-tlvHeader
		if t == tlvEnd || !p.Need(b, wire, n) {
			return
		}
		value(p, t, b[:n:n])
		b, wire = b[n:], wire-n
	}
}

func value(p *dissect.Packet, t uint8, v []byte) {
	switch t {
	case tlvChassis:
		chassis.put(p, v, chassisMAC, chassisNet)
	case tlvPort:
		port.put(p, v, portMAC, portNet)
	case tlvTTL:
		if p.Need(v, len(v), 2) {
			p.Out.Uint(fTTL, uint64(binary.BigEndian.Uint16(v)))
		}
	case tlvPortDesc:
		text(p, fPortDesc, v)
	case tlvName:
		text(p, fName, v)
	case tlvDesc:
		text(p, fDesc, v)
	case tlvCapabilities:
		capabilities(p, v)
	case tlvManagement:
		management(p, v)
	case tlvOrganization:
		organization(p, v)
	}
}

func text(p *dissect.Packet, id field.ID, v []byte) {
	if len(v) > 0 {
		p.Out.Text(id, v)
	}
}

// roles are the capabilities by their bit (IEEE 802.1AB, table 8-4).
var roles = [...]field.Str{field.Intern("other"), field.Intern("repeater"), field.Intern("bridge"), field.Intern("wlan_access_point"), field.Intern("router"),
	field.Intern("telephone"), field.Intern("docsis_cable_device"), field.Intern("station"), field.Intern("c_vlan"), field.Intern("s_vlan"), field.Intern("two_port_relay")}

func capabilities(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 4) {
		return
	}
	enabled := binary.BigEndian.Uint16(v[2:])
	p.Out.Uint(fCap, uint64(binary.BigEndian.Uint16(v)))
	p.Out.Uint(fEnabled, uint64(enabled))
	for bit, name := range roles {
		if enabled>>bit&1 != 0 {
			p.Out.Const(fRole, name)
		}
	}
}

// management reads a length, family and address, then kind and number of an interface.
func management(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 1) {
		return
	}
	n := int(v[0])
	v = v[1:]
	if n < 2 || !p.Need(v, len(v), n) {
		p.Bad()
		return
	}
	family, addr := v[0], v[1:n]
	if family == familyMAC && len(addr) == 6 {
		p.Out.MAC(fMgmtMAC, addr)
	} else {
		p.Out.IP(fMgmt, address(family, addr))
	}
	if v = v[n:]; p.Need(v, len(v), 5) {
		p.Out.Uint(fIfIndex, uint64(binary.BigEndian.Uint32(v[1:])))
	}
}

func summary(dst []byte, v dissect.View) []byte {
	for _, f := range [...]struct {
		before string
		id     field.ID
	}{{"MA/", chassis.mac}, {"NA/", chassis.ip}, {"", chassis.id}, {" MA/", port.mac}, {" NA/", port.ip}, {" ", port.id}, {" ", fTTL}, {" SysN=", fName}, {" SysD=", fDesc}} {
		if text, ok := v.Text(append(dst, f.before...), f.id); ok {
			dst = text
		}
	}
	return dst
}
