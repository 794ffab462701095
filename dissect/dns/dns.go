// SPDX-License-Identifier: Apache-2.0

// Package dns dissects DNS messages (RFC 1035) over UDP and TCP, multicast DNS (RFC 6762) and LLMNR (RFC 4795).
//
//	0    2       4         6         8           10
//	| id | flags | queries | answers | authority | additional | questions … | records …
//
// Over TCP a two-byte length precedes each message. Limits: 256 questions and records a message, names of 255 bytes,
// compression pointers that point strictly backwards. Names are written as they are: case kept, control bytes escaped, the
// root as ".". Not decoded: the data of rare record types (written as hex), DNS Stateful Operations (RFC 8490), TSIG and SIG(0)
// signatures; the sections of UPDATE (RFC 2136) stand in the fields of the sections at the same place.
package dns

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 12
	// maxRecords bounds questions and records of one message; a zone transfer has about this many in 16 KiB.
	maxRecords = 256
	// retransmission is how long after a query the same id asks for the same, nanoseconds: Wireshark's dns.retransmission_timer. Resolvers repeat a query
	// with its id after one to five seconds.
	retransmission = int64(5 * time.Second)
)

// Protocol is unicast DNS; MDNS is multicast DNS and LLMNR is Link-Local Multicast Name Resolution. Elsewhere finds unicast DNS on other
// ports by its first bytes: on its own port every message is DNS, also a malformed one, and elsewhere only one that leaves no doubt.
var (
	Protocol = &dissect.Protocol{
		Name: "dns", Title: "DNS", Reference: "RFC 1035", Application: true,
		UDPPorts: []uint16{53}, TCPPorts: []uint16{53, 5353},
		Dissect: func(p *dissect.Packet, b []byte, wire int) { decode(p, p.Conversation, b, wire, unicast) },
		Summary: summary,
	}
	MDNS = &dissect.Protocol{
		Name: "mdns", Title: "MDNS", Reference: "RFC 6762", Application: true,
		UDPPorts: []uint16{5353},
		Dissect:  func(p *dissect.Packet, b []byte, wire int) { decode(p, nil, b, wire, multicast) },
		Summary:  summary,
	}
	LLMNR = &dissect.Protocol{
		Name: "llmnr", Title: "LLMNR", Reference: "RFC 4795", Application: true,
		UDPPorts: []uint16{5355}, TCPPorts: []uint16{5355},
		Dissect: func(p *dissect.Packet, b []byte, wire int) { decode(p, nil, b, wire, linkLocal) },
		Summary: summary,
	}
	Elsewhere = &dissect.Protocol{
		Name: "dns_udp", Title: "DNS over UDP", Reference: "RFC 1035",
		GuessUDP: guess,
		Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Pop() // the layer is dns
			p.Call(Protocol, b, wire)
		},
	}
)

// The streams name their Protocols, which cannot name them back in their own values.
func init() {
	Protocol.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		return stream(p, c, data, Protocol, unicast)
	}
	LLMNR.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		if p.Options.Wireshark { // tshark knows LLMNR over UDP only
			return dissect.Reject
		}
		return stream(p, c, data, LLMNR, linkLocal)
	}
}

type variant uint8

const (
	unicast variant = iota
	multicast
	linkLocal
)

var (
	fields   = field.Group("dns")
	fID      = fields.Add("id", field.Keyword, "dns.id", "Identifier of the query, decimal", field.ECS)
	fType    = fields.Add("type", field.Keyword, "", "query or answer", field.ECS, field.Core)
	fOpCode  = fields.Add("op_code", field.Keyword, "", "Kind of query: QUERY, NOTIFY, UPDATE, …; a number where it has no name", field.ECS, field.Rare)
	fRCode   = fields.Add("response_code", field.Keyword, "", "Response code: NOERROR, NXDOMAIN, …; a number where it has no name", field.ECS, field.Core)
	fFlags   = fields.Add("header_flags", field.Keyword, "", "Flags set in the header: AA, TC, RD, RA, AD, CD; for LLMNR C, TC, T", field.ECS, field.List)
	bits     = field.Group("dns.flags")
	fAA      = bits.Add("authoritative", field.Bool, "dns.flags.authoritative", "The responding server is an authority for the name", field.Rare, field.Detail)
	fTC      = bits.Add("truncated", field.Bool, "dns.flags.truncated", "The message is truncated", field.Rare, field.Detail)
	fRD      = bits.Add("recdesired", field.Bool, "dns.flags.recdesired", "Recursion is desired", field.Rare, field.Detail)
	fRA      = bits.Add("recavail", field.Bool, "dns.flags.recavail", "The responding server offers recursion", field.Rare, field.Detail)
	fQueries = fields.Add("questions_count", field.Uint16, "dns.count.queries", "Questions, as the header says", field.Rare, field.Detail)
	fAnswers = fields.Add("answers_count", field.Uint16, "dns.count.answers", "Answers, as the header says")
	fAuths   = fields.Add("authorities_count", field.Uint16, "dns.count.auth_rr", "Authority records, as the header says", field.Rare, field.Detail)
	fAdds    = fields.Add("additionals_count", field.Uint16, "dns.count.add_rr", "Additional records, as the header says", field.Rare, field.Detail)

	answered = common.NewAnswered(fields, "dns", "response_to")
	question = field.Group("dns.question")
	fQName   = question.Add("name", field.Keyword, "dns.qry.name", "Name asked for; every one, where a message asks for several", field.ECS, field.Core)
	fQType   = question.Add("type", field.Keyword, "", "Record type asked for; a number where it has no name", field.ECS)
	fQClass  = question.Add("class", field.Keyword, "", "Class asked for; a number where it has no name", field.ECS)
	fQU      = question.Add("qu", field.Bool, "dns.qry.qu", "mDNS: a unicast response is desired", field.Rare)
)

