// SPDX-License-Identifier: Apache-2.0

package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/tls"
)

// Salts of the initial secret: RFC 9001, 5.2; RFC 9369, 3.3.1; draft-ietf-quic-tls-29, 5.2.
var (
	salt1  = []byte("\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a")
	salt2  = []byte("\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9")
	salt29 = []byte("\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99")
)

// keys protect the Initial packets of one connection and version (RFC 9001, 5).
type keys struct {
	version uint32
	id      [maxID]byte // the destination connection id of the client's first packet
	idLen   int
	client  int // direction
	side    [2]protection
}

// protection is that of one direction; its zero value is none.
type protection struct {
	aead cipher.AEAD
	head cipher.Block
	iv   [12]byte
}

// derive makes the keys that a connection id gives, where client is the direction of the client.
func derive(version uint32, id []byte, client int) keys {
	k := keys{version: version, idLen: len(id), client: client}
	copy(k.id[:], id)
	salt, prefix := salt1, "quic "
	switch {
	case version == version2:
		salt, prefix = salt2, "quicv2 "
	case version >= draft29 && version <= draft32:
		salt = salt29
	}
	secret, err := hkdf.Extract(sha256.New, id, salt)
	if err != nil {
		return keys{}
	}
	k.side[client] = protect(expand(secret, "client in", sha256.Size), prefix)
	k.side[1-client] = protect(expand(secret, "server in", sha256.Size), prefix)
	return k
}

// expand is HKDF-Expand-Label without a context (RFC 8446, 7.1); nil when it fails.
func expand(secret []byte, label string, n int) []byte {
	info := binary.BigEndian.AppendUint16(make([]byte, 0, 32), uint16(n))
	info = append(append(append(info, byte(len("tls13 ")+len(label))), "tls13 "...), label...)
	out, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
	if err != nil {
		return nil
	}
	return out
}

func protect(secret []byte, prefix string) (s protection) {
	block, err := aes.NewCipher(expand(secret, prefix+"key", 16))
	if err != nil {
		return protection{}
	}
	if s.head, err = aes.NewCipher(expand(secret, prefix+"hp", 16)); err != nil {
		return protection{}
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return protection{}
	}
	copy(s.iv[:], expand(secret, prefix+"iv", 12))
	return s
}

// open removes the protection of a packet with a long header, whose packet number begins at head. largest is the largest number of that direction
// so far. It returns the payload and the packet number; nil when the key is another's.
func (s *protection) open(packet []byte, head int, largest int64) ([]byte, int64) {
	if s.aead == nil || len(packet) < head+minPayload {
		return nil, 0
	}
	var mask [16]byte
	s.head.Encrypt(mask[:], packet[head+4:head+20])
	flags := packet[0] ^ mask[0]&0x0f
	size := int(flags&3) + 1
	plain := make([]byte, head+size, len(packet))
	copy(plain, packet)
	plain[0] = flags
	number := int64(0)
	for i := range size {
		plain[head+i] ^= mask[1+i]
		number = number<<8 | int64(plain[head+i])
	}
	number = expandNumber(number, size, largest)
	var nonce [12]byte
	binary.BigEndian.PutUint64(nonce[4:], uint64(number))
	for i := range nonce {
		nonce[i] ^= s.iv[i]
	}
	payload, err := s.aead.Open(plain[head+size:], nonce[:], packet[head+size:], plain[:head+size])
	if err != nil {
		return nil, 0
	}
	return payload, number
}

// expandNumber is the packet number of which size bytes were sent: the one nearest to the next that is expected (RFC 9000, A.3).
func expandNumber(sent int64, size int, largest int64) int64 {
	window := int64(1) << (8 * size)
	next := largest + 1
	n := next&^(window-1) | sent
	switch {
	case n <= next-window/2 && n < 1<<62-window:
		return n + window
	case n > next+window/2 && n >= window:
		return n - window
	}
	return n
}

// initial decrypts an Initial packet and reads its frames. Its keys are those of the connection; where they do not fit, or are not known, it may be the
// client's first one, or the first after a Retry, whose connection id is the key.
func (s *connection) initial(p *dissect.Packet, h *header, packet []byte, head int) {
	d := &s.dir[p.Direction]
	k := s.keys
	if k.idLen > 0 && (k.version != h.version || k.side[0].aead == nil) { // the server chose another version (RFC 9368), or the handshake was over
		k = derive(h.version, k.id[:k.idLen], k.client)
	}
	payload, number := k.side[p.Direction].open(packet, head, d.largest)
	if payload == nil {
		k = derive(h.version, h.dcid, p.Direction)
		if payload, number = k.side[p.Direction].open(packet, head, -1); payload == nil {
			return
		}
		d.crypto, d.largest = tls.Pieces{}, -1
	}
	s.keys = k
	d.largest = max(d.largest, number)
	p.Out.Int(fNumber, number)
	s.frames(p, d, payload)
}
