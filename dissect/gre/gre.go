// SPDX-License-Identifier: Apache-2.0

// Package gre dissects Generic Routing Encapsulation, version 0 (RFC 1701, RFC 2784, RFC 2890) and 1 (PPTP, RFC 2637).
//
//	0                  2          4
//	| flags, version   | protocol | checksum, offset (C or R) | key (K) | sequence (S) | routing … (R) | acknowledgement (A, version 1)
//
// Of the key of version 1 the upper half is the payload's length, the lower half the call. The key is the tunnel's identity, but the
// call is not: each side has its own. With a key, bridged Ethernet and neither checksum nor sequence the header may be NVGRE's (RFC 7637), whose key
// is a subnet (VSID, 24 bits) and a flow that differs by direction; VSIDs below 0x1000 are reserved, so that smaller keys are plain.
// Not decoded: the source routes, the attributes of 3GPP2, WCCP's redirect header.
package gre

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/erspan"
	"github.com/espbeat/espbeat/field"
)

const (
	fixedLen     = 4
	bitChecksum  = 0x8000
	bitRouting   = 0x4000
	bitKey       = 0x2000
	bitSequence  = 0x1000
	bitAck       = 0x0080
	versionMask  = 7
	protoERSPAN  = 0x88be
	maxSourceRts = 64
	protoERSPAN3 = 0x22eb
	protoBridged = 0x6558
	minVSID      = 0x1000
)

// Protocol is GRE.
var Protocol = &dissect.Protocol{
	Name: "gre", Title: "GRE", Reference: "RFC 2784",
	IPProtocols: []uint8{47}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("gre")
	fFlags    = fields.Add("flags_and_version", field.Uint16, "gre.flags_and_version", "Flags and version", field.Rare, field.Detail)
	fVersion  = fields.Add("version", field.Uint8, "gre.flags.version", "Version", field.Rare, field.Detail)
	fProto    = fields.Add("proto", field.Uint16, "gre.proto", "Protocol type of the payload")
	fChecksum = fields.Add("checksum.value", field.Uint16, "gre.checksum", "Checksum", field.Rare, field.Detail)
	fStatus   = fields.Add("checksum.status", field.Uint8, "gre.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified", field.Rare, field.Detail)
	fOffset   = fields.Add("offset", field.Uint16, "gre.offset", "Offset of the active source route entry, bytes", field.Rare, field.Detail)
	fKey      = fields.Add("key", field.Uint32, "gre.key", "Key of version 0")
	fLength   = fields.Add("payload_length", field.Uint16, "gre.key.payload_length", "Payload length of version 1, bytes", field.Rare, field.Detail)
	fCall     = fields.Add("call_id", field.Uint16, "gre.key.call_id", "Call of version 1")
	fSequence = fields.Add("sequence_number", field.Uint32, "gre.sequence_number", "Sequence number")
	fAck      = fields.Add("ack_number", field.Uint32, "gre.ack_number", "Acknowledgement number of version 1")
	fVSID     = fields.Add("vsid", field.Uint32, "", "Virtual subnet of NVGRE: the upper 24 bits of the key")
	fFlow     = fields.Add("flow_id", field.Uint8, "", "Flow of NVGRE: the lower 8 bits of the key", field.Rare)

	kind, kindPPTP, kindNVGRE = field.Intern("gre"), field.Intern("pptp"), field.Intern("nvgre")
)

// cursor reads the optional words of a header.
type cursor struct {
	p    *dissect.Packet
	b    []byte
	wire int
	at   int
}