// flag is one bit of the header.
type flag struct {
	bit  uint16
	name field.Str
}

var dnsFlags = []flag{{0x0400, field.Intern("AA")}, {0x0200, field.Intern("TC")}, {0x0100, field.Intern("RD")}, {0x0080, field.Intern("RA")},
	{0x0020, field.Intern("AD")}, {0x0010, field.Intern("CD")}}

// RFC 4795, 2.1.1: C and T stand where DNS has AA and RD.
var llmnrFlags = []flag{{0x0400, field.Intern("C")}, {0x0200, field.Intern("TC")}, {0x0100, field.Intern("T")}}

var query, answer = field.Intern("query"), field.Intern("answer")

func init() {
	field.Named(fType, map[uint16]field.Str{0: query, 1: answer})
	field.Named(fOpCode, opCodes)
	field.Named(fRCode, responseCodes)
	field.Named(fQType, recordTypes)
	field.Named(fQClass, classes)
}

// stream takes one message and its length (RFC 1035, 4.2.2; RFC 7766) off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte, proto *dissect.Protocol, v variant) int {
	if len(data) < 2 {
		return 0
	}
	n := int(binary.BigEndian.Uint16(data))
	if n < headerLen {
		return dissect.Reject
	}
	if len(data) < 2+n {
		return 0
	}
	if p.Push(proto) {
		decode(p, c, data[2:2+n:2+n], n, v)
	}
	return 2 + n
}

// message is one message while it is decoded.
type message struct {
	reader
	p         *dissect.Packet
	variant   variant
	text, aux []byte // the name and the data at hand, as text
}

var messages = sync.Pool{New: func() any { return new(message) }}

func decode(p *dissect.Packet, c *dissect.Conversation, b []byte, wire int, v variant) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Message(p.Top())
	m := messages.Get().(*message)
	defer messages.Put(m)
	m.reader, m.p, m.variant = reader{b: b, pos: headerLen, end: len(b)}, p, v
	id, flags := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	response := flags&0x8000 != 0
	m.header(id, flags, response)
	switch {
	case v == linkLocal:
		linkLocalTransaction(p, response, id)
	case v == unicast && response:
		answered.Response(p, c, uint64(id))
	case v == unicast:
		common.Repeatable(p, c, uint64(id), retransmission)
	}
	m.body()
	switch {
	case !m.bad:
	case len(b) < wire:
		p.Truncated = true
	default:
		p.Bad()
	}
	m.b, m.p = nil, nil
}

// linkLocalTransaction ties a response to its query, which went to a group: what they have in common is who asks.
func linkLocalTransaction(p *dissect.Packet, response bool, id uint16) {
	if response {
		common.AnyResponse(p, p.State.Exchange(p, p.Top(), p.Core.Destination.Addr, uint64(id)), 0)
	} else {
		common.Repeatable(p, p.State.Exchange(p, p.Top(), p.Core.Source.Addr, uint64(id)), 0, retransmission)
	}
}

func (m *message) header(id, flags uint16, response bool) {
	o := m.p.Out
	common.Uint(o, fID, uint64(id))
	o.Const(fType, pick(response, answer, query))
	opCodes.write(o, fOpCode, flags>>11&15)
	if response {
		responseCodes.write(o, fRCode, flags&15)
	}
	names := dnsFlags
	if m.variant == linkLocal {
		names = llmnrFlags
	}
	for _, f := range names {
		if flags&f.bit != 0 {
			o.Const(fFlags, f.name)
		}
	}
	o.Bool(fTC, flags&0x0200 != 0)
	if m.variant != linkLocal {
		o.Bool(fRD, flags&0x0100 != 0)
		if response {
			o.Bool(fAA, flags&0x0400 != 0)
			o.Bool(fRA, flags&0x0080 != 0)
		}
	}
	for i, f := range [4]field.ID{fQueries, fAnswers, fAuths, fAdds} {
		o.Uint(f, uint64(binary.BigEndian.Uint16(m.b[4+2*i:])))
	}
}

// body decodes the four sections until they end or something is wrong.
func (m *message) body() {
	left := maxRecords
	for s := range 4 {
		n := int(binary.BigEndian.Uint16(m.b[4+2*s:]))
		for ; n > 0 && !m.bad; n-- {
			if left--; left < 0 {
				m.p.Out.Cut = true
				return
			}
			if s == 0 {
				m.question()
			} else {
				m.record(&sections[s-1], s == 1)
			}
		}
	}
}

func (m *message) question() {
	o := m.p.Out
	m.text = m.name(m.text[:0])
	typ, class := m.u16(), m.u16()
	if m.bad {
		return
	}
	o.Text(fQName, m.text)
	recordTypes.write(o, fQType, typ)
	if m.variant == multicast { // RFC 6762, 5.4
		if class&0x8000 != 0 {
			o.Bool(fQU, true)
		}
		class &= 0x7fff
	}
	classes.write(o, fQClass, class)
	common.Host(o, m.text)
}

func pick(first bool, a, b field.Str) field.Str {
	if first {
		return a
	}
	return b
}
