// SPDX-License-Identifier: Apache-2.0

// Package nbns dissects the NetBIOS name service and the headers of the NetBIOS datagram service (RFC 1001, RFC 1002).
//
//	0    2       4         6         8           10
//	| id | flags | queries | answers | authority | additional | questions … | records …
//
// Names are written as they read: 15 characters without the spaces at their end, bytes that do not print as <hex>, then the 16th, which says
// what service it is, as <hex>, then the scope behind a dot. Limits: 64 questions and records a message, 64 names of a node's status. Not decoded: the
// statistics of a node's status, what datagrams carry but SMB.
package nbns

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 12
	maxRecords = 64
	// repetition is how long after a request the same id asks for the same, nanoseconds: requests are sent three times within a second, to
	// a server within fifteen (RFC 1002, 6: BCAST_REQ_RETRY_TIMEOUT, UCAST_REQ_RETRY_TIMEOUT).
	repetition = int64(15 * time.Second)
)

// Record types (RFC 1002, 4.2.1.3) with data that has fields.
const typeNB, typeNBSTAT = 0x20, 0x21

// Protocol is the name service.
var Protocol = &dissect.Protocol{
	Name: "nbns", Title: "NBNS", Reference: "RFC 1002", Application: true,
	UDPPorts: []uint16{137},
	GuessUDP: guess, AcceptUDP: always,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields   = field.Group("nbns")
	fID      = fields.Add("id", field.Uint16, "nbns.id", "Identifier that pairs a response with its request", field.Rare)
	flags    = field.Group("nbns.flags")
	fReply   = flags.Add("response", field.Bool, "nbns.flags.response", "The message is a response")
	fOpcode  = flags.Add("opcode", field.Uint8, "nbns.flags.opcode", "Kind of request: 0 name query, 5 registration, 6 release, 7 wait for acknowledgement, 8 and 9 refresh, 15 multi-homed registration")
	fBcast   = flags.Add("broadcast", field.Bool, "nbns.flags.broadcast", "The message was broadcast or multicast", field.Rare, field.Detail, field.Sparse)
	fRCode   = flags.Add("rcode", field.Uint8, "nbns.flags.rcode", "Of a response: 0 no error, 3 no such name, 5 refused, 6 name is owned by another node, 7 name in conflict, …")
	fName    = fields.Add("name", field.Keyword, "nbns.name", "Names asked for and told, each with its service, such as <20> of a file server")
	fType    = fields.Add("type", field.Uint16, "nbns.type", "Type of each question and record: 32 name, 33 node status", field.Rare)
	fNBFlags = fields.Add("nb_flags", field.Uint16, "nbns.nb_flags", "Flags of each address: 0x8000 group, 0x6000 kind of node", field.Rare, field.Detail)
	fAddr    = fields.Add("addr", field.IP, "nbns.addr", "Addresses of the names in records")
	fNode    = fields.Add("netbios_name", field.Keyword, "nbns.netbios_name", "Names that a node has, of its status")
	fNFlags  = fields.Add("name_flags", field.Uint16, "nbns.name_flags", "Flags of each of a node's names: 0x8000 group, 0x6000 kind of node, 0x1000 being released, 0x0800 in conflict, 0x0400 active, 0x0200 permanent", field.Rare, field.Detail)
	fUnit    = fields.Add("unit_id", field.MAC, "nbns.unit_id", "Link address of a node, of its status")
)

func always([]byte) bool { return true }

