// SPDX-License-Identifier: Apache-2.0

// Package isis dissects Intermediate System to Intermediate System routing (ISO/IEC 10589, for IP: RFC 1195).
//
//	0      1               2         3           4      5         6          7
//	| 0x83 | header length | version | ID length | type | version | reserved | maximum areas |
//
//	hello    circuit type 1, source ID, holding time 2, PDU length 2, then LAN: priority 1, LAN ID + 1; point-to-point: circuit 1
//	LSP      PDU length 2, lifetime 2, LSP ID + 2, sequence 4, checksum 2, bits 1
//	CSNP     PDU length 2, source ID + 1, first LSP ID + 2, last LSP ID + 2
//	PSNP     PDU length 2, source ID + 1
//
// IDs have as many bytes as the header says, 6 for 0. TLVs (type 1, length 1, value) follow, in tlv.go. As in Wireshark, each kind of PDU is a layer of
// its own. Limits: 1024 TLVs and entries of each. Not decoded: sub-TLVs, TRILL and SPB, traffic engineering; checksums are not verified.
package isis

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	typeMask  = 0x1f
	// defaultID is the length of an ID when the header says 0.
	defaultID, maxID = 6, 8
	pointToPoint     = 17
)

// Protocol is IS-IS; the others are its PDUs.
var (
	Protocol = &dissect.Protocol{Name: "isis", Title: "IS-IS", Reference: "ISO/IEC 10589", EtherTypes: []uint16{0x22f4}, Dissect: decode, Summary: summary}
	Hello    = &dissect.Protocol{Name: "isis.hello", Title: "ISIS HELLO", Reference: "ISO/IEC 10589", Dissect: hello, Summary: helloSummary}
	LSP      = &dissect.Protocol{Name: "isis.lsp", Title: "ISIS LSP", Reference: "ISO/IEC 10589", Dissect: lsp, Summary: lspSummary}
	CSNP     = &dissect.Protocol{Name: "isis.csnp", Title: "ISIS CSNP", Reference: "ISO/IEC 10589", Dissect: csnp, Summary: csnpSummary}
	PSNP     = &dissect.Protocol{Name: "isis.psnp", Title: "ISIS PSNP", Reference: "ISO/IEC 10589", Dissect: psnp, Summary: psnpSummary}
)

var (
	fields  = field.Group("isis")
	fType   = fields.Add("type", field.Uint8, "isis.type", "PDU type: 15 and 16 LAN hello of level 1 and 2, 17 point-to-point hello, 18 and 20 LSP, 24 and 25 CSNP, 26 and 27 PSNP")
	fIDLen  = fields.Add("sysid_len", field.Uint8, "isis.sysid_len", "Length of IDs, bytes; 0 for 6", field.Rare, field.Detail, field.Sparse)
	fAreas  = fields.Add("max_area_adr", field.Uint8, "isis.max_area_adr", "Largest number of areas; 0 for 3", field.Rare, field.Detail, field.Sparse)
	fLength = fields.Add("pdu_length", field.Uint16, "isis.hello.pdu_length, isis.lsp.pdu_length, isis.csnp.pdu_length, isis.psnp.pdu_length", "Length of the PDU, bytes", field.Rare, field.Detail)

	helloFields = field.Group("isis.hello")
	fCircuit    = helloFields.Add("circuit_type", field.Uint8, "isis.hello.circuit_type", "Levels of the circuit: 1, 2, 3 for both", field.Rare, field.Detail)
	fSource     = helloFields.Add("source_id", field.Keyword, "isis.hello.source_id", "System that sends the hello")
	fHold       = helloFields.Add("holding_timer", field.Uint16, "isis.hello.holding_timer", "How long a hello holds, seconds", field.Rare, field.Detail)
	fPriority   = helloFields.Add("priority", field.Uint8, "isis.hello.priority", "Priority to become designated system", field.Rare, field.Detail)
	fLAN        = helloFields.Add("lan_id", field.Keyword, "isis.hello.lan_id", "Designated system of the LAN")
	fCircuitID  = helloFields.Add("local_circuit_id", field.Uint8, "isis.hello.local_circuit_id", "Circuit of the sender", field.Rare, field.Detail)

	lspFields = field.Group("isis.lsp")
	fLSP      = lspFields.Add("lsp_id", field.Keyword, "isis.lsp.lsp_id", "ID of the LSP: system, pseudonode, fragment")
	fSequence = lspFields.Add("sequence_number", field.Uint32, "isis.lsp.sequence_number", "Sequence number of the LSP", field.Rare)
	fLife     = lspFields.Add("remaining_life", field.Uint16, "isis.lsp.remaining_life", "Remaining lifetime, seconds; 0 purges the LSP", field.Rare, field.Detail)
	fChecksum = lspFields.Add("checksum", field.Uint16, "isis.lsp.checksum", "Checksum of the LSP", field.Rare, field.Detail)
	fIsType   = lspFields.Add("is_type", field.Uint8, "isis.lsp.is_type", "Levels of the sender: 1, 3 for level 2", field.Rare, field.Detail)
	fOverload = lspFields.Add("overload", field.Bool, "isis.lsp.overload", "The sender carries no transit traffic")
	fAttached = lspFields.Add("att", field.Uint8, "isis.lsp.att", "The sender reaches other areas, bits for each metric", field.Rare, field.Detail, field.Sparse)

	fCSNPSource = fields.Add("csnp.source_id", field.Keyword, "isis.csnp.source_id", "System that sends the CSNP")
	fStart      = fields.Add("csnp.start_lsp_id", field.Keyword, "isis.csnp.start_lsp_id", "First LSP ID of the CSNP", field.Rare, field.Detail)
	fEnd        = fields.Add("csnp.end_lsp_id", field.Keyword, "isis.csnp.end_lsp_id", "Last LSP ID of the CSNP", field.Rare, field.Detail)
	fPSNPSource = fields.Add("psnp.source_id", field.Keyword, "isis.psnp.source_id", "System that sends the PSNP")
)

