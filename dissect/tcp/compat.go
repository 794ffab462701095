// SPDX-License-Identifier: Apache-2.0

package tcp

import "github.com/espbeat/espbeat/dissect"

// written is what of a packet an application writes to.
type written struct {
	fields, depth, messages int
	application, malformed  *dissect.Protocol
}

func mark(p *dissect.Packet) written {
	return written{p.Out.Len(), p.Depth, p.Core.Messages, p.Core.Application, p.Malformed}
}

// restore takes back what was written since. tshark hands retransmissions and segments out of order to no application (tcp.no_subdissector_on_error); their
// bytes are part of messages that other segments complete.
func (w written) restore(p *dissect.Packet) {
	p.Out.Truncate(w.fields)
	p.Depth, p.Core.Messages, p.Core.Application, p.Malformed = w.depth, w.messages, w.application, w.malformed
}

// quoted hands what an ICMP error quotes of a connection's stream to its application (compat mode): tshark takes a request that was returned for one
// that was sent. What is known of the stream itself stays as it was.
func quoted(p *dissect.Packet, payload []byte) {
	c := p.State.Known(p)
	if c == nil || c.App == nil || c.App.Stream == nil || p.Options.HeadersOnly {
		return
	}
	stream := c.AppState
	c.AppState = nil
	p.Truncated = true // a quote has no more than this
	c.App.Stream(p, c, payload)
	c.AppState = stream
}