// word reads 4 bytes; it reports false when they are not there.
func (c *cursor) word() (uint32, bool) {
	if !c.p.Need(c.b, c.wire, c.at+4) {
		return 0, false
	}
	v := binary.BigEndian.Uint32(c.b[c.at:])
	c.at += 4
	return v, true
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fixedLen) {
		return
	}
	flags, proto := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := flags & versionMask
	p.Out.Uint(fFlags, uint64(flags))
	p.Out.Uint(fVersion, uint64(version))
	p.Out.Uint(fProto, uint64(proto))
	c := &cursor{p: p, b: b, wire: wire, at: fixedLen}
	key, ok := optional(c, flags, version)
	if !ok {
		return
	}
	b, wire = b[c.at:], wire-c.at
	key = tunnel(p, flags, proto, key)
	if wire <= 0 || !p.Tunnel(uint64(key)) {
		return
	}
	if proto == protoERSPAN && flags&bitSequence == 0 {
		erspan.TypeI(p, b, wire)
		return
	}
	p.GRE(proto, b, wire)
}

// tunnel notes the tunnel and returns what keeps its flows apart. ERSPAN does so itself.
func tunnel(p *dissect.Packet, flags, proto uint16, key uint32) uint32 {
	switch {
	case proto == protoERSPAN || proto == protoERSPAN3:
		return key
	case flags&versionMask == 1:
		p.TunnelType(kindPPTP)
		if flags&bitKey != 0 {
			p.TunnelID(uint64(key & 0xffff))
		}
		return 0
	case proto == protoBridged && flags&(bitChecksum|bitKey|bitSequence) == bitKey && key>>8 >= minVSID:
		p.Out.Uint(fVSID, uint64(key>>8))
		p.Out.Uint(fFlow, uint64(key&0xff))
		p.TunnelType(kindNVGRE)
		p.TunnelID(uint64(key >> 8))
		return key >> 8
	}
	p.TunnelType(kind)
	if flags&bitKey != 0 {
		p.TunnelID(uint64(key))
	}
	return key
}

// optional reads what the flags announce and returns the key.
func optional(c *cursor, flags, version uint16) (key uint32, ok bool) {
	out := c.p.Out
	if flags&(bitChecksum|bitRouting) != 0 {
		v, ok := c.word()
		if !ok {
			return 0, false
		}
		if flags&bitChecksum != 0 {
			out.Uint(fChecksum, uint64(v>>16))
			if c.p.Options.Checksums {
				out.Uint(fStatus, uint64(status(c)))
			}
		}
		out.Uint(fOffset, uint64(v&0xffff))
	}
	if flags&bitKey != 0 {
		if key, ok = c.word(); !ok {
			return 0, false
		}
		if version == 1 {
			out.Uint(fLength, uint64(key>>16))
			out.Uint(fCall, uint64(key&0xffff))
		} else {
			out.Uint(fKey, uint64(key))
		}
	}
	if flags&bitSequence != 0 {
		v, ok := c.word()
		if !ok {
			return 0, false
		}
		out.Uint(fSequence, uint64(v))
	}
	if flags&bitRouting != 0 && !skipRoutes(c) {
		return 0, false
	}
	if version == 1 && flags&bitAck != 0 {
		v, ok := c.word()
		if !ok {
			return 0, false
		}
		out.Uint(fAck, uint64(v))
	}
	return key, true
}

func status(c *cursor) checksum.Status {
	switch {
	case c.p.Quoted || len(c.b) < c.wire:
		return checksum.Unverified
	case checksum.Fold(checksum.Sum(0, c.b)) == 0xffff:
		return checksum.Good
	}
	return checksum.Bad
}

// skipRoutes passes over the source route entries of address family, offset, length and data; one without family and length ends them.
func skipRoutes(c *cursor) bool {
	for range maxSourceRts {
		v, ok := c.word()
		if !ok {
			return false
		}
		n := int(v & 0xff)
		if v>>16 == 0 && n == 0 {
			return true
		}
		if !c.p.Need(c.b, c.wire, c.at+n) {
			return false
		}
		c.at += n
	}
	c.p.Bad()
	return false
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Protocol "...), fProto)
	if _, ok := v.Uint(fKey); ok {
		dst, _ = v.Text(append(dst, " key="...), fKey)
	}
	return dst
}
