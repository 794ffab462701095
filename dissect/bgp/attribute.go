// SPDX-License-Identifier: Apache-2.0

package bgp

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// A path attribute: flags 1, type 1, length 1 (2 with the flag for it), value.

const extendedLength = 0x10

// Types of path attributes with fields.
const (
	attrOrigin         = 1
	attrASPath         = 2
	attrNextHop        = 3
	attrMED            = 4
	attrLocalPref      = 5
	attrAggregator     = 7
	attrCommunities    = 8
	attrOriginator     = 9
	attrClusters       = 10
	attrReach          = 14
	attrUnreach        = 15
	attrExtended       = 16
	attrAS4Path        = 17
	attrAS4Aggregator  = 18
	attrLarge          = 32
	attrOTC            = 35
	afiIPv4, afiIPv6   = 1, 2
	safiUni, safiMulti = 1, 2
	// Route targets (RFC 4360, 4; RFC 5668).
	targetAS2, targetIPv4, targetAS4 = 0x0002, 0x0102, 0x0202
)

var (
	attrFields     = field.Group("bgp.update.path_attribute")
	fAttr          = attrFields.Add("type_code", field.Uint8, "bgp.update.path_attribute.type_code", "Type of each path attribute", field.Rare, field.Detail)
	fOrigin        = attrFields.Add("origin", field.Uint8, "bgp.update.path_attribute.origin", "Origin: 0 IGP, 1 EGP, 2 incomplete", field.Rare)
	fSegment       = attrFields.Add("as_path_segment.type", field.Uint8, "bgp.update.path_attribute.as_path_segment.type", "Type of each segment of an AS path: 1 set, 2 sequence, 3 and 4 of a confederation", field.Rare, field.Detail)
	fAS2           = attrFields.Add("as_path_segment.as2", field.Uint16, "bgp.update.path_attribute.as_path_segment.as2", "AS path, of numbers of 2 bytes")
	fAS4           = attrFields.Add("as_path_segment.as4", field.Uint32, "bgp.update.path_attribute.as_path_segment.as4", "AS path, of numbers of 4 bytes")
	fNextHop       = attrFields.Add("next_hop", field.IP, "bgp.update.path_attribute.next_hop", "Next hop")
	fMED           = attrFields.Add("multi_exit_disc", field.Uint32, "bgp.update.path_attribute.multi_exit_disc", "Multiple exit discriminator", field.Rare)
	fLocalPref     = attrFields.Add("local_pref", field.Uint32, "bgp.update.path_attribute.local_pref", "Local preference", field.Rare)
	fAggregator    = attrFields.Add("aggregator_as", field.Uint32, "bgp.update.path_attribute.aggregator_as", "AS that aggregated the route")
	fAggregatorIP  = attrFields.Add("aggregator_origin", field.IP, "bgp.update.path_attribute.aggregator_origin", "Router that aggregated the route")
	fCommunity     = attrFields.Add("community", field.Keyword, "", "Communities, as AS:value")
	fOriginator    = attrFields.Add("originator_id", field.IP, "bgp.update.path_attribute.originator_id", "Router that brought the route into the AS")
	fCluster       = fields.Add("path_attribute.cluster_id", field.IP, "bgp.path_attribute.cluster_id", "Clusters of route reflectors that the route passed")
	fReachAFI      = attrFields.Add("mp_reach_nlri.afi", field.Uint16, "bgp.update.path_attribute.mp_reach_nlri.afi", "Address family announced", field.Rare, field.Detail)
	fReachSAFI     = attrFields.Add("mp_reach_nlri.safi", field.Uint8, "bgp.update.path_attribute.mp_reach_nlri.safi", "Subsequent address family announced", field.Rare, field.Detail)
	fReachNextHop  = attrFields.Add("mp_reach_nlri.next_hop", field.IP, "bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv4, bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6, bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6.link_local", "Next hops of a multiprotocol attribute")
	fUnreachAFI    = attrFields.Add("mp_unreach_nlri.afi", field.Uint16, "bgp.update.path_attribute.mp_unreach_nlri.afi", "Address family withdrawn", field.Rare, field.Detail)
	fUnreachSAFI   = attrFields.Add("mp_unreach_nlri.safi", field.Uint8, "bgp.update.path_attribute.mp_unreach_nlri.safi", "Subsequent address family withdrawn", field.Rare, field.Detail)
	fExtCommunity  = fields.Add("ext_community", field.Keyword, "", "Extended communities: route targets as rt:AS:value, others as hex digits")
	fLargeCommunty = fields.Add("large_communities", field.Keyword, "", "Large communities, as AS:value:value")
	fOTC           = attrFields.Add("otc", field.Uint32, "", "AS that the route must not leave towards the customer's side (RFC 9234)", field.Rare, field.Detail)
)

