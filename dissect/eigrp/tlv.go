// SPDX-License-Identifier: Apache-2.0

package eigrp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// The routes (RFC 7868, 6.6 to 6.9).
//
//	classic         next hop 4 or 16, [external 20], delay 4, bandwidth 4, MTU 3, hops 1, reliability 1, load 1, tag 1, flags 1, destinations
//	multi-protocol  topology 2, family 2, router 4, wide metric 24 with its attributes, next hop, [external 20], destinations
//	external        router 4, AS 4, tag 4, metric 4, reserved 2, protocol 1, flags 1
//	destination     length 1, as many bytes as hold it

const tlvHeader = 4

// TLV types.
const (
	tlvParameters  = 0x0001
	tlvAuth        = 0x0002
	tlvSequence    = 0x0003
	tlvVersion     = 0x0004
	tlvNext        = 0x0005
	tlvStub        = 0x0006
	internal4      = 0x0102
	external4      = 0x0103
	internal6      = 0x0402
	external6      = 0x0403
	internalMulti  = 0x0602
	externalMulti  = 0x0603
	afIPv4, afIPv6 = 1, 2
)

var (
	fK        = fields.Add("par.k", field.Uint8, "eigrp.par.k1, eigrp.par.k2, eigrp.par.k3, eigrp.par.k4, eigrp.par.k5, eigrp.par.k6", "The weights K1 to K6 of the metric", field.Rare, field.Detail)
	fHold     = fields.Add("par.holdtime", field.Uint16, "eigrp.par.holdtime", "How long a hello holds, seconds", field.Rare, field.Detail)
	fAuthType = fields.Add("auth.type", field.Uint16, "eigrp.auth.type", "Authentication: 2 MD5, 3 SHA-256", field.Rare, field.Detail)
	fKey      = fields.Add("auth.keyid", field.Uint32, "eigrp.auth.keyid", "Key of the digest", field.Rare, field.Detail)
	fDigest   = fields.Add("auth.digest", field.Hex, "eigrp.auth.digest", "Digest", field.Secret, field.Rare, field.Detail)
	fPeer     = fields.Add("seq.address", field.IP, "eigrp.seq.ipv4addr, eigrp.seq.ipv6addr", "Neighbours that must not accept the next multicast")
	fRelease  = fields.Add("release_version", field.Uint16, "eigrp.release_version", "Release of the sender's system, major and minor", field.Rare, field.Detail)
	fTLVs     = fields.Add("tlv_version", field.Uint16, "eigrp.tlv_version", "Version of the TLVs, major and minor", field.Rare, field.Detail)
	fNextSeq  = fields.Add("next_mcast_seq", field.Uint32, "eigrp.next_mcast_seq", "Sequence number of the next multicast", field.Rare, field.Detail)
	fStub     = fields.Add("stub_options", field.Uint16, "eigrp.stub_options", "What a stub advertises: 1 connected, 2 static, 4 summary, 8 redistributed, 16 leak-map; 32 receive only", field.Rare, field.Detail)
	fNextHop  = fields.Add("nexthop", field.IP, "eigrp.ipv4.nexthop, eigrp.ipv6.nexthop", "Next hop of each route")
	fDest     = fields.Add("destination", field.IP, "eigrp.ipv4.destination, eigrp.ipv6.destination", "Destination of each route")
	fLength   = fields.Add("prefixlen", field.Uint8, "eigrp.ipv4.prefixlen, eigrp.ipv6.prefixlen", "Prefix length of each route, bits", field.Rare, field.Detail)
	fDelay    = fields.Add("metric.delay", field.Int64, "eigrp.metric.delay, eigrp.old_metric.delay", "Delay of each route, scaled", field.Rare, field.Detail)
	fWidth    = fields.Add("metric.bandwidth", field.Int64, "eigrp.metric.bandwidth, eigrp.old_metric.bw", "Bandwidth of each route, scaled", field.Rare, field.Detail)
	fMTU      = fields.Add("metric.mtu", field.Uint32, "eigrp.metric.mtu, eigrp.old_metric.mtu", "Smallest MTU on the way, bytes", field.Rare, field.Detail)
	fHops     = fields.Add("metric.hopcount", field.Uint8, "eigrp.metric.hopcount, eigrp.old_metric.hopcount", "Routers on the way", field.Rare, field.Detail)
	fReliable = fields.Add("metric.reliability", field.Uint8, "eigrp.metric.reliability, eigrp.old_metric.rel", "Reliability of each route, of 255", field.Rare, field.Detail)
	fLoad     = fields.Add("metric.load", field.Uint8, "eigrp.metric.load, eigrp.old_metric.load", "Load of each route, of 255", field.Rare, field.Detail)
	fTopology = fields.Add("tid", field.Uint16, "eigrp.tid", "Topology of each multi-protocol route", field.Rare, field.Detail)
	fFamily   = fields.Add("afi", field.Uint16, "eigrp.afi", "Address family of each multi-protocol route", field.Rare, field.Detail)
	fRouterID = fields.Add("routerid", field.IP, "eigrp.routerid", "Router that advertises each multi-protocol route")
	fOrigin   = fields.Add("extdata.origrid", field.IP, "eigrp.extdata.origrid", "Router that brought an external route in")
	fOriginAS = fields.Add("extdata.as", field.Uint32, "eigrp.extdata.as", "Autonomous system of an external route")
	fTag      = fields.Add("extdata.tag", field.Uint32, "eigrp.extdata.tag", "Administrative tag of an external route", field.Rare, field.Detail)
	fExternal = fields.Add("extdata.metric", field.Uint32, "eigrp.extdata.metric", "Metric of an external route in its own protocol", field.Rare, field.Detail)
	fProto    = fields.Add("extdata.proto", field.Uint8, "eigrp.extdata.proto", "Protocol of an external route: 1 IGRP, 2 EIGRP, 3 static, 4 RIP, 6 OSPF, 7 IS-IS, 9 BGP, 11 connected, …", field.Rare, field.Detail)
)

