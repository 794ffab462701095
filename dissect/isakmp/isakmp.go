// SPDX-License-Identifier: Apache-2.0

// Package isakmp dissects the header of the Internet Key Exchange: ISAKMP and IKEv1 (RFC 2408, RFC 2409), IKEv2 (RFC 7296).
//
//	0               8               16             17        18         19      20           24       28
//	| initiator SPI | responder SPI | next payload | version | exchange | flags | message ID | length | payloads …
//
// Over port 4500 package udpencap finds it behind a marker. Limits: 64 payloads. Not decoded: payloads but for certificates; what is encrypted; over TCP
// (RFC 8229).
package isakmp

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/x509"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 28
	major1    = 1
	major2    = 2
)

// Protocol is ISAKMP or IKE.
var Protocol = &dissect.Protocol{
	Name: "isakmp", Title: "ISAKMP", Reference: "RFC 7296", Application: true, UDPPorts: []uint16{500}, Dissect: decode, Summary: summary,
}

var (
	fields     = field.Group("isakmp")
	fInitiator = fields.Add("ispi", field.Hex, "isakmp.ispi", "Initiator's security parameters index")
	fResponder = fields.Add("rspi", field.Hex, "isakmp.rspi", "Responder's security parameters index; zeros in the first message")
	fNext      = fields.Add("nextpayload", field.Uint8, "isakmp.nextpayload", "Type of the first payload", field.Rare, field.Detail)
	fVersion   = fields.Add("version", field.Uint8, "isakmp.version", "Version: 16 is 1.0, 32 is 2.0")
	fExchange  = fields.Add("exchangetype", field.Uint8, "isakmp.exchangetype", "Exchange: 2 main mode, 4 aggressive, 5 informational, 32 quick; 34 IKE_SA_INIT, 35 IKE_AUTH, 36 CREATE_CHILD_SA, 37 INFORMATIONAL")
	fFlags     = fields.Add("flags", field.Uint8, "isakmp.flags", "Flags", field.Rare)
	fMessage   = fields.Add("messageid", field.Uint32, "isakmp.messageid", "Message ID", field.Rare)
	fLength    = fields.Add("length", field.Uint32, "isakmp.length", "Length of the message, bytes", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	// Something else speaks on its port, or a keep-alive was sent to it.
	if wire < headerLen || len(b) >= headerLen && binary.BigEndian.Uint32(b[24:]) < headerLen {
		p.Pop()
		return
	}
	p.Message(p.Top())
	if !p.Need(b, wire, headerLen) {
		return
	}
	p.Out.Bytes(fInitiator, b[:8])
	p.Out.Bytes(fResponder, b[8:16])
	p.Out.Uint(fNext, uint64(b[16]))
	p.Out.Uint(fVersion, uint64(b[17]))
	if major := b[17] >> 4; major != major1 && major != major2 {
		return // what the rest means is not known
	}
	p.Out.Uint(fExchange, uint64(b[18]))
	p.Out.Uint(fFlags, uint64(b[19]))
	p.Out.Uint(fMessage, uint64(binary.BigEndian.Uint32(b[20:])))
	n := binary.BigEndian.Uint32(b[24:])
	p.Out.Uint(fLength, uint64(n))
	payloads(p, b[16], b[19], common.Read(p, b[headerLen:], min(wire, int(n))-headerLen))
}

// Payloads (RFC 2408, 3.1; RFC 7296, 3.2 and 3.6), and the flag of IKEv1 that says that they are encrypted.
const (
	certificate1, certificate2 = 6, 37
	encrypted2, fragment2      = 46, 53
	flagEncrypted              = 1
	payloadHeader              = 4
	signatureX509, exchange509 = 4, 5 // encodings of certificates
	maxPayloads                = 64
)

// payloads looks for certificates in the chain of payloads.
func payloads(p *dissect.Packet, kind, flags uint8, c common.Cursor) {
	if flags&flagEncrypted != 0 {
		return
	}
	for n := 0; n < maxPayloads && kind != 0 && kind != encrypted2 && kind != fragment2 && len(c.B) >= payloadHeader; n++ {
		next := c.U8()
		c.Skip(1)
		length := int(c.U16()) - payloadHeader
		if length < 0 || length > len(c.B) {
			return // the rest says nothing
		}
		v := c.Bytes(length)
		if (kind == certificate1 || kind == certificate2) && len(v) > 1 && (v[0] == signatureX509 || v[0] == exchange509) {
			x509.Certificate(p, v[1:], nil)
		}
		kind = next
	}
}

// exchanges are IANA's names.
var exchanges = map[uint64]string{0: "None", 1: "Base", 2: "Identity Protection (Main Mode)", 3: "Authentication Only", 4: "Aggressive", 5: "Informational",
	6: "Transaction (Config Mode)", 32: "Quick Mode", 33: "New Group Mode", 34: "IKE_SA_INIT", 35: "IKE_AUTH", 36: "CREATE_CHILD_SA", 37: "INFORMATIONAL",
	38: "IKE_SESSION_RESUME", 43: "IKE_INTERMEDIATE", 44: "IKE_FOLLOWUP_KE"}

func summary(dst []byte, v dissect.View) []byte {
	t, ok := v.Uint(fExchange)
	switch name := exchanges[t]; {
	case !ok:
		return append(dst, "Unknown version"...)
	case name != "":
		return append(dst, name...)
	}
	return strconv.AppendUint(append(dst, "Exchange "...), t, 10)
}
