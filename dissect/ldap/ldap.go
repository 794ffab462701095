// SPDX-License-Identifier: Apache-2.0

// Package ldap dissects the Lightweight Directory Access Protocol, version 3 (RFC 4511), over TCP, and over UDP, where it is CLDAP:
//
//	LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE { bindRequest [APPLICATION 0], … }, controls [0] OPTIONAL }
//
// The messages of a packet are one layer, as in Wireshark. Filters are written as RFC 4515 has them. After StartTLS (RFC 4513, 3.1.1) the conversation is
// handed over to TLS. The tokens of GSS-API, SPNEGO and NTLMSSP in a bind are layers; what their security layer wraps is dissected where it is not
// encrypted (RFC 4121, 4.2.6.2), else counted. Limits: messages of 64 KiB are waited for, of larger ones the beginning is dissected; filters of 1 KiB of text and
// 32 levels; 128 attributes a message, 32 controls. Not decoded: values of attributes, controls and extended operations, referrals.
package ldap

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/field"
)

// Protocol is LDAP, CLDAP its form over UDP.
var (
	Protocol = &dissect.Protocol{
		Name: "ldap", Title: "LDAP", Reference: "RFC 4511", Application: true,
		TCPPorts: []uint16{389, 3268},
		GuessTCP: guess, AcceptTCP: accept,
		Summary: summary,
	}
	CLDAP = &dissect.Protocol{
		Name: "cldap", Title: "CLDAP", Reference: "MS-ADTS 6.3.3", Application: true,
		UDPPorts: []uint16{389},
		Summary:  summary,
	}
)

// The functions name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Stream, CLDAP.Dissect = stream, datagram }

var (
	fields     = field.Group("ldap")
	fID        = fields.Add("message_id", field.Int64, "ldap.messageID", "Identifier of each message, of request and response", field.Rare)
	fOp        = fields.Add("protocol_op", field.Uint8, "ldap.protocolOp", "Operation of each message: 0 bindRequest, 1 bindResponse, 2 unbindRequest, 3 searchRequest, 4 searchResEntry, 5 searchResDone, …, 23 extendedReq, 24 extendedResp")
	fName      = fields.Add("name", field.Keyword, "ldap.name", "Name that a bind is for")
	fSimple    = fields.Add("simple", field.Keyword, "ldap.simple", "Password of a bind", field.Secret, field.Rare)
	fMechanism = fields.Add("mechanism", field.Keyword, "ldap.mechanism", "SASL mechanism of a bind: GSS-SPNEGO, GSSAPI, EXTERNAL, PLAIN, …")
	fBase      = fields.Add("base_object", field.Keyword, "ldap.baseObject", "Base of a search")
	fScope     = fields.Add("scope", field.Keyword, "ldap.scope", "Scope of a search: baseObject, singleLevel, wholeSubtree, subordinateSubtree", field.Rare)
	fFilter    = fields.Add("filter", field.Wildcard, "", "Filter of a search, as text (RFC 4515)")
	fObject    = fields.Add("object", field.Keyword, "ldap.objectName, ldap.object, ldap.entry, ldap.delRequest", "Distinguished name of an entry that is found, changed, added, deleted, renamed or compared")
	fAttribute = fields.Add("attribute", field.Keyword, "ldap.type, ldap.AttributeDescription, ldap.attributeDesc", "Names of attributes that are asked for, found, changed or compared", field.Unique)
	fRequest   = fields.Add("request_name", field.Keyword, "ldap.requestName", "OID of an extended request")
	fResult    = fields.Add("result_code", field.Uint32, "ldap.resultCode", "Result of an operation: 0 success, 49 invalid credentials, …")
	fResults   = fields.Add("result", field.Keyword, "", "Result of an operation by its name: success, noSuchObject, invalidCredentials, …; a number where it has none", field.Rare)
	fWrapped   = fields.Add("sasl_bytes", field.Uint32, "ldap.sasl_buffer_length", "Length of a buffer of the SASL security layer, bytes", field.Rare)

	fVersion = fields.Add("version", field.Uint8, "ldap.version", "Version that a bind asks for", field.Rare, field.Detail)
	fError   = fields.Add("error_message", field.Keyword, "ldap.errorMessage", "What the server says of a result", field.Rare, field.Detail)
	fMatched = fields.Add("matched_dn", field.Keyword, "ldap.matchedDN", "How much of a name there is", field.Rare, field.Detail)
	fNewRDN  = fields.Add("newrdn", field.Keyword, "ldap.newrdn", "New name of an entry", field.Rare, field.Detail)
	fControl = fields.Add("control_type", field.Keyword, "ldap.controlType", "OIDs of controls", field.Rare, field.Detail)
)

