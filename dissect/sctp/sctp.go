// SPDX-License-Identifier: Apache-2.0

// Package sctp dissects the Stream Control Transmission Protocol (RFC 9260): the common header and its chunks.
//
//	0          2           4                  8             12
//	| src port | dst port  | verification tag | checksum    | chunks …
//
//	chunk  0 type 1, 1 flags 1, 2 length 2 (with this header), 4 value, padding to 4 bytes
//	DATA   4 TSN 4, 8 stream 2, 10 stream sequence 2, 12 payload protocol 4, 16 user data
//	I-DATA 4 TSN 4, 8 stream 2, 10 reserved 2, 12 message 4, 16 payload protocol (first fragment) 4, 20 user data (RFC 8260)
//
// The sequence numbers of DATA chunks count from the first one seen of an association's half, as Wireshark's relative TSNs do. The other chunks are in
// chunk.go, parameters and error causes in parameter.go. Limits: 1024 chunks, and as many parameters, causes, gaps of each. Not decoded:
// user data of applications that register no port, messages of several chunks, the content of cookies and heartbeats, SCTP over UDP (RFC 6951).
package sctp

import (
	"encoding/binary"
	"hash/crc32"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen, chunkHeader = 12, 4
	// maxChunks bounds the chunks of a packet; 64 KiB hold 16384 of the shortest.
	maxChunks = 1024
)

// Flags of DATA and I-DATA: the last and the first fragment of a message.
const last, first = 0x01, 0x02

// Protocol is SCTP.
var Protocol = &dissect.Protocol{
	Name: "sctp", Title: "SCTP", Reference: "RFC 9260",
	IPProtocols: []uint8{132},
	Dissect:     decode,
	Summary:     summary,
}

var (
	fields    = field.Group("sctp")
	fSrcPort  = fields.Add("srcport", field.Uint16, "sctp.srcport", "Source port of each SCTP header", field.Address)
	fDstPort  = fields.Add("dstport", field.Uint16, "sctp.dstport", "Destination port of each SCTP header", field.Address)
	fTag      = fields.Add("verification_tag", field.Uint32, "sctp.verification_tag", "Verification tag: the receiver's half of the association; 0 in an INIT")
	fChecksum = fields.Add("checksum", field.Uint32, "sctp.checksum", "Checksum (CRC32c)", field.Rare, field.Detail)
	fType     = fields.Add("chunk_type", field.Uint8, "sctp.chunk_type", "Type of each chunk: 0 DATA, 1 INIT, 2 INIT ACK, 3 SACK, 4 HEARTBEAT, 5 its ACK, 6 ABORT, 7 SHUTDOWN, 10 COOKIE ECHO, …")
	fFlags    = fields.Add("chunk_flags", field.Uint8, "sctp.chunk_flags", "Flags of each chunk", field.Rare, field.Detail)
	fStatus   = fields.Add("checksum_status", field.Uint8, "sctp.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fTSN      = fields.Add("data_tsn", field.Uint32, "sctp.data_tsn", "Sequence number of each DATA chunk, from the first one seen of the association's half")
	fRawTSN   = fields.Add("data_tsn_raw", field.Uint32, "sctp.data_tsn_raw", "Sequence number of each DATA chunk", field.Rare, field.Detail)
	fStream   = fields.Add("data_sid", field.Uint16, "sctp.data_sid", "Stream of each DATA chunk")
	fStreamSN = fields.Add("data_ssn", field.Uint16, "sctp.data_ssn", "Stream sequence number of each DATA chunk", field.Rare)
	fPPID     = fields.Add("data_ppid", field.Uint32, "sctp.data_payload_proto_id", "Payload protocol identifier of each DATA chunk, as IANA numbers them")
)

// association is what the conversation remembers of both directions' halves.
type association struct{ half [2]half }

// half is one direction: the sequence number that its relative ones count from. A new tag is a new association.
type half struct{ tag, first uint32 }

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	src, dst, tag := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	p.SetPorts(src, dst)
	p.Out.Uint(fSrcPort, uint64(src))
	p.Out.Uint(fDstPort, uint64(dst))
	p.Out.Uint(fTag, uint64(tag))
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint32(b[8:])))
	if p.Options.Checksums {
		p.Out.Uint(fStatus, uint64(status(p, b, wire)))
	}
	var c *dissect.Conversation
	if !p.Quoted {
		c = p.State.Converse(p)
	}
	b, wire = b[headerLen:], wire-headerLen
	for range maxChunks {
		if wire < chunkHeader || !p.Need(b, wire, chunkHeader) {
			return // fewer bytes than a header are padding
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		p.Out.Uint(fType, uint64(b[0]))
		p.Out.Uint(fFlags, uint64(b[1]))
		if n < chunkHeader || n > wire {
			p.Bad()
			return
		}
		if b[0] == chunkData || b[0] == chunkIData {
			data(p, c, tag, b[:min(n, len(b))], n)
		} else {
			r := common.Read(p, b[chunkHeader:max(min(n, len(b)), chunkHeader)], n-chunkHeader)
			chunk(&r, b[0])
		}
		n = min((n+3)&^3, wire)
		if len(b) < n {
			p.Truncated = true
			return
		}
		b, wire = b[n:], wire-n
	}
	p.Out.Cut = p.Out.Cut || wire >= chunkHeader
}

