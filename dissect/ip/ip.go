// SPDX-License-Identifier: Apache-2.0

// Package ip dissects the Internet Protocol, version 4 (RFC 791, RFC 2474, RFC 3168).
//
//	0         1     2            4    6                 8     9       10         12    16    20
//	| ver,ihl | DSF | total len  | id | flags, offset   | TTL | proto | checksum | src | dst | options … | payload
//
// A total length of 0 is what segmentation offload leaves: the datagram is as long as what lies around it says. A longer one than there was
// on the wire ends with the wire; what is beyond it is padding. Under a source route the destination is the last address of the route, as
// in Wireshark. A fragment goes to State; the one that completes the datagram carries the upper layers, the others end here.
package ip

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/field"
)

const (
	minHeader = 20
	flagRB    = 0x8000
	flagDF    = 0x4000
	flagMF    = 0x2000
	// offsetMask selects the fragment offset, in units of 8 bytes.
	offsetMask = 0x1fff
)

// Protocol is IPv4.
var Protocol = &dissect.Protocol{
	Name: "ip", Title: "IPv4", Reference: "RFC 791",
	EtherTypes:  []uint16{0x0800},
	IPProtocols: []uint8{4},
	PPPTypes:    []uint16{0x0021},
	LLCSAPs:     []uint8{0x06},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields = field.Group("ip")
	// Version is written by IPv6 too, as Wireshark's ip.version.
	Version    = fields.Add("version", field.Uint8, "ip.version", "Version of each IP header", field.Rare, field.Detail)
	fHeaderLen = fields.Add("hdr_len", field.Uint8, "ip.hdr_len", "Header length with options, bytes", field.Rare, field.Detail)
	fDS        = fields.Add("dsfield.value", field.Uint8, "ip.dsfield", "Differentiated services field", field.Rare, field.Detail)
	fDSCP      = fields.Add("dsfield.dscp", field.Uint8, "ip.dsfield.dscp", "Differentiated services codepoint", field.Sparse)
	fECN       = fields.Add("dsfield.ecn", field.Uint8, "ip.dsfield.ecn", "Explicit congestion notification", field.Rare, field.Sparse)
	fLen       = fields.Add("len", field.Uint32, "ip.len", "Total length, bytes; where segmentation offload left 0, that of what was captured", field.Detail, field.Rare)
	fID        = fields.Add("id", field.Uint16, "ip.id", "Identification", field.Rare)
	fFlags     = fields.Add("flags.value", field.Uint8, "ip.flags", "The three flag bits", field.Rare, field.Detail)
	fRB        = fields.Add("flags.rb", field.Bool, "ip.flags.rb", "Reserved flag", field.Rare, field.Detail)
	fDF        = fields.Add("flags.df", field.Bool, "ip.flags.df", "Don't fragment", field.Rare, field.Detail)
	fMF        = fields.Add("flags.mf", field.Bool, "ip.flags.mf", "More fragments", field.Sparse)
	fOffset    = fields.Add("frag_offset", field.Uint16, "ip.frag_offset", "Fragment offset, units of 8 bytes", field.Sparse)
	fTTL       = fields.Add("ttl", field.Uint8, "ip.ttl", "Time to live", field.Rare)
	fProto     = fields.Add("proto", field.Uint8, "ip.proto", "Protocol of the payload, IANA's number", field.Detail, field.Rare)
	fChecksum  = fields.Add("checksum.value", field.Uint16, "ip.checksum", "Header checksum", field.Rare, field.Detail)
	fStatus    = fields.Add("checksum.status", field.Uint8, "ip.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fSrc       = fields.Add("src", field.IP, "ip.src", "Source address of each IPv4 header", field.Address)
	fDst       = fields.Add("dst", field.IP, "ip.dst", "Destination address of each IPv4 header", field.Address)
	fWhole     = fields.Add("reassembled_length", field.Uint32, "ip.reassembled.length", "Payload length of the datagram that this fragment completes, bytes")
	joined     = NewJoinedFields(fields, "ip")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	switch version := b[0] >> 4; version {
	case 4:
	case 6:
		// Whoever said IPv4 was wrong, the header says it.
		if p.Options.Wireshark { // which shows both layers
			p.Out.Uint(Version, uint64(version))
		}
		p.CallName("ipv6", b, wire)
		return
	default:
		p.Out.Uint(Version, uint64(version))
		p.Bad()
		return
	}
	header := int(b[0]&15) * 4
	p.Out.Uint(Version, 4)
	p.Out.Uint(fHeaderLen, uint64(header))
	if header < minHeader {
		p.Bad()
		return
	}
	if !p.Need(b, wire, 4) {
		return
	}
	p.Out.Uint(fDS, uint64(b[1]))
	p.Out.Uint(fDSCP, uint64(b[1]>>2))
	p.Out.Uint(fECN, uint64(b[1]&3))
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = wire
	}
	p.Out.Uint(fLen, uint64(total))
	if total < header {
		p.Bad()
		return
	}
	if total > wire {
		p.Bad()
	}
	wire = min(wire, total)
	b = b[:min(len(b), wire)]
	if !p.Need(b, wire, minHeader) {
		return
	}
	nested := Nested(p)
	if nested {
		Within(p, 4, b[12:16], b[16:20])
	}
	sound := fixed(p, b, header)
	if !p.Need(b, wire, header) {
		return
	}
	if nested && !p.Tunnel(0) {
		return
	}
	payload(p, b[header:], wire-header, binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), b[9], sound)
}

