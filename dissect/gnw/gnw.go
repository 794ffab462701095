// SPDX-License-Identifier: Apache-2.0

// Package gnw dissects GeoNetworking, the network layer of cars' and roadsides' ITS-G5 (ETSI EN 302 636-4-1 V1.4.1).
//
//	0                        1          2          3           4 (common header)        5                 6               7       8                10            11        12
//	| version, next header 4 | reserved | lifetime | hop limit | next header 4, reserved | header type, subtype | traffic class | flags | payload length | max hops | reserved | extended header …
//
// The extended header has the sender's address and position. Not decoded: secured packets (IEEE 1609.2), areas, the position of the destination, the
// transport protocol (BTP) and the messages in it.
package gnw

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	nextCommon = 1
	nextSecure = 2
	version    = 1
)

// Header types (9.7.3) with a sender's position, and how many bytes stand before it.
const (
	typeBeacon    = 1
	typeUnicast   = 2
	typeAnycast   = 3
	typeBroadcast = 4
	typeTopology  = 5
	typeService   = 6

	sequenceLen = 4 // a sequence number and two reserved bytes
)

// Protocol is GeoNetworking.
var Protocol = &dissect.Protocol{
	Name: "gnw", Title: "GNW", Reference: "ETSI EN 302 636-4-1",
	EtherTypes: []uint16{0x8947},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields    = field.Group("gnw")
	fVersion  = fields.Add("version", field.Uint8, "geonw.bh.version", "Version", field.Rare, field.Detail)
	fNext     = fields.Add("next_header", field.Uint8, "geonw.bh.nh", "What follows the basic header: 0 anything, 1 the common header, 2 a secured packet", field.Rare)
	fLifetime = fields.Add("lifetime", field.Uint32, "geonw.bh.lt", "Lifetime of the packet, ms", field.Rare, field.Detail)
	fHops     = fields.Add("rhl", field.Uint8, "geonw.bh.rhl", "Remaining hops", field.Rare, field.Detail)
	fUpper    = fields.Add("transport", field.Uint8, "geonw.ch.nh", "Transport protocol: 1 BTP-A, 2 BTP-B, 3 IPv6", field.Rare)
	fType     = fields.Add("header_type", field.Uint8, "geonw.ch.htype", "Type and, in the lower 4 bits, subtype: 16 beacon, 32 unicast, 48 anycast, 64 broadcast, 80 and 81 to neighbours and by hops, 96 and 97 location service")
	fClass    = fields.Add("traffic_class", field.Uint8, "geonw.ch.tclass", "Traffic class", field.Rare, field.Detail)
	fLength   = fields.Add("payload_length", field.Uint16, "geonw.ch.plength", "Length of the payload, bytes", field.Rare, field.Detail)
	fSequence = fields.Add("sequence_number", field.Uint16, "geonw.seq_num", "Sequence number", field.Rare, field.Detail)
	fStation  = fields.Add("source.station_type", field.Uint8, "geonw.src_pos.addr.type", "What the sender is: 1 pedestrian, 2 cyclist, 5 car, 7 truck, 15 roadside unit", field.Rare)
	fAddress  = fields.Add("source.mac", field.MAC, "geonw.src_pos.addr.mid", "Sender's link address, part of its GeoNetworking address")
	fLat      = fields.Add("source.latitude", field.Float, "geonw.src_pos.lat", "Sender's latitude, degrees", field.Rare)
	fLong     = fields.Add("source.longitude", field.Float, "geonw.src_pos.long", "Sender's longitude, degrees", field.Rare)
)

// lifetimeBases are the units of lifetimes, ms (9.6.4).
var lifetimeBases = [4]uint64{50, 1000, 10_000, 100_000}

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	first := c.U8()
	c.Skip(1)
	lifetime := c.U8()
	if c.Failed {
		return
	}
	p.Out.Uint(fVersion, uint64(first>>4))
	p.Out.Uint(fNext, uint64(first&0xf))
	p.Out.Uint(fLifetime, uint64(lifetime>>2)*lifetimeBases[lifetime&3])
	c.Uint8(fHops)
	if first>>4 == version && first&0xf == nextCommon {
		commonHeader(&c)
	}
}

func commonHeader(c *common.Cursor) {
	o := c.P.Out
	upper := c.U8()
	kind := c.U8()
	if c.Failed {
		return
	}
	o.Uint(fUpper, uint64(upper>>4))
	o.Uint(fType, uint64(kind))
	c.Uint8(fClass)
	c.Skip(1)
	c.Uint16(fLength)
	c.Skip(2)
	switch kind >> 4 {
	case typeBeacon:
	case typeTopology:
		if kind&0xf == 0 { // to neighbours: no sequence number
			break
		}
		fallthrough
	case typeUnicast, typeAnycast, typeBroadcast, typeService:
		c.Uint16(fSequence)
		c.Skip(sequenceLen - 2)
	default:
		return
	}
	position(c)
}

// position reads a long position vector (9.5.2).
func position(c *common.Cursor) {
	o := c.P.Out
	kind := c.U16()
	if c.Failed {
		return
	}
	o.Uint(fStation, uint64(kind>>10&0x1f))
	c.MAC(fAddress)
	c.Skip(4) // timestamp
	lat, long := int32(c.U32()), int32(c.U32())
	if !c.Failed {
		const unit = 1e7 // tenths of a microdegree
		o.Float(fLat, float64(lat)/unit)
		o.Float(fLong, float64(long)/unit)
	}
}

var types = [...]string{typeBeacon: "Beacon", typeUnicast: "GeoUnicast", typeAnycast: "GeoAnycast", typeBroadcast: "GeoBroadcast", typeTopology: "Topologically-scoped broadcast", typeService: "Location service"}

func summary(dst []byte, v dissect.View) []byte {
	if kind, ok := v.Uint(fType); ok {
		if kind>>4 < uint64(len(types)) && types[kind>>4] != "" {
			return append(dst, types[kind>>4]...)
		}
		return strconv.AppendUint(append(dst, "Type "...), kind, 10)
	}
	if next, _ := v.Uint(fNext); next == nextSecure {
		return append(dst, "Secured"...)
	}
	n, _ := v.Uint(fVersion)
	return strconv.AppendUint(append(dst, "Version "...), n, 10)
}