// Operations: tags of the class APPLICATION.
const (
	opBindRequest     = 0
	opBindResponse    = 1
	opUnbindRequest   = 2
	opSearchRequest   = 3
	opSearchEntry     = 4
	opModify          = 6
	opAdd             = 8
	opDelete          = 10
	opModifyDN        = 12
	opCompare         = 14
	opAbandonRequest  = 16
	opSearchReference = 19
	opExtendedRequest = 23
	opIntermediate    = 25
)

// maxSummed bounds the messages that a summary names.
const maxSummed = 8

var names = map[string]string{"0": "bindRequest", "1": "bindResponse", "2": "unbindRequest", "3": "searchRequest", "4": "searchResEntry", "5": "searchResDone", "6": "modifyRequest",
	"7": "modifyResponse", "8": "addRequest", "9": "addResponse", "10": "delRequest", "11": "delResponse", "12": "modDNRequest", "13": "modDNResponse", "14": "compareRequest",
	"15": "compareResponse", "16": "abandonRequest", "19": "searchResRef", "23": "extendedReq", "24": "extendedResp", "25": "intermediateResponse"}

// isRequest tells requests that are answered from responses.
func isRequest(op byte) bool {
	switch op {
	case opBindRequest, opSearchRequest, opModify, opAdd, opDelete, opModifyDN, opCompare, opExtendedRequest:
		return true
	}
	return false
}

// accept is asked on LDAP's own ports, where a capture may begin within a security layer, and messages may come in pieces.
func accept(data []byte) bool {
	if _, ok := wrapped(data); ok {
		return true
	}
	if data[0] != tagSequence {
		return false
	}
	_, header, ok := lengths(data)
	if !ok {
		return len(data) < maxHeader
	}
	body := data[header:]
	if len(body) < maxHeader+2 {
		return len(body) == 0 || body[0] == tagInteger
	}
	_, _, _, ok = envelope(data)
	return ok
}

// guess takes a bind request of version 2 or 3, or an extended request, that fill their message.
func guess(data []byte) bool {
	_, op, rest, ok := envelope(data)
	if !ok {
		return false
	}
	switch op {
	case opBindRequest:
		return len(rest) > 4 && rest[0] == tagInteger && rest[1] == 1 && (rest[2] == 2 || rest[2] == 3) && rest[3] == tagOctets
	case opExtendedRequest:
		return len(rest) > 4 && rest[0] == tagRequestName && rest[2] == '1' && rest[3] == '.'
	}
	return false
}

// datagram is CLDAP: messages, one behind the other.
func datagram(p *dissect.Packet, b []byte, wire int) {
	if _, _, _, ok := envelope(b); !ok {
		p.Pop()
		return
	}
	p.Truncated = p.Truncated || len(b) < wire
	for len(b) > 0 {
		n, ok := length(b)
		if !ok || !message(p, p.Conversation, &session{}, b[:min(n, len(b))]) {
			return
		}
		p.Message(CLDAP)
		b = b[min(n, len(b)):]
	}
}

// summary reads `searchRequest(2) "dc=example,dc=com" wholeSubtree`, "searchResDone(2) success".
func summary(dst []byte, v dissect.View) []byte {
	var ids []string
	v.All(fID, func(id []byte) { ids = append(ids, string(id)) })
	n := 0
	v.All(fOp, func(op []byte) {
		if n++; n > maxSummed {
			return
		}
		if n > 1 {
			dst = append(dst, " | "...)
		}
		if name := names[string(op)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "operation "...), op...)
		}
		if n <= len(ids) {
			dst = append(append(append(dst, '('), ids[n-1]...), ')')
		}
	})
	if n > maxSummed {
		dst = append(dst, ", …"...)
	}
	for _, id := range []field.ID{fName, fBase, fRequest, fObject} {
		if text, ok := v.Text(append(dst, " \""...), id); ok {
			dst = append(text, '"')
		}
	}
	for _, id := range []field.ID{fMechanism, fScope, fFilter, fResults} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
		}
	}
	if size, ok := v.Text(append(dst, "SASL buffer, "...), fWrapped); ok && n == 0 {
		dst = append(size, " bytes"...)
	}
	return ntlmssp.AppendInfo(dst, v)
}

// user notes who binds.
func user(p *dissect.Packet, name []byte) {
	if len(name) > 0 {
		p.Out.Text(fName, name)
		common.User(p.Out, name)
	}
}
