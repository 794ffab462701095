// SPDX-License-Identifier: Apache-2.0

// Package gssapi dissects the tokens of the Generic Security Service (RFC 2743, 3.1), which other protocols carry, and what the mechanisms in them are: SPNEGO (RFC 4178), Kerberos (RFC 4121)
// and NTLMSSP:
//
//	[APPLICATION 0] { mechanism OBJECT IDENTIFIER, token of the mechanism }      the first token of a context
//	[0] NegTokenInit { mechTypes [0], reqFlags [1], mechToken [2], mechListMIC [3] }
//	[1] NegTokenResp { negState [0], supportedMech [1], responseToken [2], mechListMIC [3] }
//	| identifier 2 | Kerberos message, or checksum, or what is wrapped            of Kerberos
//
// The later tokens of a context do not name their mechanism: it is known by their first bytes. Limits: 32 mechanisms. Not decoded: checksums, what is wrapped, NEGOEX and other mechanisms.
package gssapi

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/field"
)

// Protocol is the token as its carriers have it, SPNEGO and Kerberos the mechanisms. Carriers that Wireshark has no layer for call the Dissect of Protocol themselves.
var (
	Protocol = &dissect.Protocol{Name: "gss-api", Title: "GSS-API", Reference: "RFC 2743"}
	SPNEGO   = &dissect.Protocol{Name: "spnego", Title: "SPNEGO", Reference: "RFC 4178"}
	Kerberos = &dissect.Protocol{Name: "spnego-krb5", Title: "SPNEGO-KRB5", Reference: "RFC 4121"}
)

// The functions name each other's Protocols, which cannot name them back in their own values.
func init() { Protocol.Dissect, SPNEGO.Dissect, Kerberos.Dissect = token, negotiation, context }

var (
	fields     = field.Group("spnego")
	fMechanism = fields.Add("mech_type", field.Keyword, "spnego.MechType, gss-api.OID", "Object identifiers of the mechanisms that a client, or a server's hint, offers, the preferred one first: 1.2.840.113554.1.2.2 Kerberos, 1.3.6.1.4.1.311.2.2.10 NTLMSSP, …", field.Unique)
	fSupported = fields.Add("supported_mech", field.Keyword, "spnego.supportedMech", "Object identifier of the mechanism that the server takes")
	fResult    = fields.Add("neg_result", field.Uint8, "spnego.negResult", "State of the negotiation: 0 accept completed, 1 accept incomplete, 2 reject, 3 request MIC")
	fToken     = fields.Add("krb5_tok_id", field.Uint16, "spnego.krb5.tok_id", "Token of Kerberos: 0x0100 AP-REQ, 0x0200 AP-REP, 0x0300 error, 0x0404 MIC, 0x0504 wrap, …", field.Rare, field.Detail)
)

// Tags of the tokens.
const (
	tagInitial = 0x60 // [APPLICATION 0]
	tagOID     = 0x06
	tagOctets  = 0x04
	tagEnum    = 0x0a
	tagSeq     = 0x30
	tagInit    = 0xa0
	tagResp    = 0xa1
)

const maxMechanisms = 32

// Mechanisms by their object identifiers, in BER: Kerberos, Microsoft's of it, between two users, SPNEGO and NTLMSSP.
const (
	oidKerberos   = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
	oidMSKerberos = "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"
	oidUserToUser = oidKerberos + "\x03"
	oidSPNEGO     = "\x2b\x06\x01\x05\x05\x02"
	oidNTLMSSP    = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"
)

// of is who dissects a mechanism's tokens, nil when nobody does.
func of(oid []byte) *dissect.Protocol {
	switch string(oid) {
	case oidKerberos, oidMSKerberos, oidUserToUser:
		return Kerberos
	case oidSPNEGO:
		return SPNEGO
	case oidNTLMSSP:
		return ntlmssp.Protocol
	}
	return nil
}

// guess is who dissects a token by its first bytes, nil when they tell nothing.
func guess(b []byte) *dissect.Protocol {
	const signature = "\x01\x00\x00\x00" // of NTLMSSP
	switch {
	case len(b) < 2:
	case ntlmssp.Is(b) || bytes.HasPrefix(b, []byte(signature)):
		return ntlmssp.Protocol
	case b[0] == tagInit || b[0] == tagResp:
		return SPNEGO
	case b[0] == tagInitial || isMessage(b[0]) || (b[0] == 4 || b[0] == 5) && b[1] == 4: // the last two: checksum and wrapped (RFC 4121, 4.2.6)
		return Kerberos
	}
	return nil
}

