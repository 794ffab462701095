// SPDX-License-Identifier: Apache-2.0

// Package dhcp dissects the Dynamic Host Configuration Protocol for IPv4 (RFC 2131, options of RFC 2132 and its successors) and BOOTP
// (RFC 951), whose message it is without options.
//
//	0    1       2      3      4     8      10      12       16      20      24      28        44      108    236      240
//	| op | htype | hlen | hops | xid | secs | flags | ciaddr | yiaddr | siaddr | giaddr | chaddr | sname | file | cookie | options …
//
// Options in sname and file (overload) are read where option 52 says so. dhcp.fingerprint is the list of parameters that a client asks for, in order,
// which tells systems apart. Limits: 1024 options, 64 values of one. Not decoded: options that concern a host's own settings, such as its MTU, vendors' options (43, 124, 125),
// authentication (RFC 3118), options in several parts (RFC 3396), of which each part stands for itself.
package dhcp

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strconv"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	cookie    = 0x63825363
	cookieAt  = 236
	addrLen   = 16 // of chaddr
	serverLen = 64
	fileLen   = 128
	// repetition is how long after a message the same number asks for the same, nanoseconds: a relay's copy, or the client's first
	// retransmission (RFC 2131, 4.1).
	repetition = int64(5 * time.Second)
)

// Values of op.
const bootRequest, bootReply = 1, 2

// Protocol is DHCP.
var Protocol = &dissect.Protocol{
	Name: "dhcp", Title: "DHCP", Reference: "RFC 2131", Application: true,
	UDPPorts: []uint16{67, 68, 4011},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("dhcp")
	fOp       = fields.Add("type", field.Uint8, "dhcp.type", "1 request of a client, 2 reply of a server", field.Rare, field.Detail)
	fHops     = fields.Add("hops", field.Uint8, "dhcp.hops", "Relays passed", field.Rare, field.Detail, field.Sparse)
	fXID      = fields.Add("id", field.Uint32, "dhcp.id", "Transaction identifier")
	fClient   = fields.Add("ip.client", field.IP, "dhcp.ip.client", "Address that the client has (ciaddr)", field.Sparse)
	fYour     = fields.Add("ip.your", field.IP, "dhcp.ip.your", "Address that the client gets (yiaddr)", field.Sparse)
	fServer   = fields.Add("ip.server", field.IP, "dhcp.ip.server", "Address of the next server in bootstrap (siaddr)", field.Sparse)
	fRelay    = fields.Add("ip.relay", field.IP, "dhcp.ip.relay", "Address of the relay (giaddr)", field.Sparse)
	fMAC      = fields.Add("hw.mac_addr", field.MAC, "dhcp.hw.mac_addr", "Link address of the client")
	fHWAddr   = fields.Add("hw.addr", field.Hex, "dhcp.hw.addr", "Link address of the client, where it has not 6 bytes")
	fSName    = fields.Add("server", field.Keyword, "dhcp.server", "Name of the server")
	fFile     = fields.Add("file", field.Keyword, "dhcp.file", "Boot file")
	fPrint    = fields.Add("fingerprint", field.Keyword, "", "Parameters that the client asks for, joined by commas: option 55 in its order")
	fClientID = fields.Add("client_id.value", field.Hex, "dhcp.client_id", "Client identifier: a type and a link address, or a DUID (RFC 4361)")
	fUUID     = fields.Add("client_id.uuid", field.Hex, "dhcp.client_id.uuid", "Machine identifier, of network boot")
)

// guess recognises a message with options by its cookie.
func guess(b []byte) bool {
	return len(b) >= cookieAt+4 && binary.BigEndian.Uint32(b[cookieAt:]) == cookie && accept(b)
}

// accept says what may be a message on DHCP's ports.
func accept(b []byte) bool {
	return len(b) < 3 || (b[0] == bootRequest || b[0] == bootReply) && b[2] <= addrLen
}

// message is what the options are read with.
type message struct {
	common.Cursor
	kind         uint8 // of option 53, 0 for BOOTP
	server, file common.Cursor
	overload     uint8
}

