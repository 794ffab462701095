// SPDX-License-Identifier: Apache-2.0

// Package enip dissects EtherNet/IP (ODVA, CIP Networks Library, volume 2): the encapsulation over TCP and UDP, and I/O over UDP.
//
//	0         2        4         8        12        20        24
//	| command | length | session | status | context | options | data    numbers of the encapsulation, least significant byte first
//	| interface 4 | time-out 2 | items                                  data of Send RR Data and Send Unit Data; I/O is items alone
//	| count 2 | type 2 | length 2 | data | type …                       items: an address, and data, which is CIP
//
// A response is tied to its request by the sender's context, or the sequence count of a connection. Limits: 1024 items. Not decoded: data of I/O, interfaces other than
// CIP's, CIP Security (DTLS).
package enip

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/cip"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	reference = "ODVA CIP Networks Library, volume 2"
	headerLen = 24
	port      = 44818
	portIO    = 2222
)

// Protocol is the encapsulation, IO what connections carry without it.
var (
	Protocol = &dissect.Protocol{
		Name: "enip", Title: "ENIP", Reference: reference, Application: true,
		TCPPorts: []uint16{port}, UDPPorts: []uint16{port},
		GuessTCP: guess, AcceptTCP: accept,
		Summary: summary,
	}
	IO = &dissect.Protocol{
		Name: "cipio", Title: "CIP I/O", Reference: reference, Application: true,
		UDPPorts: []uint16{portIO}, GuessUDP: guessIO, AcceptUDP: func(b []byte) bool { return len(b) >= 2 },
		Summary: summaryIO,
	}
)

// The functions name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Stream, Protocol.Dissect, IO.Dissect = stream, datagram, connected }

var (
	fields      = field.Group("enip")
	fCommand    = fields.Add("command", field.Uint16, "enip.command", "Command: 4 List Services, 99 List Identity, 101 Register Session, 102 Unregister Session, 111 Send RR Data, 112 Send Unit Data")
	fSession    = fields.Add("session", field.Uint32, "enip.session", "Session", field.Rare)
	fStatus     = fields.Add("status", field.Uint32, "enip.status", "Status: 0 success, 1 invalid command, 100 invalid session, 105 unsupported version", field.Rare)
	fContext    = fields.Add("context", field.Hex, "enip.context", "What the sender of a request chose, and the response repeats", field.Rare, field.Detail)
	fItem       = fields.Add("cpf.typeid", field.Uint16, "enip.cpf.typeid", "Types of the items: 0 no address, 161 connected address, 177 connected data, 178 unconnected data, 32770 sequenced address", field.Rare, field.Detail)
	fSequence   = fields.Add("cpf.sai.seq", field.Uint32, "enip.cpf.sai.seq", "Sequence number of I/O", field.Rare, field.Detail)
	fCount      = fields.Add("seq", field.Uint16, "cip.seq", "Sequence count of a connection's data", field.Rare, field.Detail)
	fConnection = fields.Add("connid", field.Uint32, "enip.cpf.cai.connid, enip.cpf.sai.connid", "Connection that the data is for", field.Rare)
	fVendor     = fields.Add("lir.vendor", field.Uint16, "enip.lir.vendor", "Vendor of the device that tells its identity")
	fDevice     = fields.Add("lir.devtype", field.Uint16, "enip.lir.devtype", "Its type", field.Rare, field.Detail)
	fProduct    = fields.Add("lir.prodcode", field.Uint16, "enip.lir.prodcode", "Its product code", field.Rare, field.Detail)
	fSerial     = fields.Add("lir.serial", field.Uint32, "enip.lir.serial", "Its serial number")
	fName       = fields.Add("lir.name", field.Keyword, "enip.lir.name", "Name of the product")
	fAddress    = fields.Add("sinaddr", field.IP, "enip.sinaddr", "Address that the device tells", field.Rare, field.Detail)
)

// Commands (volume 2, 2-3.2).
const (
	listIdentity    = 0x63
	registerSession = 0x65
	sendRRData      = 0x6f
	sendUnitData    = 0x70
)

