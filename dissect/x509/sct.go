// SPDX-License-Identifier: Apache-2.0

package x509

import (
	"golang.org/x/crypto/cryptobyte"

	"github.com/espbeat/espbeat/field"
)

// maxTimestamps bounds the signed certificate timestamps of one list.
const maxTimestamps = 64

// Scheme is TLS's field of signature schemes: a certificate's timestamps name theirs as TLS does (RFC 6962, 3.2).
var Scheme = field.Group("tls.handshake").Add("sig_hash_alg", field.Uint16, "tls.handshake.sig_hash_alg, dtls.handshake.sig_hash_alg",
	"Signature schemes that a side supports, or signs with", field.Rare)

// Timestamps reads a SignedCertificateTimestampList (RFC 6962, 3.3).
func Timestamps(o *field.Buffer, b []byte) {
	in := cryptobyte.String(b)
	var list, stamp, extensions cryptobyte.String
	if !in.ReadUint16LengthPrefixed(&list) {
		return
	}
	for n := 0; n < maxTimestamps && list.ReadUint16LengthPrefixed(&stamp); n++ {
		var scheme uint16
		if !stamp.Skip(1+32+8) || !stamp.ReadUint16LengthPrefixed(&extensions) || !stamp.ReadUint16(&scheme) { // version, log, time
			return
		}
		o.Uint(Scheme, uint64(scheme))
	}
}
