// SPDX-License-Identifier: Apache-2.0

package icmp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Extension object classes (IANA).
const (
	classMPLS      = 1 // RFC 4950
	classInterface = 2 // RFC 5837
	classIdentity  = 3 // RFC 8335
)

// Address families (IANA).
const (
	familyIPv4 = 1
	familyIPv6 = 2
)

var (
	ext        = field.Group("icmp.ext")
	fVersion   = ext.Add("version", field.Uint8, "icmp.ext.version", "Version of the extension structure (RFC 4884)", field.Rare, field.Detail)
	fClass     = ext.Add("class", field.Uint8, "icmp.ext.class", "Classes of the extension objects in order", field.List, field.Rare, field.Detail)
	fClassType = ext.Add("ctype", field.Uint8, "icmp.ext.ctype", "Types of the extension objects in order", field.List, field.Rare, field.Detail)
	fEchoSeq   = ext.Add("echo.seq", field.Uint8, "icmp.ext.echo.seq", "Sequence number of an extended echo (RFC 8335)")
	fLocal     = ext.Add("echo.req.local", field.Bool, "icmp.ext.echo.req.local", "The probed interface is the proxy's own", field.Rare, field.Detail)
	fState     = ext.Add("echo.rsp.state", field.Uint8, "icmp.ext.echo.rsp.state", "State of the probed interface's neighbour entry", field.Rare, field.Detail)
	fActive    = ext.Add("echo.rsp.active", field.Bool, "icmp.ext.echo.rsp.active", "The probed interface is active", field.Rare, field.Detail)
	fRunsIPv4  = ext.Add("echo.rsp.ipv4", field.Bool, "icmp.ext.echo.rsp.ipv4", "The probed interface runs IPv4", field.Rare, field.Detail)
	fRunsIPv6  = ext.Add("echo.rsp.ipv6", field.Bool, "icmp.ext.echo.rsp.ipv6", "The probed interface runs IPv6", field.Rare, field.Detail)
	mpls       = field.Group("icmp.mpls")
	fLabel     = mpls.Add("label", field.Uint32, "icmp.mpls.label", "Labels of the packet that met the error")
	fExp       = mpls.Add("exp", field.Uint8, "icmp.mpls.exp", "Traffic classes of these labels", field.Rare, field.Detail)
	fBottom    = mpls.Add("s", field.Bool, "icmp.mpls.s", "Bottom of stack of these labels", field.Rare, field.Detail)
	fTTL       = mpls.Add("ttl", field.Uint8, "icmp.mpls.ttl", "Times to live of these labels", field.Rare, field.Detail)
	info       = field.Group("icmp.int_info")
	fRole      = info.Add("role", field.Uint8, "icmp.int_info.role", "Role of the interface: 0 incoming, 1 sub-IP, 2 outgoing, 3 next hop", field.Rare, field.Detail)
	fIndex     = info.Add("index", field.Uint32, "icmp.int_info.index", "Interface index", field.Rare, field.Detail)
	fIPv4      = info.Add("ipv4", field.IP, "icmp.int_info.ipv4", "Interface's IPv4 address", field.Rare, field.Detail)
	fIPv6      = info.Add("ipv6", field.IP, "icmp.int_info.ipv6", "Interface's IPv6 address", field.Rare, field.Detail)
	fName      = info.Add("name", field.Keyword, "icmp.int_info.name", "Interface name", field.Rare, field.Detail)
	fIfMTU     = info.Add("mtu", field.Uint32, "icmp.int_info.mtu", "Interface's MTU, bytes", field.Rare, field.Detail)
	ident      = field.Group("icmp.int_ident")
	fIdentName = ident.Add("name", field.Keyword, "icmp.int_ident.name", "Name of the probed interface", field.Rare, field.Detail)
	fIdentIdx  = ident.Add("index", field.Uint32, "icmp.int_ident.index", "Index of the probed interface", field.Rare, field.Detail)
	fIdentV4   = ident.Add("ipv4", field.IP, "icmp.int_ident.ipv4", "IPv4 address of the probed interface", field.Rare, field.Detail)
	fIdentV6   = ident.Add("ipv6", field.IP, "icmp.int_ident.ipv6", "IPv6 address of the probed interface", field.Rare, field.Detail)
)

