// SPDX-License-Identifier: Apache-2.0

// Package llcgprs dissects frames of Logical Link Control between mobile station and support node of a GPRS network (3GPP TS 44.064). It is not that of IEEE 802.2.
//
//	0                                1               2 to 4                  3 from the end
//	| PD 0, C/R, 2 bits, SAPI 4 bits | control field | information …         | FCS, least significant byte first
//
// Control fields by their first bits (6.3), with X for spare bits; sequence numbers have 9 bits:
//
//	I   0    A X N(S) X N(R) S1 S2      then the bitmap of a SACK, when S1 and S2 are set
//	S   10   A X X N(R) S1 S2
//	UI  110  X X N(U) E PM              E: ciphered; PM: protected as a whole
//	U   111  P/F M4 M3 M2 M1
//
// The messages in UI frames that are not ciphered are opened, those of mobility and session management and of SMS. What is ciphered is left as it is; in I frames nothing
// says whether it is. Not decoded: user data (SNDCP), tunnelled messages, parameters of XID and SABM, bitmaps.
package llcgprs

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/gsm"
	"github.com/espbeat/espbeat/field"
)

const (
	flagPD   = 0x80
	maskSAPI = 0x0f
	lenFCS   = 3
	// lenUnprotected is what the FCS of an unprotected frame covers: the header, and N202 bytes of information (TS 44.064, 8.9.6).
	lenUnprotected = 3 + 4

	sapiGMM = 1 // mobility and session management
	sapiSMS = 7
)

// Where each format of the control field begins, among the values of its first byte; I frames are below.
const (
	formatS  = 0x80
	formatUI = 0xc0
	formatU  = 0xe0
)

const (
	maskSequence  = 0x1ff
	flagCiphered  = 2 // E
	flagProtected = 1 // PM
)

// Protocol is LLC of GPRS.
var Protocol = &dissect.Protocol{
	Name: "llcgprs", Title: "GPRS-LLC", Reference: "3GPP TS 44.064", Dissect: decode, Summary: summary,
}

