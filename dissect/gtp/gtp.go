// SPDX-License-Identifier: Apache-2.0

// Package gtp dissects the headers of the GPRS Tunnelling Protocol: versions 0 (3GPP TS 09.60) and 1 (TS 29.060, TS 29.281) with
// extension headers, and that of version 2 (TS 29.274). The packet in a G-PDU is opened. A TEID is no key of what flows both ways, as each side has its own; the TID of version 0 is.
//
//	0       1         2        4
//	| flags | message | length | TEID | sequence, N-PDU, next extension (when a flag says so) | extensions … | packet     version 1
//	| flags | message | length | sequence | flow | SNDCP | TID                               | packet                  version 0
//	| flags | message | length | TEID (when T) | sequence                                                                 version 2
//
// Information elements are in file element.go. Limits: 1024 elements. Not decoded: the elements of version 2.
package gtp

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	messageGPDU = 255
	lenV0       = 20
	lenV1       = 8
	flagsV1     = 7 // extension header, sequence number, N-PDU number
	flagExt     = 4
	flagSeq     = 2
	// Flags of version 2.
	flagPiggyback = 16
	flagTEID      = 8
	maxExtension  = 16
)

// Protocol is GTP; V2 is the layer of version 2 behind it.
var (
	Protocol = &dissect.Protocol{
		Name: "gtp", Title: "GTP", Reference: "3GPP TS 29.281", UDPPorts: []uint16{2123, 2152}, Dissect: decode, Summary: summary,
	}
	// Prime is GTP', for charging (3GPP TS 32.295), with the same header.
	Prime = &dissect.Protocol{
		Name: "gtpprime", Title: "GTP (Prime)", Reference: "3GPP TS 32.295", UDPPorts: []uint16{3386}, Dissect: decode, Summary: summary,
	}
	V2 = &dissect.Protocol{Name: "gtpv2", Title: "GTPv2", Reference: "3GPP TS 29.274", Dissect: decodeV2, Summary: summaryV2}
)

var (
	fields     = field.Group("gtp")
	fVersion   = fields.Add("flags.version", field.Uint8, "gtp.flags.version", "Version", field.Rare, field.Detail)
	fMessage   = fields.Add("message", field.Uint8, "gtp.message", "Message type")
	fLength    = fields.Add("length", field.Uint16, "gtp.length", "Length behind the fixed header, bytes", field.Rare, field.Detail)
	fTEID      = fields.Add("teid", field.Uint32, "gtp.teid", "Tunnel endpoint identifier")
	fSeq       = fields.Add("seq_number", field.Uint16, "gtp.seq_number", "Sequence number", field.Rare, field.Detail)
	fFlow      = fields.Add("flow_label", field.Uint16, "gtp.flow_label", "Flow label of version 0", field.Rare, field.Detail)
	fTID       = fields.Add("tid", field.Hex, "gtp.tid", "Tunnel identifier of version 0")
	fExt       = fields.Add("ext_hdr", field.Uint8, "gtp.ext_hdr", "Types of the extension headers in order", field.List, field.Rare, field.Detail)
	fieldsV2   = field.Group("gtpv2")
	fMessageV2 = fieldsV2.Add("message_type", field.Uint8, "gtpv2.message_type", "Message type")
	fLengthV2  = fieldsV2.Add("msg_length", field.Uint16, "gtpv2.msg_length", "Length behind the first 4 bytes, bytes", field.Rare, field.Detail)
	fTEIDV2    = fieldsV2.Add("teid", field.Uint32, "gtpv2.teid", "Tunnel endpoint identifier")
	fSeqV2     = fieldsV2.Add("seq", field.Uint32, "gtpv2.seq", "Sequence number", field.Rare)
	kind       = field.Intern("gtp")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	version := b[0] >> 5
	if version == 2 {
		p.Call(V2, b, wire)
		return
	}
	p.Out.Uint(fVersion, uint64(version))
	if version > 1 || !p.Need(b, wire, lenV1) {
		return
	}
	message, length := b[1], int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(fMessage, uint64(message))
	p.Out.Uint(fLength, uint64(length))
	n, key := 0, uint64(0)
	ok := false
	if version == 0 {
		n, key, ok = headerV0(p, b, wire)
		length += lenV0
	} else {
		n, key, ok = headerV1(p, b, wire)
		length += lenV1
	}
	if !ok {
		return
	}
	wire = min(wire, length)
	b = b[:min(len(b), max(wire, n))]
	if message != messageGPDU {
		elements(p, version, b[n:], wire-n)
		return
	}
	p.TunnelType(kind)
	if version == 0 {
		var id [16]byte
		hex.Encode(id[:], b[12:20])
		p.Out.Text(field.TunnelID, id[:])
	} else {
		p.TunnelID(uint64(binary.BigEndian.Uint32(b[4:])))
	}
	if wire <= n || len(b) == n || !p.Tunnel(key) {
		return
	}
	// The packet's own version is all that tells what it is.
	switch b[n] >> 4 {
	case 4:
		p.CallName("ip", b[n:], wire-n)
	case 6:
		p.CallName("ipv6", b[n:], wire-n)
	}
}

