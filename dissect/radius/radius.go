// SPDX-License-Identifier: Apache-2.0

// Package radius dissects RADIUS: authentication (RFC 2865), accounting (RFC 2866), dynamic authorization (RFC 5176).
//
//	0      1            2        4               20
//	| code | identifier | length | authenticator | attributes: type 1, length 1, value
//
// The EAP packet that EAP-Message attributes carry in pieces (RFC 3579, 3.1) is dissected as a layer. Limits: 1024 attributes. Not decoded: vendors'
// attributes but for their vendor, extended types (RFC 6929), RADIUS over TCP and TLS; authenticators are not verified.
package radius

import (
	"encoding/binary"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 20
	// repetition is how long after a request its identifier asks for the same, nanoseconds: access servers repeat it every few seconds (RFC 5080, 2.2.1).
	repetition = int64(10 * time.Second)
)

// Codes (IANA, RADIUS Types).
const (
	accessRequest     = 1
	accountingRequest = 4
	statusServer      = 12
	disconnectRequest = 40
	changeRequest     = 43
)

// Protocol is RADIUS.
var Protocol = &dissect.Protocol{
	Name: "radius", Title: "RADIUS", Reference: "RFC 2865", Application: true,
	UDPPorts: []uint16{1645, 1646, 1700, 1812, 1813, 3799},
	GuessUDP: guess, AcceptUDP: accept,
	Dissect: decode,
	Summary: summary,
}

var (
	fields   = field.Group("radius")
	fCode    = fields.Add("code", field.Uint8, "radius.code", "Code: 1 access request, 2 accept, 3 reject, 4 accounting request, 5 response, 11 challenge, 40 disconnect request, 43 change of authorization, …")
	fID      = fields.Add("id", field.Uint8, "radius.id", "Identifier that pairs a response with its request", field.Rare)
	fLength  = fields.Add("length", field.Uint16, "radius.length", "Length, bytes", field.Rare, field.Detail)
	fType    = fields.Add("avp.type", field.Uint8, "radius.avp.type", "Types of the attributes in order", field.List, field.Rare)
	fVendor  = fields.Add("avp.vendor_id", field.Uint32, "radius.avp.vendor_id", "Vendor of each vendor-specific attribute", field.Rare)
	answered = common.NewAnswered(fields, "radius", "req_frame")
)

// accept says what may be a message on RADIUS' ports.
func accept(b []byte) bool { return len(b) < 4 || binary.BigEndian.Uint16(b[2:]) >= headerLen }

// guess recognises a message by its code and by attributes that fill it, a user's, a server's or a session's among them.
func guess(b []byte) bool {
	const identifies = 1<<1 | 1<<4 | 1<<18 | 1<<24 | 1<<32 | 1<<40 | 1<<44 // User-Name, NAS-IP-Address, Reply-Message, State, NAS-Identifier, Acct-Status-Type, Acct-Session-Id
	if len(b) <= headerLen || names[uint64(b[0])] == "" || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		return false
	}
	found := false
	for b = b[headerLen:]; len(b) > 0; b = b[b[1]:] {
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) || b[0] == 0 {
			return false
		}
		found = found || uint64(identifies)>>b[0]&1 == 1
	}
	return found
}

func decode(p *dissect.Packet, b []byte, wire int) {
	self := p.Top()
	p.Message(self)
	c := common.Read(p, b, wire)
	code, id := c.Uint8(fCode), c.Uint8(fID)
	n := int(c.Uint16(fLength))
	c.Skip(headerLen - 4)
	if c.Failed {
		return
	}
	transaction(p, code, id)
	body := c.Sub(n - headerLen) // what follows is padding
	var eap message
	for n := 0; body.More() && n < common.MaxItems; n++ {
		attribute(&body, &eap)
	}
	if eap.wire > 0 {
		p.CallName("eap", eap.b, eap.wire)
		p.Core.Headline = self.Headline() // the packet is about RADIUS all the same
	}
}

// transaction ties a response to its request. Requests of several servers and clients stand apart by their conversations.
func transaction(p *dissect.Packet, code, id uint8) {
	switch code {
	case accessRequest, accountingRequest, statusServer, disconnectRequest, changeRequest:
		common.Repeatable(p, p.Conversation, uint64(id), repetition)
	default:
		answered.Response(p, p.Conversation, uint64(id))
	}
}

// names are IANA's of the codes.
var names = map[uint64]string{1: "Access-Request", 2: "Access-Accept", 3: "Access-Reject", 4: "Accounting-Request", 5: "Accounting-Response", 11: "Access-Challenge",
	12: "Status-Server", 13: "Status-Client", 40: "Disconnect-Request", 41: "Disconnect-ACK", 42: "Disconnect-NAK", 43: "CoA-Request", 44: "CoA-ACK", 45: "CoA-NAK"}

func summary(dst []byte, v dissect.View) []byte {
	code, _ := v.Uint(fCode)
	if name := names[code]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Code "...), fCode)
	}
	if text, ok := v.Text(append(dst, ", user "...), fUser); ok {
		dst = text
	}
	return dst
}