// fixed writes what lies between identification and options and reports whether the checksum is right or unverified.
func fixed(p *dissect.Packet, b []byte, header int) bool {
	out := p.Out
	out.Uint(fID, uint64(binary.BigEndian.Uint16(b[4:])))
	frag := binary.BigEndian.Uint16(b[6:])
	out.Uint(fFlags, uint64(frag>>13))
	out.Bool(fRB, frag&flagRB != 0)
	out.Bool(fDF, frag&flagDF != 0)
	out.Bool(fMF, frag&flagMF != 0)
	out.Uint(fOffset, uint64(frag&offsetMask))
	out.Uint(fTTL, uint64(b[8]))
	out.Uint(fProto, uint64(b[9]))
	out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[10:])))
	sound := true
	if p.Options.Checksums {
		status := checksum.Unverified
		if len(b) >= header {
			status = checksum.Bad
			if checksum.Fold(checksum.Sum(0, b[:header])) == 0xffff {
				status = checksum.Good
			}
		}
		sound = status != checksum.Bad
		out.Uint(fStatus, uint64(status))
	}
	src, dst := b[12:16], b[16:20]
	opts := b[minHeader:min(len(b), header)]
	if len(opts) > 0 {
		if final := finalDestination(opts); final != nil {
			out.IP(fCurRt, dst)
			dst = final
		}
	}
	out.IP(fSrc, src)
	out.IP(fDst, dst)
	p.SetIP(4, src, dst, b[9])
	if len(opts) > 0 {
		options(p, opts)
	}
	return sound
}

func payload(p *dissect.Packet, b []byte, wire int, id, frag uint16, proto uint8, sound bool) {
	offset, more := int(frag&offsetMask)*8, frag&flagMF != 0
	if offset == 0 && !more {
		p.IPProtocol(proto, b, wire)
		return
	}
	var j dissect.Joined
	// Wireshark joins no fragment with a bad checksum.
	if wire > 0 && !p.Quoted && sound {
		key := dissect.FragmentKey{Src: p.Core.Source.Addr, Dst: p.Core.Destination.Addr, ID: uint32(id), Proto: proto,
			VLAN: InnerVLAN(p), Tunnel: p.TunnelKey()}
		j = p.State.Fragment(p, key, dissect.Fragment{Offset: offset, More: more, Data: b, Whole: len(b) >= wire})
		joined.Write(p.Out, &j)
		if j.Payload == nil && len(b) >= wire {
			return
		}
	}
	Join(p, fWhole, proto, j.Payload, b, wire, offset)
}

// InnerVLAN is the innermost VLAN id, 0 without.
func InnerVLAN(p *dissect.Packet) uint16 {
	if n := p.Core.VLANCount; n > 0 {
		return p.Core.VLANs[n-1]
	}
	return 0
}

// Join goes on after a fragment: with the whole datagram when this fragment completed it, with its first bytes alone when it is a first
// fragment that cannot be joined, else not at all.
func Join(p *dissect.Packet, length field.ID, proto uint8, whole, b []byte, wire, offset int) {
	if whole != nil {
		was := p.Reassembled
		p.Reassembled = true
		p.Out.Uint(length, uint64(len(whole)))
		p.IPProtocol(proto, whole, len(whole))
		p.Reassembled = was
		return
	}
	if offset != 0 {
		return
	}
	was := p.Quoted
	p.Quoted = true
	p.IPProtocol(proto, b, wire)
	p.Quoted = was
}

func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "Protocol "...)
	dst, _ = v.Text(dst, fProto)
	if n, ok := v.Uint(fOffset); ok {
		if more, _ := v.Uint(fMF); n != 0 || more != 0 {
			dst = append(dst, ", fragment at "...)
			dst, _ = v.Text(dst, fOffset)
			dst = append(dst, " of ID "...)
			dst, _ = v.Text(dst, fID)
		}
	}
	return dst
}