func tlv(v *common.Cursor, kind uint16) {
	switch kind {
	case tlvParameters:
		for range 6 {
			v.Uint8(fK)
		}
		v.Uint16(fHold)
	case tlvAuth:
		v.Uint16(fAuthType)
		n := int(v.U16())
		v.Uint32(fKey)
		v.Skip(12) // key sequence, padding
		v.Hex(fDigest, n)
	case tlvSequence:
		for n := 0; v.More() && n < common.MaxItems; n++ {
			switch size := int(v.U8()); size {
			case 4, 16:
				v.IP(fPeer, size)
			default:
				v.Skip(size)
			}
		}
	case tlvVersion:
		v.Uint16(fRelease)
		v.Uint16(fTLVs)
	case tlvNext:
		v.Uint32(fNextSeq)
	case tlvStub:
		v.Uint16(fStub)
	case internal4, external4:
		classic(v, kind == external4, 4)
	case internal6, external6:
		classic(v, kind == external6, 16)
	case internalMulti, externalMulti:
		multi(v, kind == externalMulti)
	}
}

func classic(v *common.Cursor, isExternal bool, size int) {
	v.IP(fNextHop, size)
	if isExternal {
		external(v)
	}
	v.Uint32(fDelay)
	v.Uint32(fWidth)
	v.Number(fMTU, 3)
	v.Uint8(fHops)
	v.Uint8(fReliable)
	v.Uint8(fLoad)
	v.Skip(2)
	destinations(v, size)
}

func multi(v *common.Cursor, isExternal bool) {
	v.Uint16(fTopology)
	family := v.Uint16(fFamily)
	v.IP(fRouterID, 4)
	words := int(v.U8()) // of attributes behind the metric, 2 bytes each
	v.Skip(1)
	v.Uint8(fReliable)
	v.Uint8(fLoad)
	v.Number(fMTU, 3)
	v.Uint8(fHops)
	v.Number(fDelay, 6)
	v.Number(fWidth, 6)
	v.Skip(4 + 2*words) // reserved, flags
	switch family {
	case afIPv4:
		v.IP(fNextHop, 4)
	case afIPv6:
		v.IP(fNextHop, 16)
	default:
		return
	}
	if isExternal {
		external(v)
	}
	if family == afIPv4 {
		destinations(v, 4)
	} else {
		destinations(v, 16)
	}
}

func external(v *common.Cursor) {
	v.IP(fOrigin, 4)
	v.Uint32(fOriginAS)
	v.Uint32(fTag)
	v.Uint32(fExternal)
	v.Skip(2)
	v.Uint8(fProto)
	v.Skip(1)
}

// destinations reads what a route leads to. A single byte behind the first is padding, as some senders of IPv6 routes have it.
func destinations(v *common.Cursor, size int) {
	for n := 0; v.More() && (n == 0 || v.Wire > 1) && n < common.MaxItems; n++ {
		bits := v.Uint8(fLength)
		v.Prefix(fDest, int(bits), size)
	}
	v.Skip(v.Wire)
}
