// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/hex"

	"github.com/espbeat/espbeat/field"
)

var fPayload = field.Group("packet").Add("payload", field.Wildcard, "tcp.payload, udp.payload",
	"First bytes of what the innermost TCP or UDP header carries, else the innermost IP header, as lower-case hex digits; where payload.bytes asks for them", field.Core)

// writePayload writes the first n bytes.
func (e *Engine) writePayload(out *field.Buffer, payload []byte, n int) {
	e.digits = hex.AppendEncode(e.digits[:0], payload[:min(n, len(payload))])
	out.Text(fPayload, e.digits)
}