func attribute(c *common.Cursor) {
	flags := c.U8()
	kind := c.Uint8(fAttr)
	n := 0
	if flags&extendedLength != 0 {
		n = int(c.U16())
	} else {
		n = int(c.U8())
	}
	v := c.Sub(n)
	switch kind {
	case attrOrigin:
		v.Uint8(fOrigin)
	case attrASPath:
		asPath(&v, false)
	case attrAS4Path:
		asPath(&v, true)
	case attrNextHop:
		v.IP(fNextHop, 4)
	case attrMED:
		v.Uint32(fMED)
	case attrLocalPref:
		v.Uint32(fLocalPref)
	case attrAggregator, attrAS4Aggregator:
		v.Number(fAggregator, max(min(v.Wire-4, 4), 2))
		v.IP(fAggregatorIP, 4)
	case attrOriginator:
		v.IP(fOriginator, 4)
	case attrReach:
		reach(&v)
	case attrUnreach:
		afi, safi := v.Uint16(fUnreachAFI), v.Uint8(fUnreachSAFI)
		family(&v, afi, safi, fUnreach4, fUnreach6)
	case attrOTC:
		v.Uint32(fOTC)
	default:
		list(&v, kind)
	}
}

// list reads attributes of values of one size.
func list(v *common.Cursor, kind uint8) {
	var text [64]byte
	for n := 0; v.More() && n < common.MaxItems; n++ {
		switch kind {
		case attrCommunities:
			if b := v.Bytes(4); b != nil {
				v.P.Out.Text(fCommunity, numbers(text[:0], uint64(binary.BigEndian.Uint16(b)), uint64(binary.BigEndian.Uint16(b[2:]))))
			}
		case attrClusters:
			v.IP(fCluster, 4)
		case attrExtended:
			if b := v.Bytes(8); b != nil {
				v.P.Out.Text(fExtCommunity, extended(text[:0], b))
			}
		case attrLarge:
			if b := v.Bytes(12); b != nil {
				v.P.Out.Text(fLargeCommunty, numbers(text[:0], uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:])), uint64(binary.BigEndian.Uint32(b[8:]))))
			}
		default:
			return
		}
	}
}

// asPath reads segments: type 1, count 1, AS numbers.
func asPath(v *common.Cursor, wide bool) {
	wide = wide || soundPath(v.B, 4)
	for n := 0; v.More() && n < common.MaxItems; n++ {
		v.Uint8(fSegment)
		for count := v.U8(); count > 0 && !v.Failed; count-- {
			if wide {
				v.Uint32(fAS4)
			} else {
				v.Uint16(fAS2)
			}
		}
	}
}

// soundPath reports whether b is a sequence of segments of numbers of size bytes.
func soundPath(b []byte, size int) bool {
	for len(b) > 0 {
		if len(b) < 2 || b[0] == 0 || b[0] > 4 || len(b) < 2+size*int(b[1]) {
			return false
		}
		b = b[2+size*int(b[1]):]
	}
	return true
}

func reach(v *common.Cursor) {
	afi, safi := v.Uint16(fReachAFI), v.Uint8(fReachSAFI)
	hop := v.Sub(int(v.U8()))
	for size := 16; hop.More(); { // two of them: global and link-local
		if hop.Wire < 16 {
			size = 4
		}
		if hop.Wire%4 != 0 || hop.Wire > 32 || hop.Wire > 4 && hop.Wire < 16 {
			break // with a route distinguisher
		}
		hop.IP(fReachNextHop, size)
	}
	v.Skip(1)
	family(v, afi, safi, fReach4, fReach6)
}

func family(v *common.Cursor, afi uint16, safi uint8, four, six field.ID) {
	if safi != safiUni && safi != safiMulti {
		return
	}
	switch afi {
	case afiIPv4:
		prefixes(v, four, 4)
	case afiIPv6:
		prefixes(v, six, 16)
	}
}

// numbers appends numbers joined by colons.
func numbers(dst []byte, values ...uint64) []byte {
	for i, n := range values {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = strconv.AppendUint(dst, n, 10)
	}
	return dst
}

func extended(dst, b []byte) []byte {
	switch binary.BigEndian.Uint16(b) {
	case targetAS2:
		return numbers(append(dst, "rt:"...), uint64(binary.BigEndian.Uint16(b[2:])), uint64(binary.BigEndian.Uint32(b[4:])))
	case targetAS4:
		return numbers(append(dst, "rt:"...), uint64(binary.BigEndian.Uint32(b[2:])), uint64(binary.BigEndian.Uint16(b[6:])))
	case targetIPv4:
		dst = append(dst, "rt:"...)
		for _, o := range b[2:6] {
			dst = append(strconv.AppendUint(dst, uint64(o), 10), '.')
		}
		return numbers(append(dst[:len(dst)-1], ':'), uint64(binary.BigEndian.Uint16(b[6:])))
	}
	const digits = "0123456789abcdef"
	for _, o := range b {
		dst = append(dst, digits[o>>4], digits[o&15])
	}
	return dst
}
