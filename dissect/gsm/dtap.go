// SPDX-License-Identifier: Apache-2.0

// Package gsm dissects the messages of layer 3 between mobile station and network (3GPP TS 24.007, 11.2.3; Wireshark's gsm_a.dtap): their header, and those of session
// management (TS 24.008, 9.5) up to the packets of PPP in them. Elements that other protocols carry, too, are in file element.go.
//
//	0                                                                       1 or 2
//	| transaction or skip indicator 4 bits, protocol discriminator 4 bits | message type | values … elements …
//
// The transaction is its sender's or the other's (1 bit), and a number of 3 bits; 7 says that the next byte holds it. Limits: 1024 elements. Not decoded: elements of
// mobility management, the SMS itself, protocols of circuit-switched calls.
package gsm

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol discriminators (TS 24.007, 11.2.3.1.1).
const (
	pdMobility = 0x8 // of GPRS
	pdSMS      = 0x9
	pdSession  = 0xa
)

const (
	maskPD   = 0x0f
	flagTI   = 0x80
	maskTIO  = 7
	extended = 7
	maskTIE  = 0x7f
)

// DTAP is the layer 3 of the A and Gb interfaces.
var DTAP = &dissect.Protocol{
	Name: "gsm_a.dtap", Title: "GSM DTAP", Reference: "3GPP TS 24.008", Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("gsm_a")
	fPD       = fields.Add("dtap.protocol_discriminator", field.Uint8, "gsm_a.dtap.protocol_discriminator", "Protocol: 8 mobility management, 9 SMS, 10 session management", field.Rare, field.Detail)
	fTIFlag   = fields.Add("dtap.ti_flag", field.Bool, "gsm_a.dtap.ti_flag", "The receiver began the transaction", field.Rare, field.Detail)
	fTIO      = fields.Add("dtap.tio", field.Uint8, "gsm_a.dtap.tio, gsm_a.dtap.tie", "Transaction identifier", field.Rare, field.Detail)
	fMobility = fields.Add("dtap.msg_gmm_type", field.Uint8, "gsm_a.dtap.msg_gmm_type", "Message of mobility management: 1 attach request, 5 detach request, 8 routing area update request")
	fSMS      = fields.Add("dtap.msg_sms_type", field.Uint8, "gsm_a.dtap.msg_sms_type", "Message of SMS: 1 data, 4 acknowledgement, 16 error")
	fSession  = fields.Add("dtap.msg_sm_type", field.Uint8, "gsm_a.dtap.msg_sm_type", "Message of session management: 0x41 activate PDP context request, 0x42 accept, 0x43 reject, 0x46 deactivate request")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	first := c.U8()
	pd := first & maskPD
	p.Out.Uint(fPD, uint64(pd))
	switch pd {
	case pdMobility:
		c.Uint8(fMobility)
	case pdSMS:
		transaction(&c, first)
		c.Uint8(fSMS)
	case pdSession:
		transaction(&c, first)
		session(&c)
	}
}

// transaction writes the transaction identifier of first, the header's first byte, and of the next where that extends it.
func transaction(c *common.Cursor, first uint8) {
	c.P.Out.Bool(fTIFlag, first&flagTI != 0)
	id := first >> 4 & maskTIO
	if id == extended {
		if id = c.U8() & maskTIE; c.Failed {
			return
		}
	}
	c.P.Out.Uint(fTIO, uint64(id))
}

var (
	mobilityNames = map[uint64]string{
		0x01: "Attach Request", 0x02: "Attach Accept", 0x03: "Attach Complete", 0x04: "Attach Reject", 0x05: "Detach Request", 0x06: "Detach Accept",
		0x08: "Routing Area Update Request", 0x09: "Routing Area Update Accept", 0x0a: "Routing Area Update Complete", 0x0b: "Routing Area Update Reject",
		0x0c: "Service Request", 0x0d: "Service Accept", 0x0e: "Service Reject", 0x10: "P-TMSI Reallocation Command", 0x11: "P-TMSI Reallocation Complete",
		0x12: "Authentication and Ciphering Req", 0x13: "Authentication and Ciphering Resp", 0x14: "Authentication and Ciphering Rej", 0x15: "Identity Request",
		0x16: "Identity Response", 0x1c: "Authentication and Ciphering Failure", 0x20: "GMM Status", 0x21: "GMM Information",
	}
	smsNames = map[uint64]string{0x01: "CP-DATA", 0x04: "CP-ACK", 0x10: "CP-ERROR"}
)

func summary(dst []byte, v dissect.View) []byte {
	if kind, ok := v.Uint(fSession); ok {
		return name(append(dst, "(SM) "...), kind, messages[uint8(kind)].name)
	}
	if kind, ok := v.Uint(fMobility); ok {
		return name(append(dst, "(GMM) "...), kind, mobilityNames[kind])
	}
	if kind, ok := v.Uint(fSMS); ok {
		return name(append(dst, "(SMS) "...), kind, smsNames[kind])
	}
	dst, _ = v.Text(append(dst, "Protocol "...), fPD)
	return dst
}

func name(dst []byte, kind uint64, known string) []byte {
	if known != "" {
		return append(dst, known...)
	}
	return strconv.AppendUint(append(dst, "Message "...), kind, 10)
}
