// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// maxOpen bounds the requests whose responses are awaited, as Conversation does.
const maxOpen = 64

const flagFIN = 1 // in Core.TCPFlags

// kind is what the response's framing needs to know of its request.
type kind uint8

const (
	plain   kind = iota
	isHead       // its response has no body
	connect      // its response, if successful, ends HTTP
	upgrade      // its response, if that is 101, ends HTTP
)

// state is a connection's.
type state struct {
	dir [2]direction
	// open are the requests whose final response is yet to come, oldest first.
	open []kind
	// client is the direction of the last request, and next who is asked for to take over, "" when that is for the first bytes to show.
	client int
	next   string
	// seen is set after the first message: what is no head from then on is passed over, not another protocol.
	seen bool
}

type phase uint8

const (
	inHead phase = iota
	inBody
	inChunkSize
	inChunk
	inChunkEnd
	inTrailer
	untilClose
)

// direction is where one direction's stream stands.
type direction struct {
	phase phase
	// scanned counts the bytes of an incomplete head, or trailer, that were seen.
	scanned int
	left    int64 // of the body or chunk, bytes
	body    uint64
	request bool
	seen    bool // a message came before
	// content names the protocol of the body, "" where it is only counted.
	content string
	// held is the head of a message that is emitted at its end (Options.Wireshark), nil otherwise.
	held []byte
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*state)
	if !ok {
		s = &state{}
		c.AppState = s
	}
	d := &s.dir[p.Direction]
	switch d.phase {
	case inHead:
		return s.head(p, c, d, data)
	case untilClose:
		d.body += uint64(len(data))
		if p.Core.TCPFlags&flagFIN != 0 {
			d.finish(p, c)
		}
		return len(data)
	}
	if len(data) == 0 {
		return 0
	}
	n := d.bodyStep(p, c, data)
	if n < 0 { // no chunk where one must be: the message's end is lost
		d.release(p, c)
		*d = direction{seen: true}
		return len(data)
	}
	return n
}

// head takes a message's head off the front of data. When the capture cut the packet, the rest of the head never comes: what is there is emitted.
func (s *state) head(p *dissect.Packet, c *dissect.Conversation, d *direction, data []byte) int {
	if n := len(data) - len(bytes.TrimLeft(data, "\r\n")); n > 0 { // RFC 9112, 2.2
		return n
	}
	if len(data) == 0 {
		return 0
	}
	if d.scanned == 0 {
		switch v := classifyHere(data); {
		case v == yes || p.Truncated && guess(data):
		case v == more && len(data) < maxHead:
			return 0
		case s.changing() && p.Direction == s.client:
			s.await(p, c)
			return 0
		case s.seen && v == no && !d.seen && handOver(p, c, data):
			return 0
		case s.seen:
			return len(data)
		default:
			return dissect.Reject
		}
	}
	n := headEnd(data, min(d.scanned, len(data)))
	if n < 0 && len(data) < maxHead && !p.Truncated {
		d.scanned = len(data)
		return 0
	}
	s.seen, d.scanned = true, 0
	if n < 0 || n > maxHead {
		if emit(p, c, data) && !p.Truncated {
			p.Bad()
		}
		return len(data)
	}
	h := parse(data[:n])
	ends := s.frame(d, &h)
	if d.request {
		s.client = p.Direction
	}
	asked, _ := c.Asked(0)
	empty := d.phase == inBody && d.left == 0
	if d.phase != inHead && !empty && p.Options.Wireshark {
		d.held = slices.Clone(data[:n])
		return n
	}
	pushed := emit(p, c, data[:n])
	switch {
	case h.bad: // who knows whether a body follows: what looks like a head is one
		if pushed {
			p.Bad()
		}
		*d = direction{seen: true}
	case d.phase == inHead:
		p.Out.Bool(fEnd, true)
	case empty:
		d.finish(p, c)
	}
	if ends {
		s.change(p, c, asked)
	}
	return n
}

