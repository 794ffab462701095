// SPDX-License-Identifier: Apache-2.0

// Package quic dissects QUIC versions 1 (RFC 9000, RFC 9001) and 2 (RFC 9369), the drafts from 29 on, and what RFC 8999 says of any version.
//
//	long   0       1         5               6      …               …
//	       | flags | version | dcid length | dcid | scid length | scid | (Initial: token length | token) | length | packet number | payload
//	short  0       1
//	       | flags | dcid | packet number | payload
//
// A datagram may hold several packets; they are one layer. Initial packets are decrypted, as everybody can who saw the client's first one: its
// connection id is the key. Their CRYPTO frames are put together, over datagrams and in any order, and give the handshake messages of package tls, which
// has their fields and limits. Nothing else can be decrypted: other packets are told by their header. Short headers are known by the conversation:
// the length of a connection id stands in long headers only.
//
// What is spoken over QUIC is told by the client's ALPN: h3 is HTTP/3. Not decoded: Retry and address validation tokens, gQUIC (before the
// IETF's), migration to other addresses, and what the encrypted bits of headers say.
package quic

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	maxID = 20 // bytes of a connection id, but in versions to come
	// minInitial is what a datagram with a client's Initial has at least, bytes (RFC 9000, 14.1).
	minInitial = 1200
	maxVersion = 64 // versions of a Version Negotiation packet
)

// Flags of the first byte.
const (
	long     = 0x80
	fixed    = 0x40
	spin     = 0x20
	typeMask = 0x30
)

// Protocol is QUIC.
var Protocol = &dissect.Protocol{
	Name: "quic", Title: "QUIC", Reference: "RFC 9000", Application: true,
	UDPPorts: []uint16{443},
	GuessUDP: guess,
	Summary:  summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

// Every packet of the datagram has its values.
var (
	fields      = field.Group("quic")
	fForm       = fields.Add("header_form", field.Bool, "quic.header_form", "The header of each packet is a long one", field.Rare, field.Detail)
	fKind       = fields.Add("packet_type", field.Keyword, "", "Type of each packet, whatever the version: Initial, 0-RTT, Handshake, Retry, Version Negotiation, 1-RTT")
	fVersion    = fields.Add("version", field.Uint32, "quic.version", "Version of each long header: 1, 1798521807 for version 2, 0 for Version Negotiation")
	fType       = fields.Add("long.packet_type", field.Uint8, "quic.long.packet_type", "Type of each long header but version 2's: 0 Initial, 1 0-RTT, 2 Handshake, 3 Retry", field.Rare, field.Detail)
	fType2      = fields.Add("long.packet_type_v2", field.Uint8, "quic.long.packet_type_v2", "Type of each long header of version 2: 0 Retry, 1 Initial, 2 0-RTT, 3 Handshake", field.Rare, field.Detail)
	fDCID       = fields.Add("dcid", field.Hex, "quic.dcid", "Destination connection id of each packet, where it is not empty")
	fSCID       = fields.Add("scid", field.Hex, "quic.scid", "Source connection id of each long header, where it is not empty")
	fSupported  = fields.Add("supported_version", field.Uint32, "quic.supported_version", "Versions that the server supports")
	fTokenLen   = fields.Add("token_length", field.Int64, "quic.token_length", "Length of the token of an Initial packet, bytes", field.Rare, field.Detail, field.Sparse)
	fNumber     = fields.Add("packet_number", field.Int64, "quic.packet_number", "Packet number of each Initial packet that was decrypted", field.Rare)
	fSpin       = fields.Add("spin_bit", field.Bool, "quic.spin_bit", "Spin bit of each short header", field.Rare, field.Detail)
	fFrame      = fields.Add("frame_type", field.Int64, "quic.frame_type", "Types of frames in the Initial packets, each once: 0 PADDING, 1 PING, 2 ACK, 6 CRYPTO, 28 CONNECTION_CLOSE", field.Rare, field.Unique)
	fCloseCode  = fields.Add("cc.error_code", field.Int64, "quic.cc.error_code", "Why the connection is closed: a number of RFC 9000, 20.1; 256 and an alert of TLS")
	fCloseWords = fields.Add("cc.reason_phrase", field.Wildcard, "quic.cc.reason_phrase", "Why the connection is closed, in words")
)

// Kinds of packets, whatever the version.
type kind uint8

const (
	initial kind = iota
	zeroRTT
	handshake
	retry
	negotiation
	oneRTT
)

var kindNames = [...]field.Str{initial: field.Intern("Initial"), zeroRTT: field.Intern("0-RTT"), handshake: field.Intern("Handshake"), retry: field.Intern("Retry"),
	negotiation: field.Intern("Version Negotiation"), oneRTT: field.Intern("1-RTT")}

const (
	version1 = 1
	version2 = 0x6b3343cf
	draft29  = 0xff00001d
	draft32  = 0xff000020
	draft34  = 0xff000022
)

// understood reports whether a version's packets can be read beyond what RFC 8999 says.
func understood(version uint32) bool {
	return version == version1 || version == version2 || version >= draft29 && version <= draft34
}

// reserved reports whether a version is one of those that force Version Negotiation (RFC 9000, 15).
func reserved(version uint32) bool { return version&0x0f0f0f0f == 0x0a0a0a0a }

// kindOf is the kind of a long header.
func kindOf(flags byte, version uint32) kind {
	t := kind(flags&typeMask) >> 4
	switch {
	case version == 0:
		return negotiation
	case version == version2:
		return (t + 3) & 3
	}
	return t
}

// guess recognises a datagram that begins with a long header of a version that is known, whose lengths fit.
func guess(b []byte) bool {
	h, ok := readLong(b)
	if !ok {
		return false
	}
	rest := b[h.head:]
	switch {
	case h.kind == negotiation:
		return guessVersions(rest)
	case reserved(h.version):
		return b[0]&fixed != 0 && len(b) >= minInitial
	case !understood(h.version) || b[0]&fixed == 0:
		return false
	case h.kind == retry:
		return len(rest) > tagLen
	case h.kind == initial:
		n, size := varint(rest)
		if size == 0 || n > uint64(len(rest)-size) {
			return false
		}
		rest = rest[size+int(n):]
	}
	n, size := varint(rest)
	return size > 0 && n >= minPayload && n <= 1<<16
}

// guessVersions reports whether b are versions, one of them known.
func guessVersions(b []byte) bool {
	known := false
	for ; len(b) >= 4; b = b[4:] {
		v := binary.BigEndian.Uint32(b)
		known = known || understood(v)
	}
	return known && len(b) == 0
}

// summary tells of the packets; that of a handshake message in them is package tls's.
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fKind, func(text []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, text...)
	})
	if id, ok := v.Text(append(dst, ", DCID="...), fDCID); ok {
		dst = id
	}
	if id, ok := v.Text(append(dst, ", SCID="...), fSCID); ok {
		dst = id
	}
	if number, ok := v.Text(append(dst, ", PKN: "...), fNumber); ok {
		dst = number
	}
	return dst
}
