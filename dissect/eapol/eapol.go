// SPDX-License-Identifier: Apache-2.0

// Package eapol dissects EAP over LANs (IEEE 802.1X, 11.3).
//
//	0         1      2        4
//	| version | type | length | body …
//
// The body of type 0 is EAP, which is no layer of its own here, as in Wireshark. Of key frames, which the four-way handshake of WPA consists of, and of MACsec
// key agreement the heads are read: file key.go. Not decoded: announcements, and nonces, codes and keys, which serve who attacks a passphrase.
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
	typeMKA = 5
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
	fVersion = fields.Add("version", field.Uint8, "eapol.version", "Version", field.Rare, field.Detail)
	fType    = fields.Add("type", field.Uint8, "eapol.type", "Type: 0 EAP packet, 1 start, 2 logoff, 3 key, 4 encapsulated ASF alert, 5 MKA")
	fLength  = fields.Add("len", field.Uint16, "eapol.len", "Length of the body, bytes", field.Rare, field.Detail)
	fKeyType = fields.Add("keydes.type", field.Uint8, "eapol.keydes.type", "Key descriptor: 1 RC4, 2 IEEE 802.11, 254 WPA")
	fKeyLen  = fields.Add("keydes.key_len", field.Uint16, "eapol.keydes.key_len", "Length of the key, bytes", field.Detail, field.Rare)
	fReplay  = fields.Add("keydes.replay_counter", field.Int64, "eapol.keydes.replay_counter", "Replay counter", field.Rare, field.Detail)
	fInfo    = fields.Add("keydes.key_info", field.Uint16, "wlan_rsna_eapol.keydes.key_info", "Key information, as bits", field.Rare, field.Detail)
	fMessage = fields.Add("keydes.msgnr", field.Uint8, "wlan_rsna_eapol.keydes.msgnr", "Message of the handshake: 1 to 4, of groups 1 and 2")
	fDataLen = fields.Add("keydes.data_len", field.Uint16, "wlan_rsna_eapol.keydes.data_len", "Length of the key data, bytes", field.Detail, field.Rare)
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
		p.Core.Headline = eap.Protocol.Headline()
	case typeKey:
		if p.Need(b, n, 1) {
			p.Out.Uint(fKeyType, uint64(b[0]))
			key(p, b[0], b[1:], n-1)
		}
	case typeMKA:
		keyAgreement(p, b, n)
	}
}

var types = [...]string{"", "Start", "Logoff", "Key", "Encapsulated ASF Alert", "MKA"}

func summary(dst []byte, v dissect.View) []byte {
	switch n, ok := v.Uint(fType); {
	case ok && n == typeEAP:
		return eap.Summary(dst, v)
	case ok && n < uint64(len(types)):
		dst = append(dst, types[n]...)
		if text, ok := v.Text(append(dst, ", message "...), fMessage); ok {
			dst = text
		}
		return dst
	}
	dst, _ = v.Text(append(dst, "Type "...), fType)
	return dst
}
