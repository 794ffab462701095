// SPDX-License-Identifier: Apache-2.0

package amqp

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// stream takes a header or a frame off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, known := c.AppState.(*session)
	if !known {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &session{}
		c.AppState = s
	}
	if version, ok := hello(data); ok {
		if version == "" {
			return 0
		}
		s.later = strings.HasPrefix(version, "1.")
		if p.Options.Wireshark { // which has no layer for it
			p.Core.Headline = Protocol.Headline()
		} else if !p.Push(Protocol) {
			return headerLen
		}
		p.Message(Protocol)
		p.Out.String(fVersion, version)
		return headerLen
	}
	n, ok := frame091(data)
	if s.later {
		n, ok = frame10(data)
	}
	if short := len(data) < n; ok && !p.Truncated && (n == 0 || short && (n <= maxWait || len(data) < enough)) {
		return 0
	}
	if !p.Push(Protocol) {
		return max(n, len(data))
	}
	if !ok || n == 0 {
		p.Bad()
		return len(data)
	}
	p.Message(Protocol)
	cut := p.Truncated // else what is missing is left out, not cut by the capture
	b := common.Read(p, data[:min(n, len(data))], n)
	if s.later {
		frame1(p, b)
	} else {
		b.Wire--
		b.B = b.B[:min(len(b.B), b.Wire)]
		frame(p, c, b)
	}
	if !cut {
		p.Truncated = false
	}
	return n
}

// frame dissects a frame of version 0-9-1 without its end.
func frame(p *dissect.Packet, conversation *dissect.Conversation, c common.Cursor) {
	kind := c.Uint8(fType)
	channel := c.Uint16(fChannel)
	c.Skip(4)
	switch kind {
	case typeMethod:
		method(p, conversation, channel, c)
	case typeHeader:
		const hasContentType = 1 << 15
		c.Skip(4) // class, weight
		size := c.U64()
		flags := c.U16()
		if c.Failed {
			return
		}
		p.Out.Uint(fBody, size)
		if flags&hasContentType != 0 {
			if text := short(&c); len(text) > 0 {
				p.Out.Text(fContent, text)
			}
		}
	}
}

// method dissects the arguments that a method's letters say.
func method(p *dissect.Packet, conversation *dissect.Conversation, channel uint16, c common.Cursor) {
	class, number := c.Uint16(fClass), c.Uint16(fMethod)
	if c.Failed {
		return
	}
	m := table[uint32(class)<<16|uint32(number)]
	if m.name == "" {
		p.Out.String(fName, strconv.Itoa(int(class))+"."+strconv.Itoa(int(number)))
		return
	}
	p.Out.String(fName, m.name)
	tie(p, conversation, m, channel, class, number)
	for i := 0; i < len(m.arguments) && !c.Failed; i++ {
		argument(p, &c, m.arguments[i])
	}
}

// tie relates methods to those that answer them. Both sides ask.
func tie(p *dissect.Packet, c *dissect.Conversation, m method091, channel, class, number uint16) {
	asker := p.Direction
	if m.answers != 0 {
		asker, number = 1-asker, m.answers
	}
	key := uint64(asker)<<48 | uint64(channel)<<32 | uint64(class)<<16 | uint64(number) //nolint:gosec // 0 or 1
	switch {
	case m.answers != 0:
		common.Response(p, c, key)
	case m.asks:
		common.Request(p, c, key)
	}
}

func argument(p *dissect.Packet, c *common.Cursor, letter byte) {
	o := p.Out
	switch letter {
	case '1':
		c.Skip(1)
	case '2':
		c.Skip(2)
	case '4':
		c.Skip(4)
	case '8':
		c.Skip(8)
	case 'T':
		c.Sub(int(min(c.U32(), 1<<31-1)))
	case 's':
		short(c)
	case 'e':
		o.Text(fEx, short(c))
	case 'q':
		o.Text(fQueue, short(c))
	case 'k':
		o.Text(fKey, short(c))
	case 'v':
		o.Text(fVHost, short(c))
	case 't':
		if tag := short(c); len(tag) > 0 {
			o.Text(fTag, tag)
		}
	case 'c':
		c.Uint16(fCode)
	case 'x':
		if text := short(c); len(text) > 0 {
			o.Text(fReply, text)
		}
	case 'L':
		login(p, c)
	}
}

// login dissects by which mechanism the client logs in, and who it is.
func login(p *dissect.Packet, c *common.Cursor) {
	mechanism := short(c)
	n := c.U32()
	response := c.Bytes(int(min(n, 1<<31-1)))
	if c.Failed {
		return
	}
	o := p.Out
	o.Text(fMechanism, mechanism)
	if len(response) > 0 {
		o.Bytes(fResponse, response)
	}
	switch string(mechanism) {
	case "PLAIN": // RFC 4616, 2
		if parts := bytes.SplitN(response, []byte{0}, 3); len(parts) == 3 {
			common.User(o, parts[1])
		}
	case "AMQPLAIN": // a table without its length, LOGIN as a long text
		const name = "\x05LOGINS"
		if _, rest, ok := bytes.Cut(response, []byte(name)); ok {
			text := common.Read(p, rest, len(rest))
			if n := text.U32(); uint64(n) <= uint64(len(text.B)) {
				common.User(o, text.B[:n])
			}
		}
	}
}

// short reads a text behind its length of a byte.
func short(c *common.Cursor) []byte { return c.Bytes(int(c.U8())) }

// performatives are by their descriptor (OASIS AMQP 1.0, part 2, 2.7; part 5, 5.3.3).
var performatives = map[uint8]string{0x10: "Open", 0x11: "Begin", 0x12: "Attach", 0x13: "Flow", 0x14: "Transfer", 0x15: "Disposition", 0x16: "Detach", 0x17: "End", 0x18: "Close",
	0x40: "SASL-Mechanisms", 0x41: "SASL-Init", 0x42: "SASL-Challenge", 0x43: "SASL-Response", 0x44: "SASL-Outcome"}

// frame1 dissects a frame of version 1.0 up to its performative.
func frame1(p *dissect.Packet, c common.Cursor) {
	const head = 8
	c.Skip(4)
	offset := int(c.U8()) * 4
	c.Uint8(fType)
	c.Uint16(fChannel)
	c.Skip(offset - head)
	if !c.More() {
		return // a heartbeat
	}
	const described, smallULong = 0x00, 0x53
	if c.U8() != described || c.U8() != smallULong {
		return
	}
	if name := performatives[c.U8()]; name != "" && !c.Failed {
		p.Out.String(fName, name)
	}
}
