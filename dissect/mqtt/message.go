// SPDX-License-Identifier: Apache-2.0

package mqtt

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	maxTopics  = 256
	maxAliases = 256
	maxAliased = 1024 // bytes of a topic
)

// session is what is known of a connection.
type session struct {
	version byte // 0 when the CONNECT was not captured
	aliases [2]map[uint16]string
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*session)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &session{}
		c.AppState = s
	}
	size, rest, ok := header(data)
	n := size + rest
	switch short := len(data) < n; {
	case ok && size == 0 && !p.Truncated:
		return 0
	case ok && short && !p.Truncated && (n <= maxWait || len(data) < enough):
		return 0
	}
	if !p.Push(Protocol) {
		return max(n, 1)
	}
	if !ok || size == 0 {
		p.Bad()
		return len(data)
	}
	cut := p.Truncated // else what is missing is left out, not cut by the capture
	s.message(p, c, data[0], common.Read(p, data[size:min(n, len(data))], rest))
	if !cut {
		p.Truncated = false
	}
	return n
}

// message dissects one message behind its header.
func (s *session) message(p *dissect.Packet, conversation *dissect.Conversation, first byte, c common.Cursor) {
	p.Message(Protocol)
	kind := first >> 4
	o := p.Out
	o.Uint(fType, uint64(kind))
	five := s.version == version5
	if s.version == version31 && (kind == typePubrel || kind == typeSubscribe || kind == typeUnsubscribe) {
		o.Uint(fQoS, uint64(qos(first))) // the acknowledgement's own; later versions reserve it
	}
	id := uint16(0)
	switch kind {
	case typeConnect:
		s.connect(&c)
	case typeConnack:
		c.Skip(1)
		c.Uint8(fReason)
	case typePublish:
		id = s.publish(&c, first)
	case typePuback, typePubrec, typePubrel, typePubcomp:
		id = c.Uint16(fMsgID)
		if five && c.More() {
			c.Uint8(fReason)
		}
	case typeSubscribe, typeUnsubscribe:
		id = c.Uint16(fMsgID)
		if five {
			properties(&c)
		}
		for n := 0; n < maxTopics && c.More(); n++ {
			topic(&c)
			if kind == typeSubscribe {
				c.Skip(1) // options
			}
		}
	case typeSuback, typeUnsuback:
		id = c.Uint16(fMsgID)
		if five {
			properties(&c)
		}
		for n := 0; n < maxTopics && c.More(); n++ {
			c.Uint8(fReason)
		}
	case typeDisconnect, typeAuth:
		if c.More() {
			c.Uint8(fReason)
		}
	}
	tie(p, conversation, kind, first, id)
}

// qos is the quality of service of a message by its first byte.
func qos(first byte) byte { return first >> 1 & 3 }

// tie relates acknowledgements to what they acknowledge. Both sides publish, each with identifiers of its own.
func tie(p *dissect.Packet, c *dissect.Conversation, kind, first byte, id uint16) {
	asker, request := p.Direction, kind
	switch kind {
	case typeConnack, typePuback, typePubcomp, typeSuback, typeUnsuback, typePingresp:
		asker, request = 1-asker, kind-1
	case typePubrec:
		asker, request = 1-asker, typePublish
	case typePublish:
		if qos(first) == 0 { // nobody acknowledges it
			return
		}
	case typeDisconnect, typeAuth, 0:
		return
	}
	if kind == typePuback {
		request = typePublish
	}
	key := uint64(asker)<<32 | uint64(request)<<16 | uint64(id) //nolint:gosec // 0 or 1
	if asker == p.Direction {
		common.Request(p, c, key)
	} else {
		common.Response(p, c, key)
	}
}

// connect dissects CONNECT (OASIS MQTT 5.0, 3.1).
func (s *session) connect(c *common.Cursor) {
	const hasName, hasPassword, hasWill = 0x80, 0x40, 0x04
	o := c.P.Out
	text(c) // the protocol's name
	version := c.Uint8(fVersion)
	flags := c.U8()
	c.Uint16(fKeepAlive)
	if c.Failed {
		return
	}
	s.version = version
	if version == version5 {
		properties(c)
	}
	if id := text(c); !c.Failed {
		o.Text(fClientID, id)
	}
	if flags&hasWill != 0 {
		if version == version5 {
			properties(c)
		}
		if t := text(c); len(t) > 0 {
			o.Text(fWillTopic, t)
		}
		text(c) // the will's payload
	}
	if flags&hasName != 0 {
		common.User(o, text(c))
	}
	if flags&hasPassword != 0 {
		if password := text(c); !c.Failed {
			o.Text(fPassword, password)
		}
	}
}

// publish dissects PUBLISH, and returns the message's identifier, 0 when it has none.
func (s *session) publish(c *common.Cursor, first byte) (id uint16) {
	const dup, retain = 0x08, 0x01
	o := c.P.Out
	o.Bool(fDup, first&dup != 0)
	o.Uint(fQoS, uint64(qos(first)))
	o.Bool(fRetain, first&retain != 0)
	name := text(c)
	if qos(first) > 0 {
		id = c.Uint16(fMsgID)
	}
	alias := uint16(0)
	if s.version == version5 {
		alias = properties(c)
	}
	if name = s.aliased(c.P.Direction, alias, name); len(name) > 0 {
		o.Text(fTopic, name)
	}
	if !c.Failed {
		o.Uint(fPayload, uint64(max(c.Wire, 0))) //nolint:gosec // not negative
	}
	return id
}

// aliased notes the topic that an alias stands for, or finds it when the message names the alias alone.
func (s *session) aliased(direction int, alias uint16, name []byte) []byte {
	known := s.aliases[direction&1]
	switch {
	case alias == 0:
	case len(name) == 0:
		return []byte(known[alias])
	case len(name) <= maxAliased && (len(known) < maxAliases || known[alias] != ""):
		if known == nil {
			known = map[uint16]string{}
			s.aliases[direction&1] = known
		}
		known[alias] = string(name)
	}
	return name
}

// text reads a text behind its length.
func text(c *common.Cursor) []byte { return c.Bytes(int(c.U16())) }

func topic(c *common.Cursor) {
	if name := text(c); len(name) > 0 {
		c.P.Out.Text(fTopic, name)
	}
}

// number reads a number of 1 to 4 bytes of 7 bits.
func number(c *common.Cursor) (n int) {
	for shift := 0; shift < 28; shift += 7 {
		b := c.U8()
		n |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			return n
		}
	}
	c.P.Bad()
	c.Failed = true
	return 0
}

// properties passes over the properties of version 5 (2.2.2) and returns the topic alias among them, 0 without one.
func properties(c *common.Cursor) (alias uint16) {
	const (
		topicAlias, userProperty, subscription = 0x23, 0x26, 0x0b
	)
	list := c.Sub(number(c))
	for n := 0; n < common.MaxItems && list.More(); n++ {
		switch id := list.U8(); id {
		case topicAlias:
			alias = list.U16()
		case userProperty:
			text(&list)
			text(&list)
		case subscription:
			number(&list)
		case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a:
			list.Skip(1)
		case 0x13, 0x21, 0x22:
			list.Skip(2)
		case 0x02, 0x11, 0x18, 0x27:
			list.Skip(4)
		case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f:
			text(&list)
		default:
			if !list.Failed {
				c.P.Bad()
			}
			return alias
		}
	}
	return alias
}
