// SPDX-License-Identifier: Apache-2.0

// Package cdp dissects the Cisco Discovery Protocol, versions 1 and 2, as Cisco documents it.
//
//	0         1     2          4         6        8
//	| version | TTL | checksum | type    | length | value … (TLVs to the end; the length counts type and length)
//
// Addresses are a count, then each: protocol type 1, length 1, protocol, length 2, address. It is reached by SNAP (OUI 00-00-0C, PID 0x2000),
// Cisco HDLC, PPP, Frame Relay and GRE. Not decoded: the checksum, which Cisco computes in its own way, prefixes, cluster hello, power, EnergyWise.
package cdp

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen, tlvHeader = 4, 4
	// maxTLVs and maxAddresses bound the items of a message.
	maxTLVs, maxAddresses = 128, 32
)

// Types of TLVs.
const (
	tlvDevice       = 0x0001
	tlvAddresses    = 0x0002
	tlvPort         = 0x0003
	tlvCapabilities = 0x0004
	tlvSoftware     = 0x0005
	tlvPlatform     = 0x0006
	tlvDomain       = 0x0009
	tlvNative       = 0x000a
	tlvDuplex       = 0x000b
	tlvVoice        = 0x000e
	tlvMTU          = 0x0011
	tlvSystemName   = 0x0014
	tlvManagement   = 0x0016
	tlvLocation     = 0x0017
)

// Protocol is CDP.
var Protocol = &dissect.Protocol{
	Name: "cdp", Title: "CDP", Reference: "Cisco Discovery Protocol",
	PPPTypes:    []uint16{0x0207},
	GREProtocol: []uint16{0x2000},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields    = field.Group("cdp")
	fVersion  = fields.Add("version", field.Uint8, "cdp.version", "Version: 1 or 2", field.Rare)
	fTTL      = fields.Add("ttl", field.Uint8, "cdp.ttl", "How long the message holds, seconds", field.Rare)
	fChecksum = fields.Add("checksum", field.Uint16, "cdp.checksum", "Checksum", field.Detail, field.Rare)
	fType     = fields.Add("tlv.type", field.Uint16, "cdp.tlv.type", "Types of all TLVs, in order", field.Detail, field.Rare)
	fDevice   = fields.Add("deviceid", field.Keyword, "cdp.deviceid", "Name of the device")
	fPort     = fields.Add("portid", field.Keyword, "cdp.portid", "Interface that sends")
	fPlatform = fields.Add("platform", field.Keyword, "cdp.platform", "Platform")
	fSoftware = fields.Add("software_version", field.Wildcard, "cdp.software_version", "Software and its version")
	fBits     = fields.Add("capabilities.value", field.Uint32, "cdp.capabilities", "Capabilities, as bits", field.Detail, field.Rare)
	fRole     = fields.Add("capabilities.names", field.Keyword, "", "Capabilities: router, switch, host, phone, …", field.List)
	fAddress  = fields.Add("address", field.IP, "cdp.nrgyz.ip_address, cdp.nrgyz.ipv6_address", "Addresses of the interface, and for management")
	fDomain   = fields.Add("vtp_management_domain", field.Keyword, "cdp.vtp_management_domain", "VTP domain")
	fNative   = fields.Add("native_vlan", field.Uint16, "cdp.native_vlan", "VLAN of untagged frames")
	fVoice    = fields.Add("voice_vlan", field.Uint16, "cdp.voice_vlan", "VLAN of telephones")
	fDuplex   = fields.Add("duplex", field.Bool, "cdp.duplex", "Full duplex", field.Rare)
	fMTU      = fields.Add("mtu", field.Uint32, "cdp.mtu", "Largest packet, bytes", field.Rare)
	fName     = fields.Add("system_name", field.Keyword, "cdp.system_name", "Name of the system")
	fLocation = fields.Add("location", field.Keyword, "cdp.location", "Location")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Uint(fVersion, uint64(b[0]))
	p.Out.Uint(fTTL, uint64(b[1]))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[2:])))
	b, wire = b[headerLen:], wire-headerLen
	for range maxTLVs {
		if wire == 0 || !p.Need(b, wire, tlvHeader) {
			return
		}
		t, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		p.Out.Uint(fType, uint64(t))
		if n < tlvHeader {
			p.Bad()
			return
		}
		if !p.Need(b, wire, n) {
			return
		}
		value(p, t, b[tlvHeader:n:n])
		b, wire = b[n:], wire-n
	}
}

