// SPDX-License-Identifier: Apache-2.0

package vnc

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// maxText bounds a desktop's name and a reason, bytes.
const maxText = 64 << 10

// maxItems bounds the messages, encodings and rectangles that are listed of a packet.
const maxItems = 256

// Types of security (RFC 6143, 7.1.2).
const (
	securityNone = 1
	securityVNC  = 2
)

const (
	challengeLen   = 16
	pixelFormatLen = 16
	serverInitLen  = 8 + pixelFormatLen
)

// phase is what a direction sends next.
type phase uint8

const (
	inVersion phase = iota
	inSecurity
	inChallenge // of the client: the response
	inResult    // of the server alone
	inReason
	inInit
	inMessages
	inRectangles // of an update
	opaque       // of another type of security, or behind bytes whose end nobody knows
)

// direction is where one side's stream stands.
type direction struct {
	phase phase
	// left counts the bytes to pass over before the next message or rectangle.
	left uint64
}

// state is a connection's.
type state struct {
	server int // its direction
	dir    [2]direction
	// minor is of the version that the client has chosen: 3, 7 or 8.
	minor int
	// pixel is the length of a pixel, bytes.
	pixel      uint64
	rectangles int // that the update at hand still has
	items      int // that the packet at hand may still list
}

// item reports whether there is room for one more of the packet's items.
func (s *state) item(p *dissect.Packet) bool {
	s.items--
	p.Out.Cut = p.Out.Cut || s.items < 0
	return s.items >= 0
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
		s = &state{server: common.Server(p, c, true), pixel: 4}
		c.AppState = s
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return len(data)
	}
	s.items = maxItems
	done, counted := 0, 0
	for done < len(data) {
		n, decoded := s.step(p, data[done:])
		if n == 0 {
			break
		}
		done += n
		counted += n - decoded
	}
	if counted > 0 {
		p.Out.Uint(fData, uint64(counted)) //nolint:gosec // not negative
	}
	if done > 0 {
		p.Message(Protocol)
	}
	if p.Truncated {
		return len(data)
	}
	return done
}

// step takes a message, or a piece of what is passed over, off the front. It returns how many bytes it took, 0 for more, and how many of them it decoded.
func (s *state) step(p *dissect.Packet, b []byte) (n, decoded int) {
	d := &s.dir[p.Direction]
	if d.phase == opaque {
		return len(b), 0
	}
	if d.left > 0 {
		n = int(min(d.left, uint64(len(b)))) //nolint:gosec // at most len(b)
		d.left -= uint64(n)                  //nolint:gosec // not negative
		return n, 0
	}
	switch d.phase {
	case inVersion:
		n = s.version(p, b)
	case inChallenge:
		if len(b) < challengeLen {
			return 0, 0
		}
		if d.phase = inInit; p.Direction == s.server {
			d.phase = inResult
		}
		return challengeLen, 0
	default:
		if p.Direction == s.server {
			n = s.serverStep(p, d, b)
		} else {
			n = s.clientStep(p, d, b)
		}
	}
	if n < 0 {
		d.phase = opaque
		return len(b), 0
	}
	return n, n
}

func (s *state) version(p *dissect.Packet, b []byte) int {
	if len(b) < versionLen {
		return 0
	}
	v := version(b)
	if v == nil {
		return -1
	}
	if p.Direction == s.server {
		p.Out.Text(fServer, v)
	} else {
		p.Out.Text(fClient, v)
		switch v[6] { // any other version of the server's, such as Apple's 3.889, is spoken as 3.3 or as agreed
		case '7', '8':
			s.minor = int(v[6] - '0')
		default:
			s.minor = 3
		}
	}
	s.dir[p.Direction].phase = inSecurity
	return versionLen
}

// chosen says what follows the choice of a type of security.
func (s *state) chosen(security uint32) {
	client, server := &s.dir[1-s.server], &s.dir[s.server]
	switch {
	case security == securityVNC:
		client.phase, server.phase = inChallenge, inChallenge
	case security != securityNone:
		client.phase, server.phase = opaque, opaque
	case s.minor == 8:
		client.phase, server.phase = inInit, inResult
	default:
		client.phase, server.phase = inInit, inInit
	}
}

// text reads a text behind its length, at offset at: how many bytes both take, 0 for more, -1 for too many.
func text(p *dissect.Packet, b []byte, at int, id field.ID) int {
	if len(b) < at+4 {
		return 0
	}
	n := binary.BigEndian.Uint32(b[at:])
	if n > maxText {
		return -1
	}
	end := at + 4 + int(n)
	if len(b) < end {
		return 0
	}
	if n > 0 {
		p.Out.Text(id, b[at+4:end])
	}
	return end
}
