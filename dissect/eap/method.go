// SPDX-License-Identifier: Apache-2.0

package eap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// Methods (IANA, EAP method types).
const (
	typeIdentity = 1
	typeNotice   = 2
	typeNAK      = 3
	typeTLS      = 13
	typeLEAP     = 17
	typeSIM      = 18
	typeTTLS     = 21
	typeAKA      = 23
	typePEAP     = 25
	typeMSCHAP   = 26
	typeFAST     = 43
	typeAKAPrime = 50
	typeTEAP     = 55
	typeExpanded = 254
)

// maxDesired bounds the methods of a NAK.
const maxDesired = 32

// method writes what is behind the type.
func method(p *dissect.Packet, response bool, t uint8, b []byte, wire int) {
	switch t {
	case typeIdentity:
		if response && len(b) > 0 {
			p.Out.Text(fIdentity, b)
		}
	case typeNotice:
		if len(b) > 0 {
			p.Out.Text(fNotice, b)
		}
	case typeNAK:
		for _, d := range b[:min(len(b), maxDesired)] {
			p.Out.Uint(fDesired, uint64(d))
		}
	case typeTLS, typeTTLS, typePEAP, typeFAST, typeTEAP:
		tls(p, b, wire)
	case typeSIM:
		if p.Need(b, wire, simHeader) {
			p.Out.Uint(fSIM, uint64(b[0]))
			attributes(p, b[simHeader:], wire-simHeader)
		}
	case typeAKA, typeAKAPrime:
		if p.Need(b, wire, simHeader) {
			p.Out.Uint(fAKA, uint64(b[0]))
			attributes(p, b[simHeader:], wire-simHeader)
		}
	case typeLEAP:
		leap(p, b, wire)
	case typeMSCHAP:
		msCHAP(p, b, wire)
	case typeExpanded: // vendor 3, type 4 (RFC 3748, 5.7)
		if p.Need(b, wire, 7) {
			p.Out.Uint(fVendor, uint64(b[0])<<16|uint64(b[1])<<8|uint64(b[2]))
			p.Out.Uint(fVendorT, uint64(binary.BigEndian.Uint32(b[3:])))
		}
	}
}

const flagLength = 0x80

// tls reads flags and, when they say so, a length of 4 bytes (RFC 5216, 3.1). An acknowledgment of a fragment has flags only.
func tls(p *dissect.Packet, b []byte, wire int) {
	if wire == 0 || !p.Need(b, wire, 1) {
		return
	}
	p.Out.Uint(fTLSFlags, uint64(b[0]))
	if b[0]&flagLength != 0 && p.Need(b, wire, 5) {
		p.Out.Uint(fTLSLen, uint64(binary.BigEndian.Uint32(b[1:])))
	}
}

const (
	// simHeader is the subtype and two reserved bytes (RFC 4186, 8.1).
	simHeader = 3
	// atIdentity has the identity's length in 2 bytes before it.
	atIdentity = 14
	// maxAttributes bounds the attributes of a message.
	maxAttributes = 32
)

// attributes looks for an identity among a SIM or AKA message's attributes: type 1, length 1 in words of 4 bytes, value.
func attributes(p *dissect.Packet, b []byte, wire int) {
	for range maxAttributes {
		if wire == 0 || !p.Need(b, wire, 2) {
			return
		}
		n := 4 * int(b[1])
		if n == 0 {
			p.Bad()
			return
		}
		if !p.Need(b, wire, n) {
			return
		}
		if v := b[2:n]; b[0] == atIdentity {
			if id := int(binary.BigEndian.Uint16(v)); id > 0 && id <= len(v)-2 {
				p.Out.Text(fIdentity, v[2:2+id])
			}
		}
		b, wire = b[n:], wire-n
	}
}

// leap passes over version, reserved and the counted challenge.
func leap(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 3) {
		return
	}
	if n := 3 + int(b[2]); p.Need(b, wire, n) && len(b) > n {
		p.Out.Text(fLEAP, b[n:])
	}
}

const (
	msHeader = 4

	msChallenge, msResponse = 1, 2
)

// msCHAP reads opcode 1, identifier 1, length 2, and of challenges and responses a counted value and the name behind it (draft-kamath-pppext-eap-mschapv2).
func msCHAP(p *dissect.Packet, b []byte, wire int) {
	if wire == 0 || !p.Need(b, wire, 1) {
		return
	}
	p.Out.Uint(fOpcode, uint64(b[0]))
	if op := b[0]; op != msChallenge && op != msResponse || !p.Need(b, wire, msHeader+1) {
		return
	}
	if n := msHeader + 1 + int(b[msHeader]); p.Need(b, wire, n) && len(b) > n {
		p.Out.Text(fMSName, b[n:])
	}
}
