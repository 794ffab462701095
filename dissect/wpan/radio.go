// SPDX-License-Identifier: Apache-2.0

package wpan

import (
	"encoding/binary"
	"math"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// What captures put before a frame. TAP (LINKTYPE_IEEE802_15_4_TAP), little-endian:
//
//	0             2        4
//	| version, -  | length | TLVs: type 2, length 2, value, padded to 4 bytes | frame …
//
// The radio's own (LINKTYPE_IEEE802_15_4_NONASK_PHY): preamble 4, start of frame 1, length 1, frame.

// TAP is the header that sniffers add.
var TAP = &dissect.Protocol{
	Name: "wpan-tap", Title: "IEEE 802.15.4 TAP", Reference: "LINKTYPE_IEEE802_15_4_TAP",
	LinkTypes: []uint32{283},
	Dissect:   tap,
	Summary:   summary,
}

// PHY is the radio's header.
var PHY = &dissect.Protocol{
	Name: "wpan-nonask-phy", Title: "IEEE 802.15.4 non-ASK PHY", Reference: "LINKTYPE_IEEE802_15_4_NONASK_PHY",
	LinkTypes: []uint32{215},
	Dissect:   phy,
	Summary:   summary,
}

const (
	tapHeader, tlvHeader = 4, 4
	// maxTLVs bounds the TLVs of a header; those beyond are passed over.
	maxTLVs = 32

	tapFCS, tapRSS, tapChannel, tapLQI = 0, 1, 3, 10

	phyHeader, phyLength = 6, 5
)

var (
	tapFields = field.Group("wpan_tap")
	fFCS      = tapFields.Add("fcs_type", field.Uint8, "wpan-tap.fcs_type", "Check sequence: 0 none, 1 of 16 bits, 2 of 32 bits", field.Detail, field.Rare)
	fRSS      = tapFields.Add("rss", field.Float, "wpan-tap.rss", "Received signal strength, dBm", field.Rare, field.Detail)
	fChannel  = tapFields.Add("ch_num", field.Uint16, "wpan-tap.ch_num", "Channel")
	fPage     = tapFields.Add("ch_page", field.Uint8, "wpan-tap.ch_page", "Page of the channel", field.Rare, field.Detail)
	fLQI      = tapFields.Add("lqi", field.Uint8, "wpan-tap.lqi", "Link quality", field.Rare, field.Detail)
)

func tap(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, tapHeader) {
		return
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n < tapHeader {
		p.Bad()
		return
	}
	if !p.Need(b, wire, n) {
		return
	}
	for v, i := b[tapHeader:n], 0; len(v) > 0 && i < maxTLVs; i++ {
		if !p.Need(v, len(v), tlvHeader) {
			return
		}
		t, size := binary.LittleEndian.Uint16(v), int(binary.LittleEndian.Uint16(v[2:]))
		if v = v[tlvHeader:]; !p.Need(v, len(v), size) {
			return
		}
		tapValue(p, t, v[:size])
		v = v[min(len(v), (size+3)&^3):]
	}
	p.Call(Protocol, b[n:], wire-n)
}

func tapValue(p *dissect.Packet, t uint16, v []byte) {
	switch {
	case t == tapFCS && len(v) >= 1:
		p.Out.Uint(fFCS, uint64(v[0]))
	case t == tapRSS && len(v) == 4:
		p.Out.Float(fRSS, float64(math.Float32frombits(binary.LittleEndian.Uint32(v))))
	case t == tapChannel && len(v) >= 3:
		p.Out.Uint(fChannel, uint64(binary.LittleEndian.Uint16(v)))
		p.Out.Uint(fPage, uint64(v[2]))
	case t == tapLQI && len(v) >= 1:
		p.Out.Uint(fLQI, uint64(v[0]))
	}
}

func phy(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, phyHeader) {
		return
	}
	n := min(int(b[phyLength]&0x7f), wire-phyHeader)
	b = b[phyHeader:]
	p.Call(Protocol, b[:min(len(b), n)], n)
}
