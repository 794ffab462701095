// SPDX-License-Identifier: Apache-2.0

package ftp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// state is a control connection's.
type state struct {
	server int // its direction
	// number is the last packet of each direction that had a line.
	number [2]uint64
	// awaited is the method, PASV or EPSV, whose reply will announce a data connection, "" when there is none.
	awaited string
	// next is the data connection that was announced last.
	next *transfer
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
		s = &state{server: common.Server(p, c, data[0] >= '0' && data[0] <= '9'), next: &transfer{}}
		c.AppState = s
	}
	done, code := 0, false
	for done < len(data) && !common.StartTLS(p, c, data[done:]) {
		line, n := common.Line(p, data[done:])
		if n == 0 || p.Top() != Protocol && !p.Push(Protocol) {
			break
		}
		done += n
		quiet := p.Options.Wireshark && s.number[p.Direction] == p.Number
		s.number[p.Direction] = p.Number
		switch {
		case len(line) == 0:
		case p.Direction == s.server:
			code = s.reply(p, c, line, code, quiet)
		default:
			s.command(p, c, line, quiet)
		}
	}
	return done
}

// command takes a command; quiet writes no fields of it.
func (s *state) command(p *dissect.Packet, c *dissect.Conversation, line []byte, quiet bool) {
	word, rest := common.Word(line)
	p.Message(Protocol)
	number := common.Request(p, c, 0)
	if !quiet {
		p.Out.Text(fCommand, word)
	}
	argument := fArgument
	var b [16]byte
	switch string(common.Upper(&b, word)) {
	case "USER":
		common.User(p.Out, rest)
	case "PASS", "ACCT", "ADAT":
		argument = fPassword
	case "PORT":
		if at, ok := parsePort(rest); ok {
			s.active(p, "PORT", at)
		}
	case "EPRT":
		if at, ok := parseEPRT(rest); ok {
			s.active(p, "EPRT", at)
		}
	case "PASV":
		s.awaited = "PASV"
	case "EPSV":
		s.awaited = "EPSV"
	case "RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD":
		s.next.due(p, c, number, line)
	}
	if len(rest) > 0 && !quiet {
		p.Out.Text(argument, rest)
	}
}

// reply takes a line of a reply; code says that the code of the reply was written already. It returns whether that holds for the next line.
func (s *state) reply(p *dissect.Packet, c *dissect.Conversation, line []byte, code, quiet bool) bool {
	r, ok := common.ParseReply(line)
	if !ok {
		r.Text = line // within a reply of several lines, these may be of any form
	}
	if !quiet {
		if ok && !code {
			p.Out.Uint(fCode, r.Code)
		}
		if len(r.Text) > 0 {
			p.Out.Text(fText, r.Text)
		}
	}
	if !ok {
		return code
	}
	switch {
	case r.More:
		return true
	case r.Code/100 == 1: // another reply follows when the transfer has ended
		common.Interim(p, c, 0)
	default:
		common.Response(p, c, 0)
	}
	p.Message(Protocol)
	if s.awaited != "" {
		s.passive(p, r)
	}
	return false
}
