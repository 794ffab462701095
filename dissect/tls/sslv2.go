// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// ssl2Header is what precedes the lists of a ClientHello of SSL 2.0 (RFC 6101, E.1): length with the first bit set, type, version, three lengths.
const ssl2Header = 11

// guessSSL2 recognises the ClientHello of SSL 2.0, which clients of SSL 3.0 and TLS 1.0 sent, too.
func guessSSL2(b []byte) bool {
	if len(b) < ssl2Header || b[0]&0x80 == 0 || b[2] != clientHello {
		return false
	}
	length := int(b[0]&0x7f)<<8 | int(b[1])
	version := binary.BigEndian.Uint16(b[3:])
	specs, id, challenge := int(binary.BigEndian.Uint16(b[5:])), int(binary.BigEndian.Uint16(b[7:])), int(binary.BigEndian.Uint16(b[9:]))
	return (version == ssl2 || version >= ssl3 && version <= tls13) && specs > 0 && specs%3 == 0 && (id == 0 || id == 16 || id == 32) && challenge >= 16 && challenge <= 32 &&
		length == ssl2Header-2+specs+id+challenge
}

// hello2 takes a ClientHello of SSL 2.0 off the front of b: it returns its length, 0 for more bytes, -1 when there is none.
func (s *connection) hello2(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	if len(b) < ssl2Header && b[0]&0x80 != 0 && b[2] == clientHello && !p.Truncated {
		return 0
	}
	if !guessSSL2(b) {
		return -1
	}
	length := 2 + (int(b[0]&0x7f)<<8 | int(b[1]))
	if len(b) < length && !p.Truncated {
		return 0
	}
	version := binary.BigEndian.Uint16(b[3:])
	s.Session = Session{client: p.Direction + 1}
	s.layer(p, version)
	o := p.Out
	o.Uint(fVersion, ssl2)
	o.Uint(fKind, clientHello)
	o.Uint(fHelloVer, uint64(version))
	o.Uint(fSIDLen, uint64(binary.BigEndian.Uint16(b[7:])))
	common.Request(p, c, requestKey)
	r := common.Read(p, b[ssl2Header:min(length, len(b))], length-ssl2Header)
	specs := r.Sub(int(binary.BigEndian.Uint16(b[5:])))
	for n := 0; n < maxList && specs.More(); n++ {
		if spec := specs.U24(); spec <= 0xffff {
			suiteName(o, fSupported, uint16(spec))
		}
	}
	return min(length, len(b))
}

// renews reports whether a handshake record is a ClientHello alone and in the clear: with it a connection begins anew, whatever was before.
func renews(body []byte, length int) bool {
	return len(body) >= 6 && body[0] == clientHello && 4+messageLen(body) == length && (body[4] == 3 || body[4] == 2)
}
