// SPDX-License-Identifier: Apache-2.0

package ospf

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of version 3: flooding scope and function code (RFC 5340, A.4.2.1).
const (
	routerLSA3      = 0x2001
	networkLSA3     = 0x2002
	interPrefixLSA  = 0x2003
	interRouterLSA  = 0x2004
	externalLSA3    = 0x4005
	nssaLSA3        = 0x2007
	linkLSA         = 0x0008
	intraPrefixLSA  = 0x2009
	externalTag     = 0x01
	externalForward = 0x02
	// Instances of the address family IPv4 (RFC 5838, 2.1).
	firstIPv4, lastIPv4 = 64, 127
)

var (
	v3Fields           = field.Group("ospf.v3")
	fLSA3              = v3Fields.Add("lsa.type", field.Uint16, "ospf.v3.lsa", "Type of each LSA of version 3: 0x2001 router, 0x2002 network, 0x2003 inter-area prefix, 0x4005 external, …")
	fRouterFlags3      = v3Fields.Add("router_lsa_flags", field.Uint8, "ospf.v3.router.lsa.flags", "Flags of a router LSA", field.Rare, field.Detail)
	fLinkType3         = v3Fields.Add("lsa.link_type", field.Uint8, "ospf.v3.lsa.type", "Type of each link of a router LSA: 1 point-to-point, 2 transit, 4 virtual", field.Rare, field.Detail)
	fLSAInterface      = v3Fields.Add("lsa.interface_id", field.Uint32, "ospf.v3.lsa.interface_id", "Interface of each link", field.Rare, field.Detail)
	fNeighborInterface = v3Fields.Add("lsa.neighbor_interface_id", field.Uint32, "ospf.v3.lsa.neighbor_interface_id", "Interface of the neighbour on each link", field.Rare, field.Detail)
	fNeighborRouter    = v3Fields.Add("lsa.neighbor_router_id", field.IP, "ospf.v3.lsa.neighbor_router_id", "Neighbour on each link")
	fAttached3         = v3Fields.Add("lsa.attached_router", field.IP, "ospf.v3.lsa.attached_router", "Routers attached to a network")
	fDestination       = v3Fields.Add("lsa.destination_router_id", field.IP, "ospf.v3.lsa.destination_router_id", "Router that an inter-area router LSA describes")
	fForward3          = v3Fields.Add("lsa.forwarding_address", field.IP, "ospf.v3.lsa.forwarding_address.ipv6, ospf.v3.lsa.forwarding_address.ipv4", "Forwarding address of an external route")
	fPriority3         = v3Fields.Add("lsa.router_priority", field.Uint8, "ospf.v3.lsa.router_priority", "Priority in a link LSA", field.Rare, field.Detail)
	fLinkLocal         = v3Fields.Add("lsa.link_local_interface_address", field.IP, "ospf.v3.lsa.link_local_interface_address.ipv6, ospf.v3.lsa.link_local_interface_address.ipv4", "Link-local address in a link LSA")
	fPrefixes          = v3Fields.Add("lsa.num_prefixes", field.Uint32, "ospf.v3.lsa.num_prefixes", "Number of prefixes", field.Rare, field.Detail)
	fReferenced        = v3Fields.Add("lsa.referenced_ls_type", field.Uint16, "ospf.v3.lsa.referenced_ls_type", "Type of the LSA that another refers to", field.Rare, field.Detail)
	fReferencedID      = v3Fields.Add("lsa.referenced_link_state_id", field.IP, "ospf.v3.lsa.referenced_link_state_id", "Link state ID of the LSA that another refers to", field.Rare, field.Detail)
	fReferencedRouter  = v3Fields.Add("lsa.referenced_advertising_router", field.IP, "ospf.v3.lsa.referenced_advertising_router", "Advertising router of the LSA that another refers to", field.Rare, field.Detail)
	fPrefix            = v3Fields.Add("address_prefix", field.IP, "ospf.v3.address_prefix.ipv6, ospf.v3.address_prefix.ipv4", "Prefixes")
	fPrefixLength      = fields.Add("prefix_length", field.Uint8, "ospf.prefix_length", "Length of each prefix, bits", field.Rare, field.Detail)
	fPrefixOptions     = v3Fields.Add("prefix_options", field.Uint8, "ospf.v3.prefix.options", "Options of each prefix", field.Rare, field.Detail)
)

// body3 reads the body of an LSA of version 3 (RFC 5340, A.4).
func (r *reader) body3(kind uint16) {
	switch kind {
	case routerLSA3:
		r.Uint8(fRouterFlags3)
		r.options()
		for n := 0; r.More() && n < common.MaxItems; n++ {
			r.Uint8(fLinkType3)
			r.Skip(1)
			r.Uint16(fMetric)
			r.Uint32(fLSAInterface)
			r.Uint32(fNeighborInterface)
			r.IP(fNeighborRouter, 4)
		}
	case networkLSA3:
		r.Skip(1)
		r.options()
		for n := 0; r.More() && n < common.MaxItems; n++ {
			r.IP(fAttached3, 4)
		}
	case interPrefixLSA:
		r.Skip(1)
		r.Number(fMetric, 3)
		bits := r.prefix()
		r.Skip(2)
		r.address(bits)
	case interRouterLSA:
		r.Skip(1)
		r.options()
		r.Skip(1)
		r.Number(fMetric, 3)
		r.IP(fDestination, 4)
	case externalLSA3, nssaLSA3:
		r.external()
	case linkLSA:
		r.Uint8(fPriority3)
		r.options()
		if r.size() == 4 {
			r.IP(fLinkLocal, 4)
			r.Skip(12)
		} else {
			r.IP(fLinkLocal, 16)
		}
		r.prefixes(int(r.Uint32(fPrefixes)), false)
	case intraPrefixLSA:
		n := int(r.Uint16(fPrefixes))
		r.Uint16(fReferenced)
		r.IP(fReferencedID, 4)
		r.IP(fReferencedRouter, 4)
		r.prefixes(n, true)
	}
}

func (r *reader) external() {
	flags := r.U8()
	r.Number(fMetric, 3)
	bits := r.prefix()
	referenced := r.Uint16(fReferenced)
	r.address(bits)
	if flags&externalForward != 0 {
		if r.size() == 4 {
			r.IP(fForward3, 4)
			r.Skip(12)
		} else {
			r.IP(fForward3, 16)
		}
	}
	if flags&externalTag != 0 {
		r.Uint32(fTag)
	}
	if referenced != 0 {
		r.IP(fReferencedID, 4)
	}
}

// prefixes reads n prefixes, each with a metric or reserved bytes.
func (r *reader) prefixes(n int, metric bool) {
	for n = min(n, common.MaxItems); n > 0 && r.More(); n-- {
		bits := r.prefix()
		if metric {
			r.Uint16(fMetric)
		} else {
			r.Skip(2)
		}
		r.address(bits)
	}
}

// prefix reads length and options of a prefix.
func (r *reader) prefix() int {
	bits := r.Uint8(fPrefixLength)
	r.Uint8(fPrefixOptions)
	return int(bits)
}

// address reads the address of a prefix, in words of 4 bytes.
func (r *reader) address(bits int) {
	size := r.size()
	if bits > 8*size {
		r.P.Bad()
		r.Failed = true
		return
	}
	r.Prefix(fPrefix, (bits+31)/32*32, size)
}

// size is how many bytes an address of the instance's family has.
func (r *reader) size() int {
	if r.instance >= firstIPv4 && r.instance <= lastIPv4 {
		return 4
	}
	return 16
}