// guess recognises a message by its first name, whose encoding nothing else has by chance.
func guess(b []byte) bool {
	if len(b) < headerLen+1+encodedLen {
		return false
	}
	const reserved, opcodes = 0x0060, 1<<0 | 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<9 | 1<<15
	f := binary.BigEndian.Uint16(b[2:])
	records := 0
	for i := 4; i < headerLen; i += 2 {
		records += int(binary.BigEndian.Uint16(b[i:]))
	}
	var name [encodedLen / 2]byte
	return f&reserved == 0 && opcodes>>(f>>11&15)&1 == 1 && records > 0 && records <= maxRecords && b[headerLen] == encodedLen && decodeName(&name, b[headerLen+1:])
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	id, f := c.Uint16(fID), c.U16()
	if c.Failed {
		return
	}
	response := f&0x8000 != 0
	header(p.Out, f, response)
	transaction(p, response, id)
	questions := int(c.U16())
	records := questions
	for range 3 { // answers, authority records, additional records
		records += int(c.U16())
	}
	for n := 0; n < records && !c.Failed; n++ {
		if n == maxRecords {
			p.Out.Cut = true
			return
		}
		record(&c, b, n < questions)
	}
}

func header(o *field.Buffer, f uint16, response bool) {
	o.Bool(fReply, response)
	o.Uint(fOpcode, uint64(f>>11&15))
	o.Bool(fBcast, f&0x0010 != 0)
	if response {
		o.Uint(fRCode, uint64(f&15))
	}
}

// transaction ties responses to their request, which may have been broadcast: so not the conversation, but who asks is what they have in common.
func transaction(p *dissect.Packet, response bool, id uint16) {
	ask := func(asker netip.Addr) *dissect.Conversation { return p.State.Exchange(p, Protocol, asker, uint64(id)) }
	if response {
		common.AnyResponse(p, ask(p.Core.Destination.Addr), 0)
	} else {
		common.Repeatable(p, ask(p.Core.Source.Addr), 0, repetition)
	}
}

// record decodes a question or a resource record (RFC 1002, 4.2.1.2 and 4.2.1.3).
func record(c *common.Cursor, whole []byte, question bool) {
	writeName(c, whole, fName, !question && c.P.Options.Wireshark)
	kind := c.Uint16(fType)
	c.Skip(2) // the class
	if question {
		return
	}
	c.Skip(4) // the time to live
	d := c.Sub(int(c.U16()))
	switch kind {
	case typeNB:
		for n := 0; d.More() && n < maxRecords; n++ {
			d.Uint16(fNBFlags)
			if addr := d.Bytes(4); addr != nil {
				d.P.Out.IP(fAddr, addr)
				common.IP(d.P.Out, addr)
			}
		}
	case typeNBSTAT:
		status(&d)
	}
}

// status decodes the data of a node's status (RFC 1002, 4.2.18).
func status(d *common.Cursor) {
	for n := min(int(d.U8()), maxRecords); n > 0 && !d.Failed; n-- {
		if name := d.Bytes(nameLen); name != nil {
			d.P.Out.Text(fNode, appendName(nil, name))
		}
		d.Uint16(fNFlags)
	}
	d.MAC(fUnit)
}

// opcodes are RFC 1002's, as Wireshark names them.
var opcodes = map[uint64]string{0: "Name query", 5: "Registration", 6: "Release", 7: "Wait for acknowledgment", 8: "Refresh", 9: "Refresh", 15: "Multi-homed registration"}

// summary reads "Name query NB PC<20>" or "Registration response NB PC<20> 192.168.1.1".
func summary(dst []byte, v dissect.View) []byte {
	op, _ := v.Uint(fOpcode)
	if name := opcodes[op]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Opcode "...), fOpcode)
	}
	if response, _ := v.Uint(fReply); response != 0 {
		dst = append(dst, " response"...)
	}
	switch kind, _ := v.Uint(fType); kind {
	case typeNB:
		dst = append(dst, " NB"...)
	case typeNBSTAT:
		dst = append(dst, " NBSTAT"...)
	}
	if name := common.First(v, fName); name != "" {
		dst = append(append(dst, ' '), name...)
	}
	if addr := common.First(v, fAddr); addr != "" {
		dst = append(append(dst, ' '), addr...)
	}
	if code, _ := v.Uint(fRCode); code != 0 {
		dst, _ = v.Text(append(dst, ", error "...), fRCode)
	}
	return dst
}
