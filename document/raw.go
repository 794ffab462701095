// SPDX-License-Identifier: Apache-2.0

package document

import (
	"encoding/base64"

	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// rawMark is about what packet.truncated_raw and packet.truncated_document take of a document, bytes.
const rawMark = len(`,"truncated_raw":true,"truncated_document":true`)

// rawExcess is how many bytes less of a packet make a document shorter by n bytes and the marks that say so.
func rawExcess(n int) int { return base64.StdEncoding.DecodedLen(n + rawMark + 3) }

// writeRaw writes the packet's bytes, as far as there is room, and what else a capture file has to know of them.
func (e *Encoder) writeRaw(b *engine.Batch, r *engine.Record) {
	raw := b.Raw(r)
	if e.raw = len(raw) > 0; !e.raw {
		return
	}
	raw = raw[:max(len(raw)-e.cut.raw, 0)]
	if len(raw) > 0 {
		e.core.Binary(fRaw, raw)
	}
	if len(raw) < r.Captured {
		e.core.Bool(fCutRaw, true)
	}
}

// always tells whether a field is written whatever the profile: bytes mean nothing without their link type.
func (e *Encoder) always(id field.ID) bool { return e.raw && id == fLinkType }