// token dissects a token.
func token(p *dissect.Packet, b []byte, wire int) {
	if b[0] != tagInitial {
		p.Call(guess(b), b, wire)
		return
	}
	c := common.Read(p, b, wire)
	_, body := c.Element()
	oid := identifier(&body, fMechanism)
	mechanism := of(oid)
	if mechanism == Kerberos { // it reads the whole token
		p.Call(Kerberos, b, wire)
		return
	}
	p.Call(mechanism, body.B, body.Wire)
}

// identifier reads an OBJECT IDENTIFIER, writes it and returns its contents.
func identifier(c *common.Cursor, id field.ID) []byte {
	tag, v := c.Element()
	if c.Failed || v.Failed {
		return nil
	}
	if tag != tagOID {
		c.P.Bad()
		c.Failed = true
		return nil
	}
	var buf [64]byte
	oid := v.B
	if text := v.AppendOID(buf[:0]); len(text) > 0 {
		c.P.Out.Text(id, text)
	}
	return oid
}

// negotiation dissects a token of SPNEGO.
func negotiation(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	choice, body := c.Element()
	tag, seq := body.Element()
	if body.Failed || c.Failed {
		return
	}
	if choice != tagInit && choice != tagResp || tag != tagSeq {
		p.Bad()
		return
	}
	var mechanism *dissect.Protocol
	for seq.More() {
		tag, v := seq.Element()
		if seq.Failed {
			return
		}
		switch {
		case choice == tagInit && tag == 0xa0:
			mechanism = mechanisms(&v)
		case choice == tagResp && tag == 0xa0:
			if _, n := v.Element(); n.Wire == 1 {
				n.Uint8(fResult)
			}
		case choice == tagResp && tag == 0xa1:
			mechanism = of(identifier(&v, fSupported))
		case tag == 0xa2 || tag == 0xa3:
			// What the tag 3 of an init holds is a hint instead where it is a server's (MS-SPNG 2.2.1): no octets.
			if kind, inner := v.Element(); kind == tagOctets && inner.Wire > 0 {
				mechanism = carried(p, inner, mechanism)
			}
		}
	}
}

// mechanisms writes what is offered, and returns who dissects the first: a token that is sent with the offer is its.
func mechanisms(c *common.Cursor) (first *dissect.Protocol) {
	_, seq := c.Element()
	for n := 0; seq.More() && n < maxMechanisms; n++ {
		oid := identifier(&seq, fMechanism)
		if n == 0 {
			first = of(oid)
		}
	}
	return first
}

// carried hands on a token, or a checksum: to whose first bytes it has, else to the mechanism at hand.
func carried(p *dissect.Packet, c common.Cursor, mechanism *dissect.Protocol) *dissect.Protocol {
	if g := guess(c.B); g != nil && g != SPNEGO {
		mechanism = g
	}
	p.Call(mechanism, c.B, c.Wire)
	return mechanism
}

// context dissects a token of Kerberos: with its object identifier, or without (DCE, RFC 4757), and then maybe without an identifier of its own.
func context(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	if b[0] == tagInitial {
		_, c = c.Element()
		identifier(&c, fMechanism)
	}
	if c.Failed || len(c.B) == 0 {
		return
	}
	if !isMessage(c.B[0]) && c.Uint16(fToken)>>8 > 3 {
		return
	}
	if message := p.Registry.Named("kerberos"); message != nil && !c.Failed && len(c.B) > 0 && isMessage(c.B[0]) {
		message.Dissect(p, c.B, c.Wire) // no layer of its own, as in Wireshark
	}
}

// isMessage reports whether a tag is that of a Kerberos message that a context begins with: AP-REQ, AP-REP, TGT-REQ, TGT-REP or an error (RFC 4120, 5.10).
func isMessage(tag byte) bool {
	return tag == 0x6e || tag == 0x6f || tag == 0x70 || tag == 0x71 || tag == 0x7e
}