func headerV0(p *dissect.Packet, b []byte, wire int) (n int, key uint64, ok bool) {
	if !p.Need(b, wire, lenV0) {
		return 0, 0, false
	}
	p.Out.Uint(fSeq, uint64(binary.BigEndian.Uint16(b[4:])))
	p.Out.Uint(fFlow, uint64(binary.BigEndian.Uint16(b[6:])))
	p.Out.Bytes(fTID, b[12:20])
	return lenV0, binary.BigEndian.Uint64(b[12:]), true
}

func headerV1(p *dissect.Packet, b []byte, wire int) (n int, key uint64, ok bool) {
	const optionalLen = 4
	p.Out.Uint(fTEID, uint64(binary.BigEndian.Uint32(b[4:])))
	n = lenV1
	if b[0]&flagsV1 == 0 {
		return n, 0, true
	}
	if !p.Need(b, wire, n+optionalLen) {
		return 0, 0, false
	}
	if b[0]&flagSeq != 0 {
		p.Out.Uint(fSeq, uint64(binary.BigEndian.Uint16(b[8:])))
	}
	n += optionalLen
	if b[0]&flagExt == 0 {
		return n, 0, true
	}
	next := b[n-1]
	for range maxExtension {
		if next == 0 {
			return n, 0, true
		}
		// An extension header is its length in words of 4 bytes, content, and the type of the next.
		p.Out.Uint(fExt, uint64(next))
		if !p.Need(b, wire, n+1) {
			return 0, 0, false
		}
		size := int(b[n]) * 4
		if size == 0 {
			break
		}
		if !p.Need(b, wire, n+size) {
			return 0, 0, false
		}
		n += size
		next = b[n-1]
	}
	p.Bad()
	return 0, 0, false
}

func decodeV2(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, lenV1) {
		return
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(fMessageV2, uint64(b[1]))
	p.Out.Uint(fLengthV2, uint64(length))
	at := 4
	if b[0]&flagTEID != 0 {
		p.Out.Uint(fTEIDV2, uint64(binary.BigEndian.Uint32(b[4:])))
		at += 4
	}
	if !p.Need(b, wire, at+4) {
		return
	}
	p.Out.Uint(fSeqV2, uint64(binary.BigEndian.Uint32(b[at:])>>8))
	// A second message may ride on the first, in the same layer; it carries none itself.
	if next := 4 + length; b[0]&flagPiggyback != 0 && next < len(b) && b[next]&flagPiggyback == 0 {
		decodeV2(p, b[next:], wire-next)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Message "...), fMessage)
	if _, ok := v.Uint(fTEID); ok {
		dst, _ = v.Text(append(dst, " TEID="...), fTEID)
	}
	return dst
}

func summaryV2(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Message "...), fMessageV2)
	return dst
}
