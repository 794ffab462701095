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
	duids     = field.Group("dhcpv6.duid")
	fDUID     = duids.Add("bytes", field.Hex, "dhcpv6.duid.bytes", "Identifiers of client and server")
	fDUIDLink = duids.Add("link_layer_addr", field.MAC, "dhcpv6.duidllt.link_layer_addr, dhcpv6.duidll.link_layer_addr", "Link addresses in the identifiers")
)

// duid reads an identifier, which fills its option.
func duid(v *common.Cursor) {
	if len(v.B) == v.Wire && v.Wire > 0 {
		v.P.Out.Bytes(fDUID, v.B)
	}
	if kind := v.U16(); kind == duidLLT || kind == duidLL {
		v.Skip(2) // the kind of link
		if kind == duidLLT {
			v.Skip(4) // when it was made
		}
		if v.Wire == 6 {
			v.MAC(fDUIDLink)
		}
	}
	if !v.Failed {
		v.Skip(v.Wire)
	}
}
