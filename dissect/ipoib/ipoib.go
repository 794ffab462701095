// SPDX-License-Identifier: Apache-2.0

// Package ipoib dissects IP over InfiniBand as LINKTYPE_IPOIB has it: 40 bytes of InfiniBand addresses, then the header of RFC 4391, 6.
//
//	received with a global route header   0 6 (version) …, 5 source QP 3, 8 source GID 16, 24 destination GID 16
//	else                                  0 unused 20, 20 flags 1, 21 destination QP 3, 24 destination GID 16
//
//	40 type 2, 42 reserved 2, 44 payload
package ipoib

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 44
	// routed is the version, the upper four bits of the first byte, of a global route header.
	routed = 6
)

// Protocol is IP over InfiniBand.
var Protocol = &dissect.Protocol{
	Name: "ipoib", Title: "IPoIB", Reference: "RFC 4391",
	LinkTypes: []uint32{242},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields  = field.Group("ipoib")
	fType   = fields.Add("type", field.Uint16, "ipoib.type", "EtherType")
	fDstQP  = fields.Add("daddr.qpn", field.Uint32, "ipoib.daddr.qpn", "Queue pair of the destination")
	fSrcQP  = fields.Add("grh.sqpn", field.Uint32, "ipoib.grh.sqpn", "Queue pair of the source", field.Rare, field.Detail)
	fSrcGID = fields.Add("grh.sgid", field.IP, "ipoib.grh.sgid", "Global identifier of the source")
	fDstGID = fields.Add("dgid", field.IP, "ipoib.dgid", "Global identifier of the destination")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	if b[0]>>4 == routed {
		p.Out.Uint(fSrcQP, qpn(b[5:]))
		p.Out.IP(fSrcGID, b[8:24])
	} else {
		p.Out.Uint(fDstQP, qpn(b[21:]))
	}
	p.Out.IP(fDstGID, b[24:40])
	t := binary.BigEndian.Uint16(b[40:])
	p.Out.Uint(fType, uint64(t))
	p.EtherType(t, b[headerLen:], wire-headerLen)
}

func qpn(b []byte) uint64 { return uint64(b[0])<<16 | uint64(b[1])<<8 | uint64(b[2]) }

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fType)
	return fmt.Appendf(dst, "EtherType 0x%04x", n)
}
