// SPDX-License-Identifier: Apache-2.0

// Package eapol dissects EAP over LANs (IEEE 802.1X, 11.3).
//
//	0         1      2        4
//	| version | type | length | body …
//
// The body of type 0 is EAP, which is no layer of its own here, as in Wireshark. Not decoded: keys, announcements, MKA.
package eapol

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/eap"
	"github.com/espbeat/espbeat/field"
)

const headerLen = 4

const (
	typeEAP = 0
	typeKey = 3
)

// Protocol is EAPOL.
var Protocol = &dissect.Protocol{
	Name: "eapol", Title: "EAPOL", Reference: "IEEE 802.1X",
	EtherTypes: []uint16{0x888e},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields   = field.Group("eapol")
	fVersion = fields.Add("version", field.Uint8, "eapol.version", "Version", field.Rare)
	fType    = fields.Add("type", field.Uint8, "eapol.type", "Type: 0 EAP packet, 1 start, 2 logoff, 3 key, 4 encapsulated ASF alert, 5 MKA")
	fLength  = fields.Add("len", field.Uint16, "eapol.len", "Length of the body, bytes", field.Rare)
	fKeyType = fields.Add("keydes.type", field.Uint8, "eapol.keydes.type", "Key descriptor: 1 RC4, 2 IEEE 802.11, 254 WPA")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	t := b[1]
	p.Out.Uint(fVersion, uint64(b[0]))
	p.Out.Uint(fType, uint64(t))
	p.Out.Uint(fLength, uint64(n))
	b, wire = b[headerLen:], wire-headerLen
	if n > wire {
		p.Bad()
		return
	}
	b = b[:min(n, len(b))]
	if n == 0 {
		return
	}
	switch t {
	case typeEAP:
		eap.Dissect(p, b, n)
	case typeKey:
		if p.Need(b, n, 1) {
			p.Out.Uint(fKeyType, uint64(b[0]))
		}
	}
}

var types = [...]string{"", "Start", "Logoff", "Key", "Encapsulated ASF Alert", "MKA"}

func summary(dst []byte, v dissect.View) []byte {
	switch n, ok := v.Uint(fType); {
	case ok && n == typeEAP:
		return eap.Summary(dst, v)
	case ok && n < uint64(len(types)):
		return append(dst, types[n]...)
	}
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
