// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	optionHeader = 2
	// maxOptions bounds the options of a packet.
	maxOptions = 64
)

// Options of LCP (RFC 1661, 6; RFC 1990, 5).
const (
	lcpMRU     = 1
	lcpAuth    = 3
	lcpQuality = 4
	lcpMagic   = 5
	lcpMRRU    = 17
)

// Options of IPCP (RFC 1332, 3; RFC 1877).
const (
	ipcpCompression                      = 2
	ipcpAddress                          = 3
	ipcpDNS, ipcpNBNS, ipcpDNS2, ipcpNB2 = 129, 130, 131, 132
)

const ipv6cpInterface = 1

var (
	lcpFields = field.Group("lcp")
	fMagic    = lcpFields.Add("magic_number", field.Uint32, "lcp.magic_number", "Magic number of the side that sends", field.Rare, field.Detail)
	fRejected = lcpFields.Add("rej_proto", field.Uint16, "lcp.rej_proto", "Protocol that the other side does not know")
	fMessage  = lcpFields.Add("message", field.Keyword, "lcp.message", "Text that identifies the side that sends")
	fOption   = lcpFields.Add("opt.type", field.Uint8, "lcp.opt.type", "Types of all options, in order", field.Detail, field.Rare)
	fMRU      = lcpFields.Add("opt.mru", field.Uint16, "lcp.opt.mru", "Largest packet, bytes", field.Rare, field.Detail)
	fAuth     = lcpFields.Add("opt.auth_protocol", field.Uint16, "lcp.opt.auth_protocol", "Authentication: 0xc023 PAP, 0xc223 CHAP, 0xc227 EAP")
	fAlg      = lcpFields.Add("opt.algorithm", field.Uint8, "lcp.opt.algorithm", "Algorithm of CHAP: 5 MD5, 0x80 MS-CHAP, 0x81 MS-CHAPv2", field.Rare, field.Detail)
	fQuality  = lcpFields.Add("opt.quality_protocol", field.Uint16, "lcp.opt.quality_protocol", "Protocol that measures quality", field.Detail, field.Rare)
	fOptMagic = lcpFields.Add("opt.magic_number", field.Uint32, "lcp.opt.magic_number", "Magic number that is proposed", field.Rare, field.Detail)
	fMRRU     = lcpFields.Add("opt.mrru", field.Uint16, "lcp.opt.mrru", "Largest packet over several links, bytes", field.Rare, field.Detail)

	ipcpFields  = field.Group("ipcp.opt")
	fIPOption   = ipcpFields.Add("type", field.Uint8, "ipcp.opt.type", "Types of all options, in order", field.Detail, field.Rare)
	fCompressor = ipcpFields.Add("compress_proto", field.Uint16, "ipcp.opt.compress_proto", "Compression of headers", field.Rare, field.Detail)
	fIPAddress  = ipcpFields.Add("ip_address", field.IP, "ipcp.opt.ip_address", "Address of the side that sends")
	servers     = map[uint8]field.ID{
		ipcpDNS:  ipcpFields.Add("pri_dns_address", field.IP, "ipcp.opt.pri_dns_address", "First name server"),
		ipcpDNS2: ipcpFields.Add("sec_dns_address", field.IP, "ipcp.opt.sec_dns_address", "Second name server"),
		ipcpNBNS: ipcpFields.Add("pri_nbns_address", field.IP, "ipcp.opt.pri_nbns_address", "First NetBIOS name server", field.Rare, field.Detail),
		ipcpNB2:  ipcpFields.Add("sec_nbns_address", field.IP, "ipcp.opt.sec_nbns_address", "Second NetBIOS name server", field.Rare, field.Detail),
	}

	ipv6cpFields = field.Group("ipv6cp")
	fIPv6Option  = ipv6cpFields.Add("opt.type", field.Uint8, "ipv6cp.opt.type", "Types of all options, in order", field.Detail, field.Rare)
	fInterface   = ipv6cpFields.Add("interface_identifier", field.Hex, "ipv6cp.interface_identifier", "Interface identifier of the side that sends")
)

func options(p *dissect.Packet, b []byte, wire int, read optionReader) {
	for range maxOptions {
		if wire == 0 || !p.Need(b, wire, optionHeader) {
			return
		}
		n := int(b[1])
		if n < optionHeader {
			p.Bad()
			return
		}
		if !p.Need(b, wire, n) {
			return
		}
		read(p, b[0], b[optionHeader:n:n])
		b, wire = b[n:], wire-n
	}
}

func lcpOption(p *dissect.Packet, t uint8, v []byte) {
	p.Out.Uint(fOption, uint64(t))
	switch {
	case t == lcpMRU && len(v) == 2:
		p.Out.Uint(fMRU, uint64(binary.BigEndian.Uint16(v)))
	case t == lcpMRRU && len(v) == 2:
		p.Out.Uint(fMRRU, uint64(binary.BigEndian.Uint16(v)))
	case t == lcpAuth && len(v) >= 2:
		p.Out.Uint(fAuth, uint64(binary.BigEndian.Uint16(v)))
		if len(v) > 2 {
			p.Out.Uint(fAlg, uint64(v[2]))
		}
	case t == lcpQuality && len(v) >= 2:
		p.Out.Uint(fQuality, uint64(binary.BigEndian.Uint16(v)))
	case t == lcpMagic && len(v) == 4:
		p.Out.Uint(fOptMagic, uint64(binary.BigEndian.Uint32(v)))
	}
}

func ipcpOption(p *dissect.Packet, t uint8, v []byte) {
	p.Out.Uint(fIPOption, uint64(t))
	switch {
	case t == ipcpCompression && len(v) >= 2:
		p.Out.Uint(fCompressor, uint64(binary.BigEndian.Uint16(v)))
	case t == ipcpAddress && len(v) == 4:
		p.Out.IP(fIPAddress, v)
	case len(v) == 4:
		if id, ok := servers[t]; ok {
			p.Out.IP(id, v)
		}
	}
}

func ipv6cpOption(p *dissect.Packet, t uint8, v []byte) {
	p.Out.Uint(fIPv6Option, uint64(t))
	if t == ipv6cpInterface && len(v) == 8 {
		p.Out.Bytes(fInterface, v)
	}
}
