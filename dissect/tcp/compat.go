// SPDX-License-Identifier: Apache-2.0

package tcp

import "github.com/espbeat/espbeat/dissect"

// quoted hands what an ICMP error quotes of a connection's stream to its application (compat mode): tshark takes a request that was returned for one
// that was sent. What is known of the stream itself stays as it was.
func quoted(p *dissect.Packet, payload []byte) {
	c := p.State.Known(p)
	if c == nil || c.App == nil || c.App.Stream == nil {
		return
	}
	stream := c.AppState
	c.AppState = nil
	p.Truncated = true // a quote has no more than this
	c.App.Stream(p, c, payload)
	c.AppState = stream
}
