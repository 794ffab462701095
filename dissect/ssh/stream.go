// SPDX-License-Identifier: Apache-2.0

package ssh

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	// maxPacket bounds a packet before encryption, bytes. RFC 4253, 6.1, wants 35,000 understood.
	maxPacket = 64 << 10
	// maxIdentification bounds an identification string (RFC 4253, 4.2), and a line before a server's.
	maxIdentification = 1024
	headerLen         = 5
)

// Messages.
const (
	msgKexInit = 20
	msgNewKeys = 21
	// Replies of key exchanges that carry the host key: that of Diffie-Hellman and elliptic curves, and that of group exchange.
	msgKexReply      = 31
	msgKexGroupReply = 33
)

type phase uint8

const (
	inIdentification phase = iota
	inPackets
	inPackets1 // of SSH 1
	encrypted
)

// state is a connection's.
type state struct {
	server   int       // its direction
	headline field.Str // 0 until a version is known
	dir      [2]phase
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		s = &state{server: serverDirection(p, c)}
		if !identifies(data) { // the begin was not seen
			s.dir = [2]phase{encrypted, encrypted}
		}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		n := s.step(p, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// serverDirection is the direction of the server: not the one that began, where that is known, else that of the lower port.
func serverDirection(p *dissect.Packet, c *dissect.Conversation) int {
	if c.InitiatorKnown || p.Core.Source.Port >= p.Core.Destination.Port {
		return common.Server(p, c, false)
	}
	return p.Direction
}

// Wireshark's names of the versions.
var headline1, headline2 = field.Intern("SSHv1"), field.Intern("SSHv2")

// layer begins the layer with the first message of the packet, which is of the version that was identified.
func (s *state) layer(p *dissect.Packet) bool {
	if p.Top() != Protocol && !p.Push(Protocol) {
		return false
	}
	p.Core.Headline = s.headline
	return true
}

// step takes an identification string, a packet or encrypted bytes off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, data []byte) int {
	phase := &s.dir[p.Direction]
	switch *phase {
	case inIdentification:
		return s.identify(p, data)
	case inPackets:
		return s.packet(p, data)
	case inPackets1:
		return s.packet1(p, data)
	}
	if s.layer(p) {
		p.Message(Protocol)
		p.Out.Uint(fEncrypted, uint64(len(data)))
	}
	return len(data)
}

// identify takes the identification string, or a line that a server may send before it.
func (s *state) identify(p *dissect.Packet, data []byte) int {
	line, n := common.Line(p, data)
	switch {
	case n == 0 && len(data) <= maxIdentification:
		return 0
	case n == 0 || !s.layer(p):
		s.dir[p.Direction] = encrypted
		return len(data)
	case !bytes.HasPrefix(line, identification):
		return n
	}
	p.Message(Protocol)
	p.Core.Headline = 0 // of neither version yet
	p.Out.Text(fProtocol, line)
	s.dir[p.Direction], s.headline = inPackets, headline2
	if bytes.HasPrefix(line, []byte("SSH-1.")) && !bytes.HasPrefix(line, []byte("SSH-1.99-")) {
		s.dir[p.Direction], s.headline = inPackets1, headline1
	}
	return n
}

// packet takes a packet that is not encrypted yet. What cannot be one shows that the change was missed.
func (s *state) packet(p *dissect.Packet, data []byte) int {
	if len(data) < headerLen {
		return 0
	}
	length, padding := binary.BigEndian.Uint32(data), int(data[4])
	if length < 2 || length > maxPacket || padding > int(length)-2 {
		s.dir[p.Direction] = encrypted
		return s.step(p, data)
	}
	n := int(length) + 4
	if len(data) < n && !p.Truncated {
		return 0
	}
	if !s.layer(p) {
		return min(n, len(data))
	}
	p.Message(Protocol)
	message := data[headerLen:min(n-padding, len(data))]
	if len(message) == 0 {
		return len(data)
	}
	p.Out.Uint(fMessage, uint64(message[0]))
	switch message[0] {
	case msgKexInit:
		if !kexInit(p, message[1:], p.Direction == s.server) && len(data) >= n {
			p.Bad()
		}
	case msgKexReply, msgKexGroupReply:
		hostKey(p, message[1:])
	case msgNewKeys:
		s.dir[p.Direction] = encrypted
	}
	return min(n, len(data))
}

// packet1 takes the only packet of SSH 1 that a side sends before it encrypts: padding to a multiple of eight, type, data, check.
func (s *state) packet1(p *dissect.Packet, data []byte) int {
	if len(data) < 4 {
		return 0
	}
	length := binary.BigEndian.Uint32(data)
	if length < headerLen || length > maxPacket {
		s.dir[p.Direction] = encrypted
		return s.step(p, data)
	}
	padding := 8 - int(length%8)
	n := 4 + padding + int(length)
	if len(data) < n && !p.Truncated {
		return 0
	}
	s.dir[p.Direction] = encrypted
	if s.layer(p) && len(data) > 4+padding {
		p.Message(Protocol)
		p.Out.Uint(fMessage, uint64(data[4+padding]))
	}
	return min(n, len(data))
}
