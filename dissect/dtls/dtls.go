// SPDX-License-Identifier: Apache-2.0

// Package dtls dissects Datagram Transport Layer Security 1.0, 1.2 and 1.3 (RFC 4347, RFC 6347, RFC 9147) over UDP.
//
//	0              1         3       5                 11 (+ connection id, in type 25)  13
//	| content type | version | epoch | sequence number | length                          | fragment …
//
// In DTLS 1.3, encrypted records have a shorter header: 001CSLEE, connection id (C), 1 or 2 bytes (S) of an encrypted sequence number, length (L).
//
// Handshake messages are put together from their fragments, whatever datagrams these come in, and read by package tls, which has their fields and
// limits; one message a direction is put together at a time. Nothing is decrypted. Other protocols may share the conversation (RFC 7983): each datagram
// must be records to its end. Not decoded: the records of DTLS 1.3 whose handshake was not seen, and ACKs, which are encrypted.
package dtls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/tls"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 13
	// maxFragment is what a record may have at most, expanded by compression and encryption (RFC 6347, 4.1.1, as RFC 5246).
	maxFragment = 1<<14 + 2048
	// maxConnectionID is the longest connection id that is looked for when its length was not seen agreed.
	maxConnectionID = 20
)

// Content types (IANA, "TLS ContentType").
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	heartbeat        = 24
	withConnectionID = 25
	ack              = 26
)

// Protocol is DTLS.
var Protocol = &dissect.Protocol{
	Name: "dtls", Title: "DTLS", Reference: "RFC 9147", Application: true,
	UDPPorts: []uint16{4740, 5684},
	GuessUDP: guess,
	Summary:  func(dst []byte, v dissect.View) []byte { return tls.AppendRecords(dst, v, fType) },
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	record      = field.Group("dtls.record")
	fType       = record.Add("content_type", field.Uint8, "dtls.record.content_type", "Content type of each record: 20 ChangeCipherSpec, 21 alert, 22 handshake, 23 application data, 25 any with a connection id, 26 ACK")
	fVersion    = record.Add("version", field.Uint16, "dtls.record.version", "Version of each record: 65279 DTLS 1.0, 65277 DTLS 1.2 and later", field.Rare, field.Detail)
	fEpoch      = record.Add("epoch", field.Uint16, "dtls.record.epoch", "Epoch of each record: 0 before encryption; of DTLS 1.3's encrypted records the lower two bits", field.Rare)
	fSequence   = record.Add("sequence_number", field.Int64, "dtls.record.sequence_number", "Sequence number of each record in its epoch", field.Rare)
	fConnection = record.Add("connection_id", field.Hex, "dtls.record.connection_id", "Connection id of each record that has one")
	fLength     = record.Add("length", field.Uint16, "dtls.record.length", "Length of each record, bytes", field.Rare, field.Detail)
	shake       = field.Group("dtls.handshake")
	fKind       = shake.Add("type", field.Uint8, "dtls.handshake.type", "Type of the handshake message that each fragment is of; tls.handshake.type is that of whole ones")
	fMessageSeq = shake.Add("message_seq", field.Uint16, "dtls.handshake.message_seq", "Number of the message that each fragment is of", field.Rare)
)

// header is a record's.
type header struct {
	kind     uint8
	version  uint16
	epoch    uint16
	sequence uint64
	id       []byte
	head     int // bytes before the fragment
	length   int
}

// readHeader reads the header of a plain record. idLen is the length of the connection id in one that has it.
func readHeader(b []byte, idLen int) (h header, ok bool) {
	if len(b) < headerLen {
		return h, false
	}
	h = header{kind: b[0], version: binary.BigEndian.Uint16(b[1:]), epoch: binary.BigEndian.Uint16(b[3:]), head: headerLen}
	h.sequence = binary.BigEndian.Uint64(b[3:]) & (1<<48 - 1)
	if h.kind == withConnectionID {
		if len(b) < headerLen+idLen {
			return h, false
		}
		h.id = b[headerLen-2 : headerLen-2+idLen]
		h.head += idLen
	}
	h.length = int(binary.BigEndian.Uint16(b[h.head-2:]))
	known := h.version == 0xfeff || h.version == 0xfefd || h.version == 0x0100 // the last is OpenSSL's before the RFC
	return h, h.kind >= changeCipherSpec && h.kind <= ack && known && h.length <= maxFragment && h.length > 0
}

// guess recognises a datagram that is plain records to its end; one that begins a handshake may be cut.
func guess(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for len(b) > 0 {
		h, ok := readHeader(b, fit(b))
		clear := ok && h.kind == handshake && h.epoch == 0
		if !ok || clear && !plausible(b[h.head:]) {
			return false
		}
		if h.head+h.length > len(b) {
			return clear
		}
		b = b[h.head+h.length:]
	}
	return true
}

// fit is the length of connection id with which the record is all of b, 0 when it is none.
func fit(b []byte) int {
	if b[0] != withConnectionID {
		return 0
	}
	for n := range maxConnectionID + 1 {
		if h, ok := readHeader(b, n); ok && h.head+h.length == len(b) {
			return n
		}
	}
	return 0
}

// plausible reports whether a fragment in the clear is one of a handshake message.
func plausible(b []byte) bool {
	f, ok := readFragment(b)
	return ok && f.offset+f.length <= f.whole && tls.Known(f.kind)
}
