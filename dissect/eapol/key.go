// SPDX-License-Identifier: Apache-2.0

package eapol

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// A key frame behind its descriptor type (IEEE 802.11, 12.7.2; RC4 has no key information):
//
//	0          2            4                12      44   60    68   76    92
//	| key info | key length | replay counter | nonce | IV | RSC | id | MIC | data length | data …

const (
	descriptorRC4, descriptorRSN, descriptorWPA = 1, 2, 254

	dataLenAt, keyLen = 92, 94

	infoPairwise, infoAck, infoMIC = 0x0008, 0x0080, 0x0100
)

func key(p *dissect.Packet, descriptor uint8, b []byte, wire int) {
	switch descriptor {
	case descriptorRC4:
		if p.Need(b, wire, 10) {
			p.Out.Uint(fKeyLen, uint64(binary.BigEndian.Uint16(b)))
			p.Out.Uint(fReplay, binary.BigEndian.Uint64(b[2:]))
		}
		return
	case descriptorRSN, descriptorWPA:
	default:
		return
	}
	if !p.Need(b, wire, 12) {
		return
	}
	info := binary.BigEndian.Uint16(b)
	p.Out.Uint(fInfo, uint64(info))
	p.Out.Uint(fKeyLen, uint64(binary.BigEndian.Uint16(b[2:])))
	p.Out.Uint(fReplay, binary.BigEndian.Uint64(b[4:]))
	if p.Need(b, wire, keyLen) {
		n := binary.BigEndian.Uint16(b[dataLenAt:])
		p.Out.Uint(fMessage, message(info, n > 0))
		p.Out.Uint(fDataLen, uint64(n))
	}
}

// message tells the messages of a handshake apart: the access point asks for an acknowledgment, the first message is not authenticated,
// the last has no data.
func message(info uint16, data bool) uint64 {
	ack := info&infoAck != 0
	switch {
	case info&infoPairwise == 0 && ack, ack && info&infoMIC == 0:
		return 1
	case info&infoPairwise == 0:
		return 2
	case ack:
		return 3
	case data:
		return 2
	}
	return 4
}

// MACsec key agreement starts with its basic parameters (IEEE 802.1X, 11.11.1):
//
//	0         1          2                       4                  12                   24               28        32
//	| version | priority | flags 4, length 12    | SCI: address 6, port 2 | member identifier | message number | agility | name of the CAK …

const (
	mkaLen = 32

	mkaKeyServer, mkaDesired = 0x80, 0x40
)

var (
	mka       = field.Group("mka")
	fMKA      = mka.Add("version_id", field.Uint8, "mka.version_id", "Version", field.Rare, field.Detail)
	fPriority = mka.Add("ks_prio", field.Uint8, "mka.ks_prio", "Priority as key server", field.Rare, field.Detail)
	fServer   = mka.Add("key_server", field.Bool, "mka.key_server", "Sender is the key server", field.Rare, field.Detail)
	fDesired  = mka.Add("macsec_desired", field.Bool, "mka.macsec_desired", "Sender wants MACsec", field.Rare, field.Detail)
	fSCI      = mka.Add("sci", field.Hex, "mka.sci", "Secure channel of the sender: address and port")
	fMember   = mka.Add("actor_mi", field.Hex, "mka.actor_mi", "Member identifier of the sender", field.Detail)
	fNumber   = mka.Add("actor_mn", field.Uint32, "mka.actor_mn", "Number of the message", field.Rare, field.Detail)
	fCAKName  = mka.Add("cak_name", field.Hex, "mka.cak_name", "Name of the connectivity association's key")
)

func keyAgreement(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, mkaLen) {
		return
	}
	head := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fMKA, uint64(b[0]))
	p.Out.Uint(fPriority, uint64(b[1]))
	p.Out.Bool(fServer, head>>8&mkaKeyServer != 0)
	p.Out.Bool(fDesired, head>>8&mkaDesired != 0)
	p.Out.Bytes(fSCI, b[4:12])
	p.Out.Bytes(fMember, b[12:24])
	p.Out.Uint(fNumber, uint64(binary.BigEndian.Uint32(b[24:])))
	end := int(head&0xfff) + 4 // the length counts from the SCI on
	if end < mkaLen {
		p.Bad()
		return
	}
	if p.Need(b, wire, end) && end > mkaLen {
		p.Out.Bytes(fCAKName, b[mkaLen:end])
	}
}
