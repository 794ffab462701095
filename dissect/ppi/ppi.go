// SPDX-License-Identifier: Apache-2.0

// Package ppi dissects LINKTYPE_PPI, the Per-Packet Information header.
//
//	0         1       2        4
//	| version | flags | length | link type, 4 bytes | fields: type 2, length 2, value | packet …
//
// All numbers are little-endian. Not decoded: fields other than 802.11-Common.
package ppi

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/wlan"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen, fieldHeader = 8, 4
	// maxFields bounds the fields of a header.
	maxFields = 64
	fcsLen    = 4
)

const (
	linkWLAN = 105

	// common is the type of 802.11-Common, of that length.
	common, commonLen = 2, 20
	// flagFCS, of its flags, says that the frame ends with its FCS.
	flagFCS = 1
)

// Protocol is PPI.
var Protocol = &dissect.Protocol{
	Name: "ppi", Title: "PPI", Reference: "LINKTYPE_PPI",
	LinkTypes: []uint32{192},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields  = field.Group("ppi")
	fLength = fields.Add("length", field.Uint16, "ppi.length", "Length of the header, bytes", field.Rare, field.Detail)
	fDLT    = fields.Add("dlt", field.Uint32, "ppi.dlt", "Link type of the packet")
	fRate   = fields.Add("datarate", field.Float, "ppi.80211-common.rate", "Data rate, Mbit/s")
	fFreq   = fields.Add("channel_freq", field.Uint16, "ppi.80211-common.chan.freq", "Channel frequency, MHz")
	fSignal = fields.Add("dbm_antsignal", field.Int64, "ppi.80211-common.dbm.antsignal", "Signal at the antenna, dBm")
	fNoise  = fields.Add("dbm_antnoise", field.Int64, "ppi.80211-common.dbm.antnoise", "Noise at the antenna, dBm", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	n, dlt := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	p.Out.Uint(fLength, uint64(n))
	p.Out.Uint(fDLT, uint64(dlt))
	if n < headerLen {
		p.Bad()
		return
	}
	if !p.Need(b, wire, n) {
		return
	}
	fcs := attributes(p, b[headerLen:n])
	b, wire = b[n:], wire-n
	if dlt == linkWLAN {
		if fcs && wire >= fcsLen {
			wire -= fcsLen
		}
		wlan.Frame(p, b[:min(len(b), wire)], wire, false)
		return
	}
	if next := p.Registry.Link(dlt); next != p.Top() {
		outer := p.LinkType
		p.LinkType = dlt
		p.Call(next, b, wire)
		p.LinkType = outer
	}
}

// attributes writes the fields and reports whether the frame ends with its FCS.
func attributes(p *dissect.Packet, b []byte) (fcs bool) {
	for range maxFields {
		if len(b) < fieldHeader {
			return fcs
		}
		t, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		b = b[fieldHeader:]
		if n > len(b) {
			p.Bad()
			return fcs
		}
		if t == common && n >= commonLen {
			fcs = binary.LittleEndian.Uint16(b[8:])&flagFCS != 0
			p.Out.Float(fRate, float64(binary.LittleEndian.Uint16(b[10:]))/2)
			p.Out.Uint(fFreq, uint64(binary.LittleEndian.Uint16(b[12:])))
			p.Out.Int(fSignal, int64(int8(b[18])))
			p.Out.Int(fNoise, int64(int8(b[19])))
		}
		b = b[n:]
	}
	return fcs
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Link type "...), fDLT)
	return dst
}
