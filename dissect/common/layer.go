// SPDX-License-Identifier: Apache-2.0

package common

import "github.com/espbeat/espbeat/dissect"

// Layers records the layers of messages on a stream as Wireshark does: the messages that lie in a packet alone are one layer, and one that
// began in a packet before is a layer by itself. One value serves one conversation.
type Layers struct {
	number uint64
	joined bool
}

// Push records a layer of the message at hand, if it is one of its own. It reports false when the packet has too many.
func (l *Layers) Push(p *dissect.Packet, proto *dissect.Protocol) bool {
	same := l.number == p.Number && !l.joined && !p.Reassembled
	l.number, l.joined = p.Number, p.Reassembled
	return same || p.Push(proto)
}

// LayersOf is what a conversation's application knows of its layers, where it needs to know nothing else: it is the conversation's AppState.
func LayersOf(c *dissect.Conversation) *Layers {
	l, ok := c.AppState.(*Layers)
	if !ok {
		l = &Layers{}
		c.AppState = l
	}
	return l
}
