// SPDX-License-Identifier: Apache-2.0

// Package bgp dissects the Border Gateway Protocol, version 4 (RFC 4271): messages of a TCP stream, several a segment or one over several.
//
//	0           16       18     19
//	| marker ff | length | type | message …
//
// OPEN with its capabilities (RFC 5492, extended: RFC 9072) is in open.go, UPDATE in update.go with the path attributes in attribute.go, for IPv4
// and IPv6 unicast and multicast (RFC 4760). ROUTE-REFRESH is RFC 2918 and RFC 7313, NOTIFICATION's text RFC 9003. A capture that starts inside a
// message is read from the next marker on. Whether AS numbers have 2 or 4 bytes and prefixes a path identifier (RFC 7911) is told from their
// form. Limits: 1024 attributes, AS numbers, communities or prefixes of a kind. Not decoded: other address families (VPN, EVPN, flow
// specifications, link state), outbound route filters, the values of most capabilities.
package bgp

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	markerLen, headerLen = 16, 19
)

// Message types.
const (
	typeOpen         = 1
	typeUpdate       = 2
	typeNotification = 3
	typeRefresh      = 5
	typeRefreshCisco = 128
)

// Cease, and its subcodes whose data are a text (RFC 9003).
const (
	cease         = 6
	ceaseShutdown = 2
	ceaseReset    = 4
)

var marker = bytes.Repeat([]byte{0xff}, markerLen)

// Protocol is BGP.
var Protocol = &dissect.Protocol{
	Name: "bgp", Title: "BGP", Reference: "RFC 4271", Application: true,
	TCPPorts: []uint16{179}, Begins: true,
	Summary: summary,
}

func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("bgp")
	fType    = fields.Add("type", field.Uint8, "bgp.type", "Type of each message: 1 OPEN, 2 UPDATE, 3 NOTIFICATION, 4 KEEPALIVE, 5 ROUTE-REFRESH")
	fLength  = fields.Add("length", field.Uint16, "bgp.length", "Length of each message, bytes", field.Rare, field.Detail)
	fMajor   = fields.Add("notify.major_error", field.Uint8, "bgp.notify.major_error", "Error of a NOTIFICATION: 1 header, 2 OPEN, 3 UPDATE, 4 hold timer, 5 state machine, 6 cease, 7 ROUTE-REFRESH")
	fMinor   = fields.Add("notify.minor_error", field.Uint8, "bgp.notify.minor_error, bgp.notify.minor_error_open, bgp.notify.minor_error_update, bgp.notify.minor_error_cease", "Subcode of a NOTIFICATION")
	fText    = fields.Add("notify.communication", field.Wildcard, "bgp.notify.communication", "Why the session was shut down, in the operator's words")
	fAFI     = fields.Add("route_refresh.afi", field.Uint16, "bgp.route_refresh.afi", "Address family of a ROUTE-REFRESH: 1 IPv4, 2 IPv6", field.Rare, field.Detail)
	fSubtype = fields.Add("route_refresh.subtype", field.Uint8, "bgp.route_refresh.subtype", "Subtype of a ROUTE-REFRESH: 0 request, 1 begin, 2 end", field.Rare, field.Detail)
	fSAFI    = fields.Add("route_refresh.safi", field.Uint8, "bgp.route_refresh.safi", "Subsequent address family of a ROUTE-REFRESH", field.Rare, field.Detail)
)

// stream takes one message off the front. All messages of a packet are one layer, as in Wireshark.
func stream(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
	if n := len(data); !bytes.Equal(data[:min(n, markerLen)], marker[:min(n, markerLen)]) {
		return resume(data)
	}
	if len(data) > markerLen && data[markerLen] == 0xff {
		return 1 // a byte of what came before that looks like the marker: no length starts so
	}
	if len(data) < headerLen {
		return 0
	}
	n := int(binary.BigEndian.Uint16(data[markerLen:]))
	if n >= headerLen && len(data) < n {
		return 0
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return max(n, headerLen)
	}
	p.Message(Protocol)
	c := common.Read(p, data[markerLen:max(n, headerLen)], max(n, headerLen)-markerLen)
	c.Uint16(fLength)
	kind := c.Uint8(fType)
	if n < headerLen {
		p.Bad()
		return len(data)
	}
	message(&c, kind)
	return n
}

// resume passes over bytes before the next marker, or before what may be the start of one.
func resume(data []byte) int {
	if i := bytes.Index(data, marker); i >= 0 {
		return i
	}
	n := len(data)
	for n > 0 && len(data)-n < markerLen && data[n-1] == 0xff {
		n--
	}
	return n
}

func message(c *common.Cursor, kind uint8) {
	switch kind {
	case typeOpen:
		open(c)
	case typeUpdate:
		update(c)
	case typeNotification:
		major, minor := c.Uint8(fMajor), c.Uint8(fMinor)
		if major == cease && (minor == ceaseShutdown || minor == ceaseReset) && c.More() {
			c.Text(fText, int(c.U8()))
		}
	case typeRefresh, typeRefreshCisco:
		c.Uint16(fAFI)
		c.Uint8(fSubtype)
		c.Uint8(fSAFI)
	}
}

var types = map[string]string{"1": "OPEN", "2": "UPDATE", "3": "NOTIFICATION", "4": "KEEPALIVE", "5": "ROUTE-REFRESH", "6": "CAPABILITY", "128": "ROUTE-REFRESH"}

func summary(dst []byte, v dissect.View) []byte { return common.Messages(dst, v, fType, types) }
