// SPDX-License-Identifier: Apache-2.0

// Package nhrp dissects the Next Hop Resolution Protocol (RFC 2332), as DMVPN uses it too (with Cisco's traffic indication, type 8).
//
//	0            2               4      9      10       12         14                 16        17     18            19
//	| family     | protocol type | SNAP | hops | length | checksum | extension offset | version | type | address len | subaddress len |
//
//	mandatory   source length 1, destination length 1, flags 2, request 4, source NBMA address, subaddress, source address, destination address
//	client      code 1, prefix length 1, unused 2, MTU 2, holding time 2, NBMA length 1, subaddress length 1, protocol length 1, preference 1, addresses
//	extension   compulsory bit and type 2, length 2, value
//
// A type 8 and an error indication (type 7) quote the packet that they are about; that of type 8 is dissected as one in an ICMP error is. Limits: 1024
// clients and extensions. Not decoded: NBMA addresses that are no IP addresses (written as hex), other extensions than authentication and those of
// client entries; the checksum is not verified.
package nhrp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 20
	lenMask   = 0x3f // of an address, below the type bit
	typeMask  = 0x3fff

	resolutionRequest = 1
	purgeReply        = 6
	errorIndication   = 7
	trafficIndication = 8

	extEnd, extAuth = 0, 7
	// Extensions of client entries: who answered, and the servers on the way and back; Cisco's address behind a NAT.
	extResponder, extForward, extReverse, extNAT = 3, 4, 5, 9

	protoIPv4 = 0x0800
	protoIPv6 = 0x86dd
)

// Protocol is NHRP.
var Protocol = &dissect.Protocol{
	Name: "nhrp", Title: "NHRP", Reference: "RFC 2332",
	IPProtocols: []uint8{54}, GREProtocol: []uint16{0x2001},
	Dissect: decode, Summary: summary,
}

