// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var (
	mld       = field.Group("icmpv6.mld")
	fMaxDelay = mld.Add("maximum_response_delay", field.Uint16, "icmpv6.mld.maximum_response_delay", "Maximum response delay of version 1, milliseconds", field.Rare, field.Detail)
	fMaxCode  = mld.Add("maximum_response_code", field.Uint16, "icmpv6.mld.maximum_response_code", "Maximum response code of version 2", field.Rare, field.Detail)
	fGroup    = mld.Add("multicast_address", field.IP, "icmpv6.mld.multicast_address", "Multicast address of a query, report or done")
	fSuppress = mld.Add("flag.s", field.Bool, "icmpv6.mld.flag.s", "Suppress router-side processing", field.Rare, field.Detail)
	fQRV      = mld.Add("flag.qrv", field.Uint8, "icmpv6.mld.flag.qrv", "Querier's robustness variable", field.Rare, field.Detail)
	fQQI      = mld.Add("qqi", field.Uint8, "icmpv6.mld.qqi", "Querier's query interval code", field.Rare, field.Detail)
	fQSources = mld.Add("nb_sources", field.Uint16, "icmpv6.mld.nb_sources", "Number of sources of a query", field.Rare, field.Detail)
	fQSource  = mld.Add("source_address", field.IP, "icmpv6.mld.source_address", "Sources of a query")
	mldr      = field.Group("icmpv6.mldr")
	fRecords  = mldr.Add("nb_mcast_records", field.Uint16, "icmpv6.mldr.nb_mcast_records", "Number of multicast address records")
	fRecord   = mldr.Add("mar.record_type", field.Uint8, "icmpv6.mldr.mar.record_type", "Type of each record", field.List)
	fAuxLen   = mldr.Add("mar.aux_data_len", field.Uint8, "icmpv6.mldr.mar.aux_data_len", "Auxiliary data of each record, words of 4 bytes", field.Rare, field.Detail)
	fSources  = mldr.Add("mar.nb_sources", field.Uint16, "icmpv6.mldr.mar.nb_sources", "Number of sources of each record", field.Rare, field.Detail)
	fRecGroup = mldr.Add("mar.multicast_address", field.IP, "icmpv6.mldr.mar.multicast_address", "Multicast address of each record", field.List)
	fSource   = mldr.Add("mar.source_address", field.IP, "icmpv6.mldr.mar.source_address", "Sources of the records")
)

// listener writes a message of multicast listener discovery; a query of 28 bytes or more is of version 2 (RFC 3810, 8.1).
func listener(p *dissect.Packet, kind uint8, b []byte, wire int) {
	const v1Len, v2QueryLen = 24, 28
	if kind == listenerReportV2 {
		records(p, b, wire)
		return
	}
	v2 := kind == listenerQuery && wire >= v2QueryLen
	if v2 {
		p.Out.Uint(fMaxCode, uint64(binary.BigEndian.Uint16(b[4:])))
	} else {
		p.Out.Uint(fMaxDelay, uint64(binary.BigEndian.Uint16(b[4:])))
	}
	if !p.Need(b, wire, v1Len) {
		return
	}
	p.Out.IP(fGroup, b[8:24])
	if !v2 || !p.Need(b, wire, v2QueryLen) {
		return
	}
	n := int(binary.BigEndian.Uint16(b[26:]))
	p.Out.Bool(fSuppress, b[24]&8 != 0)
	p.Out.Uint(fQRV, uint64(b[24]&7))
	p.Out.Uint(fQQI, uint64(b[25]))
	p.Out.Uint(fQSources, uint64(n))
	sources(p, fQSource, b[v2QueryLen:], n)
	p.Need(b, wire, v2QueryLen+16*n)
}

// sources writes up to n addresses.
func sources(p *dissect.Packet, id field.ID, b []byte, n int) {
	for ; n > 0 && len(b) >= 16; n-- {
		p.Out.IP(id, b[:16])
		b = b[16:]
	}
}

func records(p *dissect.Packet, b []byte, wire int) {
	const recordLen = 20
	n := int(binary.BigEndian.Uint16(b[6:]))
	p.Out.Uint(fRecords, uint64(n))
	for b, wire = b[restLen:], wire-restLen; n > 0; n-- {
		if !p.Need(b, wire, recordLen) {
			return
		}
		count := int(binary.BigEndian.Uint16(b[2:]))
		p.Out.Uint(fRecord, uint64(b[0]))
		p.Out.Uint(fAuxLen, uint64(b[1]))
		p.Out.Uint(fSources, uint64(count))
		p.Out.IP(fRecGroup, b[4:20])
		sources(p, fSource, b[recordLen:], count)
		size := recordLen + 16*count + 4*int(b[1])
		if !p.Need(b, wire, size) {
			return
		}
		b, wire = b[size:], wire-size
	}
}
