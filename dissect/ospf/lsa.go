// SPDX-License-Identifier: Apache-2.0

package ospf

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// A link state advertisement starts alike in both versions (RFC 2328, A.4.1; RFC 5340, A.4.2).
//
//	0     2          3      4               8                    12         16         18
//	| age | options  | type | link state ID | advertising router | sequence | checksum | length |     version 2
//	| age | type            | …                                                                     version 3

// Types of version 2.
const (
	routerLSA     = 1
	networkLSA    = 2
	summaryLSA    = 3
	summaryASBR   = 4
	externalLSA   = 5
	nssaLSA       = 7
	opaqueLink    = 9
	opaqueAS      = 11
	lsaHeaderLen  = 20
	doNotAge      = 0x8000
	externalFlagE = 0x80
)

var (
	lsaFields     = field.Group("ospf.lsa")
	fLSA          = lsaFields.Add("type", field.Uint32, "ospf.lsa", "Type of each LSA of version 2: 1 router, 2 network, 3 and 4 summary, 5 external, 7 NSSA, 9 to 11 opaque")
	fAge          = lsaFields.Add("age", field.Uint16, "ospf.lsa.age", "Age of each LSA, seconds", field.Rare, field.Detail)
	fLSAID        = lsaFields.Add("id", field.IP, "ospf.lsa.id", "Link state ID of each LSA of version 2")
	fAdvertising  = fields.Add("advrouter", field.IP, "ospf.advrouter", "Advertising router of each LSA")
	fLSASequence  = lsaFields.Add("seqnum", field.Uint32, "ospf.lsa.seqnum", "Sequence number of each LSA", field.Rare)
	fLSAChecksum  = lsaFields.Add("chksum", field.Uint16, "ospf.lsa.chksum", "Checksum of each LSA", field.Rare, field.Detail)
	fLSALength    = lsaFields.Add("length", field.Uint16, "ospf.lsa.length", "Length of each LSA, bytes", field.Rare, field.Detail)
	fOpaqueType   = fields.Add("lsid_opaque_type", field.Uint8, "ospf.lsid_opaque_type", "Opaque type of an LSA", field.Rare, field.Detail)
	fOpaqueID     = fields.Add("lsid.opaque_id", field.Uint32, "ospf.lsid.opaque_id", "Opaque ID of an LSA", field.Rare, field.Detail)
	fRouterFlags  = fields.Add("v2.router_lsa_flags", field.Uint8, "ospf.v2.router.lsa.flags", "Flags of a router LSA: 1 area border, 2 AS boundary, 4 virtual link", field.Rare, field.Detail)
	fLinks        = lsaFields.Add("number_of_links", field.Uint16, "ospf.lsa.number_of_links", "Number of links of a router LSA", field.Rare, field.Detail)
	fLinkType     = lsaFields.Add("router.linktype", field.Uint8, "ospf.lsa.router.linktype", "Type of each link: 1 point-to-point, 2 transit, 3 stub, 4 virtual", field.Rare, field.Detail)
	fLinkID       = lsaFields.Add("router.linkid", field.IP, "ospf.lsa.router.linkid", "What each link of a router LSA connects to")
	fLinkData     = lsaFields.Add("router.linkdata", field.IP, "ospf.lsa.router.linkdata", "Address of the router on the link, or mask of a stub")
	fLinkMetric   = lsaFields.Add("router.metric0", field.Uint16, "ospf.lsa.router.metric0", "Cost of each link", field.Rare, field.Detail)
	fNetworkMask  = lsaFields.Add("network.netmask", field.IP, "ospf.lsa.network.netmask", "Mask in a network LSA", field.Rare, field.Detail)
	fAttached     = lsaFields.Add("network.attchrtr", field.IP, "ospf.lsa.network.attchrtr", "Routers attached to a network")
	fSummaryMask  = lsaFields.Add("asbr.netmask", field.IP, "ospf.lsa.asbr.netmask", "Mask in a summary LSA", field.Rare, field.Detail)
	fMetric       = fields.Add("metric", field.Uint32, "ospf.metric", "Cost in a summary, external or prefix LSA", field.Rare)
	fExternalMask = lsaFields.Add("asext.netmask", field.IP, "ospf.lsa.asext.netmask", "Mask in an external LSA", field.Rare, field.Detail)
	fExternalE    = lsaFields.Add("asext.type", field.Bool, "ospf.lsa.asext.type", "External metric of type 2", field.Rare, field.Detail)
	fForward      = lsaFields.Add("asext.fwdaddr", field.IP, "ospf.lsa.asext.fwdaddr", "Forwarding address of an external route")
	fTag          = lsaFields.Add("asext.extrttag", field.Uint32, "ospf.lsa.asext.extrttag, ospf.v3.lsa.external_route_tag", "Tag of an external route", field.Rare, field.Detail)
)

// lsaHeader reads one header and returns type and length.
func (r *reader) lsaHeader() (kind uint16, length int) {
	age := r.U16()
	if r.Failed {
		return 0, 0
	}
	r.P.Out.Uint(fAge, uint64(age&^doNotAge))
	if r.version == 2 {
		r.options()
		kind = uint16(r.Uint8(fLSA))
	} else {
		kind = r.Uint16(fLSA3)
	}
	if r.version == 2 && kind >= opaqueLink && kind <= opaqueAS {
		r.Uint8(fOpaqueType)
		r.Number(fOpaqueID, 3)
	} else if r.version == 2 {
		r.IP(fLSAID, 4)
	} else {
		r.IP(fStateID, 4)
	}
	r.IP(fAdvertising, 4)
	r.Uint32(fLSASequence)
	r.Uint16(fLSAChecksum)
	return kind, int(r.Uint16(fLSALength))
}

// lsa reads a header and its body.
func (r *reader) lsa() {
	kind, length := r.lsaHeader()
	if r.Failed {
		return
	}
	if length < lsaHeaderLen {
		r.P.Bad()
		r.Failed = true
		return
	}
	body := reader{r.Sub(length - lsaHeaderLen), r.version, r.instance}
	if r.version == 2 {
		body.body2(kind)
	} else {
		body.body3(kind)
	}
}

// body2 reads the body of an LSA of version 2 (RFC 2328, A.4; RFC 3101).
func (r *reader) body2(kind uint16) {
	switch kind {
	case routerLSA:
		r.Uint8(fRouterFlags)
		r.Skip(1)
		for n := min(int(r.Uint16(fLinks)), common.MaxItems); n > 0 && r.More(); n-- {
			r.IP(fLinkID, 4)
			r.IP(fLinkData, 4)
			r.Uint8(fLinkType)
			tos := int(r.U8())
			r.Uint16(fLinkMetric)
			r.Skip(4 * tos)
		}
	case networkLSA:
		r.IP(fNetworkMask, 4)
		for n := 0; r.More() && n < common.MaxItems; n++ {
			r.IP(fAttached, 4)
		}
	case summaryLSA, summaryASBR:
		r.IP(fSummaryMask, 4)
		r.Skip(1)
		r.Number(fMetric, 3)
	case externalLSA, nssaLSA:
		r.IP(fExternalMask, 4)
		flags := r.U8()
		if !r.Failed {
			r.P.Out.Bool(fExternalE, flags&externalFlagE != 0)
		}
		r.Number(fMetric, 3)
		r.IP(fForward, 4)
		r.Uint32(fTag)
	}
}
