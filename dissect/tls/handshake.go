// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/x509"
	"github.com/espbeat/espbeat/field"
)

// Handshake messages (RFC 8446, B.3; RFC 5246, A.4).
const (
	clientHello        = 1
	serverHello        = 2
	helloVerifyRequest = 3
	newSessionTicket   = 4
	certificate        = 11
	serverKeyExchange  = 12
	certificateRequest = 13
	certificateVerify  = 15
	certificateStatus  = 22
)

// Bounds of one message.
const (
	maxCertificates = 32
	maxAuthorities  = 100 // names in a CertificateRequest, as Wireshark's
)

var (
	fCertLen   = shake.Add("certificate_length", field.Uint32, "tls.handshake.certificate_length, dtls.handshake.certificate_length", "Length of each certificate, bytes", field.Rare, field.Detail)
	fCertType  = shake.Add("cert_type", field.Uint8, "tls.handshake.cert_type", "Types of certificates that the server asks for: 1 RSA, 2 DSS, 64 ECDSA", field.Rare, field.Detail)
	fLifetime  = shake.Add("session_ticket_lifetime_hint", field.Uint32, "tls.handshake.session_ticket_lifetime_hint", "How long a session ticket is to be good, seconds", field.Rare, field.Detail)
	serverPeer = x509.NewPeer("tls.server")
	clientPeer = x509.NewPeer("tls.client")
)

// Handshake dissects one message in the clear: body is what was captured of its length bytes. The current layer is the carrier's.
func (s *Session) Handshake(p *dissect.Packet, c *dissect.Conversation, kind uint8, body []byte, length int) {
	p.Out.Uint(fKind, uint64(kind))
	r := common.Read(p, body, length)
	switch kind {
	case clientHello:
		s.clientHello(p, c, &r)
	case serverHello:
		s.serverHello(p, c, &r)
	case helloVerifyRequest:
		r.Uint16(fHelloVer)
		r.Hex(fCookie, int(r.U8()))
		common.Response(p, c, requestKey)
	case newSessionTicket:
		r.Uint32(fLifetime)
		if !s.Is13() {
			r.Uint16(fTicketLen)
		}
	case certificate:
		s.certificates(&r)
	case serverKeyExchange:
		s.keyExchange(&r)
	case certificateRequest:
		s.request(&r)
	case certificateVerify:
		if s.version == tls12 || s.version == dtls12 {
			r.Uint16(x509.Scheme)
		}
	case certificateStatus:
		status(&r)
	}
}

// certificates reads a chain, the peer's own first (RFC 5246, 7.4.2).
func (s *Session) certificates(r *common.Cursor) {
	of := serverPeer
	if s.fromClient(r.P) {
		of = clientPeer
	}
	list := r.Sub(int(r.U24()))
	for n := 0; list.More(); n++ {
		if n == maxCertificates {
			r.P.Out.Cut = true
			return
		}
		size := int(list.Number(fCertLen, 3))
		cert := list.Sub(size)
		if len(cert.B) < size {
			return
		}
		x509.Certificate(r.P, cert.B, of)
		of = nil
	}
}

// exchange is how a suite exchanges keys.
type exchange struct{ psk, curve, dh, signed bool }

// exchangeOf reads it from the suite's name: TLS_ECDHE_RSA_WITH_….
func exchangeOf(suite uint16) exchange {
	name, ok := suites[suite]
	if !ok {
		return exchange{}
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(name.String(), "TLS_"), "_WITH_")
	e := exchange{
		psk:   strings.HasSuffix(text, "PSK"),
		curve: strings.HasPrefix(text, "ECDHE_") || text == "ECDH_anon",
		dh:    strings.HasPrefix(text, "DHE_") || strings.HasPrefix(text, "DH_anon"),
	}
	e.signed = !e.psk && !strings.Contains(text, "_anon")
	return e
}

// keyExchange reads a ServerKeyExchange as far as its group and signature scheme (RFC 8422, 5.4; RFC 5246, 7.4.3; RFC 4279, 3).
func (s *Session) keyExchange(r *common.Cursor) {
	const namedCurve = 3
	e := exchangeOf(s.suite)
	if !s.answered {
		return
	}
	if e.psk {
		r.Skip(int(r.U16()))
	}
	switch {
	case e.curve:
		if r.U8() != namedCurve {
			return
		}
		group := r.U16()
		if !r.Failed {
			groupName(r.P.Out, fCurve, group)
		}
		r.Skip(int(r.U8()))
	case e.dh:
		for range 3 { // p, g, Ys
			r.Skip(int(r.U16()))
		}
	default:
		return
	}
	if e.signed && (s.version == tls12 || s.version == dtls12) {
		r.Uint16(x509.Scheme)
	}
}

// request reads a CertificateRequest (RFC 5246, 7.4.4).
func (s *Session) request(r *common.Cursor) {
	types := r.Sub(int(r.U8()))
	for types.More() {
		types.Uint8(fCertType)
	}
	if s.version == tls12 || s.version == dtls12 {
		list := r.Sub(int(r.U16()))
		for n := 0; n < maxList && list.More(); n++ {
			list.Uint16(x509.Scheme)
		}
	}
	names := r.Sub(int(r.U16()))
	for n := 0; names.More(); n++ {
		if n == maxAuthorities {
			r.P.Out.Cut = true
			return
		}
		size := int(names.U16())
		if name := names.Sub(size); len(name.B) == size && size > 0 {
			x509.Name(r.P, name.B)
		}
	}
}

// status reads a CertificateStatus: one OCSP response (RFC 6066, 8), or several (RFC 6961, 2.2).
func status(r *common.Cursor) {
	const one, several = 1, 2
	switch r.U8() {
	case one:
		staple(r)
	case several:
		list := r.Sub(int(r.U24()))
		for n := 0; n < maxCertificates && list.More(); n++ {
			staple(&list)
		}
	}
}

func staple(r *common.Cursor) {
	size := int(r.U24())
	if response := r.Sub(size); len(response.B) == size && size > 0 {
		x509.Response(r.P, response.B)
	}
}
