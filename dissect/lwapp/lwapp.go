// SPDX-License-Identifier: Apache-2.0

// Package lwapp dissects the Lightweight Access Point Protocol over UDP (RFC 5412, 3), which carries IEEE 802.11 frames between access point and controller.
//
//	0                                  1             2        4      5     6
//	| version 2, radio 3, C, F, L bits | fragment id | length | RSSI | SNR | frame, or a control message: type 1, sequence 1, length 2, session 4 …
//
// Messages to the controller's control port (12223) have the access point's address in front. The frame control is read in its usual order of
// bytes, as Wireshark does by default, though some access points send it swapped. Not decoded: fragments, elements of control messages, which are encrypted, LWAPP without IP.
package lwapp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 6
	addrLen    = 6
	controlLen = 4

	portData, portControl = 12222, 12223

	flagControl, flagFragment = 0x04, 0x02
)

// Protocol is LWAPP.
var Protocol = &dissect.Protocol{
	Name: "lwapp", Title: "LWAPP", Reference: "RFC 5412",
	UDPPorts: []uint16{portData, portControl},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("lwapp")
	fAP       = fields.Add("apid", field.MAC, "lwapp.apid", "Access point")
	fVersion  = fields.Add("version", field.Uint8, "lwapp.version", "Version", field.Detail, field.Rare)
	fSlot     = fields.Add("slot_id", field.Uint8, "lwapp.slotId", "Radio of the access point", field.Rare, field.Detail)
	fControl  = fields.Add("flags.type", field.Bool, "lwapp.flags.type", "Control message, no frame", field.Rare, field.Detail)
	fFragment = fields.Add("flags.fragment", field.Bool, "lwapp.flags.fragment", "Fragment", field.Rare, field.Detail, field.Sparse)
	fLength   = fields.Add("length", field.Uint16, "lwapp.Length", "Length behind the header, bytes", field.Detail, field.Rare)
	fRSSI     = fields.Add("rssi", field.Uint8, "lwapp.rssi", "Signal strength", field.Rare, field.Detail)
	fSNR      = fields.Add("snr", field.Uint8, "lwapp.snr", "Signal to noise ratio", field.Rare, field.Detail)
	fType     = fields.Add("control.type", field.Uint8, "lwapp.control.type", "Type of a control message")
	fSeq      = fields.Add("control.seqno", field.Uint8, "lwapp.control.seqno", "Sequence number of a control message", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if p.Core.Destination.Port == portControl {
		if !p.Need(b, wire, addrLen) {
			return
		}
		p.Out.MAC(fAP, b[:addrLen])
		b, wire = b[addrLen:], wire-addrLen
	}
	if !p.Need(b, wire, headerLen) {
		return
	}
	flags, n := b[0], int(binary.BigEndian.Uint16(b[2:]))
	p.Out.Uint(fVersion, uint64(flags>>6))
	p.Out.Uint(fSlot, uint64(flags>>3&7))
	p.Out.Bool(fControl, flags&flagControl != 0)
	p.Out.Bool(fFragment, flags&flagFragment != 0)
	p.Out.Uint(fLength, uint64(n))
	p.Out.Uint(fRSSI, uint64(b[4]))
	p.Out.Uint(fSNR, uint64(b[5]))
	b, wire = b[headerLen:], wire-headerLen
	switch {
	case flags&flagControl != 0:
		if p.Need(b, wire, controlLen) {
			p.Out.Uint(fType, uint64(b[0]))
			p.Out.Uint(fSeq, uint64(b[1]))
		}
	case flags&flagFragment == 0 && p.Tunnel(0):
		p.CallName("wlan", b, wire)
	}
}

func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "Control message, type "...), fType); ok {
		return text
	}
	dst, _ = v.Text(append(dst, "Radio "...), fSlot)
	return dst
}
