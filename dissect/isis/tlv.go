// SPDX-License-Identifier: Apache-2.0

package isis

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// TLVs with fields (IANA, IS-IS TLV codepoints).
const (
	tlvAreas         = 1
	tlvNeighbors     = 2
	tlvLANNeighbors  = 6
	tlvEntries       = 9
	tlvAuth          = 10
	tlvWideNeighbors = 22
	tlvInternal      = 128
	tlvProtocols     = 129
	tlvExternal      = 130
	tlvAddresses     = 132
	tlvRouterID      = 134
	tlvWideIPv4      = 135
	tlvHostname      = 137
	tlvMTNeighbors   = 222
	tlvTopologies    = 229
	tlvIPv6Addresses = 232
	tlvMTIPv4        = 235
	tlvIPv6          = 236
	tlvMTIPv6        = 237
	tlvAdjacency     = 240

	authClear, authGeneric = 1, 3
	wideSub                = 0x40 // sub-TLVs follow a wide IPv4 prefix
	ipv6Sub                = 0x20 // the same of an IPv6 prefix
	bitsMask               = 0x3f
	topologyMask           = 0x0fff
	metricMask             = 0x3f
)

var (
	fTLV       = fields.Add("clv_type", field.Uint8, "isis.hello.clv.type, isis.lsp.clv.type, isis.csnp.clv.type, isis.psnp.clv.type", "Type of each TLV", field.Rare, field.Detail)
	fArea      = fields.Add("area_address", field.Keyword, "isis.lsp.area_address_str", "Areas of the sender")
	fProtocols = fields.Add("nlpid", field.Uint8, "isis.hello.clv_nlpid.nlpid, isis.lsp.clv_nlpid.nlpid", "Protocols routed: 204 IPv4, 142 IPv6, 129 CLNP", field.Rare, field.Detail)
	fAddress   = fields.Add("interface_address", field.IP, "isis.hello.clv_ipv4_int_addr, isis.hello.clv_ipv6_int_addr, isis.lsp.clv_ipv4_int_addr, isis.lsp.clv_ipv6_int_addr", "Addresses of the sender")
	fTopology  = fields.Add("mtid", field.Uint16, "isis.hello.clv_mt, isis.lsp.clv_mt", "Topologies of the sender", field.Rare, field.Detail)
	fAuthType  = fields.Add("authentication_type", field.Uint8, "", "Authentication: 1 password, 3 generic, 54 HMAC-MD5", field.Rare, field.Detail)
	fPassword  = fields.Add("ip_authentication", field.Keyword, "", "Password", field.Secret, field.Rare, field.Detail)
	fDigest    = fields.Add("authentication", field.Hex, "isis.hello.clv_authentication, isis.lsp.authentication, isis.csnp.authentication", "Digest", field.Secret, field.Rare, field.Detail)

	fNeighborMAC = helloFields.Add("is_neighbor", field.MAC, "isis.hello.is_neighbor", "Neighbours that the sender hears on the LAN")
	fState       = helloFields.Add("adjacency_state", field.Uint8, "isis.hello.adjacency_state", "State of the adjacency: 0 up, 1 initializing, 2 down", field.Rare, field.Detail)
	fNeighbor    = helloFields.Add("neighbor_systemid", field.Keyword, "isis.hello.neighbor_systemid", "Neighbour on a point-to-point circuit")

	fHostname   = lspFields.Add("hostname", field.Keyword, "isis.lsp.hostname", "Name of the system")
	fRouterID   = lspFields.Add("te_router_id", field.IP, "isis.lsp.clv_te_router_id", "Router ID of the system")
	fAdjacent   = lspFields.Add("is_neighbor", field.Keyword, "isis.lsp.eis_neighbors.is_neighbor, isis.lsp.ext_is_reachability.is_neighbor_id", "Neighbours of the system")
	fAdjMetric  = lspFields.Add("is_metric", field.Uint32, "isis.lsp.eis_neighbors.default_metric, isis.lsp.ext_is_reachability.metric", "Metric of each neighbour", field.Rare, field.Detail)
	fPrefix     = lspFields.Add("ip_reachability.prefix", field.IP, "isis.lsp.ip_reachability.ipv4_prefix, isis.lsp.ext_ip_reachability.ipv4_prefix, isis.lsp.ipv6_reachability.ipv6_prefix", "Prefixes that the system reaches")
	fPrefixLen  = lspFields.Add("ip_reachability.prefix_length", field.Uint8, "isis.lsp.ext_ip_reachability.prefix_length, isis.lsp.ipv6_reachability.prefix_length", "Length of each prefix, bits", field.Rare, field.Detail)
	fPrefixCost = lspFields.Add("ip_reachability.metric", field.Uint32, "isis.lsp.ip_reachability.default_metric, isis.lsp.ext_ip_reachability.metric, isis.lsp.ipv6_reachability.metric", "Metric of each prefix", field.Rare, field.Detail)

	fEntry         = fields.Add("snp.lsp_id", field.Keyword, "isis.csnp.lsp_id", "LSPs that a CSNP or PSNP lists")
	fEntrySequence = fields.Add("snp.lsp_seq_num", field.Uint32, "isis.csnp.lsp_seq_num", "Their sequence numbers", field.Rare, field.Detail)
	fEntryLife     = fields.Add("snp.lsp_remain_life", field.Uint16, "isis.csnp.lsp_remain_life", "Their remaining lifetimes, seconds", field.Rare, field.Detail)
	fEntryChecksum = fields.Add("snp.lsp_checksum", field.Uint16, "isis.csnp.lsp_checksum", "Their checksums", field.Rare, field.Detail)
)

