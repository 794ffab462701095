// SPDX-License-Identifier: Apache-2.0

package tag

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// ISL is Cisco's Inter-Switch Link, older than 802.1Q. It is called with the whole outer frame; Wireshark's frame.protocols leaves its name out.
//
//	0     5           6     12    14        17    20               22      24         26
//	| dst | type, user | src | len | AA AA 03 | HSA | VLAN 15, BPDU 1 | index | reserved | frame … | FCS
var ISL = &dissect.Protocol{
	Name: "isl", Title: "ISL", Reference: "Cisco Inter-Switch Link",
	Dissect: isl,
	Summary: summary("VLAN ID", fISLVLAN),
}

const (
	islLen = 26
	fcsLen = 4
	// islEthernet is the type, the upper four bits of byte 5, of an Ethernet frame.
	islEthernet = 0
)

var (
	islFields = field.Group("isl")
	fISLDst   = islFields.Add("dst", field.MAC, "isl.dst", "Destination address, type and user bits zeroed")
	fISLSrc   = islFields.Add("src", field.MAC, "isl.src", "Source address")
	fISLLen   = islFields.Add("len", field.Uint16, "isl.len", "Length without the first 14 bytes and the FCS, bytes", field.Rare, field.Detail)
	fISLVLAN  = islFields.Add("vlan_id", field.Uint16, "isl.vlan_id", "VLAN identifier")
	fISLBPDU  = islFields.Add("bpdu", field.Bool, "isl.bpdu", "Carries spanning tree, CDP or VTP")
)

func isl(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, islLen) {
		return
	}
	v := binary.BigEndian.Uint16(b[20:])
	p.Out.MAC(fISLDst, []byte{b[0], b[1], b[2], b[3], b[4], 0})
	p.Out.MAC(fISLSrc, b[6:12])
	p.Out.Uint(fISLLen, uint64(binary.BigEndian.Uint16(b[12:])))
	p.Out.Uint(fISLVLAN, uint64(v>>1))
	p.Out.Bool(fISLBPDU, v&1 != 0)
	p.AddVLAN(v >> 1)
	kind := b[5] >> 4
	b, wire = b[islLen:], wire-islLen-fcsLen
	if kind == islEthernet && wire > 0 && p.Tunnel(0) {
		p.CallName("eth", b[:min(len(b), wire)], wire)
	}
}
