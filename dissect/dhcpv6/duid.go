// SPDX-License-Identifier: Apache-2.0

package dhcpv6

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of DUIDs (RFC 8415, 11; RFC 6355).
const (
	duidLLT  = 1
	duidEN   = 2
	duidLL   = 3
	duidUUID = 4
)

var (
	duids       = field.Group("dhcpv6.duid")
	fDUID       = duids.Add("bytes", field.Hex, "dhcpv6.duid.bytes", "Identifiers of client and server")
	fDUIDType   = duids.Add("type", field.Uint16, "dhcpv6.duid.type", "Kind of each: 1 link address and time, 2 vendor's, 3 link address, 4 UUID", field.Rare)
	fDUIDTime   = duids.Add("time", field.Date, "dhcpv6.duidllt.time", "When an identifier was made", field.Rare)
	fDUIDLink   = duids.Add("link_layer_addr", field.MAC, "dhcpv6.duidllt.link_layer_addr, dhcpv6.duidll.link_layer_addr", "Link addresses in the identifiers")
	fDUIDVendor = duids.Add("enterprise", field.Uint32, "dhcpv6.duiden.enterprise", "Vendor of an identifier", field.Rare)
)

// duid reads an identifier, which fills its option.
func duid(v *common.Cursor) {
	const epoch = 946684800 // the year 2000
	if len(v.B) == v.Wire && v.Wire > 0 {
		v.P.Out.Bytes(fDUID, v.B)
	}
	kind := v.Uint16(fDUIDType)
	switch kind {
	case duidLLT, duidLL:
		v.Skip(2) // the kind of link
		if kind == duidLLT {
			if t := v.U32(); !v.Failed {
				v.P.Out.Int(fDUIDTime, (epoch+int64(t))*1e9)
			}
		}
		if v.Wire == 6 {
			v.MAC(fDUIDLink)
		}
	case duidEN:
		v.Uint32(fDUIDVendor)
	}
	if !v.Failed {
		v.Skip(v.Wire)
	}
}
