// SPDX-License-Identifier: Apache-2.0

// Package pgm dissects Pragmatic General Multicast (RFC 3208).
//
//	0             2                  4      5         6          8                  14            16
//	| source port | destination port | type | options | checksum | global source id | TSDU length | of the type …
//
// Not decoded: options, the parts of the types but for sequence numbers, the data.
package pgm

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const globalIDLen = 6

// Protocol is PGM.
var Protocol = &dissect.Protocol{
	Name: "pgm", Title: "PGM", Reference: "RFC 3208",
	IPProtocols: []uint8{113},
	Summary:     summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("pgm")
	fType     = fields.Add("hdr.type", field.Uint8, "pgm.hdr.type", "Type: 0 SPM, 1 POLL, 2 POLR, 4 ODATA, 5 RDATA, 8 NAK, 9 NNAK, 10 NCF")
	fOptions  = fields.Add("hdr.opts", field.Uint8, "pgm.hdr.opts", "Flags of options", field.Rare, field.Detail)
	fChecksum = fields.Add("hdr.cksum", field.Uint16, "pgm.hdr.cksum", "Checksum", field.Rare, field.Detail)
	fSource   = fields.Add("hdr.gsi", field.Hex, "pgm.hdr.gsi", "Global source id")
	fLength   = fields.Add("hdr.tsdulen", field.Uint16, "pgm.hdr.tsdulen", "Length of the data, bytes", field.Rare, field.Detail)
	fSequence = fields.Add("sqn", field.Uint32, "pgm.spm.sqn, pgm.data.sqn, pgm.nak.sqn, pgm.poll.sqn, pgm.polr.sqn", "Sequence number", field.Rare)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	source, destination := c.U16(), c.U16()
	if c.Failed {
		return
	}
	p.SetPorts(source, destination)
	if !p.Quoted {
		p.State.Converse(p)
	}
	c.Uint8(fType)
	c.Uint8(fOptions)
	c.Uint16(fChecksum)
	c.Hex(fSource, globalIDLen)
	c.Uint16(fLength)
	c.Uint32(fSequence)
}

var types = map[string]string{"0": "SPM", "1": "POLL", "2": "POLR", "4": "ODATA", "5": "RDATA", "8": "NAK", "9": "NNAK", "10": "NCF", "13": "ACK"}

// summary reads "POLL sqn 7 gsi 83f2d6491cb3", as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Text(nil, fType)
	if name := types[string(kind)]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = append(append(dst, "Type "...), kind...)
	}
	dst, _ = v.Text(append(dst, " sqn "...), fSequence)
	dst, _ = v.Text(append(dst, " gsi "...), fSource)
	return dst
}
