// SPDX-License-Identifier: Apache-2.0

// Package dhcpv6 dissects the Dynamic Host Configuration Protocol for IPv6 (RFC 8415, options of its successors).
//
//	0      1              4                 0      1           2              18             34
//	| type | transaction  | options …       | type | hop count | link address | peer address | options …     (relays)
//
// Options and relayed messages are read depth first. dhcpv6.fingerprint is the list of options that a client asks for, in order, which tells systems
// apart. Limits: 1024 options a message, 8 relays (RFC 8415, 7.6) and options in 8 others. Not decoded: vendors' options but for their vendor,
// authentication, bulk lease queries over TCP (RFC 5460), failover (RFC 8156).
package dhcpv6

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
	headerLen      = 4
	relayHeaderLen = 34
	// maxDepth bounds messages within messages and options within options.
	maxDepth = 16
	// repetition is how long after a message the same number asks for the same, nanoseconds: a relay's copy, or the first retransmissions
	// (RFC 8415, 7.6).
	repetition = int64(5 * time.Second)
)

// Types of messages (RFC 8415, 7.3).
const (
	solicit     = 1
	advertise   = 2
	reply       = 7
	reconfigure = 10
	relayForw   = 12
	relayRepl   = 13
	leaseReply  = 15
	lastType    = 37
)

// Protocol is DHCPv6.
var Protocol = &dissect.Protocol{
	Name: "dhcpv6", Title: "DHCPv6", Reference: "RFC 8415", Application: true,
	UDPPorts: []uint16{546, 547},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields = field.Group("dhcpv6")
	fType  = fields.Add("msgtype", field.Uint8, "dhcpv6.msgtype", "Types of the message and, of a relay's, of those within: 1 solicit, 2 advertise, 3 request, 4 confirm, 5 renew, 6 rebind, 7 reply, 8 release, 9 decline, 11 information request, 12 and 13 relay, …")
	fXID   = fields.Add("xid", field.Uint32, "dhcpv6.xid", "Transaction identifier")
	fHops  = fields.Add("hopcount", field.Uint8, "dhcpv6.hopcount", "Relays passed", field.Rare, field.Detail)
	fLink  = fields.Add("linkaddr", field.IP, "dhcpv6.linkaddr", "Address of a relay on the link of the client")
	fPeer  = fields.Add("peeraddr", field.IP, "dhcpv6.peeraddr", "Where a relay got the message from, or is to send it")
)

// message is what the options are read with.
type message struct {
	p      *dissect.Packet
	client uint32 // checksum of the client's DUID
	xid    uint32
	kind   uint8
	items  int
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	m := message{p: p, items: common.MaxItems}
	m.message(common.Read(p, b, wire), 0)
	m.transaction()
}

// message reads one message, which ends where c does.
func (m *message) message(c common.Cursor, depth int) {
	if m.kind = c.Uint8(fType); c.Failed {
		return
	}
	if m.kind == relayForw || m.kind == relayRepl {
		c.Uint8(fHops)
		c.IP(fLink, 16)
		c.IP(fPeer, 16)
	} else if m.xid = c.U24(); !c.Failed {
		m.p.Out.Uint(fXID, uint64(m.xid))
	}
	m.options(c, depth)
}

// transaction ties replies to requests by number and client: the addresses change on the way, and several servers may answer.
func (m *message) transaction() {
	switch m.kind {
	case 0, reconfigure, relayForw, relayRepl: // a reconfiguration begins an exchange of its own, of which nothing is the answer
		return
	}
	c := m.p.State.Exchange(m.p, Protocol, netip.Addr{}, uint64(m.client)<<32|uint64(m.xid))
	switch m.kind {
	case advertise, reply, leaseReply:
		common.AnyResponse(m.p, c, 0)
	default:
		common.Repeatable(m.p, c, 0, repetition)
	}
}

// guess recognises a message by its options, which fill it and name the client or the server by a sound DUID.
func guess(b []byte) bool {
	if !accept(b) || len(b) < headerLen {
		return false
	}
	var sound bool
	at := headerLen
	if b[0] == relayForw || b[0] == relayRepl {
		at = relayHeaderLen
	}
	n := 0
	for ; at+4 <= len(b) && n < maxDepth; n++ {
		code, length := binary.BigEndian.Uint16(b[at:]), int(binary.BigEndian.Uint16(b[at+2:]))
		if at += 4; code == 0 || code > lastOption || at+length > len(b) {
			return false
		}
		switch v := b[at : at+length]; code {
		case clientID, serverID:
			sound = length > 4 && v[0] == 0 && v[1] >= duidLLT && v[1] <= duidUUID
		case relayMessage:
			sound = accept(v)
		}
		at += length
	}
	return sound && (at == len(b) || n == maxDepth)
}

// accept says what may be a message on DHCPv6's ports.
func accept(b []byte) bool { return len(b) == 0 || b[0] >= solicit && b[0] <= lastType }

// digest tells clients apart.
func digest(duid []byte) uint32 { return crc32.ChecksumIEEE(duid) }

var kinds = [...]string{1: "Solicit", 2: "Advertise", 3: "Request", 4: "Confirm", 5: "Renew", 6: "Rebind", 7: "Reply", 8: "Release", 9: "Decline", 10: "Reconfigure",
	11: "Information-request", 12: "Relay-forw", 13: "Relay-reply", 14: "Leasequery", 15: "Leasequery-reply"}

// summary reads "Relay-forw, Solicit XID: 0x1008 2001:db8::1".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fType, func(t []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		if kind, _ := strconv.Atoi(string(t)); kind < len(kinds) && kinds[kind] != "" {
			dst = append(dst, kinds[kind]...)
		} else {
			dst = append(append(dst, "Message type "...), t...)
		}
	})
	if xid, ok := v.Uint(fXID); ok {
		dst = strconv.AppendUint(append(dst, " XID: 0x"...), xid, 16)
	}
	v.All(fAddr, func(addr []byte) { dst = append(append(dst, ' '), addr...) })
	return dst
}
