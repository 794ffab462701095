// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The bodies of management frames: fixed fields by subtype, then elements (identifier 1, length 1, value). Read are those that say which network, on
// which channel, how fast, how it is secured and why it ended. Not decoded: capabilities of 802.11n and later, traffic maps, measurements.

var (
	fInterval = fields.Add("fixed.beacon", field.Uint16, "wlan.fixed.beacon", "Time between beacons, units of 1024 µs", field.Rare, field.Detail)
	fCap      = fields.Add("fixed.capabilities", field.Uint16, "wlan.fixed.capabilities", "Capabilities, as bits: 1 access point, 2 independent network, 0x10 privacy, …", field.Rare, field.Detail)
	fAuthAlg  = fields.Add("fixed.auth.alg", field.Uint16, "wlan.fixed.auth.alg", "Authentication: 0 open, 1 shared key, 2 fast transition, 3 SAE, …")
	fAuthSeq  = fields.Add("fixed.auth_seq", field.Uint16, "wlan.fixed.auth_seq", "Number of the message in the authentication", field.Rare, field.Detail)
	fReason   = fields.Add("fixed.reason_code", field.Uint16, "wlan.fixed.reason_code", "Why a station is disassociated or deauthenticated (IEEE 802.11, 9.4.1.7)")
	fStatus   = fields.Add("fixed.status_code", field.Uint16, "wlan.fixed.status_code", "How a request ended: 0 successful (IEEE 802.11, 9.4.1.9)")
	fAssoc    = fields.Add("fixed.aid", field.Uint16, "wlan.fixed.aid", "Association that a station is given", field.Rare, field.Detail)
	fAP       = fields.Add("fixed.current_ap", field.MAC, "wlan.fixed.current_ap", "Access point that a station leaves")
	fCategory = fields.Add("fixed.category_code", field.Uint16, "wlan.fixed.category_code", "Category of an action: 0 spectrum, 3 block ack, 4 public, 5 radio measurement, …", field.Rare)
	fAction   = fields.Add("fixed.action_code", field.Uint8, "wlan.fixed.action_code", "Action within its category", field.Rare)

	fTag     = fields.Add("tag.number", field.Uint8, "wlan.tag.number", "Identifiers of all elements, in order", field.Detail, field.Rare)
	fSSID    = fields.Add("ssid", field.Keyword, "wlan.ssid", "Name of the network")
	fRates   = fields.Add("supported_rates", field.Uint8, "wlan.supported_rates", "Data rates, units of 500 kbit/s; 0x80 marks those that all must know", field.Detail, field.Rare)
	fMore    = fields.Add("extended_supported_rates", field.Uint8, "wlan.extended_supported_rates", "Further data rates", field.Detail, field.Rare)
	fChannel = fields.Add("ds.current_channel", field.Uint8, "wlan.ds.current_channel", "Channel that a beacon or probe tells")
	fPrimary = fields.Add("ht.info.primarychannel", field.Uint8, "wlan.ht.info.primarychannel", "Primary channel of an 802.11n network", field.Rare)
	fCountry = fields.Add("country_info.code", field.Keyword, "wlan.country_info.code", "Country whose rules hold", field.Rare, field.Detail)
	fTagOUI  = fields.Add("tag.oui", field.Uint32, "wlan.tag.oui", "Organizations of vendors' elements, in order", field.Detail, field.Rare)
)

// Elements.
const (
	elementSSID    = 0
	elementRates   = 1
	elementDS      = 3
	elementCountry = 7
	elementRSN     = 48
	elementMore    = 50
	elementHT      = 61
	elementVendor  = 221

	// maxElements bounds the elements of a frame, maxRates the rates of one.
	maxElements, maxRates = 128, 32

	elementHeader = 2
)

// Subtypes of management frames.
const (
	assocRequest    = 0
	assocResponse   = 1
	reassocRequest  = 2
	reassocResponse = 3
	probeRequest    = 4
	probeResponse   = 5
	beacon          = 8
	disassociation  = 10
	authentication  = 11
	deauthenticaton = 12
	action          = 13
	actionNoAck     = 14

	// authSAE carries what is no element.
	authSAE = 3
)

