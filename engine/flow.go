// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// What the conversation was when the packet passed. It is part of the record: later packets change it.
var (
	flowGroup  = field.Group("flow")
	fSender    = flowGroup.Add("sender", field.Keyword, "", "Who sent the packet: initiator or responder; where it is known who began", field.Detail)
	fState     = flowGroup.Add("state", field.Keyword, "", "State of the TCP connection after the packet: opening, established, closing, closed or reset", field.Detail)
	fDelta     = flowGroup.Add("delta", field.Int64, "", "Time since the flow's packet before, nanoseconds", field.Rare)
	fHandshake = flowGroup.Add("handshake_rtt", field.Int64, "", "Time from the SYN to the end of the handshake, in the packet that ends it, nanoseconds", field.Rare)
	fIndex     = flowGroup.Add("index", field.Int64, "", "The packet's number in its flow, from 1", field.Rare, field.Detail)

	// The side that sent first where it is not known who began.
	fPackets = [2]field.ID{
		flowGroup.Add("initiator.packets", field.Int64, "", "Packets that the initiator has sent so far", field.Rare, field.Detail),
		flowGroup.Add("responder.packets", field.Int64, "", "Packets that the other side has sent so far", field.Rare, field.Detail),
	}
	fBytes = [2]field.ID{
		flowGroup.Add("initiator.bytes", field.Int64, "", "Bytes that the initiator has sent so far: lengths on the wire", field.Rare, field.Detail),
		flowGroup.Add("responder.bytes", field.Int64, "", "Bytes that the other side has sent so far: lengths on the wire", field.Rare, field.Detail),
	}
)

var (
	senders = [2]field.Str{field.Intern("initiator"), field.Intern("responder")}
	states  = [...]field.Str{dissect.Opening: field.Intern("opening"), dissect.Established: field.Intern("established"), dissect.Closing: field.Intern("closing"),
		dissect.Closed: field.Intern("closed"), dissect.Reset: field.Intern("reset")}
)

// writeFlow writes the conversation's fields; dir is the packet's direction.
func writeFlow(out *field.Buffer, c *dissect.Conversation, dir int) {
	if c.InitiatorKnown {
		out.Const(fSender, senders[dir])
	}
	if c.State != dissect.NoConnection {
		out.Const(fState, states[c.State])
	}
	index := c.Packets[0] + c.Packets[1]
	if index > 1 {
		out.Int(fDelta, c.Delta)
	}
	if c.Handshake != 0 {
		out.Int(fHandshake, c.Handshake)
	}
	out.Uint(fIndex, index)
	for d := range fPackets {
		out.Uint(fPackets[d], c.Packets[d])
		out.Uint(fBytes[d], c.Bytes[d])
	}
}
