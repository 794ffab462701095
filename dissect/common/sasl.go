// SPDX-License-Identifier: Apache-2.0

package common

import (
	"bytes"
	"encoding/base64"

	"github.com/espbeat/espbeat/dissect"
)

// maxSASL bounds the responses in which a user's name is looked for, bytes of base64.
const maxSASL = 1024

// SASL follows a login by the Simple Authentication and Security Layer (RFC 4422) in a protocol of text. The zero value is of a mechanism that
// does not show who logs in.
type SASL struct {
	mechanism string
	step      int
}

// NewSASL begins a login by the named mechanism.
func NewSASL(mechanism []byte) SASL {
	var b [16]byte
	switch string(Upper(&b, mechanism)) {
	case "PLAIN":
		return SASL{mechanism: "PLAIN"}
	case "LOGIN":
		return SASL{mechanism: "LOGIN"}
	}
	return SASL{}
}

// Response writes the user's name out of the client's next response in base64: PLAIN has it between its first two zero bytes (RFC 4616, 2), LOGIN sends
// it first.
func (s *SASL) Response(p *dissect.Packet, response []byte) {
	s.step++
	if s.mechanism == "" || s.step > 1 || len(response) > maxSASL {
		return
	}
	b, err := base64.StdEncoding.DecodeString(string(response))
	if err != nil {
		return
	}
	if s.mechanism == "PLAIN" {
		parts := bytes.SplitN(b, []byte{0}, 3)
		if len(parts) < 3 {
			return
		}
		b = parts[1]
	}
	User(p.Out, b)
}
