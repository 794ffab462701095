// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
)

// Tags of a bind's choice of authentication (RFC 4511, 4.2; MS-ADTS 5.1.1.1.3), and of the credentials in its response.
const (
	tagSASL            = 0xa3
	tagSicilyNegotiate = 0x8a
	tagSicilyResponse  = 0x8b
	tagCredentials     = 0x87
	// tagToken is that of GSS-API's older tokens (RFC 2743, 3.1); the others begin with 05 04.
	tagToken = 0x60
)

// authentication dissects the token by which a bind authenticates: NTLM's in Microsoft's own way, or that of a SASL mechanism.
func authentication(p *dissect.Packet, b []byte) {
	tag, body, _, ok := element(b)
	switch {
	case !ok:
	case tag == tagSicilyNegotiate || tag == tagSicilyResponse:
		p.CallName("ntlmssp", body, len(body))
	case tag == tagSASL:
		_, mechanism, rest, ok := element(body)
		if !ok || len(mechanism) == 0 {
			return
		}
		p.Out.Text(fMechanism, mechanism)
		switch string(mechanism) {
		case "GSS-SPNEGO", "GSSAPI", "NTLM":
			if tag, token, _, ok := element(rest); ok && tag == tagOctets && len(token) > 0 {
				p.CallName("gss-api", token, len(token))
			}
		}
	}
}

// answer dissects the token of a bind's response, whose first layer Wireshark leaves out: NTLM's may stand for the matched name, others among the credentials.
func answer(p *dissect.Packet, b []byte) {
	_, matched, rest, ok := element(b)
	if ok && ntlmssp.Is(matched) {
		p.CallName("ntlmssp", matched, len(matched))
		return
	}
	for ok && len(rest) > 0 {
		var tag byte
		var body []byte
		if tag, body, rest, ok = element(rest); !ok || tag != tagCredentials || len(body) == 0 {
			continue
		}
		if gss := p.Registry.Named("gss-api"); gss != nil {
			gss.Dissect(p, body, len(body))
		}
	}
}

// buffer takes a buffer of the security layer: it is counted, and what is not encrypted in it is dissected.
func buffer(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	n, ok := wrapped(data)
	if !ok && len(data) < 8 && data[0] == 0 || ok && len(data) < 4+n && n <= maxWait && !p.Truncated {
		return 0
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return len(data)
	}
	if !ok {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	p.Out.Uint(fWrapped, uint64(n)) //nolint:gosec // bounded
	token := data[4:min(4+n, len(data))]
	if len(token) > 1 && (token[0] == tagToken || token[0] == 5 && token[1] == 4) { // else it is of another mechanism
		p.CallName("gss-api", token, n)
	}
	for b := plain(token); len(b) > 0; {
		n, ok := length(b)
		if !ok || !message(p, c, b[:min(n, len(b))]) {
			break
		}
		b = b[min(n, len(b)):]
	}
	return 4 + n
}

// plain is what a token of Kerberos protects by a checksum alone (RFC 4121, 4.2.6.2), nil for any other:
//
//	| 0x0504 | flags | 0xff | length of the checksum 2 | rotation 2 | sequence number 8 | text, checksum: rotated to the right
func plain(token []byte) []byte {
	const head, sealed = 16, 0x02
	if len(token) < head || token[0] != 5 || token[1] != 4 || token[2]&sealed != 0 {
		return nil
	}
	checksum, rotation := int(binary.BigEndian.Uint16(token[4:])), int(binary.BigEndian.Uint16(token[6:]))
	b := token[head:]
	switch {
	case checksum > len(b):
	case rotation == 0:
		return b[:len(b)-checksum]
	case rotation == checksum:
		return b[checksum:]
	}
	return nil
}
