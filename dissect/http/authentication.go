// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"
	"encoding/base64"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
)

// maxToken bounds the tokens that are dissected, bytes of base64: tickets of users in many groups take more than 12,000.
const maxToken = 32 << 10

// authentication dissects the token of a header by which NTLM or GSS-API authenticates (RFC 4559, MS-NTHT), and reports whether there is one.
func authentication(p *dissect.Packet, value []byte) bool {
	scheme, token, ok := bytes.Cut(value, []byte{' '})
	if !ok || !bytes.EqualFold(scheme, []byte("Negotiate")) && !bytes.EqualFold(scheme, []byte("NTLM")) {
		return false
	}
	token = bytes.TrimSpace(token)
	if len(token) > maxToken {
		return true
	}
	b, err := base64.StdEncoding.AppendDecode(nil, token)
	switch {
	case err != nil || len(b) == 0:
	case ntlmssp.Is(b):
		p.CallName("ntlmssp", b, len(b))
	default:
		p.CallName("gss-api", b, len(b))
	}
	return true
}
