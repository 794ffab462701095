// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"net/netip"
	"time"
)

// Expectation is a conversation that an application has announced: FTP's data connection, TFTP's transfer, a call's media.
type Expectation struct {
	// Transport is the IP protocol: 6 for TCP, 17 for UDP.
	Transport uint8
	// At is one side of the conversation, whichever speaks first; a second expectation at the same place takes the place of the first.
	At netip.AddrPort
	// Peer is the other side; the zero Addr is any address, port 0 any port.
	Peer netip.AddrPort
	// App will speak over the conversation, and finds State in its AppState. It is asked before ports and first bytes are.
	App   *Protocol
	State any
	// Lifetime is how long the conversation may take to begin, in packet time. TCP's is expected once; of UDP, all that begin within it are.
	Lifetime time.Duration
}

// HandOver gives what follows to another protocol, with state as its AppState: STARTTLS, an HTTP Upgrade, CONNECT. Each direction goes over
// behind what its StreamFunc has consumed, the caller's by what it returns. So a StreamFunc that has seen one side ask for the change
// consumes nothing more of that side until the other's answer has decided (it returns 0); what waits in the other direction is offered with
// its next packet. Open requests are forgotten. A nil to leaves it to ports and first bytes who speaks.
func (c *Conversation) HandOver(to *Protocol, state any) {
	c.App, c.AppState, c.requests = to, state, nil
}
