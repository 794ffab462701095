// SPDX-License-Identifier: Apache-2.0

// Package wlan dissects IEEE 802.11 frames: MAC headers, the bodies of management frames, and what data frames carry.
//
//	0                                 2          4           10          16          22
//	| version 2, type 2, subtype 4 |  | duration | address 1 | address 2 | address 3 | sequence | address 4, QoS 2, HT control 4 | LLC …
//	| flags 8                      |
//
// All numbers are little-endian. Address 4 is there when both DS bits are set, QoS in data frames of subtype 8 and above, HT control with the order
// flag in QoS data and management frames. Control frames end after address 1 or 2: file control.go, with protocol version 1.
// Not decoded: encrypted and fragmented data, mesh headers, the FCS.
package wlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Types of frames (IEEE 802.11, 9.2.4.1.3).
const (
	management = 0
	control    = 1
	data       = 2
)

// Flags, the second byte of the frame control.
const (
	flagDS       = 0x03 // to DS 1, from DS 2
	flagMoreFrag = 0x04
	flagRetry    = 0x08
	flagPower    = 0x10
	flagMoreData = 0x20
	flagProtect  = 0x40
	flagOrder    = 0x80
)

// extension is the type of beacons in other bands.
const extension = 3

// Bits of a data frame's subtype.
const (
	subtypeNoData = 0x4
	subtypeQoS    = 0x8
)

// Of the first QoS byte: the traffic identifier, and that the body is an aggregate.
const qosTID, qosAMSDU = 0x0f, 0x80

const (
	addrLen     = 6
	shortHeader = 10 // with address 1
	fullHeader  = 24 // with three addresses and the sequence
	htControl   = 4
	// amsduHeader is the header of a frame in an aggregate; maxAMSDU bounds their number.
	amsduHeader, maxAMSDU = 14, 16
)

// Protocol is IEEE 802.11.
var Protocol = &dissect.Protocol{
	Name: "wlan", Title: "802.11", Reference: "IEEE 802.11",
	LinkTypes: []uint32{105},
	Dissect:   func(p *dissect.Packet, b []byte, wire int) { frame(p, b, wire, false) },
	Summary:   summary,
}

// Radio is the layer that Wireshark puts between a radio header and the frame; it has no bytes.
var Radio = &dissect.Protocol{Name: "wlan_radio", Title: "802.11 radio", Reference: "IEEE 802.11", Summary: summary,
	Dissect: func(p *dissect.Packet, b []byte, wire int) { p.Call(Protocol, b, wire) }}

var (
	fields     = field.Group("wlan")
	fType      = fields.Add("fc.type", field.Uint8, "wlan.fc.type", "Type: 0 management, 1 control, 2 data, 3 extension")
	fSubtype   = fields.Add("fc.type_subtype", field.Uint16, "wlan.fc.type_subtype", "Type times 16 plus subtype; 0x160 and up are extended control frames")
	fDS        = fields.Add("fc.ds", field.Uint8, "wlan.fc.ds", "DS bits: 1 to the distribution system, 2 from it")
	fRetry     = fields.Add("fc.retry", field.Bool, "wlan.fc.retry", "Retransmission")
	fFragments = fields.Add("fc.frag", field.Bool, "wlan.fc.frag", "More fragments follow", field.Detail, field.Rare)
	fPower     = fields.Add("fc.pwrmgt", field.Bool, "wlan.fc.pwrmgt", "Sender is going to sleep", field.Detail, field.Rare)
	fMoreData  = fields.Add("fc.moredata", field.Bool, "wlan.fc.moredata", "More data wait for the receiver", field.Detail, field.Rare)
	fProtected = fields.Add("fc.protected", field.Bool, "wlan.fc.protected", "Body is encrypted")
	fDuration  = fields.Add("duration", field.Uint16, "wlan.duration", "Time that the exchange takes, µs", field.Rare)
	fRA        = fields.Add("ra", field.MAC, "wlan.ra", "Receiver address")
	fTA        = fields.Add("ta", field.MAC, "wlan.ta", "Transmitter address")
	fDA        = fields.Add("da", field.MAC, "wlan.da", "Destination address")
	fSA        = fields.Add("sa", field.MAC, "wlan.sa", "Source address")
	fBSSID     = fields.Add("bssid", field.MAC, "wlan.bssid", "Basic service set")
	fFrag      = fields.Add("frag", field.Uint8, "wlan.frag", "Fragment number", field.Rare)
	fSeq       = fields.Add("seq", field.Uint16, "wlan.seq", "Sequence number")
	fTID       = fields.Add("qos.tid", field.Uint8, "wlan.qos.tid", "Traffic identifier of QoS data", field.Rare)
)

// Frame dissects a frame behind a radio header. padded says that the MAC header was filled up to a multiple of 4 bytes.
func Frame(p *dissect.Packet, b []byte, wire int, padded bool) {
	if !padded {
		p.Call(Radio, b, wire)
		return
	}
	if wire > 0 && p.Need(b, wire, 1) && p.Push(Radio) && p.Push(Protocol) {
		frame(p, b[:len(b):len(b)], wire, true)
	}
}

