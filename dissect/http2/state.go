// SPDX-License-Identifier: Apache-2.0

package http2

import (
	"slices"

	"golang.org/x/net/http2/hpack"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/grpc"
	"github.com/espbeat/espbeat/dissect/http"
)

// maxStreams bounds the open streams of a connection that are followed; the oldest are forgotten. Servers allow 100 to 256.
const maxStreams = 256

// state is a connection's.
type state struct {
	dir [2]direction
	// open are the streams that have not ended, in the order in which they began.
	open []exchange
	// known is set when the preface, SETTINGS or HTTP/1 have shown that it is HTTP/2.
	known bool
}

// direction is where one direction stands.
type direction struct {
	begun bool
	// current is the DATA frame of which left bytes are yet to come, pad of them padding.
	current   frame
	left, pad int
	// block collects the header block of first, a HEADERS or PUSH_PROMISE frame, until its CONTINUATIONs end it.
	block    []byte
	first    frame
	promised uint32

	decoder *hpack.Decoder
	// lost is set when the dynamic table is no longer known: header blocks are not decoded.
	lost bool
	list headerList
}

// exchange is a stream: a request and its response.
type exchange struct {
	id   uint32
	side [2]message // by direction
}

// message is one direction of a stream.
type message struct {
	request bool
	head    bool // a request's or final response's head was seen
	data    bool // a DATA frame was seen
	ended   bool
	body    uint64 // bytes
	// calls follows the messages of gRPC, nil for another content type.
	calls *grpc.Messages
}

// stateOf returns the state of a connection. HTTP/1 hands its conversation over with the request that asked for it, which is stream 1's (RFC 7540, 3.2); it is zero
// where the capture does not have it.
func stateOf(c *dissect.Conversation) *state {
	s, ok := c.AppState.(*state)
	if ok {
		return s
	}
	s = &state{}
	if r, upgraded := c.AppState.(dissect.Request); upgraded {
		s.known = true
		if r.Number > 0 {
			c.Reopen(r, 1)
		}
	}
	c.AppState = s
	return s
}

// stream finds an open stream, nil when there is none of that id.
func (s *state) stream(id uint32) *exchange {
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].id == id {
			return &s.open[i]
		}
	}
	return nil
}

// begun finds a stream or begins it. The pointer is valid until the next call.
func (s *state) begun(id uint32) *exchange {
	if x := s.stream(id); x != nil {
		return x
	}
	if len(s.open) == maxStreams {
		s.open = slices.Delete(s.open, 0, 1)
	}
	s.open = append(s.open, exchange{id: id})
	return &s.open[len(s.open)-1]
}

// end forgets a stream.
func (s *state) end(id uint32) {
	s.open = slices.DeleteFunc(s.open, func(x exchange) bool { return x.id == id })
}

// data takes a DATA frame's header off the front, and what there is of its payload.
func (s *state) data(p *dissect.Packet, c *dissect.Conversation, d *direction, f frame, data []byte) int {
	n, pad := headerLen, 0
	if f.has(flagPadded) && f.length > 0 {
		if len(data) <= headerLen {
			return 0
		}
		n, pad = n+1, int(data[headerLen])
	}
	d.current, d.left = f, headerLen+f.length-n
	d.pad = min(pad, d.left)
	if !p.Options.Wireshark && f.write(p) && pad > d.left {
		p.Bad()
	}
	if x := s.stream(f.id); x != nil {
		m := &x.side[p.Direction]
		m.data = true
		m.body += uint64(d.left - d.pad) //nolint:gosec // not negative
	}
	return n + s.body(p, c, d, data[n:])
}

// body takes what there is of a DATA frame's payload, and passes over what is yet to come but for the last byte, whose packet ends the frame.
func (s *state) body(p *dissect.Packet, c *dissect.Conversation, d *direction, data []byte) int {
	f := d.current
	var calls *grpc.Messages
	if x := s.stream(f.id); x != nil {
		calls = x.side[p.Direction].calls
	}
	n := min(len(data), d.left)
	if calls != nil {
		calls.Take(p, data[:max(0, min(n, d.left-d.pad))])
	}
	switch {
	case n == d.left:
	case calls != nil:
		d.left -= n
		return n
	case p.Options.Wireshark || f.has(flagEndStream):
		n = d.left - 1
		d.left = 1
		d.pad = min(d.pad, 1)
		if n > 0 {
			return n
		}
		return 0
	default: // nothing depends on where it ends
		n = d.left
	}
	d.left = 0
	if p.Options.Wireshark {
		f.write(p)
	}
	if f.has(flagEndStream) {
		s.ended(p, c, f.id)
	}
	return n
}

// ended ends the direction's side of a stream.
func (s *state) ended(p *dissect.Packet, c *dissect.Conversation, id uint32) {
	x := s.stream(id)
	if x == nil {
		return
	}
	m := &x.side[p.Direction]
	m.ended = true
	if !p.Options.Wireshark && m.head {
		http.End(p.Out, m.request, m.body, m.data)
	}
	if x.side[0].ended && x.side[1].ended {
		s.end(id)
	}
}
