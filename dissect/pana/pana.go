// SPDX-License-Identifier: Apache-2.0

// Package pana dissects PANA, which carries authentication for network access (RFC 5191).
//
//	0          2        4       6      8                    12                16
//	| reserved | length | flags | type | session identifier | sequence number | AVPs: code 2, flags 2, length 2, reserved 2, vendor 4 if flagged, value
//
// The EAP packet of an EAP-Payload is dissected as a layer. Limits: 1024 AVPs. Not decoded: the values of other AVPs than results and lifetimes.
package pana

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 16
	// flagVendor says that an AVP's vendor precedes its value.
	flagVendor = 0x8000
	// AVP codes (RFC 5191, 8).
	avpEAP, avpResult, avpLifetime = 2, 7, 8
)

// Protocol is PANA.
var Protocol = &dissect.Protocol{
	Name: "pana", Title: "PANA", Reference: "RFC 5191", Application: true,
	UDPPorts: []uint16{716},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("pana")
	fLength   = fields.Add("length", field.Uint16, "pana.length", "Length, bytes", field.Rare, field.Detail)
	fFlags    = fields.Add("flags", field.Uint16, "pana.flags", "Flags: 0x8000 request, 0x4000 start, 0x2000 complete, 0x1000 re-authentication, 0x0800 ping, 0x0400 address to be changed", field.Rare, field.Detail)
	fType     = fields.Add("type", field.Uint16, "pana.type", "Message: 1 client initiation, 2 authentication, 3 termination, 4 notification")
	fSession  = fields.Add("sid", field.Uint32, "pana.sid", "Session identifier")
	fSequence = fields.Add("seq", field.Uint32, "pana.seq", "Sequence number", field.Rare, field.Detail)
	fAVP      = fields.Add("avp.code", field.Uint16, "pana.avp.code", "Codes of the AVPs in order", field.List, field.Rare, field.Detail)
	fResult   = fields.Add("result_code", field.Uint32, "", "Result: 0 success, 1 authentication rejected, 2 authorization rejected", field.Rare, field.Detail)
	fLifetime = fields.Add("session_lifetime", field.Uint32, "", "Lifetime of the session, seconds", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if wire < headerLen { // something else speaks on its port
		p.Pop()
		return
	}
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	c.Skip(2)
	n := int(c.Uint16(fLength))
	c.Uint16(fFlags)
	c.Uint16(fType)
	c.Uint32(fSession)
	c.Uint32(fSequence)
	body := c.Sub(n - headerLen)
	for n := 0; body.More() && n < common.MaxItems; n++ {
		avp(&body)
	}
}

func avp(c *common.Cursor) {
	code, flags, n := c.Uint16(fAVP), c.U16(), int(c.U16())
	c.Skip(2)
	if flags&flagVendor != 0 {
		c.Skip(4)
	}
	v := c.Sub(n)
	if pad := -n & 3; pad <= c.Wire {
		c.Skip(pad)
	}
	if v.Failed || flags&flagVendor != 0 {
		return
	}
	switch code {
	case avpEAP:
		c.P.CallName("eap", v.B, v.Wire)
	case avpResult:
		v.Uint32(fResult)
	case avpLifetime:
		v.Uint32(fLifetime)
	}
}

// messages are IANA's names of the types.
var messages = map[uint64]string{1: "Client-Initiation", 2: "Auth", 3: "Termination", 4: "Notification"}

func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fType)
	name := messages[kind]
	if name == "" {
		dst, _ = v.Text(append(dst, "Type "...), fType)
		return dst
	}
	return append(append(dst, "PANA-"...), name...)
}
