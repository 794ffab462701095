// SPDX-License-Identifier: Apache-2.0

package common

import (
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

// ServerByPort is Server for protocols whose messages do not always say who speaks: where the beginning was not seen, the side with one of proto's ports is the server.
func ServerByPort(p *dissect.Packet, c *dissect.Conversation, proto *dissect.Protocol, reply bool) int {
	switch {
	case c.InitiatorKnown:
		return 1
	case slices.Contains(proto.TCPPorts, p.Core.Destination.Port):
		return 1 - p.Direction
	case slices.Contains(proto.TCPPorts, p.Core.Source.Port):
		return p.Direction
	}
	return Server(p, c, reply)
}

// UserName appends to a summary the name of the user that User wrote.
func UserName(dst []byte, v dissect.View) ([]byte, bool) { return v.Text(dst, fUser) }
