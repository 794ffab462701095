// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

// successor is who speaks after an upgrade (RFC 9110, 7.8) to the first protocol of the header that is known, by its name in the registry; "" for others and after
// CONNECT.
func successor(upgrade []byte) string {
	for token := range bytes.SplitSeq(upgrade, []byte(",")) {
		switch string(bytes.ToLower(bytes.TrimSpace(token))) {
		case "websocket":
			return "websocket"
		case "h2c":
			return "http2"
		}
	}
	return ""
}

// changing reports whether a request to speak another protocol awaits its response.
func (s *state) changing() bool {
	return slices.ContainsFunc(s.open, func(k kind) bool { return k == connect || k == upgrade })
}

// await leaves what a client sends in another protocol alone until the server agrees. Where the capture has nothing of the server, it does so at once.
func (s *state) await(p *dissect.Packet, c *dissect.Conversation) {
	if c.Packets[1-p.Direction] == 0 {
		asked, _ := c.Asked(0)
		s.change(p, c, asked)
	}
}

// change hands the conversation over, with the request that asked for it; that is zero where it is not known.
func (s *state) change(p *dissect.Packet, c *dissect.Conversation, asked dissect.Request) {
	if p.Options.Wireshark {
		c.Through = Protocol
	}
	if to := p.Registry.Named(s.next); to != nil {
		c.HandOver(to, asked)
		return
	}
	c.HandOver(nil, nil)
}