var (
	header     = field.Group("nhrp.hdr")
	fFamily    = header.Add("afn", field.Uint16, "nhrp.hdr.afn", "Address family of the NBMA network: 1 IPv4", field.Rare, field.Detail)
	fProto     = header.Add("pro_type", field.Uint16, "nhrp.hdr.pro.type", "EtherType of the protocol whose addresses are resolved", field.Rare, field.Detail)
	fHops      = header.Add("hopcnt", field.Uint8, "nhrp.hdr.hopcnt", "Servers that may still forward the packet", field.Rare, field.Detail)
	fLength    = header.Add("pktsz", field.Uint16, "nhrp.hdr.pktsz", "Length of the packet, bytes", field.Rare, field.Detail)
	fChecksum  = header.Add("chksum", field.Uint16, "nhrp.hdr.chksum", "Checksum", field.Rare, field.Detail)
	fExtension = header.Add("extoff", field.Uint16, "nhrp.hdr.extoff", "Offset of the extensions, 0 for none", field.Rare, field.Detail)
	fVersion   = header.Add("version", field.Uint8, "nhrp.hdr.version", "Version", field.Rare, field.Detail)
	fType      = header.Add("op_type", field.Uint8, "nhrp.hdr.op.type", "Type: 1 resolution request, 2 its reply, 3 registration request, 4 its reply, 5 purge request, 6 its reply, 7 error indication, 8 traffic indication")

	fields      = field.Group("nhrp")
	fFlags      = fields.Add("flags", field.Uint16, "nhrp.flags", "Flags", field.Rare, field.Detail)
	fRequest    = fields.Add("reqid", field.Uint32, "nhrp.reqid", "Request ID")
	fSourceNBMA = fields.Add("src.nbma_addr", field.IP, "nhrp.src.nbma.addr", "Address of the source in the network below")
	fSourceHex  = fields.Add("src.nbma_addr_bytes", field.Hex, "nhrp.src.nbma.addr_bytes", "The same when it is no IP address", field.Rare, field.Detail)
	fSource     = fields.Add("src.prot_addr", field.IP, "nhrp.src.prot.addr", "Address of the source")
	fTarget     = fields.Add("dst.prot_addr", field.IP, "nhrp.dst.prot.addr", "Address of the destination")
	fCode       = fields.Add("code", field.Uint8, "nhrp.code", "Code of each client entry, 0 for success")
	fPrefix     = fields.Add("prefix", field.Uint8, "nhrp.prefix", "Prefix length of each client entry", field.Rare, field.Detail)
	fMTU        = fields.Add("mtu", field.Uint16, "nhrp.mtu", "Largest packet to each client, bytes", field.Rare, field.Detail)
	fHold       = fields.Add("htime", field.Uint16, "nhrp.htime", "How long each client entry holds, seconds", field.Rare, field.Detail)
	fPreference = fields.Add("pref", field.Uint8, "nhrp.pref", "Preference of each client entry", field.Rare, field.Detail)
	fClientNBMA = fields.Add("client.nbma_addr", field.IP, "nhrp.client.nbma.addr", "Address of each client in the network below")
	fClientHex  = fields.Add("client.nbma_addr_bytes", field.Hex, "nhrp.client.nbma.addr_bytes", "The same when it is no IP address", field.Rare, field.Detail)
	fClient     = fields.Add("client.prot_addr", field.IP, "nhrp.client.prot.addr", "Address of each client")
	fError      = fields.Add("err.code", field.Uint16, "nhrp.err.code", "Code of an error indication")
	fExtType    = fields.Add("ext.type", field.Uint16, "nhrp.ext.type", "Type of each extension", field.Rare, field.Detail)
	fSPI        = fields.Add("auth_ext.spi", field.Uint16, "nhrp.auth_ext.spi", "Security parameter index of the authentication", field.Rare, field.Detail)
	fAuth       = fields.Add("auth_ext.data", field.Keyword, "nhrp.auth_ext.data", "Authentication data, a password in clear with Cisco", field.Secret, field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	all, whole := b, wire
	c := common.Read(p, b, wire)
	c.Uint16(fFamily)
	proto := c.Uint16(fProto)
	c.Skip(5)
	c.Uint8(fHops)
	length := int(c.Uint16(fLength))
	c.Uint16(fChecksum)
	extensions := int(c.Uint16(fExtension))
	c.Uint8(fVersion)
	kind := c.Uint8(fType)
	nbma, sub := int(c.U8()&lenMask), int(c.U8()&lenMask)
	if c.Failed {
		return
	}
	if length > whole {
		p.Bad()
		length = whole
	}
	if length < headerLen || extensions != 0 && (extensions < headerLen || extensions > length) {
		p.Bad()
		return
	}
	end := length
	if extensions != 0 {
		end = extensions
		x := common.Read(p, all[min(extensions, len(all)):min(length, len(all))], length-extensions)
		defer extend(&x)
	}
	m := common.Read(p, c.B[:min(len(c.B), end-headerLen)], end-headerLen)
	mandatory(&m, kind, nbma, sub)
	switch {
	case kind >= resolutionRequest && kind <= purgeReply:
		for n := 0; m.More() && n < common.MaxItems; n++ {
			client(&m)
		}
	case kind == trafficIndication && !m.Failed && len(m.B) > 0 && (proto == protoIPv4 || proto == protoIPv6):
		p.Quote(proto, m.B, m.Wire)
	}
}

// mandatory reads the part that all packets have.
func mandatory(m *common.Cursor, kind uint8, nbma, sub int) {
	source, target := int(m.U8()), int(m.U8())
	switch kind {
	case errorIndication:
		m.Skip(2)
		m.Uint16(fError)
		m.Skip(2)
	case trafficIndication:
		m.Skip(6)
	default:
		m.Uint16(fFlags)
		m.Uint32(fRequest)
	}
	address(m, fSourceNBMA, fSourceHex, nbma)
	m.Skip(sub)
	address(m, fSource, 0, source)
	address(m, fTarget, 0, target)
}

func client(m *common.Cursor) {
	m.Uint8(fCode)
	m.Uint8(fPrefix)
	m.Skip(2)
	m.Uint16(fMTU)
	m.Uint16(fHold)
	nbma, sub, proto := int(m.U8()&lenMask), int(m.U8()&lenMask), int(m.U8())
	m.Uint8(fPreference)
	address(m, fClientNBMA, fClientHex, nbma)
	m.Skip(sub)
	address(m, fClient, 0, proto)
}

// address reads an address of n bytes; what is no IP address is written to other, 0 for nowhere.
func address(m *common.Cursor, id, other field.ID, n int) {
	switch {
	case n == 4 || n == 16:
		m.IP(id, n)
	case other != 0:
		m.Hex(other, n)
	default:
		m.Skip(n)
	}
}

func extend(x *common.Cursor) {
	for n := 0; x.More() && n < common.MaxItems; n++ {
		kind := x.U16() & typeMask
		if x.Failed {
			return
		}
		x.P.Out.Uint(fExtType, uint64(kind))
		v := x.Sub(int(x.U16()))
		switch kind {
		case extEnd:
			return
		case extResponder, extForward, extReverse, extNAT:
			for i := 0; v.More() && i < common.MaxItems; i++ {
				client(&v)
			}
		case extAuth:
			v.Skip(2)
			v.Uint16(fSPI)
			v.Text(fAuth, v.Wire)
		}
	}
}

var types = [...]string{1: "NHRP Resolution Request", "NHRP Resolution Reply", "NHRP Registration Request", "NHRP Registration Reply", "NHRP Purge Request", "NHRP Purge Reply",
	"NHRP Error Indication", "NHRP Traffic Indication"}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok && n > 0 && n < uint64(len(types)) {
		dst = append(dst, types[n]...)
	} else {
		dst, _ = v.Text(append(dst, "Type "...), fType)
	}
	if _, ok := v.Uint(fRequest); ok {
		dst, _ = v.Text(append(dst, ", ID="...), fRequest)
	}
	return dst
}