// data writes the fields of a DATA or I-DATA chunk of n bytes on the wire, of which b was captured.
func data(p *dissect.Packet, c *dissect.Conversation, tag uint32, b []byte, n int) {
	if !p.Need(b, n, 16) {
		return
	}
	tsn := binary.BigEndian.Uint32(b[4:])
	if relative, ok := since(p, c, tag, tsn); ok {
		p.Out.Uint(fTSN, uint64(relative))
	}
	p.Out.Uint(fRawTSN, uint64(tsn))
	p.Out.Uint(fStream, uint64(binary.BigEndian.Uint16(b[8:])))
	user := 16
	switch {
	case b[0] == chunkData:
		p.Out.Uint(fStreamSN, uint64(binary.BigEndian.Uint16(b[10:])))
		p.Out.Uint(fPPID, uint64(binary.BigEndian.Uint32(b[12:])))
	case b[1]&first == 0 || !p.Need(b, n, 20):
		return
	default:
		p.Out.Uint(fPPID, uint64(binary.BigEndian.Uint32(b[16:])))
		user = 20
	}
	if c != nil && b[1]&(first|last) == first|last && len(b) > user {
		p.Call(p.SCTPApplication(), b[user:], n-user)
	}
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	zeros      = make([]byte, 4)
)

// status verifies the checksum (RFC 9260, 6.8), for which its own bytes count as zeros. It is sent in the other order of bytes.
func status(p *dissect.Packet, b []byte, wire int) checksum.Status {
	if p.Quoted || len(b) < wire {
		return checksum.Unverified
	}
	sum := crc32.Update(crc32.Update(crc32.Update(0, castagnoli, b[:8]), castagnoli, zeros), castagnoli, b[headerLen:])
	if sum == binary.LittleEndian.Uint32(b[8:]) {
		return checksum.Good
	}
	return checksum.Wrong(p)
}

// since counts a DATA chunk's sequence number from the first one of its half. Tag 0 is no association's.
func since(p *dissect.Packet, c *dissect.Conversation, tag, tsn uint32) (uint32, bool) {
	if c == nil || tag == 0 {
		return 0, false
	}
	a, ok := c.AppState.(*association)
	if !ok {
		if c.AppState != nil {
			return 0, false
		}
		a = new(association)
		c.AppState = a
	}
	h := &a.half[p.Direction&1]
	if h.tag != tag {
		*h = half{tag, tsn}
	}
	return tsn - h.first, true
}

var names = map[string]string{"0": "DATA", "1": "INIT", "2": "INIT_ACK", "3": "SACK", "4": "HEARTBEAT", "5": "HEARTBEAT_ACK", "6": "ABORT", "7": "SHUTDOWN",
	"8": "SHUTDOWN_ACK", "9": "ERROR", "10": "COOKIE_ECHO", "11": "COOKIE_ACK", "12": "ECNE", "13": "CWR", "14": "SHUTDOWN_COMPLETE", "15": "AUTH", "16": "NR_SACK",
	"64": "I_DATA", "128": "ASCONF_ACK", "129": "PKTDROP", "130": "RE_CONFIG", "132": "PAD", "192": "FORWARD_TSN", "193": "ASCONF", "194": "I_FORWARD_TSN"}

// maxNamed bounds the chunks that a summary names.
const maxNamed = 8

func summary(dst []byte, v dissect.View) []byte {
	start, n := len(dst), 0
	v.All(fType, func(t []byte) {
		if n++; n > maxNamed {
			return
		}
		if len(dst) > start {
			dst = append(dst, ", "...)
		}
		if name, ok := names[string(t)]; ok {
			dst = append(dst, name...)
			return
		}
		dst = append(append(dst, "chunk "...), t...)
	})
	if n > maxNamed {
		dst = strconv.AppendInt(append(dst, ", and "...), int64(n-maxNamed), 10)
		dst = append(dst, " more"...)
	}
	return dst
}
