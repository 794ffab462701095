// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The RSN element (IEEE 802.11, 9.4.2.24) and the WPA element that it grew from (a vendor's, 00-50-F2, type 1) have one form; each may end after any part:
//
//	| version 2 | group cipher 4 | count 2, pairwise ciphers 4 each | count 2, key managements 4 each | capabilities 2 …
//
// A suite is an OUI of 3 bytes and a type.

const (
	suiteLen = 4
	// maxSuites bounds the suites of one list.
	maxSuites = 16

	ouiMicrosoft, typeWPA = 0x0050f2, 1
	vendorHeader          = 4

	frameProtectionRequired, frameProtectionCapable = 0x40, 0x80
)

// security is the fields of such an element. WPA has no capabilities.
type security struct {
	version, group, pairwise, keys field.ID
	capabilities                   bool
}

const ciphers = ": 1 WEP-40, 2 TKIP, 4 CCMP, 5 WEP-104, 6 BIP, 8 GCMP, 9 GCMP-256, …"

var (
	rsnFields = field.Group("wlan.rsn")
	rsn       = security{
		version:      rsnFields.Add("version", field.Uint16, "wlan.rsn.version", "Version of RSN", field.Detail, field.Rare),
		group:        rsnFields.Add("gcs.type", field.Uint8, "wlan.rsn.gcs.type", "Cipher of broadcasts"+ciphers),
		pairwise:     rsnFields.Add("pcs.type", field.Uint8, "wlan.rsn.pcs.type", "Ciphers of a station"+ciphers),
		keys:         rsnFields.Add("akms.type", field.Uint8, "wlan.rsn.akms.type", "Key management: 1 802.1X, 2 pre-shared key, 3 and 4 fast transition, 8 SAE, 18 OWE, …"),
		capabilities: true,
	}
	fMFPR = rsnFields.Add("capabilities.mfpr", field.Bool, "wlan.rsn.capabilities.mfpr", "Management frames must be protected", field.Rare, field.Detail)
	fMFPC = rsnFields.Add("capabilities.mfpc", field.Bool, "wlan.rsn.capabilities.mfpc", "Management frames can be protected", field.Rare, field.Detail)

	wpaFields = field.Group("wlan.wfa.ie.wpa")
	wpa       = security{
		version:  wpaFields.Add("version", field.Uint16, "wlan.wfa.ie.wpa.version", "Version of WPA", field.Detail, field.Rare),
		group:    wpaFields.Add("mcs.type", field.Uint8, "wlan.wfa.ie.wpa.mcs.type", "Cipher of broadcasts (WPA): 2 TKIP, 4 CCMP"),
		pairwise: wpaFields.Add("ucs.type", field.Uint8, "wlan.wfa.ie.wpa.ucs.type", "Ciphers of a station (WPA): 2 TKIP, 4 CCMP"),
		keys:     wpaFields.Add("akms.type", field.Uint8, "wlan.wfa.ie.wpa.akms.type", "Key management (WPA): 1 802.1X, 2 pre-shared key"),
	}
)

func (s *security) put(p *dissect.Packet, v []byte) {
	if len(v) < 2 {
		p.Bad()
		return
	}
	p.Out.Uint(s.version, uint64(binary.LittleEndian.Uint16(v)))
	if v = v[2:]; len(v) == 0 || !p.Need(v, len(v), suiteLen) {
		return
	}
	p.Out.Uint(s.group, uint64(v[3]))
	v, ok := suites(p, s.pairwise, v[suiteLen:])
	if !ok {
		return
	}
	if v, ok = suites(p, s.keys, v); ok && s.capabilities && len(v) >= 2 {
		n := binary.LittleEndian.Uint16(v)
		p.Out.Bool(fMFPR, n&frameProtectionRequired != 0)
		p.Out.Bool(fMFPC, n&frameProtectionCapable != 0)
	}
}

// suites writes the types of a counted list and returns what follows; ok is false at the end of the element.
func suites(p *dissect.Packet, id field.ID, v []byte) (rest []byte, ok bool) {
	if len(v) == 0 || !p.Need(v, len(v), 2) {
		return nil, false
	}
	n := int(binary.LittleEndian.Uint16(v)) * suiteLen
	if v = v[2:]; !p.Need(v, len(v), n) {
		return nil, false
	}
	for at := 0; at < min(n, maxSuites*suiteLen); at += suiteLen {
		p.Out.Uint(id, uint64(v[at+suiteLen-1]))
	}
	return v[n:], true
}

func vendor(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), 3) {
		return
	}
	oui := uint32(v[0])<<16 | uint32(v[1])<<8 | uint32(v[2])
	p.Out.Uint(fTagOUI, uint64(oui))
	if oui == ouiMicrosoft && len(v) >= vendorHeader && v[3] == typeWPA {
		wpa.put(p, v[vendorHeader:])
	}
}
