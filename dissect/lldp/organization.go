// SPDX-License-Identifier: Apache-2.0

package lldp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// An organization's own TLV: OUI 3, subtype 1, value.

// Organizations.
const (
	ouiIEEE8021 = 0x0080c2
	ouiIEEE8023 = 0x00120f
	ouiMED      = 0x0012bb
	ouiIANA     = 0x00005e
)

// Subtypes, by organization.
const (
	portVLAN, vlanName = 1, 3

	maxFrame = 4

	medPolicy = 2
	// The inventory: hardware, firmware, software, serial number, manufacturer, model, asset.
	medHardware, medAsset = 5, 11

	mudURL = 1
)

var (
	fOUI      = fields.Add("orgtlv.oui", field.Uint32, "lldp.orgtlv.oui", "Organizations of the TLVs of type 127, in order", field.Rare, field.Detail)
	fPVID     = fields.Add("ieee.802_1.port_vlan.id", field.Uint16, "lldp.ieee.802_1.port_vlan.id", "VLAN of untagged frames")
	fVLAN     = fields.Add("ieee.802_1.vlan.id", field.Uint16, "lldp.ieee.802_1.vlan.id", "VLANs of the port")
	fVLANName = fields.Add("ieee.802_1.vlan.name", field.Keyword, "lldp.ieee.802_1.vlan.name", "Names of the VLANs")
	fMaxFrame = fields.Add("ieee.802_3.max_frame_size", field.Uint16, "lldp.ieee.802_3.max_frame_size", "Largest frame, bytes", field.Rare, field.Detail)
	fMUD      = fields.Add("iana.mudurl", field.Wildcard, "lldp.iana.mudurl", "Manufacturer usage description (RFC 8520)")

	media      = field.Group("lldp.media")
	fPolicy    = media.Add("app_type", field.Uint8, "lldp.media.app_type", "Application of a network policy: 1 voice, 2 voice signaling, 3 guest voice, …", field.Rare, field.Detail)
	fMediaVLAN = media.Add("vlan_id", field.Uint16, "lldp.media.vlan_id", "VLAN of a network policy")
	fDSCP      = media.Add("dscp", field.Uint8, "lldp.media.dscp", "DSCP of a network policy", field.Rare, field.Detail)
	inventory  = [...]field.ID{
		media.Add("hardware", field.Keyword, "lldp.media.hardware", "Hardware revision"),
		media.Add("firmware", field.Keyword, "lldp.media.firmware", "Firmware revision"),
		media.Add("software", field.Keyword, "lldp.media.software", "Software revision"),
		media.Add("sn", field.Keyword, "lldp.media.sn", "Serial number"),
		media.Add("manufacturer", field.Keyword, "lldp.media.manufacturer", "Manufacturer"),
		media.Add("model", field.Keyword, "lldp.media.model", "Model"),
		media.Add("asset", field.Keyword, "lldp.media.asset", "Asset identifier"),
	}
)

func organization(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 4) {
		return
	}
	oui, subtype := uint32(v[0])<<16|uint32(v[1])<<8|uint32(v[2]), v[3]
	p.Out.Uint(fOUI, uint64(oui))
	v = v[4:]
	switch {
	case oui == ouiIEEE8021 && subtype == portVLAN:
		if p.Need(v, len(v), 2) {
			p.Out.Uint(fPVID, uint64(binary.BigEndian.Uint16(v)))
		}
	case oui == ouiIEEE8021 && subtype == vlanName:
		if p.Need(v, len(v), 3) {
			p.Out.Uint(fVLAN, uint64(binary.BigEndian.Uint16(v)))
			if n := 3 + int(v[2]); p.Need(v, len(v), n) {
				text(p, fVLANName, v[3:n])
			}
		}
	case oui == ouiIEEE8023 && subtype == maxFrame:
		if p.Need(v, len(v), 2) {
			p.Out.Uint(fMaxFrame, uint64(binary.BigEndian.Uint16(v)))
		}
	case oui == ouiMED && subtype == medPolicy:
		policy(p, v)
	case oui == ouiMED && subtype >= medHardware && subtype <= medAsset:
		text(p, inventory[subtype-medHardware], v)
	case oui == ouiIANA && subtype == mudURL:
		text(p, fMUD, v)
	}
}

// policy reads an application type and, in 24 bits: unknown, tagged, reserved, VLAN 12, priority 3, DSCP 6.
func policy(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 4) {
		return
	}
	n := binary.BigEndian.Uint32(v)
	p.Out.Uint(fPolicy, uint64(v[0]))
	p.Out.Uint(fMediaVLAN, uint64(n>>9&0xfff))
	p.Out.Uint(fDSCP, uint64(n&0x3f))
}