// reader is a PDU while it is read; id is the length of an ID.
type reader struct {
	common.Cursor
	id   int
	kind uint8
	// before counts the bytes of the PDU that were read before Cursor began.
	before int
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	kind := b[4] & typeMask
	p.Out.Uint(fType, uint64(kind))
	p.Out.Uint(fIDLen, uint64(b[3]))
	p.Out.Uint(fAreas, uint64(b[7]))
	if b[3] > maxID {
		p.Bad()
		return
	}
	switch kind {
	case 15, 16, pointToPoint:
		p.Call(Hello, b, wire)
	case 18, 20:
		p.Call(LSP, b, wire)
	case 24, 25:
		p.Call(CSNP, b, wire)
	case 26, 27:
		p.Call(PSNP, b, wire)
	}
}

// start returns a reader of what follows the common header, which is there.
func start(p *dissect.Packet, b []byte, wire int) reader {
	id := int(b[3])
	if id == 0 {
		id = defaultID
	}
	return reader{common.Read(p, b[headerLen:], wire-headerLen), id, b[4] & typeMask, wire}
}

// length reads the PDU's length and ends the reader there.
func (r *reader) length() {
	n := int(r.Uint16(fLength))
	if r.Failed {
		return
	}
	n -= r.before - r.Wire
	r.Cursor = r.Sub(n)
}

func hello(p *dissect.Packet, b []byte, wire int) {
	r := start(p, b, wire)
	if c := r.U8(); !r.Failed {
		p.Out.Uint(fCircuit, uint64(c&3))
	}
	r.system(fSource, 0)
	r.Uint16(fHold)
	r.length()
	if r.kind == pointToPoint {
		r.Uint8(fCircuitID)
	} else {
		if n := r.U8(); !r.Failed {
			p.Out.Uint(fPriority, uint64(n&0x7f))
		}
		r.system(fLAN, 1)
	}
	r.tlvs()
}

func lsp(p *dissect.Packet, b []byte, wire int) {
	r := start(p, b, wire)
	r.length()
	r.Uint16(fLife)
	r.system(fLSP, 2)
	r.Uint32(fSequence)
	r.Uint16(fChecksum)
	if bits := r.U8(); !r.Failed {
		p.Out.Uint(fIsType, uint64(bits&3))
		p.Out.Bool(fOverload, bits&4 != 0)
		p.Out.Uint(fAttached, uint64(bits>>3&15))
	}
	r.tlvs()
}

func csnp(p *dissect.Packet, b []byte, wire int) {
	r := start(p, b, wire)
	r.length()
	r.system(fCSNPSource, 0)
	r.Skip(1)
	r.system(fStart, 2)
	r.system(fEnd, 2)
	r.tlvs()
}

func psnp(p *dissect.Packet, b []byte, wire int) {
	r := start(p, b, wire)
	r.length()
	r.system(fPSNPSource, 0)
	r.Skip(1)
	r.tlvs()
}

// system reads an ID and the bytes behind it: none, the pseudonode, or pseudonode and fragment.
func (r *reader) system(id field.ID, more int) {
	b := r.Bytes(r.id + more)
	if b == nil {
		return
	}
	var text [3 * (maxID + 2)]byte
	r.P.Out.Text(id, appendSystem(text[:0], b, r.id))
}

const digits = "0123456789abcdef"

// appendSystem appends an ID of n bytes as 0000.0000.0001, with the pseudonode .00 and the fragment -00.
func appendSystem(dst, b []byte, n int) []byte {
	for i, o := range b {
		switch {
		case i == n+1:
			dst = append(dst, '-')
		case i == n || i > 0 && i < n && i%2 == 0:
			dst = append(dst, '.')
		}
		dst = append(dst, digits[o>>4], digits[o&15])
	}
	return dst
}