func (r *reader) tlvs() {
	for n := 0; r.More() && n < common.MaxItems; n++ {
		kind := r.Uint8(fTLV)
		v := reader{Cursor: r.Sub(int(r.U8())), id: r.id, kind: r.kind}
		v.value(kind)
	}
}

// value reads what a TLV holds once, then its items.
func (r *reader) value(kind uint8) {
	switch kind {
	case tlvNeighbors:
		r.Skip(1)
	case tlvMTNeighbors, tlvMTIPv4, tlvMTIPv6:
		r.Skip(2)
	case tlvAuth:
		r.authentication()
	case tlvRouterID:
		r.IP(fRouterID, 4)
		return
	case tlvHostname:
		r.Text(fHostname, r.Wire)
	case tlvAdjacency:
		r.Uint8(fState)
		if r.Wire > 4 {
			r.Skip(4)
			r.system(fNeighbor, 0)
		}
		return
	}
	for n := 0; r.More() && n < common.MaxItems; n++ {
		if !r.item(kind) {
			return
		}
	}
}

// item reads one item; it reports false for a TLV without known items.
func (r *reader) item(kind uint8) bool {
	switch kind {
	case tlvAreas:
		r.area()
	case tlvNeighbors:
		r.neighbor()
	case tlvLANNeighbors:
		r.MAC(fNeighborMAC)
	case tlvEntries:
		r.entry()
	case tlvWideNeighbors, tlvMTNeighbors:
		r.wideNeighbor()
	case tlvInternal, tlvExternal:
		r.narrowPrefix()
	case tlvProtocols:
		r.Uint8(fProtocols)
	case tlvAddresses:
		r.IP(fAddress, 4)
	case tlvIPv6Addresses:
		r.IP(fAddress, 16)
	case tlvWideIPv4, tlvMTIPv4:
		r.widePrefix()
	case tlvIPv6, tlvMTIPv6:
		r.prefix6()
	case tlvTopologies:
		if n := r.U16(); !r.Failed {
			r.P.Out.Uint(fTopology, uint64(n&topologyMask))
		}
	default:
		return false
	}
	return true
}

// area reads an area address: length 1, bytes; it reads as 49.0001.
func (r *reader) area() {
	b := r.Bytes(int(r.U8()))
	var text [64]byte
	dst := text[:0]
	for i, o := range b[:min(len(b), 20)] { // an NSAP address has at most 20 bytes
		if i%2 == 1 {
			dst = append(dst, '.')
		}
		dst = append(dst, digits[o>>4], digits[o&15])
	}
	if len(dst) > 0 {
		r.P.Out.Text(fArea, dst)
	}
}

func (r *reader) neighbor() {
	metric := r.U8()
	r.Skip(3)
	r.system(fAdjacent, 1)
	if !r.Failed {
		r.P.Out.Uint(fAdjMetric, uint64(metric&metricMask))
	}
}

func (r *reader) wideNeighbor() {
	r.system(fAdjacent, 1)
	r.Number(fAdjMetric, 3)
	r.Skip(int(r.U8()))
}

func (r *reader) narrowPrefix() {
	metric := r.U8()
	r.Skip(3)
	r.IP(fPrefix, 4)
	r.Skip(4)
	if !r.Failed {
		r.P.Out.Uint(fPrefixCost, uint64(metric&metricMask))
	}
}

func (r *reader) widePrefix() {
	r.Uint32(fPrefixCost)
	control := r.U8()
	r.prefix(int(control&bitsMask), 4, control&wideSub != 0)
}

func (r *reader) prefix6() {
	r.Uint32(fPrefixCost)
	control := r.U8()
	r.prefix(int(r.U8()), 16, control&ipv6Sub != 0)
}

func (r *reader) prefix(bits, size int, sub bool) {
	if !r.Failed {
		r.P.Out.Uint(fPrefixLen, uint64(bits))
	}
	r.Prefix(fPrefix, bits, size)
	if sub {
		r.Skip(int(r.U8()))
	}
}

func (r *reader) entry() {
	r.Uint16(fEntryLife)
	r.system(fEntry, 2)
	r.Uint32(fEntrySequence)
	r.Uint16(fEntryChecksum)
}

func (r *reader) authentication() {
	switch r.Uint8(fAuthType) {
	case authClear:
		r.Text(fPassword, r.Wire)
	case authGeneric:
		r.Skip(2)
		r.Hex(fDigest, max(r.Wire, 0))
	default:
		r.Hex(fDigest, max(r.Wire, 0))
	}
}
