// SPDX-License-Identifier: Apache-2.0

// Package rdp dissects the beginning of the Remote Desktop Protocol ([MS-RDPBCGR]) over COTP: the cookie and the negotiation of security in the connection's
// request and confirmation, and the multipoint communication service (T.125) with the conference (T.124) that client and server describe themselves in.
//
//	Cookie: mstshash=name CR LF | type | flags | length 8 | protocols 4             in COTP's connection request; little-endian
//	7f 65 | BER: domains, parameters, user data (PER: T.124: Duca: blocks)          client's connect-initial; 7f 66 the server's response
//	| choice 6 bits, 2 bits | initiator | channel | priority | length | data …      a domain's unit
//	| action 2 bits … | length 1 or 2 | …                                           fast-path input or output, without TPKT
//
// Where TLS was agreed on, the conversation is handed over to it. Limits: 64 channels. Not decoded: what is encrypted, licences, the client's info (it has
// the password), capabilities, input, output and virtual channels.
package rdp

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Types of the negotiation ([MS-RDPBCGR], 2.2.1.1.1, 2.2.1.2.1, 2.2.1.2.2), and its length.
const (
	negotiationRequest  = 1
	negotiationResponse = 2
	negotiationFailure  = 3
	negotiationLen      = 8
)

// Protocol is RDP; T125 and T124 are what it stands in.
var (
	Protocol = &dissect.Protocol{Name: "rdp", Title: "RDP", Reference: "[MS-RDPBCGR]", Application: true, Summary: summary}
	T125     = &dissect.Protocol{Name: "t125", Title: "T.125", Reference: "ITU-T T.125", Application: true, Summary: summary}
	T124     = &dissect.Protocol{Name: "t124", Title: "RDP", Reference: "ITU-T T.124", Application: true, Summary: summary}
)

var (
	fields     = field.Group("rdp")
	fCookie    = fields.Add("rt_cookie", field.Keyword, "rdp.rt_cookie", "Cookie of a connection request: mstshash and the name that the user logs in by, its first nine bytes, or a token of a load balancer")
	fType      = fields.Add("neg_type", field.Uint8, "rdp.neg_type", "1 request, 2 response, 3 failure of the negotiation", field.Rare, field.Detail)
	fRequested = fields.Add("requested_protocols", field.Uint32, "rdp.negReq.requestedProtocols", "Security that the client can: 0 RDP's own alone, 1 TLS, 2 CredSSP, 4 RDSTLS, 8 CredSSP with early authorization")
	fSelected  = fields.Add("selected_protocol", field.Uint32, "rdp.negReq.selectedProtocol", "Security that the server chose")
	fFastPath  = fields.Add("fastpath_length", field.Uint16, "", "Length of each fast-path unit, bytes", field.Rare, field.Detail)
	fFailure   = fields.Add("failure_code", field.Uint32, "rdp.negFailure.failureCode", "Why the server refuses: 1 wants TLS, 2 refuses TLS, 3 has no certificate, 5 wants CredSSP, 6 wants TLS and a certificate")
)

// Session is what a connection is known to be.
type Session struct {
	// Known is set when the connection is RDP's.
	Known bool
	// Secured is set when TLS was agreed on.
	Secured bool
}

// Guess recognises the variable part of a connection request.
func Guess(b []byte) bool {
	return bytes.HasPrefix(b, []byte("Cookie: msts")) || isNegotiation(b, negotiationRequest)
}

func isNegotiation(b []byte, kind byte) bool {
	return len(b) >= negotiationLen && b[0] == kind && binary.LittleEndian.Uint16(b[2:]) == negotiationLen
}

// Request dissects the variable part of a connection request, and reports whether it is RDP's.
func (s *Session) Request(p *dissect.Packet, b []byte) bool {
	if !Guess(b) || !p.Push(Protocol) {
		return false
	}
	s.Known = true
	p.Message(Protocol)
	if cookie, rest, found := bytes.Cut(b, []byte("\r\n")); found && !isNegotiation(b, negotiationRequest) {
		p.Out.Text(fCookie, cookie)
		b = rest
	}
	if isNegotiation(b, negotiationRequest) {
		p.Out.Uint(fType, negotiationRequest)
		p.Out.Uint(fRequested, uint64(binary.LittleEndian.Uint32(b[4:])))
	}
	common.Request(p, p.Conversation, 0)
	return true
}

// Confirm dissects the variable part of a connection confirmation, and reports whether it is RDP's.
func (s *Session) Confirm(p *dissect.Packet, b []byte) bool {
	id, kind := fSelected, byte(negotiationResponse)
	if isNegotiation(b, negotiationFailure) {
		id, kind = fFailure, negotiationFailure
	} else if !isNegotiation(b, negotiationResponse) {
		return false
	}
	if !p.Push(Protocol) {
		return false
	}
	s.Known = true
	p.Message(Protocol)
	n := binary.LittleEndian.Uint32(b[4:])
	p.Out.Uint(fType, uint64(kind))
	p.Out.Uint(id, uint64(n))
	common.Response(p, p.Conversation, 0)
	s.Secured = kind == negotiationResponse && n != 0
	return true
}

// FastPath is the length of the fast-path unit at the front of b ([MS-RDPBCGR], 2.2.8.1.2, 2.2.9.1.2), 0 when there is too little of it, -1 when there is none.
func FastPath(b []byte) int {
	const actionMask, long = 3, 0x80
	switch {
	case len(b) == 0 || b[0]&actionMask != 0:
		return -1
	case len(b) < 2:
		return 0
	case b[1]&long == 0:
		return atLeast(int(b[1]), 2)
	case len(b) < 3:
		return 0
	}
	return atLeast(int(b[1]&^long)<<8|int(b[2]), 3)
}

func atLeast(n, least int) int {
	if n <= least {
		return -1
	}
	return n
}

// Unit notes a fast-path unit of n bytes.
func Unit(p *dissect.Packet, n int) {
	if p.Push(Protocol) {
		p.Message(Protocol)
		p.Out.Uint(fFastPath, uint64(n)) //nolint:gosec // less than 32,768
	}
}