func extended(p *dissect.Packet, kind uint8, b []byte) {
	p.Out.Uint(fEchoSeq, uint64(b[6]))
	if kind == extendedEcho {
		p.Out.Bool(fLocal, b[7]&1 != 0)
		if len(b) > restLen {
			extensions(p, b[restLen:])
		}
		return
	}
	p.Out.Uint(fState, uint64(b[7]>>5))
	p.Out.Bool(fActive, b[7]&4 != 0)
	p.Out.Bool(fRunsIPv4, b[7]&2 != 0)
	p.Out.Bool(fRunsIPv6, b[7]&1 != 0)
}

// extensions writes an extension structure (RFC 4884, 7): version, checksum, then objects of length, class, type and payload.
func extensions(p *dissect.Packet, b []byte) {
	const headerLen, version = 4, 2
	if len(b) < headerLen || b[0]>>4 != version {
		return
	}
	p.Out.Uint(fVersion, version)
	b = b[headerLen:]
	for len(b) >= headerLen {
		n := int(binary.BigEndian.Uint16(b))
		p.Out.Uint(fClass, uint64(b[2]))
		p.Out.Uint(fClassType, uint64(b[3]))
		if n < headerLen || n > len(b) {
			return
		}
		object(p, b[2], b[3], b[headerLen:n])
		b = b[n:]
	}
}

func object(p *dissect.Packet, class, kind uint8, v []byte) {
	switch class {
	case classMPLS:
		for ; len(v) >= 4; v = v[4:] {
			entry := binary.BigEndian.Uint32(v)
			p.Out.Uint(fLabel, uint64(entry>>12))
			p.Out.Uint(fExp, uint64(entry>>9&7))
			p.Out.Bool(fBottom, entry>>8&1 != 0)
			p.Out.Uint(fTTL, uint64(entry&0xff))
		}
	case classInterface:
		interfaceInfo(p, kind, v)
	case classIdentity:
		identity(p, kind, v)
	}
}

// interfaceInfo writes the parts that the type's bits announce, in their fixed order (RFC 5837, 4.1).
func interfaceInfo(p *dissect.Packet, kind uint8, v []byte) {
	const hasIndex, hasAddr, hasName, hasMTU = 8, 4, 2, 1
	p.Out.Uint(fRole, uint64(kind>>6))
	if kind&hasIndex != 0 && len(v) >= 4 {
		p.Out.Uint(fIndex, uint64(binary.BigEndian.Uint32(v)))
		v = v[4:]
	}
	if kind&hasAddr != 0 && len(v) >= 4 {
		family := binary.BigEndian.Uint16(v)
		v = v[4:]
		switch {
		case family == familyIPv4 && len(v) >= 4:
			p.Out.IP(fIPv4, v[:4])
			v = v[4:]
		case family == familyIPv6 && len(v) >= 16:
			p.Out.IP(fIPv6, v[:16])
			v = v[16:]
		default:
			return
		}
	}
	if kind&hasName != 0 && len(v) >= 1 {
		// The length counts itself and the padding.
		n := int(v[0])
		if n < 1 || n > len(v) {
			return
		}
		p.Out.Text(fName, trim(v[1:n]))
		v = v[n:]
	}
	if kind&hasMTU != 0 && len(v) >= 4 {
		p.Out.Uint(fIfMTU, uint64(binary.BigEndian.Uint32(v)))
	}
}

// identity names the interface that an extended echo probes (RFC 8335, 2.1).
func identity(p *dissect.Packet, kind uint8, v []byte) {
	const byName, byIndex, byAddress = 1, 2, 3
	switch {
	case kind == byName:
		p.Out.Text(fIdentName, trim(v))
	case kind == byIndex && len(v) >= 4:
		p.Out.Uint(fIdentIdx, uint64(binary.BigEndian.Uint32(v)))
	case kind == byAddress && len(v) >= 4:
		family := binary.BigEndian.Uint16(v)
		switch {
		case family == familyIPv4 && len(v) >= 8:
			p.Out.IP(fIdentV4, v[4:8])
		case family == familyIPv6 && len(v) >= 20:
			p.Out.IP(fIdentV6, v[4:20])
		}
	}
}

// trim cuts the padding of zeros.
func trim(v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] == 0 {
		v = v[:len(v)-1]
	}
	return v
}
