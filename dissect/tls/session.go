// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Transport says what carries a handshake.
type Transport uint8

// The transports.
const (
	OverTCP Transport = iota
	DTLS
	QUIC
)

// Versions (RFC 8446, B.1; RFC 9147, 5.3); 0x7f00 and the draft's number stood for TLS 1.3 before it was one.
const (
	ssl2     = 0x0002
	ssl3     = 0x0300
	tls12    = 0x0303
	tls13    = 0x0304
	dtls10   = 0xfeff
	dtls12   = 0xfefd
	dtls13   = 0xfefc
	draft    = 0x7f
	facebook = 0xfb // and the draft's number
)

// Session is what is known of one handshake. The zero value, with its Transport, knows nothing.
type Session struct {
	Transport Transport
	// client is the direction of the client and 1, 0 while unknown.
	client int
	// answered is set after the ServerHello, of which are version and suite.
	answered       bool
	version, suite uint16
	// offered is the session id of the client, which a server repeats to go on with that session (up to TLS 1.2).
	offered    [32]byte
	offeredLen int
	// changed, by direction, is set after its ChangeCipherSpec; ended after the first record that is encrypted.
	changed, ended [2]bool
	established    bool
	// ConnectionID is, by direction, how many bytes of connection id records of DTLS have (RFC 9146), once both sides agreed.
	ConnectionID [2]int
}

// Is13 reports whether the server chose TLS 1.3, DTLS 1.3, or one of their drafts.
func (s *Session) Is13() bool { return modern(s.version) }

func modern(version uint16) bool {
	return version == tls13 || version == dtls13 || version>>8 == draft || version>>8 == facebook
}

// fromClient reports whether the packet's direction is the client's, as far as known.
func (s *Session) fromClient(p *dissect.Packet) bool { return s.client == p.Direction+1 }

// Version is what the server chose, 0 while unknown.
func (s *Session) Version() uint16 { return s.version }

// ChangeCipherSpec notes that the direction encrypts from here on. In TLS 1.3 it means nothing (RFC 8446, D.4); so it does between a hello and its
// answer, where only a server of TLS 1.3 sends it, behind a Hello Retry Request that the client was quick to obey.
func (s *Session) ChangeCipherSpec(p *dissect.Packet) {
	if waits := s.client != 0 && !s.answered; !waits && !s.Is13() {
		s.changed[p.Direction] = true
	}
}

// bare reports whether the direction protects its records without encrypting them: a message stands whole in a record, and a MAC behind it.
func (s *Session) bare(p *dissect.Packet) bool {
	if !s.changed[p.Direction] || !s.answered {
		return false
	}
	name, ok := suites[s.suite]
	return ok && strings.Contains(name.String(), "_WITH_NULL_")
}

// Encrypted reports whether a handshake record is: body is what was captured of its length bytes.
func (s *Session) Encrypted(p *dissect.Packet, body []byte, length int) bool {
	hidden := s.changed[p.Direction] && length >= minEncrypted || len(body) > 0 && !Known(body[0]) || len(body) > 1 && body[1] != 0
	if hidden {
		s.Protected(p)
	}
	return hidden
}

// ApplicationData takes n bytes of encrypted application data. In TLS 1.3 they may be any other content.
func (s *Session) ApplicationData(p *dissect.Packet, n int) {
	p.Out.Uint(fAppData, uint64(n))
	s.Protected(p)
}

// Opaque tells of a record that is encrypted, its content type included.
func Opaque(p *dissect.Packet) { p.Out.Uint(fOpaque, applicationData) }

// Protected notes an encrypted record of a handshake, or of what follows. When both sides have sent one, or in TLS 1.3 the client has in answer to the server's hello, the handshake is at its end.
func (s *Session) Protected(p *dissect.Packet) {
	if s.established || !s.answered {
		return
	}
	if s.Is13() {
		s.established = s.fromClient(p)
	} else if s.changed[p.Direction] {
		s.ended[p.Direction] = true
		s.established = s.ended[0] && s.ended[1]
	}
	if s.established {
		p.Out.Bool(fEstablished, true)
	}
}

// Alert takes an alert record: two bytes in the clear, else encrypted.
func (s *Session) Alert(p *dissect.Packet, body []byte, length int) {
	if length != 2 || s.changed[p.Direction] {
		return
	}
	c := common.Read(p, body, length)
	c.Uint8(fLevel)
	c.Uint8(fDesc)
}

// Heartbeat takes a heartbeat record (RFC 6520).
func (s *Session) Heartbeat(p *dissect.Packet, body []byte, length int) {
	if s.changed[p.Direction] {
		return
	}
	c := common.Read(p, body, length)
	c.Uint8(fBeat)
	c.Uint16(fBeatLen)
}

// choose notes what the server's hello chose, and writes it.
func (s *Session) choose(p *dissect.Packet, version, suite uint16) {
	s.answered, s.version, s.suite = true, version, suite
	if s.Transport != QUIC {
		p.Core.Headline = headline(version)
	}
	if t, ok := versionTexts[version]; ok {
		p.Out.Const(fNegotiated, t)
	} else if modern(version) {
		p.Out.Const(fNegotiated, versionTexts[tls13])
	}
	suiteName(p.Out, fCipher, suite)
}

// headlines are Wireshark's names of the versions in its Protocol column.
var headlines = map[uint16]field.Str{ssl2: field.Intern("SSLv2"), ssl3: field.Intern("SSLv3"), 0x0301: field.Intern("TLSv1"), 0x0302: field.Intern("TLSv1.1"),
	tls12: field.Intern("TLSv1.2"), tls13: field.Intern("TLSv1.3"), 0xfeff: field.Intern("DTLSv1.0"), dtls12: field.Intern("DTLSv1.2"), dtls13: field.Intern("DTLSv1.3")}

// headline knows the drafts of TLS 1.3, too.
func headline(version uint16) field.Str {
	if version != dtls13 && modern(version) {
		version = tls13
	}
	return headlines[version]
}

var nameQUIC = field.Intern("QUIC")

var versionTexts = map[uint16]field.Str{ssl2: field.Intern("2.0"), ssl3: field.Intern("3.0"), 0x0301: field.Intern("1.0"), 0x0302: field.Intern("1.1"), tls12: field.Intern("1.2"),
	tls13: field.Intern("1.3"), 0x0100: field.Intern("0.9"), dtls10: field.Intern("1.0"), dtls12: field.Intern("1.2"), dtls13: field.Intern("1.3")}
