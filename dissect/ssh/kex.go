// SPDX-License-Identifier: Apache-2.0

package ssh

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what HASSH is made of, no protection
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"golang.org/x/crypto/cryptobyte"

	"github.com/espbeat/espbeat/dissect"
)

const (
	cookieLen = 16
	// maxNames bounds the names of a list, and maxKeyType that of a key's type, bytes.
	maxNames   = 128
	maxKeyType = 64
)

// kexInit takes what follows the type of KEXINIT (RFC 4253, 7.1), and reports whether it was whole.
func kexInit(p *dissect.Packet, b []byte, fromServer bool) bool {
	s := cryptobyte.String(b)
	if !s.Skip(cookieLen) {
		return false
	}
	var names [len(lists)][]byte
	for i, id := range lists {
		if !text(&s, &names[i]) {
			return false
		}
		rest, more := names[i], len(names[i]) > 0
		for n := 0; more && n < maxNames; n++ {
			var name []byte
			name, rest, more = bytes.Cut(rest, []byte(","))
			p.Out.Text(id, name)
		}
	}
	hassh(p, names, fromServer)
	var follows uint8
	if !s.ReadUint8(&follows) {
		return false
	}
	p.Out.Bool(fFollows, follows != 0)
	return s.Skip(4)
}

// text reads a string (RFC 4251, 5).
func text(s *cryptobyte.String, out *[]byte) bool {
	var n uint32
	return s.ReadUint32(&n) && n <= maxPacket && s.ReadBytes(out, int(n))
}

// hassh writes the fingerprint of who sent the lists: key exchange, encryption, MAC and compression, of the direction in which the sender speaks.
func hassh(p *dissect.Packet, names [len(lists)][]byte, fromServer bool) {
	id, direction := fHASSH, 0
	if fromServer {
		id, direction = fHASSHServer, 1
	}
	var b [2048]byte
	made := append(b[:0], names[0]...)
	for _, i := range [...]int{2, 4, 6} {
		made = append(append(made, ';'), names[i+direction]...)
	}
	sum := md5.Sum(made) //nolint:gosec // as above
	var digits [2 * md5.Size]byte
	hex.Encode(digits[:], sum[:])
	p.Out.Text(id, digits[:])
	p.Out.Text(fHASSHText, made)
}

// hostKey takes what follows the type of a key exchange's reply: the host key, if that is what it begins with (RFC 4253, 6.6 and 8). The same types
// of messages have other contents in other methods, a big number for instance, which does not hold the name of a type.
func hostKey(p *dissect.Packet, b []byte) {
	s := cryptobyte.String(b)
	var blob, kind []byte
	if !text(&s, &blob) {
		return
	}
	key := cryptobyte.String(blob)
	if !text(&key, &kind) || len(kind) == 0 || len(kind) > maxKeyType {
		return
	}
	for _, c := range kind {
		if c <= ' ' || c > '~' {
			return
		}
	}
	p.Out.Text(fHostKeyType, kind)
	sum := sha256.Sum256(blob)
	var fingerprint [64]byte
	p.Out.Text(fHostKey, base64.RawStdEncoding.AppendEncode(append(fingerprint[:0], "SHA256:"...), sum[:]))
}
