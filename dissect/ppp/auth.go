// SPDX-License-Identifier: Apache-2.0

package ppp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The authentication protocols share the control protocols' header.
//
//	PAP   request: length 1, peer ID, length 1, password; answer: length 1, message (RFC 1334, 2.2)
//	CHAP  challenge and response: length 1, value, name to the end (RFC 1994, 4.1)
//
// CHAP's values and messages, which tell MS-CHAP's proofs, serve who attacks a password and are in no field.

// PAP is the Password Authentication Protocol.
var PAP = &dissect.Protocol{
	Name: "pap", Title: "PPP PAP", Reference: "RFC 1334",
	PPPTypes: []uint16{0xc023},
	Dissect:  pap,
	Summary:  authSummary(fPAPCode, "Authenticate-Request", "Authenticate-Ack", "Authenticate-Nak"),
}

// CHAP is the Challenge Handshake Authentication Protocol.
var CHAP = &dissect.Protocol{
	Name: "chap", Title: "PPP CHAP", Reference: "RFC 1994",
	PPPTypes: []uint16{0xc223},
	Dissect:  chap,
	Summary:  authSummary(fCHAPCode, "Challenge", "Response", "Success", "Failure"),
}

var (
	papFields = field.Group("pap")
	fPAPCode  = papFields.Add("code", field.Uint8, "pap.code", "Code: 1 request, 2 ack, 3 nak")
	fPeer     = papFields.Add("peer_id", field.Keyword, "pap.peer_id", "Name of the side that authenticates itself")
	fPassword = papFields.Add("password", field.Keyword, "pap.password", "Its password", field.Secret)

	fPAPText = papFields.Add("message", field.Keyword, "pap.message", "Text of an answer")

	chapFields = field.Group("chap")
	fCHAPCode  = chapFields.Add("code", field.Uint8, "chap.code", "Code: 1 challenge, 2 response, 3 success, 4 failure")
	fCHAPName  = chapFields.Add("name", field.Keyword, "chap.name", "Name of the side that sends")
)

const (
	papRequest                  = 1
	chapChallenge, chapResponse = 1, 2
)

// authHeader writes the code and returns what is within the length behind the header.
func authHeader(p *dissect.Packet, id field.ID, b []byte, wire int) (body []byte, bodyWire int, ok bool) {
	if !p.Need(b, wire, controlLen) {
		return nil, 0, false
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(id, uint64(b[0]))
	if n < controlLen || n > wire {
		p.Bad()
		return nil, 0, false
	}
	return b[controlLen:min(n, len(b))], n - controlLen, true
}

// counted returns the value behind a length of one byte, and what follows.
func counted(p *dissect.Packet, b []byte, wire int) (v, rest []byte, restWire int, ok bool) {
	if !p.Need(b, wire, 1) || !p.Need(b, wire, 1+int(b[0])) {
		return nil, nil, 0, false
	}
	n := 1 + int(b[0])
	return b[1:n], b[n:], wire - n, true
}

func pap(p *dissect.Packet, b []byte, wire int) {
	body, n, ok := authHeader(p, fPAPCode, b, wire)
	if !ok {
		return
	}
	if b[0] != papRequest {
		if n == 0 { // as some servers answer
			return
		}
		if message, _, _, ok := counted(p, body, n); ok && len(message) > 0 {
			p.Out.Text(fPAPText, message)
		}
		return
	}
	peer, body, n, ok := counted(p, body, n)
	if !ok {
		return
	}
	if len(peer) > 0 {
		p.Out.Text(fPeer, peer)
	}
	if password, _, _, ok := counted(p, body, n); ok && len(password) > 0 {
		p.Out.Text(fPassword, password)
	}
}

func chap(p *dissect.Packet, b []byte, wire int) {
	body, n, ok := authHeader(p, fCHAPCode, b, wire)
	if !ok || b[0] != chapChallenge && b[0] != chapResponse {
		return
	}
	if _, name, _, ok := counted(p, body, n); ok && len(name) > 0 {
		p.Out.Text(fCHAPName, name)
	}
}

func authSummary(id field.ID, names ...string) func([]byte, dissect.View) []byte {
	return func(dst []byte, v dissect.View) []byte {
		if n, ok := v.Uint(id); ok && n >= 1 && n <= uint64(len(names)) {
			return append(dst, names[n-1]...)
		}
		dst, _ = v.Text(append(dst, "Code "...), id)
		return dst
	}
}
