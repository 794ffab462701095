// SPDX-License-Identifier: Apache-2.0

package sip

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if n := len(data) - len(bytes.TrimLeft(data, "\r\n")); n > 0 { // between messages, and to keep the connection alive (RFC 5626, 3.5.1)
		return n
	}
	switch {
	case len(data) == 0:
		return 0
	case !accept(data):
		return dissect.Reject
	}
	n := common.HeadEnd(data)
	switch {
	case n < 0 && p.Truncated:
		n = len(data)
	case n < 0 && len(data) > common.MaxHead:
		return dissect.Reject
	case n < 0:
		return 0
	}
	length := int64(0)
	common.Headers(data[:n], func(name, value []byte) {
		var u [16]byte
		if upper := string(common.Upper(&u, name)); upper == "CONTENT-LENGTH" || upper == "L" {
			length, _ = common.Number(value)
		}
	})
	whole := n + int(length)
	if length > maxBody { // the head alone, and the body is passed over
		if p.Push(Protocol) {
			decode(p, data[:n:n], n)
		}
		return int(min(int64(n)+length, maxPassed))
	}
	if len(data) < whole && !p.Truncated {
		return 0
	}
	have := min(whole, len(data))
	if p.Push(Protocol) {
		decode(p, data[:have:have], whole)
	}
	return whole
}

// maxPassed bounds what is passed over of one message, bytes.
const maxPassed = 1 << 30
