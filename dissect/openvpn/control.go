// SPDX-License-Identifier: Apache-2.0

package openvpn

import (
	"encoding/binary"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/tls"
)

// The control channel carries TLS in numbered pieces: after the session, where the peers share a key (tls-auth), an authentication, a replay number and a
// time; acknowledgements, and with them the other's session; the number; the piece. The handshake is read when the piece with its begin was seen,
// which says how long the authentication is. With tls-crypt it is encrypted.
const (
	opControl = 4

	sessionEnd = 9 // opcode and session
	replayLen  = 8
	maxACKs    = 8
	maxWaiting = 16       // pieces that came before their turn
	maxHeld    = 64 << 10 // bytes of TLS that are not whole
	// pieceLen is what OpenVPN up to 2.5 cuts TLS into: a piece of that length is not the last of what was written at once.
	pieceLen = 100
)

// authLens are the lengths of authentication that are looked for: none, SHA-1, SHA-256, MD5, SHA-224, SHA-384, SHA-512.
var authLens = [...]int{0, 20, 32, 16, 28, 48, 64}

// control is the control channel of a conversation.
type control struct {
	key     uint8
	auth    int // length of the authentication, valid once found
	found   bool
	inner   dissect.Conversation // of TLS
	channel [2]channel
}

// channel is one direction.
type channel struct {
	last    uint32 // number of the last piece that was taken
	waiting []piece
	held    []byte
	skip    int // bytes to come that TLS does not want to see
}

type piece struct {
	number uint32
	data   []byte
}

// tunnelled reads a packet of the control channel.
func tunnelled(p *dissect.Packet, b []byte) {
	c := p.Conversation
	if c == nil || p.Quoted || p.Truncated {
		return
	}
	s, ok := c.AppState.(*control)
	op, key := b[0]>>3, b[0]&7
	if !ok || s.key != key {
		next := &control{key: key, inner: dissect.Conversation{ID: c.ID}}
		if ok {
			next.auth, next.found = s.auth, s.found
		}
		s, c.AppState = next, next
	}
	if op != opControl {
		return
	}
	if !s.found && !s.find(b) {
		return
	}
	if number, data, ok := s.read(b, s.auth); ok {
		s.take(p, number, slices.Clone(data))
	}
}

// find looks for the length of the authentication with which the packet begins TLS.
func (s *control) find(b []byte) bool {
	for _, n := range authLens {
		if number, data, ok := s.read(b, n); ok && number == 1 && len(data) > 2 && data[0] == 22 && data[1] == 3 {
			s.auth, s.found = n, true
			return true
		}
	}
	return false
}

// read returns the number and the piece of a control packet.
func (s *control) read(b []byte, auth int) (uint32, []byte, bool) {
	at := sessionEnd
	if auth > 0 {
		at += auth + replayLen
	}
	if at >= len(b) || b[at] > maxACKs {
		return 0, nil, false
	}
	if n := int(b[at]); n > 0 {
		at += 4*n + 8
	}
	at++
	if at+4 > len(b) {
		return 0, nil, false
	}
	return binary.BigEndian.Uint32(b[at:]), b[at+4:], true
}

// take takes a piece, and those that waited for it.
func (s *control) take(p *dissect.Packet, number uint32, data []byte) {
	ch := &s.channel[p.Direction]
	switch {
	case number <= ch.last:
		return
	case number > ch.last+1:
		if len(ch.waiting) < maxWaiting && !slices.ContainsFunc(ch.waiting, func(w piece) bool { return w.number == number }) {
			ch.waiting = append(ch.waiting, piece{number, data})
		}
		return
	}
	for data != nil {
		ch.last++
		ch.feed(p, &s.inner, data)
		data = nil
		if i := slices.IndexFunc(ch.waiting, func(w piece) bool { return w.number == ch.last+1 }); i >= 0 {
			data = ch.waiting[i].data
			ch.waiting = slices.Delete(ch.waiting, i, i+1)
		}
	}
}

// feed gives TLS a piece, when it ends what was written at once.
func (ch *channel) feed(p *dissect.Packet, inner *dissect.Conversation, data []byte) {
	more := len(data) == pieceLen
	n := min(ch.skip, len(data))
	ch.skip -= n
	ch.held = append(ch.held, data[n:]...)
	if more && len(ch.held) < maxHeld {
		return
	}
	defer func() { p.Core.Application = Protocol }() // what carries it
	for len(ch.held) > 0 {
		n := tls.Protocol.Stream(p, inner, ch.held)
		switch {
		case n == 0 && len(ch.held) < maxHeld:
			return
		case n <= 0:
			ch.held, inner.AppState = nil, nil
			return
		case n > len(ch.held):
			ch.skip, n = n-len(ch.held), len(ch.held)
		}
		ch.held = ch.held[n:]
	}
	ch.held = nil
}
