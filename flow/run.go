// SPDX-License-Identifier: Apache-2.0

package flow

import "github.com/espbeat/espbeat/dissect"

// run is what a segment brings of a stream, as layers. As in Wireshark, messages that it brings together are one layer of their protocol, whatever is
// within each; one that earlier segments began is a layer of its own.
type run struct {
	// alone is set until the message ends that earlier segments began; layered says that the messages behind it have their layer.
	alone, layered bool
}

// emitted tidies the layers from depth on, which a call of app has pushed.
func (r *run) emitted(p *dissect.Packet, c *dissect.Conversation, app *dissect.Protocol, depth int) {
	if p.Depth <= depth {
		return
	}
	if p.Layers[depth] == app {
		if r.layered {
			copy(p.Layers[depth:p.Depth], p.Layers[depth+1:p.Depth])
			p.Pop()
		} else if c.Through != nil && c.Through != app {
			p.Insert(depth, c.Through)
		}
		r.layered = true
		c.Private.(*conversation).spoke = app
	}
	if r.alone {
		*r = run{}
	}
}

// began adds the layer of a message of which the segment has the beginning alone, where tshark does so.
func (r *run) began(p *dissect.Packet, c *dissect.Conversation) {
	if r.alone || r.layered || c.App == nil || !p.Options.Wireshark || !c.App.Begins {
		return
	}
	if c.Through == nil || c.Through == c.App || p.Push(c.Through) {
		p.Push(c.App)
	}
}

// continues adds the layer of the conversation's last protocol to a segment that is no message of it, where tshark does so.
func (f *conversation) continues(p *dissect.Packet) {
	if p.Options.Wireshark && f.spoke != nil && f.spoke.Continues && p.Top() != f.spoke {
		p.Push(f.spoke)
	}
}

// begun reports whether a message is in progress.
func (st *stream) begun() bool { return st.segments > 0 || st.skip > 0 || len(st.pending) > 0 }
