// SPDX-License-Identifier: Apache-2.0

package pop

import (
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/imf"
)

// maxOpen bounds the commands that wait for their responses, as Conversation does.
const maxOpen = 64

// state is a connection's.
type state struct {
	server int // its direction
	// open are the commands that wait for their responses, by what follows these, oldest first.
	open []what
	// carries is what the server is sending.
	carries what
	message imf.Message
	// apart is set for a message whose response told no length: to tshark each of its packets is one of its own.
	apart bool
	login common.SASL
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{server: common.Server(p, c, responds(data))}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// step takes a line or a piece of a message off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if p.Direction == s.server && s.carries == message {
		return s.piece(p, data)
	}
	if common.StartTLS(p, c, data) {
		return 0
	}
	line, n := common.Line(p, data)
	if n == 0 || !imf.Layer(p, Protocol) {
		return n
	}
	switch {
	case p.Direction != s.server:
		s.command(p, c, line)
	case s.carries == list && !responds(line): // no list has such a line
		if string(line) == "." {
			s.carries = nothing
		}
	default:
		s.response(p, c, line)
	}
	return n
}

// piece takes a piece of a message.
func (s *state) piece(p *dissect.Packet, data []byte) int {
	n, ended := s.message.Text(p, Protocol, data)
	if n > 0 {
		p.Out.Uint(fData, uint64(n))
	}
	if s.apart && p.Options.Wireshark {
		p.Call(imf.Protocol, data[:n], n)
		s.message.Drop()
	}
	if ended {
		p.Out.Uint(fMessage, s.message.End(p))
		p.Out.Bool(fMessageEnd, true)
		s.carries = nothing
	}
	return n
}

func (s *state) command(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	word, rest := common.Word(line)
	if len(s.open) > 0 && s.open[0] == login && len(rest) == 0 { // a line of several words is a command: the response was not seen
		p.Out.Text(fSecret, line)
		s.login.Response(p, line)
		return
	}
	var b [16]byte
	name := common.Upper(&b, word)
	follows, ok := commands[string(name)]
	if !ok && (len(word) != 4 || !common.Letters(word)) {
		return // may be a secret whose command was not seen
	}
	p.Message(Protocol)
	common.Request(p, c, 0)
	switch string(name) {
	case "USER":
		common.User(p.Out, rest)
	case "PASS":
		p.Out.Text(fSecret, rest)
		rest = nil
	case "APOP", "AUTH":
		first, secret := common.Word(rest)
		if string(name) == "APOP" {
			common.User(p.Out, first)
		} else {
			s.login = common.NewSASL(first)
		}
		if len(secret) > 0 {
			p.Out.Text(fSecret, secret)
			s.login.Response(p, secret)
		}
		rest = first
		if string(name) == "AUTH" && len(first) == 0 { // lists the mechanisms
			follows = list
		}
	case "LIST", "UIDL":
		if len(rest) > 0 {
			follows = nothing
		}
	}
	if len(s.open) == maxOpen {
		s.open = slices.Delete(s.open, 0, 1)
	}
	s.open = append(s.open, follows)
	p.Out.Text(fCommand, word)
	if len(rest) > 0 {
		p.Out.Text(fParameter, rest)
	}
}

// response takes the line of a status, or of a challenge, which is none.
func (s *state) response(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	word, rest := common.Word(line)
	ok := string(word) == "+OK"
	if !ok && string(word) != "-ERR" {
		return
	}
	p.Message(Protocol)
	s.carries = nothing
	p.Out.Text(fIndicator, word)
	if len(rest) > 0 {
		p.Out.Text(fText, rest)
	}
	if _, answers := common.Response(p, c, 0); !answers || len(s.open) == 0 { // the greeting
		return
	}
	follows := s.open[0]
	s.open = slices.Delete(s.open, 0, 1)
	if ok && follows != login {
		s.carries = follows
		s.apart = len(rest) == 0 || rest[0] < '0' || rest[0] > '9'
	}
}
