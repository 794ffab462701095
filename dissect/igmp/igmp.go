// SPDX-License-Identifier: Apache-2.0

// Package igmp dissects the Internet Group Management Protocol, versions 0 to 3 (RFC 988, RFC 1112, RFC 2236, RFC 3376).
//
//	0      1             2          4
//	| type | max response | checksum | group | …
//
// A query is of version 3 when it has 12 bytes or more, of version 1 when its maximum response time is 0 (RFC 3376, 7.1). Not
// decoded: what else uses the protocol number (DVMRP, PIM version 1, mtrace, RGMP).
package igmp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/field"
)

const (
	minLen   = 8
	v3Query  = 12
	v0First  = 0x01
	v0Last   = 0x08
	query    = 0x11
	reportV1 = 0x12
	reportV2 = 0x16
	leave    = 0x17
	reportV3 = 0x22

	dvmrp     = 0x13
	pimV1     = 0x14
	rgmpFirst = 0xfc
)

// Protocol is IGMP.
var Protocol = &dissect.Protocol{
	Name: "igmp", Title: "IGMP", Reference: "RFC 3376",
	IPProtocols: []uint8{2}, Dissect: decode, Summary: summary,
}

// headlines are Wireshark's names of the versions.
var headlines = [4]field.Str{field.Intern("IGMPv0"), field.Intern("IGMPv1"), field.Intern("IGMPv2"), field.Intern("IGMPv3")}

var (
	fields     = field.Group("igmp")
	fVersion   = fields.Add("version", field.Uint8, "igmp.version", "Version")
	fType      = fields.Add("type", field.Uint8, "igmp.type", "Type")
	fCode      = fields.Add("code", field.Uint8, "igmp.reply", "Code of a version 0 message", field.Rare, field.Detail)
	fMaxResp   = fields.Add("max_resp", field.Uint16, "igmp.max_resp", "Maximum response time, tenths of a second; of version 3 decoded")
	fChecksum  = fields.Add("checksum.value", field.Uint16, "igmp.checksum", "Checksum", field.Rare, field.Detail)
	fStatus    = fields.Add("checksum.status", field.Uint8, "igmp.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fIdent     = fields.Add("identifier", field.Uint32, "igmp.identifier", "Identifier of a version 0 message", field.Rare, field.Detail)
	fAccessKey = fields.Add("access_key", field.Hex, "igmp.access_key", "Access key of a version 0 message", field.Rare, field.Detail, field.Secret)
	fGroup     = fields.Add("maddr", field.IP, "igmp.maddr", "Group addresses")
	fSuppress  = fields.Add("s", field.Bool, "igmp.s", "Suppress router-side processing", field.Rare)
	fQRV       = fields.Add("qrv", field.Uint8, "igmp.qrv", "Querier's robustness variable", field.Rare, field.Detail)
	fQQIC      = fields.Add("qqic", field.Uint16, "igmp.qqic", "Querier's query interval, seconds", field.Rare, field.Detail)
	fNumSrc    = fields.Add("num_src", field.Uint16, "igmp.num_src", "Number of sources of the query or of each record", field.Rare)
	fSource    = fields.Add("saddr", field.IP, "igmp.saddr", "Source addresses")
	fRecords   = fields.Add("num_grp_recs", field.Uint16, "igmp.num_grp_recs", "Number of group records")
	fRecord    = fields.Add("record_type", field.Uint8, "igmp.record_type", "Type of each group record", field.List)
	fAuxLen    = fields.Add("aux_data_len", field.Uint8, "igmp.aux_data_len", "Auxiliary data of each record, words of 4 bytes", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	kind := b[0]
	version := versionOf(b, wire)
	if version < 0 {
		other(p, kind, b, wire)
		return
	}
	if p.Options.Wireshark && !p.Push(p.Top()) { // where each version is a dissector of the same name
		return
	}
	p.Core.Headline = headlines[version]
	p.Out.Uint(fVersion, uint64(version))
	p.Out.Uint(fType, uint64(kind))
	if !p.Need(b, wire, minLen) {
		return
	}
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[2:])))
	if p.Options.Checksums {
		p.Out.Uint(fStatus, uint64(status(p, b, wire)))
	}
	switch version {
	case 0:
		p.Out.Uint(fCode, uint64(b[1]))
		p.Out.Uint(fIdent, uint64(binary.BigEndian.Uint32(b[4:])))
		if p.Need(b, wire, 20) {
			p.Out.IP(fGroup, b[8:12])
			p.Out.Bytes(fAccessKey, b[12:20])
		}
	case 1:
		p.Out.IP(fGroup, b[4:8])
	case 2:
		p.Out.Uint(fMaxResp, uint64(b[1]))
		p.Out.IP(fGroup, b[4:8])
	case 3:
		if kind == reportV3 {
			records(p, b, wire)
		} else {
			queryV3(p, b, wire)
		}
	}
}

