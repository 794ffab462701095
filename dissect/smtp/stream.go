// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/imf"
)

// phase is what the client sends.
type phase uint8

const (
	inCommands phase = iota
	inCredentials
	inMessage // until the line of a single dot
	inChunk   // of BDAT
)

// state is a connection's.
type state struct {
	server int // its direction
	client phase
	// opened is the ordinal of the request that leads to client: AUTH, DATA.
	opened  uint64
	login   common.SASL
	message imf.Message
	// chunk is what is left of a chunk, and last whether it ends the message.
	chunk int64
	last  bool
	// chunked is set after a BDAT: tshark finds no end of DATA from then on.
	chunked bool
	// lost is set after a BDAT without a sound length, behind which tshark takes everything for a message.
	lost bool
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
		line, _, _ := bytes.Cut(data, []byte("\n"))
		_, reply := common.ParseReply(bytes.TrimSuffix(line, []byte("\r")))
		s = &state{server: common.Server(p, c, reply)}
		c.AppState = s
	}
	if p.Direction == s.server {
		return s.replies(p, c, data)
	}
	fields := p.Out.Len()
	done, hidden := 0, false
	for done < len(data) {
		was := s.client
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		hidden = hidden || was == inMessage || was == inChunk || s.lost
		done += n
	}
	if hidden && p.Options.Wireshark { // tshark shows no command of a packet that ends in a message
		s.hide(p, fields)
	}
	return done
}

// replies takes the lines of replies.
func (s *state) replies(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	done, more := 0, false
	for done < len(data) {
		if common.StartTLS(p, c, data[done:]) {
			return done
		}
		line, n := common.Line(p, data[done:])
		if n == 0 || !imf.Layer(p, Protocol) {
			break
		}
		done += n
		r, ok := common.ParseReply(line)
		if !ok {
			continue
		}
		if !more {
			p.Out.Uint(fCode, r.Code)
		}
		if len(r.Text) > 0 {
			p.Out.Text(fText, r.Text)
		}
		if more = r.More; !more {
			p.Message(Protocol)
			s.answer(p, c, r.Code)
		}
	}
	return done
}

// answer ties a reply to its command, and notes what it means for the client.
func (s *state) answer(p *dissect.Packet, c *dissect.Conversation, code uint64) {
	r, ok := common.Response(p, c, 0)
	if !ok || r.Ordinal != s.opened {
		return
	}
	switch {
	case s.client == inCredentials && code/100 != 3, s.client == inMessage && code/100 != 3 && !s.message.Begun:
		s.client = inCommands
	}
}

// step takes a command, an answer to a challenge or a piece of a message off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	switch s.client {
	case inMessage:
		return s.text(p, c, data)
	case inChunk:
		return s.octets(p, data)
	}
	if common.StartTLS(p, c, data) {
		return 0
	}
	line, n := common.Line(p, data)
	if n == 0 || !imf.Layer(p, Protocol) {
		return n
	}
	if s.client == inCredentials && bytes.IndexByte(line, ' ') < 0 { // a line of several words is a command: the reply was not seen
		p.Out.Text(fSecret, line)
		s.login.Response(p, line)
		s.opened = common.Request(p, c, 0)
		return n
	}
	s.client = inCommands
	s.command(p, c, line)
	return n
}

func (s *state) command(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	word, rest := common.Word(line)
	var b [16]byte
	name := common.Upper(&b, word)
	if !commands[string(name)] && (len(word) != 4 || !common.Letters(word)) {
		return // may be a secret whose command was not seen
	}
	p.Message(Protocol)
	n := common.Request(p, c, 0)
	switch string(name) {
	case "AUTH", "X-EXPS":
		s.client, s.opened = inCredentials, n
		mechanism, response := common.Word(rest)
		s.login = common.NewSASL(mechanism)
		if len(response) > 0 {
			p.Out.Text(fSecret, response)
			s.login.Response(p, response)
		}
		rest = mechanism
	case "MAIL", "RCPT", "SEND", "SOML", "SAML":
		if _, path, ok := bytes.Cut(rest, []byte(":")); ok {
			imf.Envelope(p.Out, path, name[0] != 'R')
		}
	case "EHLO", "HELO", "LHLO":
		common.Host(p.Out, bytes.Trim(rest, "[] "))
	case "DATA":
		s.client, s.opened, s.message = inMessage, n, imf.Message{Endless: s.chunked && p.Options.Wireshark, Strict: p.Options.Wireshark}
	case "BDAT":
		s.bdat(p, rest)
	case "RSET":
		s.message = imf.Message{}
	case "BURL":
		var b [256]byte
		rest = common.AppendURL(b[:0], p.Out, rest)
	}
	write(p, word, rest)
}

// write writes a command. tshark takes its first four letters, and what follows from the sixth on.
func write(p *dissect.Packet, word, rest []byte) {
	if p.Options.Wireshark && len(word) > 4 {
		word, rest = word[:4], bytes.TrimSpace(word[5:])
	}
	p.Out.Text(fCommand, word)
	if len(rest) > 0 {
		p.Out.Text(fParameter, rest)
	}
}

// bdat begins a chunk. Without a sound length, or with something else than LAST behind it, the server refuses the command, and no chunk follows.
func (s *state) bdat(p *dissect.Packet, rest []byte) {
	s.chunked = true
	size, end := common.Word(rest)
	n, err := strconv.ParseUint(string(size[:min(len(size), 20)]), 10, 40)
	s.last = bytes.EqualFold(bytes.TrimSpace(end), []byte("LAST"))
	sound := err == nil && (s.last || len(end) == 0)
	switch {
	case !sound && p.Options.Wireshark:
		s.client, s.message, s.lost = inMessage, imf.Message{Endless: true}, true
	case !sound:
		p.Bad()
	default:
		s.client, s.chunk = inChunk, int64(n)
		if n == 0 {
			s.client = inCommands
		}
		if n == 0 && s.last {
			s.finish(p)
		}
	}
}
