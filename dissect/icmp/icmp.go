// SPDX-License-Identifier: Apache-2.0

// Package icmp dissects the Internet Control Message Protocol (RFC 792, RFC 950, RFC 1256, RFC 4884, RFC 8335).
//
//	0      1      2          4
//	| type | code | checksum | by type …
//
// The packet that an error quotes is dissected as dissect.Packet.Quote says. Not decoded: Mobile IP extensions of router
// advertisements, the data of an echo.
package icmp

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	fixedLen  = 4
	restLen   = 8 // header with the word that depends on the type
	etherType = 0x0800
)

// Message types (IANA).
const (
	echoReply         = 0
	unreachable       = 3
	sourceQuench      = 4
	redirect          = 5
	echoRequest       = 8
	routerAdvert      = 9
	timeExceeded      = 11
	parameterProblem  = 12
	timestamp         = 13
	timestampReply    = 14
	information       = 15
	informationReply  = 16
	mask              = 17
	maskReply         = 18
	extendedEcho      = 42
	extendedEchoReply = 43

	codeNeedFragmentation = 4
)

// Protocol is ICMP.
var Protocol = &dissect.Protocol{
	Name: "icmp", Title: "ICMP", Reference: "RFC 792",
	IPProtocols: []uint8{1}, Dissect: decode, Summary: summary,
}

var (
	fields     = field.Group("icmp")
	fType      = fields.Add("type", field.Uint8, "icmp.type", "Type", field.Core)
	fCode      = fields.Add("code", field.Uint8, "icmp.code", "Code", field.Core)
	fChecksum  = fields.Add("checksum.value", field.Uint16, "icmp.checksum", "Checksum", field.Rare, field.Detail)
	fStatus    = fields.Add("checksum.status", field.Uint8, "icmp.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fIdent     = fields.Add("ident", field.Uint16, "icmp.ident", "Identifier of an echo, timestamp, information or mask message", field.Rare)
	fSeq       = fields.Add("seq", field.Uint16, "icmp.seq", "Sequence number of such a message", field.Rare)
	fRespTo    = fields.Add("resp_to", field.Int64, "icmp.resp_to", "Number of the packet that this reply answers")
	fRespTime  = fields.Add("resptime", field.Float, "icmp.resptime", "Time from request to reply, milliseconds")
	fMTU       = fields.Add("mtu", field.Uint16, "icmp.mtu", "MTU of the next hop, bytes")
	fGateway   = fields.Add("redir_gw", field.IP, "icmp.redir_gw", "Gateway of a redirect")
	fPointer   = fields.Add("pointer", field.Uint8, "icmp.pointer", "Offset of the octet in error", field.Rare)
	fOriginal  = fields.Add("length", field.Uint8, "icmp.length", "Length of the quoted datagram where extensions follow, words of 4 bytes", field.Rare, field.Detail)
	fNumAddrs  = fields.Add("num_addrs", field.Uint8, "icmp.num_addrs", "Addresses in a router advertisement", field.Rare, field.Detail)
	fEntrySize = fields.Add("addr_entry_size", field.Uint8, "icmp.addr_entry_size", "Words of 4 bytes for each advertised address", field.Rare, field.Detail)
	fLifetime  = fields.Add("lifetime", field.Uint16, "icmp.lifetime", "Lifetime of a router advertisement, seconds", field.Rare, field.Detail)
	fRouter    = fields.Add("router_address", field.IP, "icmp.router_address", "Advertised routers")
	fPref      = fields.Add("pref_level", field.Int64, "icmp.pref_level", "Preference of each advertised router", field.Rare, field.Detail)
	fOriginate = fields.Add("originate_timestamp", field.Uint32, "icmp.originate_timestamp", "Originate timestamp, milliseconds since midnight UT", field.Rare, field.Detail)
	fReceive   = fields.Add("receive_timestamp", field.Uint32, "icmp.receive_timestamp", "Receive timestamp, milliseconds since midnight UT", field.Rare, field.Detail)
	fTransmit  = fields.Add("transmit_timestamp", field.Uint32, "icmp.transmit_timestamp", "Transmit timestamp, milliseconds since midnight UT", field.Rare, field.Detail)
	fMask      = fields.Add("address_mask", field.IP, "icmp.address_mask", "Address mask", field.Rare)
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
		if !p.Quoted && len(b) >= wire {
			status = checksum.Bad
			if checksum.Fold(checksum.Sum(0, b)) == 0xffff {
				status = checksum.Good
			}
		}
		p.Out.Uint(fStatus, uint64(status))
	}
	if !p.Quoted || p.InQuote {
		p.Core.HasICMP, p.Core.ICMPType, p.Core.ICMPCode = true, kind, code
	}
	if !p.Quoted {
		p.State.Converse(p)
	}
	switch kind {
	case echoReply, echoRequest, timestamp, timestampReply, information, informationReply, mask, maskReply, unreachable, sourceQuench,
		redirect, timeExceeded, parameterProblem, routerAdvert, extendedEcho, extendedEchoReply:
		if p.Need(b, wire, restLen) {
			message(p, kind, code, b, wire)
		}
	}
}

