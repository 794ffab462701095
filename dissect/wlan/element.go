// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Of management frames' bodies, the network's name and channel are read: they are elements (identifier 1, length 1, value) behind fixed fields.

var (
	fSSID    = fields.Add("ssid", field.Keyword, "wlan.ssid", "Name of the network")
	fChannel = fields.Add("ds.current_channel", field.Uint8, "wlan.ds.current_channel", "Channel that a beacon or probe tells")
)

const (
	elementSSID, elementDS = 0, 3
	// maxElements bounds the elements of a frame.
	maxElements = 128
)

// fixed is how many bytes stand before the elements, by subtype (IEEE 802.11, 9.3.3); -1 where none are read.
var fixed = [16]int{0: 4, 1: 6, 2: 10, 3: 6, 4: 0, 5: 12, 6: -1, 7: -1, 8: 12, 9: -1, 10: -1, 11: -1, 12: -1, 13: -1, 14: -1, 15: -1}

// managementBody passes over HT control, which the order flag tells, and reads a body that is not encrypted.
func managementBody(p *dissect.Packet, subtype, flags uint8, b []byte, wire int) {
	if flags&flagProtect != 0 {
		return
	}
	if flags&flagOrder != 0 {
		if wire < htControl || !p.Need(b, wire, htControl) {
			return
		}
		b, wire = b[htControl:], wire-htControl
	}
	elements(p, subtype, b, wire)
}

func elements(p *dissect.Packet, subtype uint8, b []byte, wire int) {
	n := fixed[subtype&15]
	if n < 0 || wire <= n || !p.Need(b, wire, n) {
		return
	}
	b, wire = b[n:], wire-n
	for range maxElements {
		if wire < 2 || !p.Need(b, wire, 2) {
			return
		}
		id, n := b[0], int(b[1])
		b, wire = b[2:], wire-2
		if !p.Need(b, wire, n) {
			return
		}
		switch v := b[:n]; {
		case id == elementSSID && n > 0:
			p.Out.Text(fSSID, v)
		case id == elementDS && n == 1:
			p.Out.Uint(fChannel, uint64(v[0]))
		}
		b, wire = b[n:], wire-n
	}
}
