// SPDX-License-Identifier: Apache-2.0

// Package icmpv6 dissects ICMPv6 (RFC 4443): errors, echo, neighbour discovery (RFC 4861, RFC 3122, RFC 3971, RFC 6275), multicast
// listener discovery (RFC 2710, RFC 3810), multicast router discovery (RFC 4286), RPL (RFC 6550), duplicate address messages
// (RFC 6775).
//
//	0      1      2          4
//	| type | code | checksum | by type …
//
// The packet that an error or a redirect quotes is dissected as dissect.Packet.Quote says. Not decoded: router renumbering, node
// information's data, certificates, extension structures (RFC 4884).
package icmpv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	number    = 58
	fixedLen  = 4
	restLen   = 8 // header with the word that depends on the type
	etherType = 0x86dd
)

// Message types (IANA).
const (
	unreachable      = 1
	packetTooBig     = 2
	timeExceeded     = 3
	parameterProblem = 4
	echoRequest      = 128
	echoReply        = 129
	listenerQuery    = 130
	listenerReport   = 131
	listenerDone     = 132
	routerSolicit    = 133
	routerAdvert     = 134
	neighborSolicit  = 135
	neighborAdvert   = 136
	redirect         = 137
	nodeQuery        = 139
	nodeReply        = 140
	inverseSolicit   = 141
	inverseAdvert    = 142
	listenerReportV2 = 143
	homeAgentQuery   = 144
	homeAgentReply   = 145
	prefixSolicit    = 146
	prefixAdvert     = 147
	pathSolicit      = 148
	pathAdvert       = 149
	mcastRtrAdvert   = 151
	fastMobility     = 154
	rpl              = 155
	duplicateRequest = 157
	duplicateConfirm = 158
)

// Protocol is ICMPv6.
var Protocol = &dissect.Protocol{
	Name: "icmpv6", Title: "ICMPv6", Reference: "RFC 4443",
	IPProtocols: []uint8{number}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("icmpv6")
	fType     = fields.Add("type", field.Uint8, "icmpv6.type", "Type", field.Core)
	fCode     = fields.Add("code", field.Uint8, "icmpv6.code", "Code", field.Core)
	fChecksum = fields.Add("checksum.value", field.Uint16, "icmpv6.checksum", "Checksum", field.Rare, field.Detail)
	fStatus   = fields.Add("checksum.status", field.Uint8, "icmpv6.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fMTU      = fields.Add("mtu", field.Uint32, "icmpv6.mtu", "MTU of the next hop, bytes")
	fPointer  = fields.Add("pointer", field.Uint32, "icmpv6.pointer", "Offset of the octet in error", field.Rare)
	fIdent    = fields.Add("echo.identifier", field.Uint16, "icmpv6.echo.identifier", "Identifier of an echo")
	fSeq      = fields.Add("echo.sequence_number", field.Uint16, "icmpv6.echo.sequence_number", "Sequence number of an echo")
	fRespTo   = fields.Add("resp_to", field.Int64, "icmpv6.resp_to", "Number of the packet that this reply answers")
	fRespTime = fields.Add("resptime", field.Float, "icmpv6.resptime", "Time from request to reply, milliseconds")
	fHAIdent  = fields.Add("mip6.identifier", field.Uint16, "icmpv6.mip6.identifier", "Identifier of home agent and prefix discovery", field.Rare, field.Detail)
	fHomeAddr = fields.Add("mip6.home_agent_address", field.IP, "icmpv6.mip6.home_agent_address", "Home agents")
	fSendID   = fields.Add("send.identifier", field.Uint16, "icmpv6.send.identifier", "Identifier of a certification path message", field.Rare, field.Detail)
	fQuery    = fields.Add("mcast_ra.query_interval", field.Uint16, "icmpv6.mcast_ra.query_interval", "Query interval of a multicast router, seconds", field.Rare, field.Detail)
	fRobust   = fields.Add("mcast_ra.robustness_variable", field.Uint16, "icmpv6.mcast_ra.robustness_variable", "Robustness variable of a multicast router", field.Rare, field.Detail)
	fFMSub    = fields.Add("fmip6.subtype", field.Uint8, "icmpv6.fmip6.subtype", "Subtype of fast handover", field.Rare, field.Detail)
	fFMIdent  = fields.Add("fmip6.identifier", field.Uint16, "icmpv6.fmip6.identifier", "Identifier of fast handover", field.Rare, field.Detail)
	fNodeType = fields.Add("ni.qtype", field.Uint16, "icmpv6.ni.qtype", "Type of a node information query (RFC 4620)", field.Rare, field.Detail)
	fNonce    = fields.Add("ni.nonce", field.Hex, "icmpv6.ni.nonce", "Nonce of a node information query", field.Rare, field.Detail)
	fDARState = fields.Add("6lowpannd.da.status", field.Uint8, "icmpv6.6lowpannd.da.status", "Status of a duplicate address message", field.Rare, field.Detail)
	fDARLife  = fields.Add("6lowpannd.da.lifetime", field.Uint16, "icmpv6.6lowpannd.da.lifetime", "Lifetime of a duplicate address message, minutes", field.Rare, field.Detail)
	fDAREUI   = fields.Add("6lowpannd.da.eui64", field.MAC, "icmpv6.6lowpannd.da.eui64", "Registering node", field.Rare, field.Detail)
	fDARAddr  = fields.Add("6lowpannd.da.reg_addr", field.IP, "icmpv6.6lowpannd.da.reg_addr", "Registered address", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, fixedLen) {
		return
	}
	kind, code := b[0], b[1]
	p.Out.Uint(fType, uint64(kind))
	p.Out.Uint(fCode, uint64(code))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[2:])))
	if p.Options.Checksums {
		status := checksum.Unverified
		if !p.Quoted {
			status = checksum.Transport(p, number, b, wire)
		}
		p.Out.Uint(fStatus, uint64(status))
	}
	if !p.Quoted || p.InQuote {
		p.Core.HasICMP, p.Core.ICMPType, p.Core.ICMPCode = true, kind, code
	}
	if !p.Quoted {
		p.State.Converse(p)
	}
	if p.Need(b, wire, restLen) {
		message(p, kind, code, b, wire)
	}
}