func message(p *dissect.Packet, kind, code uint8, b []byte, wire int) {
	high, low := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	switch kind {
	case unreachable, sourceQuench, redirect, timeExceeded, parameterProblem:
		failure(p, kind, code, b, wire)
		return
	case routerAdvert:
		routers(p, b)
		return
	}
	p.Out.Uint(fIdent, uint64(high))
	switch kind {
	case extendedEcho, extendedEchoReply:
		extended(p, kind, b)
		return
	case echoRequest, echoReply:
		p.Out.Uint(fSeq, uint64(low))
		common.Echo(p, kind == echoRequest, uint64(high)<<16|uint64(low), fRespTo, fRespTime)
		return
	}
	p.Out.Uint(fSeq, uint64(low))
	switch kind {
	case timestamp, timestampReply:
		if p.Need(b, wire, 20) {
			p.Out.Uint(fOriginate, uint64(binary.BigEndian.Uint32(b[8:])))
			p.Out.Uint(fReceive, uint64(binary.BigEndian.Uint32(b[12:])))
			p.Out.Uint(fTransmit, uint64(binary.BigEndian.Uint32(b[16:])))
		}
	case mask, maskReply:
		if p.Need(b, wire, 12) {
			p.Out.IP(fMask, b[8:12])
		}
	}
}

func routers(p *dissect.Packet, b []byte) {
	n, size := int(b[4]), int(b[5])*4
	p.Out.Uint(fNumAddrs, uint64(n))
	p.Out.Uint(fEntrySize, uint64(b[5]))
	p.Out.Uint(fLifetime, uint64(binary.BigEndian.Uint16(b[6:])))
	if size < 8 {
		return
	}
	for b = b[restLen:]; n > 0 && len(b) >= size; n-- {
		p.Out.IP(fRouter, b[:4])
		p.Out.Int(fPref, int64(int32(binary.BigEndian.Uint32(b[4:]))))
		b = b[size:]
	}
}

// failure writes an error's own word, and dissects the quoted datagram and the extensions behind it.
func failure(p *dissect.Packet, kind, code uint8, b []byte, wire int) {
	// RFC 4884 gives these three types a length and extensions.
	length := 0
	if kind == unreachable || kind == timeExceeded || kind == parameterProblem {
		length = int(b[5]) * 4
		p.Out.Uint(fOriginal, uint64(b[5]))
	}
	switch {
	case kind == unreachable && code == codeNeedFragmentation:
		p.Out.Uint(fMTU, uint64(binary.BigEndian.Uint16(b[6:])))
	case kind == redirect:
		p.Out.IP(fGateway, b[4:8])
	case kind == parameterProblem:
		p.Out.Uint(fPointer, uint64(b[4]))
	}
	b, wire = b[restLen:], wire-restLen
	if len(b) == 0 {
		return
	}
	quote, rest := split(b, kind, length)
	if len(rest) == 0 {
		p.Quote(etherType, quote, wire)
		return
	}
	p.Quote(etherType, quote, len(quote))
	extensions(p, rest)
}

// split parts a quoted datagram from the extensions. Without a length, old senders put them after 128 bytes (RFC 4884, 5.5).
func split(b []byte, kind uint8, length int) (quote, rest []byte) {
	const oldLength = 128
	if kind != unreachable && kind != timeExceeded && kind != parameterProblem {
		return b, nil
	}
	if length == 0 && len(b) > oldLength && binary.BigEndian.Uint16(b[2:]) <= oldLength {
		length = oldLength
	}
	if length == 0 || length >= len(b) {
		return b, nil
	}
	return b[:length:length], b[length:]
}

var typeNames = byText(map[int]string{
	echoReply: "Echo (ping) reply", unreachable: "Destination unreachable", sourceQuench: "Source quench", redirect: "Redirect",
	echoRequest: "Echo (ping) request", routerAdvert: "Router advertisement", 10: "Router solicitation",
	timeExceeded: "Time-to-live exceeded", parameterProblem: "Parameter problem", timestamp: "Timestamp request",
	timestampReply: "Timestamp reply", information: "Information request", informationReply: "Information reply",
	mask: "Address mask request", maskReply: "Address mask reply", extendedEcho: "Extended echo request",
	extendedEchoReply: "Extended echo reply",
})

// byText keys names by a number as it reads in a document.
func byText(names map[int]string) map[string]string {
	out := make(map[string]string, len(names))
	for n, name := range names {
		out[strconv.Itoa(n)] = name
	}
	return out
}

// summaryFields are shown when the message has them.
var summaryFields = []struct {
	label string
	id    field.ID
}{{" id=", fIdent}, {" seq=", fSeq}, {" mtu=", fMTU}, {" gateway=", fGateway}}

func summary(dst []byte, v dissect.View) []byte {
	kind := common.First(v, fType)
	if name := typeNames[kind]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = append(append(dst, "Type "...), kind...)
	}
	if code := common.First(v, fCode); code != "0" {
		dst = append(append(dst, " code="...), code...)
	}
	for _, f := range summaryFields {
		if text := common.First(v, f.id); text != "" {
			dst = append(append(dst, f.label...), text...)
		}
	}
	return dst
}
