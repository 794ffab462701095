// SPDX-License-Identifier: Apache-2.0

// Package dccp dissects the Datagram Congestion Control Protocol (RFC 4340).
//
//	0          2           4             5              6          8                        9
//	| src port | dst port  | data offset | CCVal, CsCov | checksum | res 3, type 4, X 1 bit | …
//
//	X 1   9 reserved 1, 10 sequence number 6, then reserved 2 and acknowledgement 6 unless Request or Data
//	X 0   9 sequence number 3, then reserved 1 and acknowledgement 3 unless Request or Data
//
// A Request or Response goes on with a service code (4 bytes), a Reset with a code (1 byte) and three bytes of data. The data offset counts
// words of 4 bytes. Not decoded: options, user data, the checksum, which is not verified.
package dccp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const shortHeader, extendedHeader = 12, 16

// Packet types (RFC 4340, 5.1) that differ in form.
const (
	typeRequest  = 0
	typeResponse = 1
	typeData     = 2
	typeReset    = 7
)

// Protocol is DCCP.
var Protocol = &dissect.Protocol{
	Name: "dccp", Title: "DCCP", Reference: "RFC 4340",
	IPProtocols: []uint8{33},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields    = field.Group("dccp")
	fSrcPort  = fields.Add("srcport", field.Uint16, "dccp.srcport", "Source port of each DCCP header", field.Address)
	fDstPort  = fields.Add("dstport", field.Uint16, "dccp.dstport", "Destination port of each DCCP header", field.Address)
	fOffset   = fields.Add("data_offset", field.Uint8, "dccp.data_offset", "Length of header and options, words of 4 bytes", field.Rare, field.Detail)
	fCCVal    = fields.Add("ccval", field.Uint8, "dccp.ccval", "Value of the congestion control that the sender uses", field.Rare, field.Detail)
	fCoverage = fields.Add("cscov", field.Uint8, "dccp.cscov", "Checksum coverage: 0 all, else words of 4 bytes plus 1", field.Rare, field.Detail)
	fChecksum = fields.Add("checksum", field.Uint16, "dccp.checksum", "Checksum", field.Rare, field.Detail)
	fType     = fields.Add("type", field.Uint8, "dccp.type", "Packet type: 0 Request, 1 Response, 2 Data, 3 Ack, 4 DataAck, 5 CloseReq, 6 Close, 7 Reset, 8 Sync, 9 SyncAck")
	fExtended = fields.Add("x", field.Bool, "dccp.x", "Extended sequence numbers, of 48 bits", field.Rare, field.Detail)
	fSeq      = fields.Add("seq_raw", field.Int64, "dccp.seq_raw", "Sequence number", field.Rare, field.Detail)
	fAck      = fields.Add("ack_raw", field.Int64, "dccp.ack_raw", "Acknowledgement number", field.Rare, field.Detail)
	fService  = fields.Add("service_code", field.Uint32, "dccp.service_code", "Service that a Request or Response is for")
	fReset    = fields.Add("reset_code", field.Uint8, "dccp.reset_code", "Why the connection was reset")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, shortHeader) {
		return
	}
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	kind, extended := b[8]>>1&0xf, b[8]&1 != 0
	p.SetPorts(src, dst)
	p.Out.Uint(fSrcPort, uint64(src))
	p.Out.Uint(fDstPort, uint64(dst))
	p.Out.Uint(fOffset, uint64(b[4]))
	p.Out.Uint(fCCVal, uint64(b[5]>>4))
	p.Out.Uint(fCoverage, uint64(b[5]&0xf))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[6:])))
	p.Out.Uint(fType, uint64(kind))
	p.Out.Bool(fExtended, extended)
	if !p.Quoted {
		p.State.Converse(p)
	}
	numbers(p, b, wire, kind, extended)
}

// numbers writes what stands behind the type.
func numbers(p *dissect.Packet, b []byte, wire int, kind uint8, extended bool) {
	at, n, reserved := shortHeader, 3, 1
	if extended {
		at, n, reserved = extendedHeader, 6, 2
	}
	if !p.Need(b, wire, at) {
		return
	}
	p.Out.Uint(fSeq, number(b[at-n:at]))
	if kind != typeRequest && kind != typeData {
		at += reserved + n
		if !p.Need(b, wire, at) {
			return
		}
		p.Out.Uint(fAck, number(b[at-n:at]))
	}
	switch kind {
	case typeRequest, typeResponse:
		if p.Need(b, wire, at+4) {
			p.Out.Uint(fService, uint64(binary.BigEndian.Uint32(b[at:])))
		}
	case typeReset:
		if p.Need(b, wire, at+4) {
			p.Out.Uint(fReset, uint64(b[at]))
		}
	}
}

func number(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

var types = [...]string{"Request", "Response", "Data", "Ack", "DataAck", "CloseReq", "Close", "Reset", "Sync", "SyncAck"}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok && n < uint64(len(types)) {
		return append(dst, types[n]...)
	}
	return append(dst, "Reserved"...)
}