func message(p *dissect.Packet, kind, code uint8, b []byte, wire int) {
	word, high, low := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	switch kind {
	case unreachable, packetTooBig, timeExceeded, parameterProblem:
		switch kind {
		case packetTooBig:
			p.Out.Uint(fMTU, uint64(word))
		case parameterProblem:
			p.Out.Uint(fPointer, uint64(word))
		}
		if len(b) > restLen {
			p.Quote(etherType, b[restLen:len(b):len(b)], wire-restLen)
		}
	case echoRequest, echoReply:
		p.Out.Uint(fIdent, uint64(high))
		p.Out.Uint(fSeq, uint64(low))
		common.Echo(p, kind == echoRequest, uint64(word), fRespTo, fRespTime)
	case listenerQuery, listenerReport, listenerDone, listenerReportV2:
		listener(p, kind, b, wire)
	case routerSolicit, routerAdvert, neighborSolicit, neighborAdvert, redirect:
		neighbor(p, kind, b, wire)
	case nodeQuery, nodeReply:
		p.Out.Uint(fNodeType, uint64(high))
		if p.Need(b, wire, 16) {
			p.Out.Bytes(fNonce, b[8:16])
		}
	case inverseSolicit, inverseAdvert:
		options(p, b[restLen:], wire-restLen)
	case homeAgentQuery, homeAgentReply:
		p.Out.Uint(fHAIdent, uint64(high))
		for b = b[restLen:]; kind == homeAgentReply && len(b) >= 16; b = b[16:] {
			p.Out.IP(fHomeAddr, b[:16])
		}
	case prefixSolicit, prefixAdvert:
		p.Out.Uint(fHAIdent, uint64(high))
		options(p, b[restLen:], wire-restLen)
	case pathSolicit, pathAdvert:
		p.Out.Uint(fSendID, uint64(high))
		if n := restLen + 4*int(kind-pathSolicit); p.Need(b, wire, n) {
			options(p, b[n:], wire-n)
		}
	case mcastRtrAdvert:
		p.Out.Uint(fQuery, uint64(high))
		p.Out.Uint(fRobust, uint64(low))
	case fastMobility:
		p.Out.Uint(fFMSub, uint64(b[4]))
		p.Out.Uint(fFMIdent, uint64(low))
		options(p, b[restLen:], wire-restLen)
	case rpl:
		rplMessage(p, code, b, wire)
	case duplicateRequest, duplicateConfirm:
		if p.Need(b, wire, 32) {
			p.Out.Uint(fDARState, uint64(b[4]))
			p.Out.Uint(fDARLife, uint64(low))
			p.Out.MAC(fDAREUI, b[8:16])
			p.Out.IP(fDARAddr, b[16:32])
		}
	}
}