// other hands what only shares the protocol number to its own protocol, which Wireshark shows without igmp.type.
func other(p *dissect.Packet, kind uint8, b []byte, wire int) {
	switch {
	case kind == dvmrp:
		p.CallName("dvmrp", b, wire)
	case kind == pimV1:
		p.CallName("pim", b, wire)
	case kind >= rgmpFirst:
		p.CallName("rgmp", b, wire)
	}
}

func versionOf(b []byte, wire int) int {
	switch kind := b[0]; {
	case kind >= v0First && kind <= v0Last:
		return 0
	case kind == query && wire >= v3Query:
		return 3
	case kind == query && (len(b) < 2 || b[1] == 0), kind == reportV1:
		return 1
	case kind == query, kind == reportV2, kind == leave:
		return 2
	case kind == reportV3:
		return 3
	}
	return -1
}

func status(p *dissect.Packet, b []byte, wire int) checksum.Status {
	switch {
	case p.Quoted || len(b) < wire:
		return checksum.Unverified
	case checksum.Fold(checksum.Sum(0, b)) == 0xffff:
		return checksum.Good
	}
	return checksum.Bad
}

// floating is a code of version 3: from 128 on three bits of exponent and four of mantissa (RFC 3376, 4.1.1).
func floating(c byte) uint64 {
	if c < 128 {
		return uint64(c)
	}
	return uint64(c&15|16) << (c>>4&7 + 3)
}

func queryV3(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fMaxResp, floating(b[1]))
	p.Out.IP(fGroup, b[4:8])
	if !p.Need(b, wire, v3Query) {
		return
	}
	p.Out.Bool(fSuppress, b[8]&8 != 0)
	p.Out.Uint(fQRV, uint64(b[8]&7))
	p.Out.Uint(fQQIC, floating(b[9]))
	n := int(binary.BigEndian.Uint16(b[10:]))
	p.Out.Uint(fNumSrc, uint64(n))
	sources(p, b[v3Query:], n)
	p.Need(b, wire, v3Query+4*n)
}

// sources writes up to n source addresses.
func sources(p *dissect.Packet, b []byte, n int) {
	for ; n > 0 && len(b) >= 4; n-- {
		p.Out.IP(fSource, b[:4])
		b = b[4:]
	}
}

func records(p *dissect.Packet, b []byte, wire int) {
	const recordLen = 8
	n := int(binary.BigEndian.Uint16(b[6:]))
	p.Out.Uint(fRecords, uint64(n))
	for b, wire = b[minLen:], wire-minLen; n > 0; n-- {
		if !p.Need(b, wire, recordLen) {
			return
		}
		p.Out.Uint(fRecord, uint64(b[0]))
		p.Out.Uint(fAuxLen, uint64(b[1]))
		count := int(binary.BigEndian.Uint16(b[2:]))
		p.Out.Uint(fNumSrc, uint64(count))
		p.Out.IP(fGroup, b[4:8])
		sources(p, b[recordLen:], count)
		size := recordLen + 4*count + 4*int(b[1])
		if !p.Need(b, wire, size) {
			return
		}
		b, wire = b[size:], wire-size
	}
}

func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fType)
	switch kind {
	case query:
		dst = append(dst, "Membership query"...)
	case reportV1, reportV2, reportV3:
		dst = append(dst, "Membership report"...)
	case leave:
		dst = append(dst, "Leave group"...)
	default:
		dst, _ = v.Text(append(dst, "Type "...), fType)
	}
	v.All(fGroup, func(text []byte) {
		dst = append(dst, ' ')
		dst = append(dst, text...)
	})
	return dst
}
