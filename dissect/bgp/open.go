// SPDX-License-Identifier: Apache-2.0

package bgp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// An OPEN (RFC 4271, 4.2): version 1, AS 2, hold time 2, identifier 4, length of the parameters 1, parameters: type 1, length 1, value. With the extended
// form (RFC 9072) length and first type are 255, the real length follows in 2 bytes, and parameters have 2 bytes of length.

// Parameters and capabilities (RFC 5492) with fields.
const (
	paramAuth         = 1
	paramCapabilities = 2
	paramExtended     = 255
	capMultiprotocol  = 1
	capRole           = 9
	capAS4            = 65
	capFQDN           = 73
)

var (
	openFields = field.Group("bgp.open")
	fVersion   = openFields.Add("version", field.Uint8, "bgp.open.version", "Version of the protocol", field.Rare, field.Detail)
	fMyAS      = openFields.Add("myas", field.Uint16, "bgp.open.myas", "AS number of the sender; 23456 when it has 4 bytes, which a capability says")
	fHold      = openFields.Add("holdtime", field.Uint16, "bgp.open.holdtime", "Hold time, seconds", field.Rare)
	fIdent     = openFields.Add("identifier", field.IP, "bgp.open.identifier", "BGP identifier of the sender")
	fAuth      = openFields.Add("opt_param_auth", field.Hex, "bgp.open.opt.param.auth", "Authentication data", field.Secret, field.Rare, field.Detail)
	capFields  = field.Group("bgp.cap")
	fCap       = capFields.Add("type", field.Uint8, "bgp.cap.type", "Capabilities: 1 multiprotocol, 2 route refresh, 6 extended message, 9 role, 64 graceful restart, 65 AS numbers of 4 bytes, 69 additional paths, …")
	fCapAFI    = capFields.Add("mp.afi", field.Uint16, "bgp.cap.mp.afi", "Address families spoken", field.Rare, field.Detail)
	fCapSAFI   = capFields.Add("mp.safi", field.Uint8, "bgp.cap.mp.safi", "Subsequent address families spoken", field.Rare, field.Detail)
	fCapAS     = capFields.Add("as4", field.Uint32, "bgp.cap.4as", "AS number of the sender, of 4 bytes")
	fCapRole   = capFields.Add("role", field.Uint8, "", "Role of the sender: 0 provider, 1 route server, 2 its client, 3 customer, 4 peer (RFC 9234)", field.Rare, field.Detail)
	fCapHost   = capFields.Add("fqdn.hostname", field.Keyword, "bgp.cap.orf.fqdn.hostname", "Name of the sender")
	fCapDomain = capFields.Add("fqdn.domain_name", field.Keyword, "bgp.cap.orf.fqdn.domain_name", "Domain of the sender")
)

func open(c *common.Cursor) {
	c.Uint8(fVersion)
	c.Uint16(fMyAS)
	c.Uint16(fHold)
	c.IP(fIdent, 4)
	n := int(c.U8())
	extended := n == paramExtended && len(c.B) > 0 && c.B[0] == paramExtended
	if extended {
		c.Skip(1)
		n = int(c.U16())
	}
	params := c.Sub(n)
	for i := 0; params.More() && i < common.MaxItems; i++ {
		kind := params.U8()
		size := 0
		if extended {
			size = int(params.U16())
		} else {
			size = int(params.U8())
		}
		v := params.Sub(size)
		switch kind {
		case paramAuth:
			v.Hex(fAuth, v.Wire)
		case paramCapabilities:
			for j := 0; v.More() && j < common.MaxItems; j++ {
				capability(&v)
			}
		}
	}
}

func capability(c *common.Cursor) {
	kind := c.Uint8(fCap)
	v := c.Sub(int(c.U8()))
	switch kind {
	case capMultiprotocol:
		v.Uint16(fCapAFI)
		v.Skip(1)
		v.Uint8(fCapSAFI)
	case capRole:
		v.Uint8(fCapRole)
	case capAS4:
		v.Uint32(fCapAS)
	case capFQDN:
		v.Text(fCapHost, int(v.U8()))
		v.Text(fCapDomain, int(v.U8()))
	}
}