func frame(p *dissect.Packet, b []byte, wire int, padded bool) {
	if !p.Need(b, wire, 2) {
		return
	}
	switch b[0] & 3 {
	case 0:
	case 1:
		version1(p, b, wire)
		return
	default:
		p.Bad()
		return
	}
	kind, subtype, flags := b[0]>>2&3, b[0]>>4, b[1]
	p.Out.Uint(fType, uint64(kind))
	if kind == control && subtype == controlExtension {
		p.Out.Uint(fSubtype, extended|uint64(flags&0xf))
	} else {
		p.Out.Uint(fSubtype, uint64(kind<<4|subtype))
		if kind != extension || subtype == 0 {
			putFlags(p, flags)
		}
	}
	if !p.Need(b, wire, 4) {
		return
	}
	if n := binary.LittleEndian.Uint16(b[2:]); kind == control && subtype == controlPoll {
		p.Out.Uint(fAID, uint64(n&maskAID))
	} else {
		p.Out.Uint(fDuration, uint64(n))
	}
	switch kind {
	case control:
		controlFrame(p, subtype, flags, b, wire)
	case extension:
		beaconElsewhere(p, subtype, b, wire)
	case management:
		if p.Need(b, wire, fullHeader) {
			addresses(p, 0, b)
			sequence(p, b)
			managementBody(p, subtype, flags, b[fullHeader:], wire-fullHeader)
		}
	case data:
		if p.Need(b, wire, fullHeader) {
			dataFrame(p, subtype, flags, b, wire, padded)
		}
	}
}

func putFlags(p *dissect.Packet, flags uint8) {
	p.Out.Uint(fDS, uint64(flags&flagDS))
	p.Out.Bool(fFragments, flags&flagMoreFrag != 0)
	p.Out.Bool(fRetry, flags&flagRetry != 0)
	p.Out.Bool(fPower, flags&flagPower != 0)
	p.Out.Bool(fMoreData, flags&flagMoreData != 0)
	p.Out.Bool(fProtected, flags&flagProtect != 0)
}

// addresses writes the addresses that the DS bits give their roles (IEEE 802.11, 9.3.2.1). b holds four of them when both bits are set.
func addresses(p *dissect.Packet, ds uint8, b []byte) {
	a1, a2, a3 := b[4:10], b[10:16], b[16:22]
	da, sa, bssid := a1, a2, a3
	switch ds {
	case 1:
		da, bssid = a3, a1
	case 2:
		sa, bssid = a3, a2
	case 3:
		da, sa, bssid = a3, b[fullHeader:fullHeader+addrLen], nil
	}
	p.Out.MAC(fRA, a1)
	p.Out.MAC(fTA, a2)
	p.Out.MAC(fDA, da)
	p.Out.MAC(fSA, sa)
	if bssid != nil {
		p.Out.MAC(fBSSID, bssid)
	}
	p.SetMAC(sa, da)
}

func sequence(p *dissect.Packet, b []byte) {
	n := binary.LittleEndian.Uint16(b[22:])
	p.Out.Uint(fFrag, uint64(n&0xf))
	p.Out.Uint(fSeq, uint64(n>>4))
}

func dataFrame(p *dissect.Packet, subtype, flags uint8, b []byte, wire int, padded bool) {
	n := fullHeader
	if flags&flagDS == flagDS {
		n += addrLen
		if !p.Need(b, wire, n) {
			return
		}
	}
	addresses(p, flags&flagDS, b)
	sequence(p, b)
	amsdu := false
	if subtype&subtypeQoS != 0 {
		n += 2
		if !p.Need(b, wire, n) {
			return
		}
		p.Out.Uint(fTID, uint64(b[n-2]&qosTID))
		amsdu = b[n-2]&qosAMSDU != 0
		if flags&flagOrder != 0 {
			n += htControl
		}
	}
	if padded {
		n = (n + 3) &^ 3
	}
	if subtype&subtypeNoData != 0 || flags&(flagProtect|flagMoreFrag) != 0 || b[22]&0xf != 0 || wire <= n || !p.Need(b, wire, n) {
		return
	}
	b, wire = b[n:], wire-n
	if !amsdu {
		p.CallName("llc", b, wire)
		return
	}
	aggregate(p, b, wire)
}

// aggregate hands on the frames of an A-MSDU: addresses, length, LLC, padding to 4 bytes.
func aggregate(p *dissect.Packet, b []byte, wire int) {
	for range maxAMSDU {
		if wire < amsduHeader || !p.Need(b, wire, amsduHeader) {
			return
		}
		p.SetMAC(b[6:12], b[0:6])
		n := int(binary.BigEndian.Uint16(b[12:]))
		b, wire = b[amsduHeader:], wire-amsduHeader
		if n > wire {
			p.Bad()
			return
		}
		p.CallName("llc", b[:min(n, len(b))], n)
		n = min((n+amsduHeader+3)&^3-amsduHeader, len(b))
		b, wire = b[n:], wire-n
	}
}
