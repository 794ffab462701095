// SPDX-License-Identifier: Apache-2.0

package profinet

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

var (
	ptcpFields = field.Group("pn_ptcp")
	fSequence  = ptcpFields.Add("sequence_id", field.Uint16, "pn_ptcp.sequence_id", "Sequence number", field.Rare, field.Detail)
	fDelay     = ptcpFields.Add("delay1ns", field.Uint32, "pn_ptcp.delay1ns", "Delay, nanoseconds", field.Rare, field.Detail)
	fMaster    = ptcpFields.Add("master_source_address", field.MAC, "pn_ptcp.master_source_address", "Link address of the master of time", field.Rare, field.Detail)
	fPortMAC   = ptcpFields.Add("port_mac_address", field.MAC, "pn_ptcp.port_mac_address", "Link address of the port that measures the delay of its line", field.Rare, field.Detail)
)

// Types of PTCP's TLVs.
const (
	tlvEnd, tlvSubdomain, tlvPort = 0, 2, 6
)

func ptcp(p *dissect.Packet, b []byte, wire int) {
	const padding = 12
	c := common.Read(p, b, wire)
	c.Skip(padding)
	c.Uint16(fSequence)
	c.Skip(2)
	c.Uint32(fDelay)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		const lengthBits = 9
		head := c.U16()
		tlv := c.Sub(int(head & (1<<lengthBits - 1)))
		switch head >> lengthBits {
		case tlvEnd:
			return
		case tlvSubdomain:
			tlv.MAC(fMaster)
		case tlvPort:
			tlv.MAC(fPortMAC)
		}
	}
}

// ptcpSummary reads "Sequence 28, delay 0 ns".
func ptcpSummary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fSequence)
	if !ok {
		return dst
	}
	dst = strconv.AppendUint(append(dst, "Sequence "...), n, 10)
	if n, ok = v.Uint(fDelay); ok {
		dst = append(strconv.AppendUint(append(dst, ", delay "...), n, 10), " ns"...)
	}
	return dst
}