// fixed is how many bytes stand before the elements, by subtype (IEEE 802.11, 9.3.3); -1 where none are read.
var fixed = [16]int{assocRequest: 4, assocResponse: 6, reassocRequest: 10, reassocResponse: 6, probeRequest: 0, probeResponse: 12, 6: -1, 7: -1, beacon: 12, 9: -1,
	disassociation: 2, authentication: 6, deauthenticaton: 2, action: 1, actionNoAck: 1, 15: -1}

// managementBody passes over HT control, which the order flag tells, and reads a body that is not encrypted.
func managementBody(p *dissect.Packet, subtype, flags uint8, b []byte, wire int) {
	n := fixed[subtype&15]
	if flags&flagProtect != 0 || n < 0 {
		return
	}
	if flags&flagOrder != 0 {
		if wire < htControl || !p.Need(b, wire, htControl) {
			return
		}
		b, wire = b[htControl:], wire-htControl
	}
	if wire < n && wire == 0 || !p.Need(b, wire, n) {
		return
	}
	if fixedFields(p, subtype, b, wire) {
		elements(p, b[n:], wire-n)
	}
}

// fixedFields reads what stands before the elements, which b has the whole of. It reports false when none follow.
func fixedFields(p *dissect.Packet, subtype uint8, b []byte, wire int) bool {
	put := func(id field.ID, at int) uint16 {
		n := binary.LittleEndian.Uint16(b[at:])
		p.Out.Uint(id, uint64(n))
		return n
	}
	switch subtype {
	case assocRequest:
		put(fCap, 0)
	case reassocRequest:
		put(fCap, 0)
		p.Out.MAC(fAP, b[4:10])
	case assocResponse, reassocResponse:
		put(fCap, 0)
		put(fStatus, 2)
		p.Out.Uint(fAssoc, uint64(binary.LittleEndian.Uint16(b[4:])&maskAID))
	case probeResponse, beacon:
		put(fInterval, 8)
		put(fCap, 10)
	case disassociation, deauthenticaton:
		put(fReason, 0)
	case authentication:
		alg := put(fAuthAlg, 0)
		put(fAuthSeq, 2)
		put(fStatus, 4)
		return alg != authSAE
	case action, actionNoAck:
		p.Out.Uint(fCategory, uint64(b[0]))
		if p.Need(b, wire, 2) {
			p.Out.Uint(fAction, uint64(b[1]))
		}
		return false
	}
	return true
}

func elements(p *dissect.Packet, b []byte, wire int) {
	for range maxElements {
		if wire < elementHeader || !p.Need(b, wire, elementHeader) {
			return
		}
		id, n := b[0], int(b[1])
		p.Out.Uint(fTag, uint64(id))
		b, wire = b[elementHeader:], wire-elementHeader
		if !p.Need(b, wire, n) {
			return
		}
		element(p, id, b[:n:n])
		b, wire = b[n:], wire-n
	}
}

// wildcard is what Wireshark says in place of a name of no bytes, which stands for any network.
const wildcard = "<MISSING>"

func element(p *dissect.Packet, id uint8, v []byte) {
	switch {
	case id == elementSSID && len(v) > 0:
		p.Out.Text(fSSID, v)
	case id == elementSSID && p.Options.Wireshark:
		p.Out.String(fSSID, wildcard)
	case id == elementRates:
		rates(p, fRates, v)
	case id == elementMore:
		rates(p, fMore, v)
	case id == elementDS && len(v) == 1:
		p.Out.Uint(fChannel, uint64(v[0]))
	case id == elementHT && len(v) > 0:
		p.Out.Uint(fPrimary, uint64(v[0]))
	case id == elementCountry && len(v) > 2:
		p.Out.Text(fCountry, v[:2])
	case id == elementRSN:
		rsn.put(p, v)
	case id == elementVendor:
		vendor(p, v)
	}
}

func rates(p *dissect.Packet, id field.ID, v []byte) {
	for _, r := range v[:min(len(v), maxRates)] {
		p.Out.Uint(id, uint64(r))
	}
}