var (
	fields     = field.Group("llcgprs")
	fSAPI      = fields.Add("sapi", field.Uint8, "llcgprs.sapi", "Service access point: 1 mobility and session management, 3, 5, 9 and 11 user data, 7 SMS")
	fNS        = fields.Add("ns", field.Uint16, "llcgprs.sackns", "Number of an I frame", field.Rare, field.Detail)
	fNR        = fields.Add("nr", field.Uint16, "llcgprs.nr, llcgprs.sacknr", "Number of the I frame that is expected", field.Rare, field.Detail)
	fNU        = fields.Add("nu", field.Uint16, "llcgprs.nu", "Number of a UI frame", field.Rare, field.Detail)
	fCiphered  = fields.Add("e", field.Bool, "llcgprs.e", "UI frame is ciphered")
	fProtected = fields.Add("pm", field.Bool, "llcgprs.pm", "FCS covers all of a UI frame", field.Rare, field.Detail)
	fCommand   = fields.Add("ucom", field.Uint8, "llcgprs.ucom", "Command or response of a U frame: 1 DM, 4 DISC, 6 UA, 7 SABM, 8 FRMR, 11 XID", field.Rare, field.Detail)
	fFCS       = fields.Add("fcs", field.Uint32, "llcgprs.fcs", "Frame check sequence (CRC-24)", field.Rare, field.Detail)
	fStatus    = fields.Add("fcs_status", field.Uint8, "", "0 bad, 1 good, 2 unverified, as of ciphered and cut frames; when checksums are verified", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if b[0]&flagPD != 0 { // an invalid frame (6.2.1)
		p.Bad()
		return
	}
	sapi := b[0] & maskSAPI
	p.Out.Uint(fSAPI, uint64(sapi))
	if wire < 1+lenFCS {
		p.Bad()
		return
	}
	end := min(len(b), wire-lenFCS)
	c := common.Read(p, b[1:end], wire-lenFCS-1)
	f := control(&c)
	if c.Failed {
		return
	}
	if p.Need(b, wire, wire) {
		p.Out.Uint(fFCS, uint64(sequence(b[end:])))
	}
	if p.Options.Checksums {
		p.Out.Uint(fStatus, uint64(f.status(b, wire)))
	}
	if f.plain && (sapi == sapiGMM || sapi == sapiSMS) {
		p.Call(gsm.DTAP, c.B, c.Wire)
	}
}

// frame is what the control field says of the rest.
type frame struct {
	plain       bool // a UI frame whose information can be read
	hidden      bool // what follows the header is ciphered, or may be
	unprotected bool
}

// control reads the control field and writes its numbers.
func control(c *common.Cursor) frame {
	first := c.U8()
	out := c.P.Out
	switch {
	case c.Failed:
	case first < formatS:
		if rest := c.U16(); !c.Failed {
			out.Uint(fNS, uint64(first&0x1f)<<4|uint64(rest>>12))
			out.Uint(fNR, uint64(rest>>2&maskSequence))
		}
		return frame{hidden: true}
	case first < formatUI:
		if rest := c.U8(); !c.Failed {
			out.Uint(fNR, uint64(first&7)<<6|uint64(rest>>2))
		}
	case first < formatU:
		rest := c.U8()
		if c.Failed {
			break
		}
		ciphered, protected := rest&flagCiphered != 0, rest&flagProtected != 0
		out.Uint(fNU, uint64(first&7)<<6|uint64(rest>>2))
		out.Bool(fCiphered, ciphered)
		out.Bool(fProtected, protected)
		return frame{plain: !ciphered, hidden: ciphered, unprotected: !protected}
	default:
		out.Uint(fCommand, uint64(first&0xf))
	}
	return frame{}
}

// status verifies the check sequence of frame b, which is computed before the rest and the sequence itself are ciphered.
func (f frame) status(b []byte, wire int) checksum.Status {
	if f.hidden || len(b) < wire {
		return checksum.Unverified
	}
	covered, fcs := b[:wire-lenFCS], b[wire-lenFCS:wire]
	if f.unprotected {
		covered = covered[:min(len(covered), lenUnprotected)]
	}
	if crc24(covered) != sequence(fcs) {
		return checksum.Bad
	}
	return checksum.Good
}

// sequence is the number in the 3 bytes of an FCS.
func sequence(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// crc24 computes the frame check sequence (TS 44.064, 5.5).
func crc24(b []byte) uint32 {
	const all = 1<<24 - 1
	sum := uint32(all)
	for _, o := range b {
		sum = sum>>8 ^ crcTable[byte(sum)^o]
	}
	return sum ^ all
}

var crcTable = func() (t [256]uint32) {
	const polynomial = 0xad85dd // x^24+x^23+x^21+x^20+x^19+x^17+x^16+x^15+x^13+x^8+x^7+x^5+x^4+x^2+1, lowest power in the highest bit
	for i := range t {
		v := uint32(i)
		for range 8 {
			v = v>>1 ^ v&1*polynomial
		}
		t[i] = v
	}
	return t
}()

var (
	services = map[uint64]string{1: "LLGMM", 2: "TOM2", 3: "LL3", 5: "LL5", 7: "LLSMS", 8: "TOM8", 9: "LL9", 11: "LL11"}
	commands = map[uint64]string{0: "NULL", 1: "DM", 4: "DISC", 6: "UA", 7: "SABM", 8: "FRMR", 11: "XID"}
)

func summary(dst []byte, v dissect.View) []byte {
	sapi, _ := v.Uint(fSAPI)
	if name := services[sapi]; name != "" {
		dst = append(append(dst, "SAPI: "...), name...)
	} else {
		dst, _ = v.Text(append(dst, "SAPI: "...), fSAPI)
	}
	for _, f := range [...]struct {
		name string
		id   field.ID
	}{{", UI, N(U) = ", fNU}, {", N(S) = ", fNS}, {", N(R) = ", fNR}} {
		if _, ok := v.Uint(f.id); ok {
			dst, _ = v.Text(append(dst, f.name...), f.id)
		}
	}
	if command, ok := v.Uint(fCommand); ok {
		dst = append(dst, ", U, "...)
		if name := commands[command]; name != "" {
			dst = append(dst, name...)
		} else {
			dst, _ = v.Text(append(dst, "command "...), fCommand)
		}
	}
	if e, _ := v.Uint(fCiphered); e != 0 {
		dst = append(dst, ", ciphered"...)
	}
	return dst
}
