// SPDX-License-Identifier: Apache-2.0

// Package tls dissects Transport Layer Security over TCP: SSL 3.0 (RFC 6101) to TLS 1.3 (RFC 8446) and the ClientHello of SSL 2.0; and, for DTLS and
// QUIC, the handshake messages that they share with it.
//
//	0              1         3        5
//	| content type | version | length | fragment …
//
// A record is told in the packet that ends it, a handshake message in the packet that completes it, whichever records it came in. Nothing is decrypted:
// after a ChangeCipherSpec, and in application data, handshake messages are counted with their record only. Certificates are read up to TLS 1.2, later
// ones are encrypted. A connection may begin with any record, so that what was missed, and another protocol's STARTTLS, do not matter.
//
// Limits: records of 18,432 bytes, handshake messages of 64 KiB, 256 extensions, and 1,024 suites, groups and schemes, beyond which a hello has no
// fingerprint. Not decoded: the other messages of SSL 2.0, compressed fragments, keys and signatures, SRP, and what an extension holds that
// extension.go does not name.
//
// Fingerprints are JA3 and JA3S (Althouse, Atkinson, Atkins) and JA4 of the ClientHello, which is free (BSD). The rest of JA4+ (JA4S, JA4X, …) is under
// the FoxIO License, which does not allow every use that this program's own licence does: it is left out.
package tls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 5
	// maxFragment is what a record of TLS 1.2 may have at most, expanded by compression and encryption (RFC 5246, 6.2.3).
	maxFragment = 1<<14 + 2048
	// maxHandshake bounds a handshake message, bytes.
	maxHandshake = 64 << 10
)

// Content types (RFC 8446, B.1).
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	heartbeat        = 24
)

// Protocol is TLS over TCP.
var Protocol = &dissect.Protocol{
	Name: "tls", Title: "TLS", Reference: "RFC 8446", Application: true,
	TCPPorts: []uint16{443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 8443, 8883},
	GuessTCP: guess, AcceptTCP: accept, Begins: true, Continues: true,
	Summary: func(dst []byte, v dissect.View) []byte { return AppendRecords(dst, v, fType) },
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("tls")
	record   = field.Group("tls.record")
	fType    = record.Add("content_type", field.Uint8, "tls.record.content_type", "Content type of each record: 20 ChangeCipherSpec, 21 alert, 22 handshake, 23 application data, 24 heartbeat")
	fOpaque  = record.Add("opaque_type", field.Uint8, "tls.record.opaque_type", "Content type of each record of TLS 1.3 that is encrypted, where it says no more than 23", field.Rare, field.Detail)
	fVersion = record.Add("version", field.Uint16, "tls.record.version", "Version of each record", field.Rare, field.Detail)
	fLength  = record.Add("length", field.Uint16, "tls.record.length", "Length of each record, bytes", field.Rare, field.Detail)
	fAppData = fields.Add("app_data.bytes", field.Int64, "", "Encrypted application data in the records that the packet ends, bytes", field.Rare)
	fLevel   = fields.Add("alert_message.level", field.Uint8, "tls.alert_message.level, dtls.alert_message.level", "Level of an alert in the clear: 1 warning, 2 fatal", field.Rare)
	fDesc    = fields.Add("alert_message.desc", field.Uint8, "tls.alert_message.desc, dtls.alert_message.desc", "Description of an alert in the clear: 0 close_notify, 40 handshake_failure, …")
	fBeat    = fields.Add("heartbeat_message.type", field.Uint8, "tls.heartbeat_message.type", "Type of a heartbeat in the clear: 1 request, 2 response", field.Rare)
	fBeatLen = fields.Add("heartbeat_message.payload_length", field.Uint16, "tls.heartbeat_message.payload_length", "Length of a heartbeat's payload, as it says", field.Rare, field.Detail)

	fNegotiated  = fields.Add("version", field.Keyword, "", "Version that the server chose, with its hello", field.ECS, field.First)
	fEstablished = fields.Add("established", field.Bool, "", "The packet ends the handshake: both sides have begun to encrypt", field.ECS, field.First)
	fResumed     = fields.Add("resumed", field.Bool, "tls.resumed", "The session goes on from an earlier one, with the server's hello", field.ECS, field.First)
	fNext        = fields.Add("next_protocol", field.Keyword, "", "Protocol that the server chose (ALPN), lower case", field.ECS, field.First)
)

// VersionProtocol says of what protocol tls.version is; DTLS writes it, too.
var (
	VersionProtocol = fields.Add("version_protocol", field.Keyword, "", "Protocol of the version: tls, ssl, dtls", field.ECS, field.First)
	NameTLS         = field.Intern("tls")
	NameDTLS        = field.Intern("dtls")
	nameSSL         = field.Intern("ssl")
)

// header is a record's.
type header struct {
	kind    uint8
	version uint16
	length  int
}

// readHeader reads the header of a record, of which b has all bytes. It reports whether there is one.
func readHeader(b []byte) (header, bool) {
	h := header{b[0], binary.BigEndian.Uint16(b[1:]), int(binary.BigEndian.Uint16(b[3:]))}
	return h, h.kind >= changeCipherSpec && h.kind <= heartbeat && h.version>>8 == 3 && h.version <= 0x0304 && h.length <= maxFragment
}

// guess recognises a record of which the first bytes are what they should be, on any port.
func guess(b []byte) bool {
	if len(b) < headerLen {
		return false
	}
	h, ok := readHeader(b)
	if !ok {
		return guessSSL2(b)
	}
	body := b[headerLen:]
	switch h.kind {
	case changeCipherSpec:
		return h.length == 1 && (len(body) == 0 || body[0] == 1)
	case alert:
		return h.length == 2 && (len(body) == 0 || body[0] == 1 || body[0] == 2) || h.length >= minEncrypted && h.length < 256
	case handshake:
		return h.length >= 4 && (len(body) == 0 || plausibleMessage(body, h.length))
	case applicationData:
		return h.length > 0
	}
	return h.length >= 1+2+16 && (len(body) == 0 || body[0] == 1 || body[0] == 2)
}

// plausibleMessage reports whether a handshake record may begin a message, or be encrypted.
func plausibleMessage(body []byte, length int) bool {
	if !Known(body[0]) {
		return length >= minEncrypted && len(body) > 1
	}
	return len(body) < 2 || body[1] == 0
}

// accept recognises a connection on a port of TLS's own, where less must do: a first byte, when no more has come.
func accept(b []byte) bool {
	if len(b) >= headerLen {
		return guess(b)
	}
	if len(b) == 0 {
		return false
	}
	return b[0] >= changeCipherSpec && b[0] <= heartbeat && (len(b) < 2 || b[1] == 3) || b[0]&0x80 != 0 && (len(b) < 3 || b[2] == clientHello)
}
