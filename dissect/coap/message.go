// SPDX-License-Identifier: Apache-2.0

package coap

import (
	"encoding/binary"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// datagram dissects a message over UDP.
func datagram(p *dissect.Packet, b []byte, wire int) {
	c := p.Conversation
	s, known := (*session)(nil), false
	if c != nil {
		s, known = c.AppState.(*session)
	}
	if !known {
		s = &session{}
	}
	if p.Options.Wireshark && !onPort(p) || len(b) >= headerLen && !acceptUDP(b) && !onPort(p) {
		p.Pop() // tshark does not look for it elsewhere
		return
	}
	if !known && c != nil && !p.Quoted {
		c.AppState = s
		if guess(b) {
			c.App = Protocol // the responses are told by their request
		}
	}
	p.Message(Protocol)
	r := reader{Cursor: common.Read(p, b, wire), session: s}
	first := r.U8()
	if r.Failed {
		return
	}
	p.Out.Uint(fType, uint64(first>>4&3))
	r.code = r.U8()
	if r.Failed {
		return
	}
	r.writeCode()
	r.Uint16(fMID)
	r.rest(c, int(first&0x0f))
}

func onPort(p *dissect.Packet) bool {
	return slices.Contains(Protocol.UDPPorts, p.Core.Source.Port) || slices.Contains(Protocol.UDPPorts, p.Core.Destination.Port)
}

// maxWait bounds the messages over TCP that are waited for as a whole, bytes; enough is what of a longer one is dissected at least.
const (
	maxWait = 64 << 10
	enough  = 1024
)

// frame reads the length of the message over TCP at the front of b: that of its head up to the code, and as a whole; 0 while more of it is needed to tell.
func frame(b []byte) (head, whole int) {
	const one, two, four = 13, 14, 15
	n, token := int(b[0]>>4), int(b[0]&0x0f)
	head = 1
	switch n {
	case one:
		head = 2
	case two:
		head = 3
	case four:
		head = 5
	}
	if len(b) < head {
		return 0, 0
	}
	switch n {
	case one:
		n = int(b[1]) + 13
	case two:
		n = int(binary.BigEndian.Uint16(b[1:])) + 269
	case four:
		n = int(min(binary.BigEndian.Uint32(b[1:]), 1<<30)) + 65805
	}
	return head, head + 1 + token + n
}

// acceptTCP is asked on CoAP's own port.
func acceptTCP(b []byte) bool {
	head, whole := frame(b)
	return b[0]&0x0f <= maxToken && (whole == 0 || len(b) <= head || knownCode(b[head]))
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if !acceptTCP(data) {
		return dissect.Reject
	}
	s, ok := c.AppState.(*session)
	if !ok {
		s = &session{}
		c.AppState = s
	}
	head, whole := frame(data)
	if !p.Truncated && (whole == 0 || len(data) < whole && (whole <= maxWait || len(data) < enough)) {
		return 0
	}
	if whole == 0 || !p.Push(Protocol) {
		return len(data)
	}
	p.Message(Protocol)
	cut := p.Truncated // else what is missing is left out, not cut by the capture
	r := reader{Cursor: common.Read(p, data[head:min(whole, len(data))], whole-head), session: s}
	r.code = r.U8()
	if !r.Failed {
		r.writeCode()
		r.rest(c, int(data[0]&0x0f))
	}
	if !cut {
		p.Truncated = false
	}
	return whole
}

// reader is a message while it is read.
type reader struct {
	common.Cursor
	session *session
	code    byte
	host    []byte
	// path has a slash before each segment, query the queries with what separates them before each.
	path, query []byte
	segments    int
	observed    bool
}

func (r *reader) writeCode() {
	r.P.Out.Uint(fCode, uint64(r.code))
	var b [8]byte
	r.P.Out.Text(fName, appendCode(b[:0], r.code))
}

// rest dissects what follows the message id.
func (r *reader) rest(c *dissect.Conversation, tokenLen int) {
	o := r.P.Out
	if tokenLen > maxToken {
		r.P.Bad()
		return
	}
	token := r.Bytes(tokenLen)
	if r.Failed {
		return
	}
	if len(token) > 0 {
		o.Bytes(fToken, token)
	}
	r.options()
	key := uint64(0)
	for _, b := range token {
		key = key<<8 | uint64(b)
	}
	switch class := r.code >> 5; {
	case r.code == 0 || class == classSignal:
	case class == classRequest:
		r.uri(key)
		common.Repeatable(r.P, c, key, exchange)
	default:
		if uri := r.session.of(key); uri != "" {
			o.String(fURI, uri)
		}
		if r.observed {
			common.AnyResponse(r.P, c, key)
		} else {
			common.Response(r.P, c, key)
		}
	}
}

// uri writes what a request is for.
func (r *reader) uri(token uint64) {
	o := r.P.Out
	var buf [maxURI]byte
	full := buf[:0]
	if len(r.host) > 0 {
		full = append(append(full, "coap://"...), r.host...)
	}
	if full = append(full, r.path...); len(full) > 0 {
		full = full[:min(len(full), maxURI)]
		o.Text(fURI, full)
	}
	r.session.note(token, full)
	common.Target(o, r.host, append(r.path, r.query...))
}

// options dissects the options, and counts the payload behind them.
func (r *reader) options() {
	number := 0
	for n := 0; n < maxOptions && r.More(); n++ {
		if len(r.B) > 0 && r.B[0] == endMarker {
			r.Skip(1)
			if r.Wire == 0 {
				r.P.Bad() // a marker asks for a payload (RFC 7252, 3)
			}
			r.P.Out.Uint(fPayload, uint64(r.Wire)) //nolint:gosec // not negative
			return
		}
		if len(r.B) == 0 {
			r.P.Truncated = true
			return
		}
		delta, value, rest, ok := option(r.B)
		if !ok {
			if len(r.B) < r.Wire {
				r.P.Truncated = true
			} else {
				r.P.Bad()
			}
			r.Failed = true
			return
		}
		number += delta
		r.option(number, value)
		r.Wire -= len(r.B) - len(rest)
		r.B = rest
	}
}

func (r *reader) option(number int, value []byte) {
	o := r.P.Out
	switch number {
	case optURIHost:
		r.host = value
	case optURIPath:
		if r.segments++; r.segments <= maxSegments {
			r.path = append(append(r.path, '/'), value...)
		}
	case optURIQuery:
		if r.segments++; r.segments <= maxSegments {
			lead := byte('&')
			if len(r.query) == 0 {
				lead = '?'
			}
			r.query = append(append(r.query, lead), value...)
		}
	case optObserve:
		if n, ok := uintOf(value, 3); ok {
			r.observed = true
			o.Uint(fObserve, uint64(n))
		}
	case optFormat:
		if n, ok := uintOf(value, 2); ok {
			o.Uint(fFormat, uint64(n))
		}
	case optBlock1, optBlock2: // RFC 7959, 2.2
		const more, exponent = 0x08, 0x07
		if n, ok := uintOf(value, 3); ok {
			o.Uint(fBlock, uint64(n>>4))
			o.Bool(fMore, n&more != 0)
			o.Uint(fBlockSz, 16<<(n&exponent))
		}
	}
}

// uintOf is the number that an option has in up to so many bytes (RFC 7252, 3.2).
func uintOf(value []byte, most int) (n uint32, ok bool) {
	if len(value) > most {
		return 0, false
	}
	for _, b := range value {
		n = n<<8 | uint32(b)
	}
	return n, true
}