func value(p *dissect.Packet, t uint16, v []byte) {
	switch t {
	case tlvDevice:
		text(p, fDevice, v)
	case tlvPort:
		text(p, fPort, v)
	case tlvPlatform:
		text(p, fPlatform, v)
	case tlvSoftware:
		text(p, fSoftware, v)
	case tlvDomain:
		text(p, fDomain, v)
	case tlvSystemName:
		text(p, fName, v)
	case tlvLocation:
		if len(v) > 1 {
			text(p, fLocation, v[1:]) // behind a byte of unknown meaning
		}
	case tlvAddresses, tlvManagement:
		addresses(p, v)
	case tlvCapabilities:
		if p.Need(v, len(v), 4) {
			capabilities(p, binary.BigEndian.Uint32(v))
		}
	case tlvMTU:
		if p.Need(v, len(v), 4) {
			p.Out.Uint(fMTU, uint64(binary.BigEndian.Uint32(v)))
		}
	case tlvNative:
		if p.Need(v, len(v), 2) {
			p.Out.Uint(fNative, uint64(binary.BigEndian.Uint16(v)))
		}
	case tlvVoice: // a byte of data, then the VLAN
		if p.Need(v, len(v), 3) {
			p.Out.Uint(fVoice, uint64(binary.BigEndian.Uint16(v[1:])))
		}
	case tlvDuplex:
		if p.Need(v, len(v), 1) {
			p.Out.Bool(fDuplex, v[0] != 0)
		}
	}
}

// text writes v without the NUL bytes that some devices end it with.
func text(p *dissect.Packet, id field.ID, v []byte) {
	if v, _, _ = bytes.Cut(v, []byte{0}); len(v) > 0 {
		p.Out.Text(id, v)
	}
}

// roles are the capabilities by their bit.
var roles = [...]field.Str{field.Intern("router"), field.Intern("transparent_bridge"), field.Intern("source_route_bridge"), field.Intern("switch"), field.Intern("host"),
	field.Intern("igmp"), field.Intern("repeater"), field.Intern("phone"), field.Intern("remotely_managed"), field.Intern("cvta"), field.Intern("two_port_relay")}

func capabilities(p *dissect.Packet, bits uint32) {
	p.Out.Uint(fBits, uint64(bits))
	for bit, name := range roles {
		if bits>>bit&1 != 0 {
			p.Out.Const(fRole, name)
		}
	}
}

// addresses writes those of 4 and 16 bytes; others (CLNP, DECnet, AppleTalk, IPX) are passed over.
func addresses(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 4) {
		return
	}
	count := binary.BigEndian.Uint32(v)
	v = v[4:]
	for range min(count, maxAddresses) {
		if !p.Need(v, len(v), 2) {
			return
		}
		n := 2 + int(v[1])
		if !p.Need(v, len(v), n+2) {
			return
		}
		size := int(binary.BigEndian.Uint16(v[n:]))
		v = v[n+2:]
		if !p.Need(v, len(v), size) {
			return
		}
		p.Out.IP(fAddress, v[:size])
		v = v[size:]
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "Device ID: "...), fDevice); ok {
		dst = append(text, "  "...)
	}
	if text, ok := v.Text(append(dst, "Port ID: "...), fPort); ok {
		dst = text
	}
	return dst
}