// handOver gives the conversation to who answers in another protocol than it was asked in, if anybody knows it, and reports whether it did.
func handOver(p *dissect.Packet, c *dissect.Conversation, data []byte) bool {
	app := p.TCPApplication(c, data)
	if app == nil || app == Protocol {
		return false
	}
	c.HandOver(app, nil)
	return true
}

// frame decides where the message ends (RFC 9112, 6.3), and what that message means for the connection: whether it ends HTTP.
func (s *state) frame(d *direction, h *head) (ends bool) {
	*d = direction{request: h.method != nil, seen: true}
	bodiless := h.bad
	if d.request {
		k := plain
		switch {
		case string(h.method) == "HEAD":
			k = isHead
		case string(h.method) == "CONNECT":
			k = connect
		case h.upgrade != nil:
			k = upgrade
		}
		if k == connect || k == upgrade {
			s.next = successor(h.upgrade)
		}
		if len(s.open) == maxOpen {
			s.open = slices.Delete(s.open, 0, 1)
		}
		s.open = append(s.open, k)
	} else {
		k := plain
		if len(s.open) > 0 {
			k = s.open[0]
		}
		if final(h.status) && len(s.open) > 0 {
			s.open = slices.Delete(s.open, 0, 1)
		}
		if ends = h.status == 101 || k == connect && h.status/100 == 2; ends && h.upgrade != nil {
			s.next = successor(h.upgrade)
		}
		bodiless = bodiless || h.status < 200 || h.status == 204 || h.status == 304 || k == isHead || ends
	}
	switch {
	case bodiless:
	case h.chunked:
		d.phase = inChunkSize
	case h.length >= 0:
		d.phase, d.left = inBody, h.length
		if h.length <= maxContent {
			d.content = h.content
		}
	case !d.request:
		d.phase = untilClose
	}
	return ends
}

// final reports whether a response is its request's last one (RFC 9110, 15.2).
func final(status int) bool { return status >= 200 || status == 101 }

// emit writes the layer and fields of a head. It reports whether there was room for the layer.
func emit(p *dissect.Packet, c *dissect.Conversation, b []byte) bool {
	if !p.Push(Protocol) {
		return false
	}
	write(p, c, b)
	return true
}

// write writes the fields of a head.
func write(p *dissect.Packet, c *dissect.Conversation, b []byte) {
	p.Message(Protocol)
	h := parse(b)
	if p.Options.Wireshark {
		h.cutTarget()
	}
	h.write(p)
	switch {
	case h.method != nil:
		request(p, c, h.method)
	case final(h.status) || p.Options.Wireshark: // tshark takes an interim response for the answer
		answered.Response(p, c, 0)
	}
}

// request notes a request. Responses come in the order of requests (RFC 9112, 9.3.2); tshark ties a response to the last one only, and none to
// the notifications of UPnP's event architecture (GENA).
func request(p *dissect.Packet, c *dissect.Conversation, method []byte) {
	if c != nil && p.Options.Wireshark {
		switch string(method) {
		case "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE":
			return
		}
		c.Answer(0)
	}
	common.Request(p, c, 0)
}

// message is a message of SCTP: a head with what there is of its body, or more of a body, after a head.
func message(p *dissect.Packet, b []byte, _ int) {
	c := p.Conversation
	if classifyHere(b) != yes {
		if c == nil || c.App != Protocol {
			p.Pop()
		}
		return
	}
	if n := headEnd(b, 0); n > 0 {
		b = b[:n]
	}
	write(p, c, b)
	if c != nil {
		c.App = Protocol
	}
}

// release emits a head that was held.
func (d *direction) release(p *dissect.Packet, c *dissect.Conversation) {
	if d.held != nil {
		emit(p, c, d.held)
	}
}

// finish ends a message with a body.
func (d *direction) finish(p *dissect.Packet, c *dissect.Conversation) {
	d.release(p, c)
	End(p.Out, d.request, d.body, true)
	*d = direction{seen: true}
}
