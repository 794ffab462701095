// SPDX-License-Identifier: Apache-2.0

// Package macsec dissects the SecTAG of MACsec (IEEE 802.1AE, 9.3) and opens what is protected but not encrypted.
//
//	0                                       1              2               6                       14
//	| V 1, ES, SC, SCB, E, C, AN 2 bits     | short length | packet number | SCI (when SC is set)  | secure data … ICV
//
// The secure data of frames without E and C is an EtherType and its payload. The short length counts it when it has fewer than 48 bytes; else
// the last 16 bytes of the frame are the ICV.
package macsec

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen, sciLen, icvLen = 6, 8, 16

	bitSC                   = 0x20
	bitEncrypted, bitChange = 0x08, 0x04
	maskShort               = 0x3f
)

// Protocol is MACsec.
var Protocol = &dissect.Protocol{
	Name: "macsec", Title: "MACSEC", Reference: "IEEE 802.1AE",
	EtherTypes: []uint16{0x88e5},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields = field.Group("macsec")
	fTCI   = fields.Add("tci", field.Uint8, "macsec.TCI", "Tag control information: the upper six bits of the first byte", field.Rare, field.Detail)
	fAN    = fields.Add("an", field.Uint8, "macsec.AN", "Association number")
	fShort = fields.Add("short_length", field.Uint8, "macsec.SL", "Length of secure data of fewer than 48 bytes", field.Rare, field.Detail)
	fPN    = fields.Add("pn", field.Uint32, "macsec.PN", "Packet number")
	fSCI   = fields.Add("sci", field.MAC, "macsec.SCI.system_identifier", "Secure channel: address of the sender")
	fPort  = fields.Add("port", field.Uint16, "macsec.SCI.port_identifier", "Secure channel: port of the sender", field.Rare, field.Detail)
	fType  = fields.Add("etype", field.Uint16, "macsec.etype", "EtherType of secure data that is not encrypted")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	tci, short := b[0], int(b[1]&maskShort)
	p.Out.Uint(fTCI, uint64(tci>>2))
	p.Out.Uint(fAN, uint64(tci&3))
	p.Out.Uint(fShort, uint64(short))
	p.Out.Uint(fPN, uint64(binary.BigEndian.Uint32(b[2:])))
	b, wire = b[headerLen:], wire-headerLen
	if tci&bitSC != 0 {
		if !p.Need(b, wire, sciLen) {
			return
		}
		p.Out.MAC(fSCI, b[:6])
		p.Out.Uint(fPort, uint64(binary.BigEndian.Uint16(b[6:])))
		b, wire = b[sciLen:], wire-sciLen
	}
	if tci&(bitEncrypted|bitChange) != 0 {
		return
	}
	n := wire - icvLen
	if short != 0 {
		n = short
	}
	if n < 2 || n > wire {
		p.Bad()
		return
	}
	if !p.Need(b, n, 2) {
		return
	}
	t := binary.BigEndian.Uint16(b)
	p.Out.Uint(fType, uint64(t))
	p.EtherType(t, b[2:min(n, len(b))], n-2)
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Packet number "...), fPN)
	return dst
}