var headlineBOOTP = field.Intern("BOOTP")

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	m := message{Cursor: common.Read(p, b, wire)}
	op, kind := m.Uint8(fOp), m.U8()
	length := int(m.U8())
	m.Uint8(fHops)
	xid := m.Uint32(fXID)
	m.Skip(4) // seconds, flags
	for _, id := range [4]field.ID{fClient, fYour, fServer, fRelay} {
		addresses(&m.Cursor, id, 4)
	}
	addr := m.Bytes(addrLen)
	switch {
	case addr == nil:
	case length == 6 && kind != 0:
		p.Out.MAC(fMAC, addr[:6])
	case length > 0 && length <= addrLen:
		p.Out.Bytes(fHWAddr, addr[:length])
	}
	m.server, m.file = m.Sub(serverLen), m.Sub(fileLen)
	m.body()
	if m.overload&2 == 0 {
		text(&m.server, fSName)
	}
	if m.overload&1 == 0 {
		text(&m.file, fFile)
	}
	if m.kind == 0 {
		p.Core.Headline = headlineBOOTP
	}
	if addr != nil {
		m.transaction(op, xid, addr)
	}
}

// body reads the options; BOOTP has vendors' bytes there, or nothing.
func (m *message) body() {
	if m.Wire < 4 || len(m.B) >= 4 && binary.BigEndian.Uint32(m.B) != cookie {
		return
	}
	m.Skip(4)
	m.options(&m.Cursor)
}

// addresses reads n bytes of addresses and writes them to id and, but for 0.0.0.0, to related.ip.
func addresses(c *common.Cursor, id field.ID, n int) {
	for count := 0; n >= 4 && count < maxValues; n, count = n-4, count+1 {
		addr := c.Bytes(4)
		if addr == nil {
			return
		}
		c.P.Out.IP(id, addr)
		if binary.BigEndian.Uint32(addr) != 0 {
			common.IP(c.P.Out, addr)
		}
	}
}

// text writes what stands before the first zero.
func text(c *common.Cursor, id field.ID) {
	b := c.B
	for i, v := range b {
		if v == 0 {
			b = b[:i]
			break
		}
	}
	if len(b) > 0 {
		c.P.Out.Text(id, b)
	}
}

// answers are the types of messages that a reply may answer, by its own type (RFC 2131, RFC 4039, RFC 4388).
var answers = map[uint8][]uint8{0: {0}, offer: {discover}, ack: {request, inform, discover}, nak: {request}, 11: {leaseQuery}, 12: {leaseQuery}, 13: {leaseQuery}}

// transaction ties replies to requests by number and client: the addresses change on the way, and several servers may answer.
func (m *message) transaction(op uint8, xid uint32, client []byte) {
	c := m.P.State.Exchange(m.P, Protocol, netip.Addr{}, uint64(xid)<<32|uint64(crc32.ChecksumIEEE(client)))
	if op == bootRequest {
		common.Repeatable(m.P, c, uint64(m.kind), repetition)
		return
	}
	for _, kind := range answers[m.kind] {
		if common.AnyResponse(m.P, c, uint64(kind)) {
			return
		}
	}
}

// summary reads "DHCP Discover - Transaction ID 0x3d1d".
func summary(dst []byte, v dissect.View) []byte {
	kind, dhcp := v.Uint(fKind)
	op, _ := v.Uint(fOp)
	switch {
	case dhcp && kind < uint64(len(kinds)) && kinds[kind] != "":
		dst = append(append(dst, "DHCP "...), kinds[kind]...)
	case dhcp:
		dst = strconv.AppendUint(append(dst, "DHCP message type "...), kind, 10)
	case op == bootRequest:
		dst = append(dst, "Boot Request"...)
	default:
		dst = append(dst, "Boot Reply"...)
	}
	xid, _ := v.Uint(fXID)
	dst = strconv.AppendUint(append(dst, " - Transaction ID 0x"...), xid, 16)
	if name := common.First(v, fHostName); name != "" {
		dst = append(append(dst, ", host "...), name...)
	}
	if addr := common.First(v, fYour); addr != "" && addr != "0.0.0.0" {
		dst = append(append(dst, ", address "...), addr...)
	}
	return dst
}
