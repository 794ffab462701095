// SPDX-License-Identifier: Apache-2.0

// Package ntlmssp dissects the messages of the NT LAN Manager's authentication ([MS-NLMP] 2.2), which other protocols carry:
//
//	0            8        12
//	| "NTLMSSP\0" | type 1 | flags, domain, workstation, version              negotiate
//	| "NTLMSSP\0" | type 2 | target name, flags, challenge, 8, target info, version     challenge
//	| "NTLMSSP\0" | type 3 | LM response, NT response, domain, user, workstation, session key, flags, version     authenticate
//
// Integers are little-endian. Texts and bytes are told by length, space and offset from the beginning (2, 2 and 4 bytes); texts are UTF-16 where the flags say so,
// else in the sender's code page, of which ASCII is taken. Signatures, which begin with their version 1, are a layer without fields. Limits: 32 attributes of a target, texts of 256 characters.
// Not decoded: what is sealed, the attributes within a response.
package ntlmssp

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is NTLMSSP. Who carries it says in its summary what it says: see AppendInfo.
var Protocol = &dissect.Protocol{Name: "ntlmssp", Title: "NTLMSSP", Reference: "MS-NLMP", Dissect: decode}

var (
	fields       = field.Group("ntlmssp")
	fType        = fields.Add("messagetype", field.Uint32, "ntlmssp.messagetype", "Message: 1 negotiate, 2 challenge, 3 authenticate")
	fUser        = fields.Add("auth.username", field.Keyword, "ntlmssp.auth.username", "User who logs in")
	fDomain      = fields.Add("auth.domain", field.Keyword, "ntlmssp.auth.domain", "Domain, or host, that knows the user")
	fHost        = fields.Add("auth.hostname", field.Keyword, "ntlmssp.auth.hostname", "Host that the user logs in from")
	fTarget      = fields.Add("challenge.target_name", field.Keyword, "ntlmssp.challenge.target_name", "Domain, or server, that is logged in to")
	fNTLM        = fields.Add("ntlm_version", field.Uint8, "", "Version of the response: 1 for NTLM and 2 for NTLMv2; 0 of a user without a password")
	fVersion     = fields.Add("version", field.Keyword, "ntlmssp.version", "Version of the sender's Windows and its build", field.Rare)
	fFlags       = fields.Add("negotiateflags", field.Uint32, "ntlmssp.negotiateflags", "Flags that are asked for or agreed on", field.Rare, field.Detail)
	fAsksDomain  = fields.Add("negotiate.domain", field.Keyword, "ntlmssp.negotiate.domain", "Domain of the host that begins", field.Rare, field.Detail)
	fAsks        = fields.Add("negotiate.callingworkstation", field.Keyword, "ntlmssp.negotiate.callingworkstation", "Host that begins", field.Rare, field.Detail)
	fChallenge   = fields.Add("challenge.value", field.Hex, "ntlmssp.ntlmserverchallenge", "Challenge of the server", field.Secret, field.Rare, field.Detail)
	fLMResponse  = fields.Add("auth.lmresponse", field.Hex, "ntlmssp.auth.lmresponse", "LAN Manager response", field.Secret, field.Rare, field.Detail)
	fNTResponse  = fields.Add("auth.ntresponse", field.Hex, "ntlmssp.auth.ntresponse", "NTLM response", field.Secret, field.Rare, field.Detail)
	fSessionKey  = fields.Add("auth.sesskey", field.Hex, "ntlmssp.auth.sesskey", "Session key, encrypted", field.Secret, field.Rare, field.Detail)
	fNBComputer  = fields.Add("challenge.nb_computer_name", field.Keyword, "ntlmssp.challenge.target_info.nb_computer_name", "NetBIOS name of the server")
	fNBDomain    = fields.Add("challenge.nb_domain_name", field.Keyword, "ntlmssp.challenge.target_info.nb_domain_name", "NetBIOS name of the server's domain", field.Rare, field.Detail)
	fDNSComputer = fields.Add("challenge.dns_computer_name", field.Keyword, "ntlmssp.challenge.target_info.dns_computer_name", "DNS name of the server")
	fDNSDomain   = fields.Add("challenge.dns_domain_name", field.Keyword, "ntlmssp.challenge.target_info.dns_domain_name", "DNS name of the server's domain")
	fDNSTree     = fields.Add("challenge.dns_tree_name", field.Keyword, "ntlmssp.challenge.target_info.dns_tree_name", "DNS name of the server's forest", field.Rare, field.Detail)
	fTimestamp   = fields.Add("challenge.timestamp", field.Date, "ntlmssp.challenge.target_info.timestamp", "Time of the server's clock", field.Rare, field.Detail)
)

