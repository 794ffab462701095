// SPDX-License-Identifier: Apache-2.0

package tds

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// tunnel is the TLS connection within one of TDS.
type tunnel struct {
	inner dissect.Conversation
	held  [2][]byte
	skip  [2]int // bytes that TLS does not want to see
	used  bool
}

// record is the length of the TLS record at the front of b (RFC 8446, 5.1), at least of its header; ok is false when there is none.
func record(b []byte) (n int, ok bool) {
	const header, first, last, major = 5, 20, 24, 3
	if b[0] < first || b[0] > last || len(b) > 1 && b[1] != major {
		return 0, false
	}
	if len(b) < header {
		return header, true
	}
	return header + int(binary.BigEndian.Uint16(b[3:])), true
}

// feed gives TLS what it may be made of.
func (t *tunnel) feed(p *dissect.Packet, b []byte) {
	tls := p.Registry.Named("tls")
	if tls == nil {
		return
	}
	if _, ok := record(b); !ok && !t.used {
		p.Bad()
		return
	}
	t.used = true
	d := p.Direction
	n := min(t.skip[d], len(b))
	t.skip[d] -= n
	held := append(t.held[d], b[n:]...)
	defer func() { p.Core.Application = Protocol }() // what carries it
	for len(held) > 0 {
		n := tls.Stream(p, &t.inner, held[:len(held):len(held)])
		switch {
		case n == 0 && len(held) < maxKept:
			t.held[d] = held
			return
		case n <= 0:
			t.held[d], t.inner.AppState = nil, nil
			return
		case n > len(held):
			t.skip[d], n = n-len(held), len(held)
		}
		held = held[n:]
	}
	t.held[d] = nil
}