var commands = map[uint64]string{0: "NOP", 4: "List Services", listIdentity: "List Identity", 0x64: "List Interfaces", registerSession: "Register Session", 0x66: "Unregister Session",
	sendRRData: "Send RR Data", sendUnitData: "Send Unit Data", 0x72: "Indicate Status", 0x73: "Cancel", 0xc8: "Start DTLS"}

// accept says what may be a message on EtherNet/IP's port. A command may come in two pieces.
func accept(b []byte) bool {
	if len(b) < 2 {
		return len(b) == 0 || commands[uint64(b[0])] != ""
	}
	return commands[uint64(binary.LittleEndian.Uint16(b))] != ""
}

// guess recognises the registration of a session of version 1 by a client, which every connection begins with.
func guess(b []byte) bool {
	const length, version = 4, 1
	if len(b) != headerLen+length || binary.LittleEndian.Uint16(b) != registerSession || binary.LittleEndian.Uint16(b[2:]) != length {
		return false
	}
	return slices.Max(b[4:12]) == 0 && slices.Max(b[20:headerLen]) == 0 && binary.LittleEndian.Uint32(b[headerLen:]) == version
}

// connection is what spans packets of TCP.
type connection struct {
	layers   common.Layers // of the encapsulation; each message has layers of CIP
	requests cip.Requests
}

// stream takes one message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, _ := c.AppState.(*connection)
	if !accept(data) || s == nil && common.Elsewhere(p, Protocol) {
		return dissect.Reject
	}
	if s == nil {
		s = &connection{}
		c.AppState = s
	}
	if len(data) < 4 {
		return 0
	}
	n := headerLen + int(binary.LittleEndian.Uint16(data[2:]))
	if len(data) < n && !p.Truncated {
		return 0
	}
	if !s.layers.Push(p, Protocol) {
		return n
	}
	at := min(n, len(data))
	message(p, c, &s.requests, data[:at:at], n)
	return n
}

// datagram is a message over UDP.
func datagram(p *dissect.Packet, b []byte, wire int) {
	if !accept(b) || len(b) < 2 {
		p.Pop()
		return
	}
	message(p, p.Conversation, &cip.Requests{}, b, wire)
}

func message(p *dissect.Packet, conversation *dissect.Conversation, requests *cip.Requests, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	command := c.LittleNumber(fCommand, 2)
	length := int(c.Little16())
	c.LittleNumber(fSession, 4)
	c.LittleNumber(fStatus, 4)
	context := c.Bytes(8)
	c.Skip(4)
	if c.Failed {
		return
	}
	p.Out.Bytes(fContext, context)
	key := binary.LittleEndian.Uint64(context)
	data := c.Sub(length)
	switch command {
	case sendRRData, sendUnitData:
		if data.Little32() != 0 { // another interface than CIP's
			return
		}
		data.Skip(2)
		items(data, func(item common.Cursor, isConnected bool) {
			if isConnected {
				key = connectedKey | item.LittleNumber(fCount, 2)
			}
			if !item.Failed && item.Wire > 1 {
				requests.Message(p, conversation, item.B, item.Wire, key)
			}
		})
	default:
		if isRequest(p) {
			common.Request(p, conversation, key)
		} else {
			common.Response(p, conversation, key)
			if command < registerSession { // what is listed
				items(data, nil)
			}
		}
	}
}

// connectedKey sets keys of connections, which are sequence counts, apart from contexts.
const connectedKey = 1 << 63

// isRequest tells who asks by the port that servers have, else by who began.
func isRequest(p *dissect.Packet) bool {
	switch {
	case p.Core.Destination.Port == port:
		return true
	case p.Core.Source.Port == port:
		return false
	}
	return p.Direction == 0
}

// summary reads "Register Session, session 0x00000005", "List Identity, 1756-ENBT/A".
func summary(dst []byte, v dissect.View) []byte {
	command, _ := v.Uint(fCommand)
	if name := commands[command]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = fmt.Appendf(dst, "Command 0x%04x", command)
	}
	if status, _ := v.Uint(fStatus); status != 0 {
		dst = fmt.Appendf(dst, ", status 0x%x", status)
	}
	if session, _ := v.Uint(fSession); session != 0 {
		dst = fmt.Appendf(dst, ", session 0x%08x", session)
	}
	if name, ok := v.Text(append(dst, ", "...), fName); ok {
		return name
	}
	return dst
}