// Types of messages.
const (
	negotiate    = 1
	challenge    = 2
	authenticate = 3
)

const (
	signature = "NTLMSSP\x00"
	// headLen is where the fields of each type of message begin.
	headLen = len(signature) + 4
	// ntlmv1 is the length of a response that is no NTLMv2's, bytes.
	ntlmv1        = 24
	maxAttributes = 32
	maxText       = 256 // UTF-16 units
	// signatureVersion is what a message's signature begins with, instead.
	signatureVersion = 1
)

// Flags (MS-NLMP 2.2.2.5).
const (
	flagUnicode    = 1 << 0
	flagTargetInfo = 1 << 23
	flagVersion    = 1 << 25
)

// Is reports whether b begins as a message does.
func Is(b []byte) bool { return len(b) >= headLen && string(b[:len(signature)]) == signature }

// message is one at hand. Fields beyond its end are malformed, or cut by the capture.
type message struct {
	p       *dissect.Packet
	b       []byte
	wire    int
	unicode bool
}

func decode(p *dissect.Packet, b []byte, wire int) {
	m := message{p: p, b: b, wire: wire}
	if !bytes.HasPrefix(b, []byte(signature)) {
		if len(b) < 4 || binary.LittleEndian.Uint32(b) != signatureVersion {
			p.Bad()
		}
		return
	}
	if !p.Need(b, wire, headLen) {
		return
	}
	kind := binary.LittleEndian.Uint32(b[len(signature):])
	p.Out.Uint(fType, uint64(kind))
	switch kind {
	case negotiate:
		m.negotiate()
	case challenge:
		m.challenge()
	case authenticate:
		m.authenticate()
	default:
		p.Bad()
	}
}

func (m *message) negotiate() {
	flags, ok := m.flags(12)
	if !ok {
		return
	}
	m.unicode = false // these texts are never
	m.text(fAsksDomain, 16)
	if host := m.text(fAsks, 24); len(host) > 0 {
		common.Host(m.p.Out, host)
	}
	m.version(flags, 32)
}

func (m *message) challenge() {
	flags, ok := m.flags(20)
	if !ok {
		return
	}
	m.text(fTarget, 12)
	if len(m.b) >= 32 {
		m.p.Out.Bytes(fChallenge, m.b[24:32])
	}
	if flags&flagTargetInfo != 0 {
		m.attributes(m.bytes(40))
	}
	m.version(flags, 48)
}

func (m *message) authenticate() {
	const fixed = 52 // up to the flags, which the oldest clients do not send
	if !m.p.Need(m.b, m.wire, fixed) {
		return
	}
	o := m.p.Out
	m.unicode = true
	if first := binary.LittleEndian.Uint32(m.b[32:]); first > fixed || first == 0 {
		flags, _ := m.flags(60)
		m.secret(fSessionKey, 52)
		m.version(flags, 64)
	}
	m.secret(fLMResponse, 12)
	response := m.secret(fNTResponse, 20)
	version := uint64(0)
	switch {
	case len(response) > ntlmv1:
		version = 2
	case len(response) > 0:
		version = 1
	}
	o.Uint(fNTLM, version)
	domain := m.text(fDomain, 28)
	common.Domain(o, domain)
	common.User(o, m.text(fUser, 36))
	common.Host(o, m.text(fHost, 44))
}

// AppendInfo appends to a carrier's summary what a message in it says, as Wireshark does: ", NTLMSSP_AUTH, User: DOMAIN\user".
func AppendInfo(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fType)
	names := [...]string{negotiate: "NEGOTIATE", challenge: "CHALLENGE", authenticate: "AUTH"}
	if !ok || kind == 0 || kind >= uint64(len(names)) {
		return dst
	}
	dst = append(append(dst, ", NTLMSSP_"...), names[kind]...)
	if kind == authenticate {
		dst, _ = v.Text(append(dst, ", User: "...), fDomain)
		dst, _ = v.Text(append(dst, '\\'), fUser)
	}
	return dst
}
