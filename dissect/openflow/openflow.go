// SPDX-License-Identifier: Apache-2.0

// Package openflow dissects the messages of OpenFlow between a switch and its controller (ONF, OpenFlow Switch Specification 1.0 to 1.5).
//
//	0         1      2        4                8
//	| version | type | length | transaction id | body …
//
// Not decoded: matches, actions, statistics, the packets within PACKET_IN and PACKET_OUT.
package openflow

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 8
	maxVersion = 6
	// maxHello is the longest first message that is told by its bytes: a list of versions.
	maxHello = 64
)

// Types, which all versions number so.
const (
	typeHello         = 0
	typeError         = 1
	typeEchoRequest   = 2
	typeEchoReply     = 3
	typeFeatures      = 5
	typeFeaturesReply = 6
	typeConfig        = 7
	typeConfigReply   = 8
	typeMax           = 35
)

// Protocol is what all versions have in common.
var Protocol = &dissect.Protocol{
	Name: "openflow", Title: "OpenFlow", Reference: "ONF OpenFlow 1.5", Application: true,
	TCPPorts: []uint16{6633, 6653},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// V10, V13, V14 and V15 are the layers of the versions that Wireshark tells apart.
var (
	V10 = versionOf("openflow_v1", "OpenFlow 1.0")
	V13 = versionOf("openflow_v4", "OpenFlow 1.3")
	V14 = versionOf("openflow_v5", "OpenFlow 1.4")
	V15 = versionOf("openflow_v6", "OpenFlow 1.5")
)

func versionOf(name, title string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Title: "OpenFlow", Reference: "ONF " + title, Summary: summary}
}

var versions = [maxVersion + 1]*dissect.Protocol{1: V10, 4: V13, 5: V14, 6: V15}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("openflow")
	fVersion  = fields.Add("version", field.Uint8, "openflow.version", "Version on the wire: 1 is OpenFlow 1.0, 4 is 1.3, 5 is 1.4, 6 is 1.5", field.Rare)
	fType     = fields.Add("type", field.Keyword, "openflow_1_0.type, openflow_v4.type, openflow_v5.type, openflow_v6.type", "Type of each message: HELLO, PACKET_IN, FLOW_MOD, …; the number of those without a name")
	fLength   = fields.Add("length", field.Uint16, "openflow.length", "Length of each message, bytes", field.Rare, field.Detail)
	fXID      = fields.Add("xid", field.Uint32, "openflow.xid", "Transaction id, which a reply repeats", field.Rare, field.Detail)
	fDatapath = fields.Add("datapath_id", field.Hex, "openflow.datapath_id", "Id of the switch, in its features")
	fErrType  = fields.Add("error.type", field.Uint16, "openflow.error_type", "Type of an error", field.Rare)
	fErrCode  = fields.Add("error.code", field.Uint16, "openflow.error_code", "Code of an error", field.Rare, field.Detail)
)

// accept says what may be a message.
func accept(b []byte) bool {
	return len(b) > 0 && b[0] > 0 && b[0] <= maxVersion && (len(b) < 2 || b[1] <= typeMax) &&
		(len(b) < 4 || binary.BigEndian.Uint16(b[2:]) >= headerLen)
}

// guess recognises the HELLO that begins a connection.
func guess(b []byte) bool {
	return len(b) >= headerLen && len(b) <= maxHello && accept(b) && b[1] == typeHello && int(binary.BigEndian.Uint16(b[2:])) == len(b) && hello(b)
}

// hello looks at the first element of a HELLO, which must be the list of versions; that of 1.0 has none. Versions between are left to their port: what
// begins with 3 may be TPKT.
func hello(b []byte) bool {
	const listOfVersions, elementLen = 1, 8
	if len(b) == headerLen {
		return b[0] == oldestRenamed
	}
	return len(b) >= headerLen+elementLen && binary.BigEndian.Uint16(b[headerLen:]) == listOfVersions && int(binary.BigEndian.Uint16(b[headerLen+2:])) <= len(b)-headerLen
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	switch {
	case len(data) == 0:
		return 0
	case !accept(data) || unasked(p, c):
		return dissect.Reject
	case len(data) < headerLen:
		return 0
	}
	n := int(binary.BigEndian.Uint16(data[2:]))
	if len(data) < n && !p.Truncated {
		return 0
	}
	if p.Push(Protocol) {
		c.AppState = known{}
		message(p, c, data[:min(n, len(data))], n)
	}
	return n
}

// known is the state of a conversation that had a message.
type known struct{}

// unasked reports whether tshark does not look at what a controller sends on the old port before its switch has spoken.
func unasked(p *dissect.Packet, c *dissect.Conversation) bool {
	const oldPort = 6633
	return p.Options.Wireshark && p.Core.Source.Port == oldPort && c.AppState == nil
}

func message(p *dissect.Packet, c *dissect.Conversation, b []byte, wire int) {
	p.Message(Protocol)
	version, kind, xid := b[0], b[1], binary.BigEndian.Uint32(b[4:])
	o := p.Out
	if version == oldestRenamed || !p.Options.Wireshark { // tshark has fields of their own for that of the others
		o.Uint(fVersion, uint64(version))
	}
	if name := nameOf(version, kind); name != "" {
		o.String(fType, name)
	} else {
		common.Uint(o, fType, uint64(kind))
	}
	o.Uint(fLength, uint64(wire)) //nolint:gosec // 16 bits
	o.Uint(fXID, uint64(xid))
	if v := versions[version]; v != nil && !p.Push(v) {
		return
	}
	r := common.Read(p, b[headerLen:], wire-headerLen)
	switch kind {
	case typeError:
		r.Uint16(fErrType)
		r.Uint16(fErrCode)
		common.Response(p, c, uint64(xid))
	case typeFeaturesReply:
		r.Hex(fDatapath, 8)
		common.Response(p, c, uint64(xid))
	case typeEchoRequest, typeFeatures, typeConfig:
		common.Request(p, c, uint64(xid))
	case typeEchoReply, typeConfigReply:
		common.Response(p, c, uint64(xid))
	default:
		switch question := asks(version, kind); {
		case question:
			common.Request(p, c, uint64(xid))
		case kind > 0 && asks(version, kind-1):
			common.Response(p, c, uint64(xid))
		}
	}
}
